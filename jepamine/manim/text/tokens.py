"""Tokenize a description: known phrases, quoted texts, points, punctuation, and groups of tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from jepamine.manim.scenes.phrases import COUNTS
from jepamine.manim.text.background_colour import with_grounds
from jepamine.manim.text.cursor import Token
from jepamine.manim.text.lexicon import lexicon, longest_phrase
from jepamine.manim.text.literals import literals
from jepamine.manim.text.quantities import Words, quantity
from jepamine.manim.text.reading import Span
from jepamine.manim.text.spelling import spelled


def with_quantities(description: str, tokens: list[Token]) -> list[Token]:
    """Replace the tokens of each quantity by one of kind "measure", value (name, number)."""
    counts = {word: number for number, word in enumerate(COUNTS)}
    words = Words(
        ["count" if token.kind == "word" and token.value in counts else token.kind for token in tokens],
        [counts.get(token.value, token.value) if token.kind == "word" else token.value for token in tokens],
        [str(token.value) if token.kind == "word" else token.text.lower() for token in tokens],
    )
    result: list[Token] = []
    place = 0
    while place < len(tokens):
        found = quantity(words, place)
        if found is None:
            result.append(tokens[place])
            place += 1
            continue
        span = Span(tokens[place].span.start, tokens[found.end - 1].span.end)
        result.append(Token("measure", (found.name, found.value), span, description[span.start : span.end]))
        place = found.end
    return result


_TOKEN = re.compile(
    r"""
      (?P<quoted> (?<!\w)(?: "(?P<a>[^"]+)" | \u201c(?P<b>[^\u201d]+)\u201d
                | \u2018(?P<c>[^\u2019]+)\u2019 | `(?P<d>[^`]+)` | '(?P<e>(?:[^']|'(?=\w))+)'(?!\w) ))
    | (?P<point> [(\[]\s*(?P<x>-?\d+(?:\.\d+)?)\s*,\s*(?P<y>-?\d+(?:\.\d+)?)
                 (?:\s*,\s*-?\d+(?:\.\d+)?)?\s*[)\]] )
    | (?P<placed> \(?\bx\s*=\s*(?P<px>-?\d+(?:\.\d+)?)\s*(?:,|and|,\s*and)
                  \s*y\s*=\s*(?P<py>-?\d+(?:\.\d+)?)\b\)? )
    | (?P<origin> (?:(?<=from\s)|(?<=to\s))the\sorigin\b )
    | (?P<then> -+>|=+>|\u2192 )
    | (?P<hex> \#[0-9a-fA-F]{6}\b )
    | (?P<dims> (?P<rows>\d+)\s*[x\u00d7]\s*(?P<columns>\d+)\b(?!\.\d) )
    | (?P<number> (?<![\w.])-?\d+\.\d+(?!\d) | (?<![\w.)\]])-\d+\b )
    | (?P<count> \d+(?=\b|(?:s|sec|secs|cm|m|deg)\b) )
    | (?P<degrees> \u00b0 )
    | (?P<word> \w+(?:['\u2019](?!\w*')[a-z]+)? )
    | (?P<stop> [.;!?\n]+ )
    | (?P<comma> , )
    | (?P<colon> : )
    | (?P<dash> [-_]|\s )
    | (?P<other> . )
    """,
    re.VERBOSE | re.DOTALL,
)

_KINDS = ("quoted", "point", "placed", "origin", "then",
          "hex", "dims", "number", "count", "degrees", "word", "stop", "comma", "colon",
          "other")  # fmt: skip
_LEADS = ("article", "count", "colour", "trait")


def tokenize(description: str) -> list[Token]:
    """Return the tokens of a description; words of no phrase have the kind "unknown"."""
    tokens = with_grounds(with_quantities(description, list(spelled(_tokens(description)))))
    phrases, longest = lexicon(), longest_phrase()
    result: list[Token] = []
    place = 0
    while place < len(tokens):
        token = tokens[place]
        if token.kind != "word":
            result.append(token)
            place += 1
            continue
        words = tuple(
            after.value if after.kind == "word" else "" for after in tokens[place : place + longest]
        )
        length = next((n for n in range(len(words), 0, -1) if words[:n] in phrases), 0)
        span = Span(token.span.start, tokens[place + max(length, 1) - 1].span.end)
        text = description[span.start : span.end]
        parts = phrases[words[:length]] if length else (("unknown", None),)
        result += [Token(kind, value, span, text) for kind, value in parts]
        place += max(length, 1)
    return list(_settled(result))


def _tokens(description: str) -> Iterator[Token]:
    waiting = literals(description)
    for match in _TOKEN.finditer(description):
        while waiting and match.start() >= waiting[0][1]:
            waiting.pop(0)
        if waiting and match.start() >= waiting[0][0]:
            start, end, name, literal = waiting[0]
            if match.start() == start and name == "combined":
                yield Token("noun", ("polygon", literal[0], False), Span(start, end), description[start:end])
                yield Token("measure", ("operands", literal[1]), Span(start, end), description[start:end])
            elif match.start() == start:
                yield Token(name, literal, Span(start, end), description[start:end])
            continue
        kind = str(match.lastgroup)
        value: Any = None
        for name in _KINDS:
            if match[name] is not None:
                kind = name
        if kind == "quoted":
            value = _plain(next(filter(None, (match[name] for name in "abcde"))))
            kind = kind if value else "unknown"
        elif kind == "point":
            value = (float(match["x"]), float(match["y"]))
        elif kind == "placed":
            kind, value = "point", (float(match["px"]), float(match["py"]))
        elif kind == "origin":
            kind, value = "point", (0.0, 0.0)
        elif kind == "then":
            kind = "stop"
        elif kind == "hex":
            kind, value = "colour", match[0].upper()
        elif kind == "dims":
            value = (int(match["rows"]), int(match["columns"]))
        elif kind == "number":
            value = float(match[0])
        elif kind == "degrees":
            kind, value = "word", "degrees"
        elif kind == "count":
            # More than a layout holds, whatever the number.
            value = int(match[0][:6])
        elif kind == "word":
            value = match[0].lower().replace("\u2019", "'")
        elif kind == "other":
            kind = "unknown"
        if kind != "dash":
            yield Token(kind, value, Span(*match.span()), match[0])


def _plain(text: str) -> str:
    """Return a text on one line, without characters that cannot be drawn."""
    return " ".join("".join(part for part in text if part.isprintable() or part.isspace()).split())


def _texts(parts: Sequence[Token]) -> str:
    return " ".join(part.text.lower() for part in parts)


def _settled(parts: list[Token]) -> Iterator[Token]:
    """Merge "2 by 3" into one token, and settle words by their neighbours: "the arrow points up"."""
    place = 0
    while place < len(parts):
        three = parts[place : place + 3]
        part = three[0]
        # "Scale the first one by 2": no 1 x 2.
        noun = part.text.lower() == "one" and place and parts[place - 1].kind in ("ordinal", "side")
        by = len(three) == 3 and three[1].text.lower() == "by"
        if by and part.kind == three[2].kind == "count" and not noun:
            span = Span(part.span.start, three[2].span.end)
            text = " ".join(part.text for part in three)
            yield Token("dims", (part.value, three[2].value), span, text)
            place += 3
            continue
        if part.text.lower() == "right at" and _texts(parts[place + 1 : place + 4]) == "the same time":
            # "Moves right at the same time", no "right at the edge".
            yield Token("side", (1, 0), part.span, "right")
            span = Span(parts[place + 1].span.start, parts[place + 3].span.end)
            yield Token("meanwhile", None, span, "at the same time")
            place += 4
            continue
        following = three[1].kind if len(three) > 1 else "end"
        counted = place and parts[place - 1].kind in ("count", "trait", "colour")
        if part.kind == "verb" and part.text.lower() == "circles around" and counted:
            # "Six circles around a square".
            yield Token("noun", ("circle", "", True), part.span, part.text)
            yield Token("contains", "around", part.span, part.text)
            place += 1
            continue
        if part.text.lower() == "vector" and part.kind == "noun" and following == "point":
            # "The vector (2, 1)" begins at the origin.
            yield part
            yield Token("from", None, part.span, part.text)
            yield Token("point", (0.0, 0.0), part.span, part.text)
            yield Token("to", None, part.span, part.text)
            place += 1
            continue
        lead = parts[place - 1].kind if place else ""
        if part.text.lower() == "point" and following == "point" and lead in ("from", "to"):
            # "From point (0, 0) to point (1, 2)".
            place += 1
            continue
        after = parts[place + 1 + (following == "from")].kind if len(three) == 3 else "end"
        if part.text.lower() in ("goes", "go") and after == "colour":
            # "It goes red, then blue".
            part = Token("verb", "transform", part.span, part.text)
        if part.text.lower() == "both" and following not in ("noun", "colour", "trait", "article"):
            part = Token("pronoun", "them", part.span, part.text)
        before = parts[place - 1].kind if place else ""
        if part.text.lower() == "overlapping" and before in _LEADS and following in ("noun", *_LEADS):
            part = Token("trait", "overlapping", part.span, part.text)
        verb = part.text.lower() == "points" and place and parts[place - 1].kind in ("noun", "pronoun")
        yield Token("pointing", None, part.span, part.text) if verb else part
        place += 1
