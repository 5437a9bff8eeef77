"""Find what a description wants explained: the film, its constants, and what it leaves unanswered."""

from __future__ import annotations

import functools
import json
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jepamine.manim.explanations.algebra import Steps, differentiate, rewrite, solve
from jepamine.manim.explanations.parameters import PARAMETERS
from jepamine.manim.explanations.worked_examples import worked_example
from jepamine.manim.text.literals import literals
from jepamine.manim.text.named_formulas import formula_table
from jepamine.manim.text.reading import NotUnderstood, Span

_FILMS = Path(__file__).with_name("films")
_QUOTED = re.compile(r"\"[^\"]*\"|(?<!\w)'[^']*'(?!\w)")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
#: What derivations answer beyond their expression.
_ALGEBRA = (
    "power product chain rule quadratic discriminant expression x y solution variable solving "
    "factoring factor equations unknown balance isolating"
)
_EXAMPLES = (
    "find solve solving derivative differentiate system linear equations simultaneous inequality completing "
    "complete square quadratic expand expanding multiply out brackets product expression solution x y two"
)
#: sympy writes "\\sin{\\left(x \\right)}".
_CALLS = re.compile(r"(\\(?:sin|cos|tan|log|sinh|cosh|tanh))\{\\left\((.+?) ?\\right\)\}")
_CALLED = r"\1\\left(\2\\right)"


@dataclass(frozen=True)
class Explanation:
    """A film by name, its code, the share of the description that it answers, and what it does not."""

    name: str
    code: str
    share: float
    not_understood: tuple[NotUnderstood, ...]


def explanation(description: str) -> Explanation | None:
    """Return the film that answers most of a description; None if none is about it."""
    found = list(_films(description))
    return max(found, key=lambda film: film.share) if found else None


def film_code(name: str, constants: dict[str, str]) -> str:
    """Return the code of a film with other constants than its own."""
    code = (_FILMS / f"{name}.txt").read_text()
    for constant, value in constants.items():
        line = f"{constant} = {value}".replace("\\", "\\\\")
        code = re.sub(rf"^{constant} = .*$", line, code, flags=re.MULTILINE)
    return code


def _films(description: str) -> Iterator[Explanation]:
    plain = _QUOTED.sub(lambda match: " " * len(match[0]), description).lower()
    for entry in _table("index")["explanation"]:
        if not any(_fits(pattern, plain) for pattern in entry["when"]):
            continue
        constants = {name: _literal(value) for name, value in entry.get("set", {}).items()}
        spans: list[tuple[int, int]] = []
        for name in entry.get("takes", ()):
            taken = PARAMETERS[name](_blanked(description, spans))
            constants |= taken.constants
            spans += taken.spans
        if not set(entry.get("needs", ())) <= set(constants):
            # Its own data would be shown as if they were those of the description.
            continue
        if constants.get("METHOD") == '"binary"' and "VALUES" in constants:
            constants["VALUES"] = repr(sorted(json.loads(constants["VALUES"])))
        yield _explanation(description, entry["film"], constants, entry["words"], spans)
    for entry in _table("derivations")["derivation"]:
        if _fits(entry["when"], plain):
            constants = _lines(entry["title"], entry["steps"])
            yield _explanation(description, "derivation", constants, entry["words"], [])
    for entry in formula_table():
        if _fits(entry["when"], plain):
            constants = {"TITLE": _text(entry["title"]), "FORMULA": _text(entry["latex"])}
            constants["PARTS"] = f"[{', '.join(_pair(*pair) for pair in entry['parts'])}]"
            words = " ".join((entry["title"].lower(), *(meaning for _, meaning in entry["parts"])))
            own = [(start, end) for start, end, kind, _ in literals(description) if kind == "function"]
            symbols = [
                match.span()
                for match in re.finditer(entry["when"], plain)
                # "The derivative of x^3 from first principles": a formula says nothing about x^3.
                if all(match.end() <= start or match.start() >= end for start, end in own)
            ]
            yield _explanation(description, "formula", constants, words, symbols)
    unquoted = _QUOTED.sub(lambda match: " " * len(match[0]), description)
    for work in (worked_example, solve, differentiate, rewrite):
        if (done := work(unquoted)) is not None:
            title, steps, span = done
            words = _EXAMPLES if work is worked_example else _ALGEBRA
            yield _explanation(description, "derivation", _lines(title, steps), words, [span])


def _lines(title: str, steps: Steps) -> dict[str, str]:
    return {
        "TITLE": _text(title),
        "STEPS": f"[{', '.join(_text(_CALLS.sub(_CALLED, line)) for line, _ in steps)}]",
        "NOTES": f"[{', '.join(_text(note) for _, note in steps)}]",
    }


def _explanation(
    description: str, film: str, constants: dict[str, str], words: str, spans: Iterable[tuple[int, int]]
) -> Explanation:
    known = _common() | set(words.split())
    rest = _blanked(description, spans)
    missed = [match.span() for match in _WORD.finditer(rest) if not _knows(known, match[0].lower())]
    runs: list[tuple[int, int]] = []
    for start, end in missed:
        if runs and not _WORD.search(rest[runs[-1][1] : start]):
            runs[-1] = (runs[-1][0], end)
        else:
            runs.append((start, end))
    lost = sum(end - start for start, end in runs)
    notes = tuple(
        NotUnderstood(
            description[start:end],
            Span(start, end),
            f"the film of {film.replace('_', ' ')} does not show this",
        )
        for start, end in runs
    )
    letters = sum(len(match[0]) for match in _WORD.finditer(description))
    return Explanation(film, film_code(film, constants), 1 - lost / max(letters, 1), notes)


def _fits(pattern: str, text: str) -> bool:
    """Return whether a pattern is found; one that begins with a look ahead need not be tried everywhere."""
    compiled = _compiled(pattern)
    return (compiled.match(text) if pattern.startswith("(?") else compiled.search(text)) is not None


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    # `re` keeps 512 patterns, and takes as long to find one of them as to try it.
    return re.compile(pattern, re.S)


def _knows(known: frozenset[str] | set[str], word: str) -> bool:
    return word in known or word.removesuffix("'s") in known


def _blanked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _literal(value: Any) -> str:
    return repr(value) if isinstance(value, bool) else json.dumps(value, ensure_ascii=False)


def _text(text: str) -> str:
    return f'r"{text}"' if "\\" in text and '"' not in text else json.dumps(text, ensure_ascii=False)


def _pair(symbol: str, meaning: str) -> str:
    return f"[{_text(symbol)}, {_text(meaning)}]"


@functools.cache
def _table(name: str) -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name(f"{name}.toml").read_text())


@functools.cache
def _common() -> frozenset[str]:
    return frozenset(_table("index")["common"].split())
