"""Read what diagrams show from a description: nodes and edges, messages, events, data points, triangles."""

from __future__ import annotations

import json
import re
from itertools import combinations
from math import acos, cos, radians, sin

from jepamine.manim.explanations.mathematical import NOTHING, NUMBER, Taken, plain

#: The most nodes, events, values or vectors of a film.
MOST = 10
_NAME = r"[A-Z](?![\w'])|\d+(?![\w.])"
_NAMES = re.compile(
    rf"\b(?:nodes|vertices|points|cities|circles)\b\W*(?:named |labell?ed |called )?"
    rf"((?:{_NAME})(?:(?:\s*,\s*and\s+|\s*,\s*|\s+and\s+)(?:{_NAME}))+)"
)
_EDGE = re.compile(r"(?<![\w-])([A-Z]|\d)\s?(?:-{1,2}|\u2013|\u2014)\s?([A-Z]|\d)(?![\w-])")
_PATH = re.compile(rf"({_NAME})((?:\s*(?:->|\u2192|to|-|,)\s*(?:{_NAME}))+)")
_COMPLETE = re.compile(
    r"\b(?:edges?|lines?|connections?) (?:between|connecting|joining) (?:all|every|each)[\w ]*|"
    r"\ball connected\b|"
    r"\beach connected to (?:every|all)[\w ]*|\bevery node connected[\w ]*",
    re.I,
)


def network(text: str) -> Taken:
    """Take named nodes, their edges, and a path that is highlighted."""
    named = _NAMES.search(text)
    if named is None:
        return NOTHING
    nodes = re.findall(_NAME, named[1])
    if not 2 <= len(nodes) <= MOST:
        return NOTHING
    spans = [named.span()]
    complete = _COMPLETE.search(text, named.end())
    listed = list(_EDGE.finditer(text, named.end()))
    if complete is not None:
        edges = [list(pair) for pair in combinations(nodes, 2)]
        spans.append(complete.span())
    elif listed:
        edges = [[match[1], match[2]] for match in listed]
        spans += [match.span() for match in listed]
    else:
        edges = [[a, b] for a, b in zip(nodes, [*nodes[1:], nodes[0]], strict=True)]
    if any(end not in nodes for edge in edges for end in edge):
        return NOTHING
    constants = {"NODES": json.dumps(nodes), "EDGES": json.dumps(edges), "TREE": "False"}
    path = re.search(r"\b(?:path|route|way)\b(?:\s+from)?\s+", text)
    if path and (walk := _PATH.match(text, path.end())):
        steps = re.findall(_NAME, walk[0])
        if set(steps) <= set(nodes):
            constants |= {"ORDER": json.dumps(steps), "PATH": "True", "TITLE": '"A path"'}
            spans.append((path.start(), walk.end()))
    if "PATH" not in constants:
        constants |= {"ORDER": json.dumps(_breadth_first(nodes, edges)), "TITLE": '"A graph"'}
    return Taken(constants, tuple(spans))


def _breadth_first(nodes: list[str], edges: list[list[str]]) -> list[str]:
    """Return the nodes that can be reached from the first, in the order of a breadth-first search."""
    order = nodes[:1]
    for node in order:
        beside = [b if a == node else a for a, b in edges if node in (a, b)]
        order += [one for one in nodes if one in beside and one not in order]
    return order


def events(text: str) -> Taken:
    """Take the years and names of a timeline: "1914 WWI, 1939 WWII", "Moon landing (1969)"."""
    year = r"(?<!\d)(1\d{3}|20\d{2})(?!\d)"
    spanned = re.search(rf"\b(?:from|between) {year} (?:to|and|until) {year}", text)
    after = spanned.end() if spanned else 0
    name = r"(?:the )?([A-Za-z][\w' ]*?)(?=\s*(?:,|;|\.|\)|$|\band\b))"
    found = [
        (int(match[1]), match[2].strip(), match.span())
        for match in re.finditer(rf"{year}\s*(?:[:=\-\u2013(]|is |was )?\s*{name}", text[after:])
    ]
    if len(found) < 2:
        turned = rf"([A-Z][\w' ]*?)\s*(?:\(|in |:|, )\s*{year}\)?"
        found = [
            (int(match[2]), match[1].strip(), match.span()) for match in re.finditer(turned, text[after:])
        ]
    if not 2 <= len(found) <= MOST:
        return NOTHING
    years = sorted(year for year, *_ in found)
    start, end = (int(spanned[1]), int(spanned[2])) if spanned else (years[0] - 5, years[-1] + 5)
    if not start <= years[0] <= years[-1] <= end:
        return NOTHING
    pairs = sorted([year, name] for year, name, _ in found)
    spans = [(after + low, after + high) for *_, (low, high) in found]
    constants = {"EVENTS": json.dumps(pairs, ensure_ascii=False), "START": str(start), "END": str(end)}
    return Taken(constants, (*spans, *([spanned.span()] if spanned else [])))


def series(text: str) -> Taken:
    """Take named values: "Mon 12, Tue 15, Wed 11"."""
    pair = rf"([A-Za-z][\w-]*|\d{{4}})\s*[:=(]?\s*({NUMBER})(?:\s?(?:%|mm|cm|kg|km|m|\u00b0C?|C|degrees))?\)?"
    match = re.search(rf"{pair}(?:\s*(?:,|;|and|,\s*and)\s*{pair})+(?!\w)", text)
    pairs = re.findall(pair, match[0]) if match else []
    if match is None or not 2 <= len(pairs) <= MOST or any(name in ("and", "with") for name, _ in pairs):
        return NOTHING
    constants = {
        "NAMES": json.dumps([name for name, _ in pairs]),
        "VALUES": repr([plain(value) for _, value in pairs]),
    }
    return Taken(constants, (match.span(),))


def named_vectors(text: str) -> Taken:
    """Take vectors and their names: "a = (1, 2), b = (-2, 1)"."""
    point = rf"[(\[<]\s*({NUMBER})\s*,\s*({NUMBER})\s*[)\]>]"
    found = [
        (match[1], [plain(match[2]), plain(match[3])], match.span())
        for match in re.finditer(rf"(?<![A-Za-z])([A-Za-z]\w?)\s*(?:=|:)?\s*{point}", text)
    ]
    if not 1 <= len(found) <= 6 or not all(any(vector) for _, vector, _ in found):
        return NOTHING
    names = [name for name, *_ in found]
    listed = re.search(r"\b" + r"\s*(?:,|and|,\s*and)\s*".join(map(re.escape, names)) + r"\b", text)
    spans = [span for *_, span in found] + ([listed.span()] if listed else [])
    constants = {"VECTORS": repr([vector for _, vector, _ in found]), "NAMES": json.dumps(names)}
    return Taken(constants, tuple(spans))


def triangle(text: str) -> Taken:
    """Take a triangle by its corners' names, its sides' lengths and a right angle."""
    named = re.search(r"\btriangle ([A-Z])([A-Z])([A-Z])\b", text)
    if named is None:
        return NOTHING
    names, spans = list(named.groups()), [named.span()]
    lengths: dict[frozenset[str], float] = {}
    for match in re.finditer(
        rf"\b([A-Z])([A-Z])\s*(?:=|is|of length)\s*({NUMBER})(?:\s?(?:cm|m|units))?", text
    ):
        lengths[frozenset(match.groups()[:2])] = float(match[3])
        spans.append(match.span())
    right = re.search(
        r"\bright[- ]angled? (?:at|in) ([A-Z])\b|"
        r"\b(?:angle )?([A-Z]) (?:is |= ?)(?:90|a right angle)[\w\u00b0]*",
        text,
    )
    corner = next((name for name in (right.groups() if right else ()) if name), None)
    points = _corners(names, lengths, corner)
    if points is None or not set().union(*lengths, {corner} - {None}) <= set(names):
        return NOTHING
    if right:
        spans.append(right.span())
    around = [frozenset((names[n], names[(n + 1) % 3])) for n in range(3)]
    return Taken(
        {
            "NAMES": json.dumps(names),
            "POINTS": repr(points),
            "SIDES": json.dumps([f"{lengths[side]:g}" if side in lengths else "" for side in around]),
            "RIGHT_AT": repr(names.index(corner) if corner else None),
        },
        tuple(spans),
    )


def _corners(
    names: list[str], lengths: dict[frozenset[str], float], right: str | None
) -> list[list[float]] | None:
    """Return the corners in the order of their names; None if there is no such triangle."""
    base = names.index(right) if right in names else 1
    middle, after, before = names[base], names[(base + 1) % 3], names[(base - 1) % 3]
    one, other = (lengths.get(frozenset((middle, name))) for name in (after, before))
    across = lengths.get(frozenset((after, before)))
    if right is not None:
        if across is not None and one is not None and other is None and across > one:
            other = (across**2 - one**2) ** 0.5
        if across is not None and other is not None and one is None and across > other:
            one = (across**2 - other**2) ** 0.5
        if (
            None not in (across, one, other)
            and abs((across or 0) ** 2 - (one or 0) ** 2 - (other or 0) ** 2) > 0.1
        ):
            return None
        turn = radians(90)
    elif one is not None and other is not None and across is not None:
        share = (one**2 + other**2 - across**2) / (2 * one * other)
        if not -1 < share < 1:
            return None
        turn = acos(share)
    else:
        turn = radians(60)
    one, other = one or 4.0, other or 3.0
    spots = {
        middle: [0.0, 0.0],
        after: [one, 0.0],
        before: [round(other * cos(turn), 4), round(other * sin(turn), 4)],
    }
    return [spots[name] for name in names]
