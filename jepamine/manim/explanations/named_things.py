"""Read things with names from a description: points, two that exchange messages, chemical elements."""

from __future__ import annotations

import json
import re

from jepamine.manim.explanations.mathematical import COUNT, NOTHING, NUMBER, Taken, counted, plain

#: The most points that are named.
MOST = 10


def named_points(text: str) -> Taken:
    """Take points by name, and whether they are connected: "A(1,2), B(3,-1)"."""
    point = rf"\b([A-Z]\d?)\s*(?:=|at|:)?\s*\(\s*({NUMBER})\s*,\s*({NUMBER})\s*\)"
    found = list(re.finditer(point, text))
    if not 1 <= len(found) <= MOST:
        return NOTHING
    pairs = [[plain(match[2]), plain(match[3])] for match in found]
    ring = re.search(r"\b(?:triangle|polygon|quadrilateral|square|rectangle)\b", text, re.I)
    line = re.search(r"\b(?:connect\w*|join\w*|line|segment)\b", text, re.I)
    constants = {
        "POINTS": repr(pairs),
        "NAMES": json.dumps([match[1] for match in found]),
        "CONNECT": '"polygon"' if ring else '"line"' if line else '""',
    }
    return Taken(constants, tuple(match.span() for match in found))


def messages(text: str) -> Taken:
    """Take the names of two that exchange messages: "a browser and a server"."""
    match = re.search(
        r"\b(?:a|an|the|between)\s+(?:the\s+|a\s+)?([a-z]+) and (?:a |an |the )?([a-z]+)\b"
        r"(?=.*\b(?:request|message|respon|repl|send))",
        text,
        re.I | re.S,
    )
    if match is None:
        return NOTHING
    return Taken({"PARTIES": json.dumps([name.capitalize() for name in match.groups()])}, (match.span(),))


def atom(text: str) -> Taken:
    """Take a chemical element up to calcium."""
    match = re.search(rf"\b({'|'.join(name for name, _ in _ELEMENTS)})\b", text, re.I)
    if match is None:
        return NOTHING
    names = [name for name, _ in _ELEMENTS]
    number = names.index(match[1].lower()) + 1
    shells, left = [], number
    for most in (2, 8, 8, 2):
        if left:
            shells.append(min(left, most))
            left -= shells[-1]
    constants = {
        "NAME": json.dumps(match[1].capitalize()),
        "SYMBOL": json.dumps(_ELEMENTS[number - 1][1]),
        "SHELLS": repr(shells),
    }
    return Taken(constants, (match.span(),))


_ELEMENTS = [
    ("hydrogen", "H"), ("helium", "He"), ("lithium", "Li"), ("beryllium", "Be"), ("boron", "B"),
    ("carbon", "C"), ("nitrogen", "N"), ("oxygen", "O"), ("fluorine", "F"), ("neon", "Ne"), ("sodium", "Na"),
    ("magnesium", "Mg"), ("aluminium", "Al"), ("silicon", "Si"), ("phosphorus", "P"), ("sulfur", "S"),
    ("chlorine", "Cl"), ("argon", "Ar"), ("potassium", "K"), ("calcium", "Ca"),
]  # fmt: skip


def captions(text: str) -> Taken:
    """Take quoted captions that follow each other, how long each is shown, and what they are about."""
    found = list(re.finditer(r"\"([^\"]+)\"|(?<!\w)'((?:[^']|'(?=\w))+)'(?!\w)", text))
    said = re.search(rf"\b{COUNT} (?:\w+ )?(?:captions|subtitles|slides)\b", text, re.I)
    if not 2 <= len(found) <= MOST or (said and counted(said[1]) != len(found)):
        return NOTHING
    constants = {"CAPTIONS": json.dumps([match[1] or match[2] for match in found], ensure_ascii=False)}
    spans = [match.span() for match in found] + ([said.span()] if said else [])
    each = r"\b(?:show )?(?:each )?(?:one )?(?:caption )?(?:for |lasts )?"
    seconds = re.search(rf"{each}({NUMBER}) ?s(?:ec(?:ond)?s?)?\b(?: each)?", text, re.I)
    if seconds and float(seconds[1]) > 0:
        constants["SECONDS"] = seconds[1]
        spans.append(seconds.span())
    if topic := re.search(r"\b(?:explain|about) ([a-z][\w ]{2,40}?) (?:in|with|as|using) ", text, re.I):
        constants["TITLE"] = json.dumps(topic[1][:1].upper() + topic[1][1:])
        spans.append(topic.span(1))
    return Taken(constants, tuple(spans))
