"""Formulas by name, such as "the quadratic formula": their LaTeX, and what their symbols mean."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

#: The formulas; `when` is a pattern of their names.
TABLE = Path(__file__).with_name("formulas.toml")
#: A name alone may be about something else: "a balloon under pressure".
_KINDS = "formula|equation|identity|law|theorem|rule"
_SAYS_SO = re.compile(rf"\b(?:{_KINDS})s?\b", re.I)
#: The longest name, in characters; patterns may reach over half a description.
LONGEST_NAME = 60


@functools.cache
def formula_table() -> list[dict[str, Any]]:
    """Return the entries of the table: title, when, latex, parts."""
    entries: list[dict[str, Any]] = tomllib.loads(TABLE.read_text(encoding="utf-8"))["formula"]
    return entries


@functools.cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """Return (the pattern of its name, its LaTeX) of each formula.

    Entries that begin with a look ahead have no end that a name could be read to.
    """
    return [
        (_called(entry["when"]), entry["latex"])
        for entry in formula_table()
        if not entry["when"].startswith("(?")
    ]


def _called(name: str) -> re.Pattern[str]:
    """Return the pattern of a name as it is written in a sentence: "the formula for ...", "the ... law"."""
    return re.compile(
        r"\b(?:the\s+)?"
        r"(?:(?:formula|equation)\s+(?:of|for)\s+)?"
        r"(?:the\s+|an?\s+)?"
        rf"(?:{name})"
        rf"(?:\s+(?:{_KINDS}))?",
        re.I,
    )


def named_formulas(description: str) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, LaTeX) of each formula that is called by a name that says that it is one.

    "The law of sines" is one; "pressure" and "density" are not, without "the formula for" before them.
    """
    if not _SAYS_SO.search(description):
        return
    for pattern, latex in _patterns():
        for match in pattern.finditer(description):
            if _SAYS_SO.search(match[0]) and len(match[0]) <= LONGEST_NAME:
                yield *match.span(), latex
