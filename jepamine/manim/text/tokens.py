"""Tokenize a description: known phrases, quoted texts, points, punctuation, and other words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from jepamine.manim.text.lexicon import lexicon
from jepamine.manim.text.literals import literals
from jepamine.manim.text.reading import Span
from jepamine.manim.text.token import Token
from jepamine.manim.text.token_groups import with_grounds, with_quantities

_TOKEN = re.compile(
    r"""
      (?P<quoted> (?<!\w)(?: "(?P<a>[^"]+)" | \u201c(?P<b>[^\u201d]+)\u201d
                | \u2018(?P<c>[^\u2019]+)\u2019 | `(?P<d>[^`]+)` | '(?P<e>(?:[^']|'(?=\w))+)'(?!\w) ))
    | (?P<point> [(\[]\s*(?P<x>-?\d+(?:\.\d+)?)\s*,\s*(?P<y>-?\d+(?:\.\d+)?)
                 (?:\s*,\s*-?\d+(?:\.\d+)?)?\s*[)\]] )
    | (?P<hex> \#[0-9a-fA-F]{6}\b )
    | (?P<dims> (?P<rows>\d+)\s*[x\u00d7]\s*(?P<columns>\d+)\b(?!\.\d) )
    | (?P<number> (?<![\w.])-?\d+\.\d+ | (?<![\w.)\]])-\d+\b )
    | (?P<count> \d+(?=\b|s\b) )
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

_KINDS = ("quoted", "point", "hex", "dims", "number", "count", "degrees", "word", "stop", "comma", "colon",
          "other")  # fmt: skip
_LEADS = ("article", "count", "colour", "trait")


def tokenize(description: str) -> list[Token]:
    """Return the tokens of a description; words of no phrase have the kind "unknown"."""
    tokens = with_grounds(with_quantities(description, list(_tokens(description))))
    phrases, longest = lexicon(), max(map(len, lexicon()))
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
            if match.start() == start:
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


def _settled(parts: list[Token]) -> Iterator[Token]:
    """Merge "2 by 3" into one token, and settle words by their neighbours: "the arrow points up"."""
    place = 0
    while place < len(parts):
        three = parts[place : place + 3]
        part = three[0]
        if len(three) == 3 and part.kind == three[2].kind == "count" and three[1].text.lower() == "by":
            span = Span(part.span.start, three[2].span.end)
            text = " ".join(part.text for part in three)
            yield Token("dims", (part.value, three[2].value), span, text)
            place += 3
            continue
        following = three[1].kind if len(three) > 1 else "end"
        if part.text.lower() == "both" and following not in ("noun", "colour", "trait", "article"):
            part = Token("pronoun", "them", part.span, part.text)
        before = parts[place - 1].kind if place else ""
        if part.text.lower() == "overlapping" and before in _LEADS and following in ("noun", *_LEADS):
            part = Token("trait", "overlapping", part.span, part.text)
        verb = part.text.lower() == "points" and place and parts[place - 1].kind in ("noun", "pronoun")
        yield Token("pointing", None, part.span, part.text) if verb else part
        place += 1
