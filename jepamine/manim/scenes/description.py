"""Describe a layout in English, worded by seed: clauses that each introduce one thing, a group, or two.

description  clause, clause, ... (with "; " between where a clause holds a list)
clause       NEW PLACE | NEW RELATION KNOWN | NEW RELATION NEW
NEW          "a red circle", "another red circle", "the text 'energy'", "a row of three blue squares"
KNOWN        "the red circle", "the text 'energy'", "the row": said before, and the only one of its kind
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

import numpy as np

from jepamine.manim.engine.palette import colour_word
from jepamine.manim.layouts import Box, Layout, Object
from jepamine.manim.scenes.phrases import (
    COUNTS,
    LARGE,
    NOUNS,
    PLACES,
    RELATIONS,
    SIZED,
    SMALL,
    article,
    listed,
    place_of,
    quoted,
    relation,
)


@dataclass(frozen=True)
class _Thing:
    """What one phrase introduces. `known` refers to it afterwards, None if that would be ambiguous."""

    new: str
    known: str | None
    box: Box
    z: int
    grouped: bool


def describe(layout: Layout, seed: int) -> str:
    """Return the description of a layout; another seed picks other words and other true relations."""
    if not layout.objects:
        return "an empty frame"
    rng = np.random.default_rng(seed)
    things = _things(layout.objects, rng)
    waiting = [things[int(place)] for place in _order(things, rng)]
    introduced: list[_Thing] = []
    clauses: list[str] = []
    while waiting:
        thing = waiting.pop(0)
        new = _introduced(thing, introduced)
        other_thing, clause = None, ""
        if introduced and rng.random() < 0.6:
            other_thing = _beside(thing, [other for other in introduced if other.known], rng)
            if other_thing:
                clause = f"{new} {other_thing[0]} {other_thing[1].known}"
        elif waiting and rng.random() < 0.35:
            other_thing = _beside(thing, [other for other in waiting if not other.grouped], rng)
            if other_thing:
                clause = f"{new} {other_thing[0]} {_introduced(other_thing[1], [*introduced, thing])}"
        clauses.append(clause or f"{new} {_pick(rng, PLACES[place_of(thing.box)])}")
        introduced.append(thing)
        if other_thing and other_thing[1] in waiting:
            waiting.remove(other_thing[1])
            introduced.append(other_thing[1])
    # A list has commas of its own.
    return ("; " if any(" coloured " in clause for clause in clauses) else ", ").join(clauses)


def _introduced(thing: _Thing, earlier: Sequence[_Thing]) -> str:
    """Return the words that introduce a thing, with "another" if the same words occurred before."""
    article_, _, words = thing.new.partition(" ")
    again = article_ in ("a", "an") and any(other.new == thing.new for other in earlier)
    return f"another {words}" if again else thing.new


def _things(objects: Sequence[Object], rng: np.random.Generator) -> list[_Thing]:
    groups = find_groups(objects)
    kinds = Counter(group.kind for group in groups)
    grouped = {id(item) for group in groups for item in group.members}
    names = {type_: NOUNS[type_][int(rng.integers(len(NOUNS[type_])))] for type_ in NOUNS}
    keys = Counter(_key(item) for item in objects)
    texts = Counter(item.text for item in objects if item.type == "text")
    sizes = rng.random() < 0.4
    things = []
    for group in groups:
        known = f"the {group.kind}" if kinds[group.kind] == 1 else None
        box, z = bounds(group.members), group.members[0].z
        things.append(_Thing(_group_words(group, names), known, box, z, True))
    for item in objects:
        if id(item) in grouped:
            continue
        if item.type == "text":
            content = quoted(item.text) if item.text else "without words"
            known = f"the text {content}" if item.text and texts[item.text] == 1 else None
            colour = f"{colour_word(item.color)} " if item.color and rng.random() < 0.5 else ""
            things.append(_Thing(f"the {colour}text {content}", known, item.box, item.z, False))
            continue
        words = " ".join(part for part in (_key(item)[0], names[item.type][0]) if part)
        known = f"the {words}" if keys[_key(item)] == 1 else None
        things.append(_Thing(article(_size(item, sizes) + words), known, item.box, item.z, False))
    return things


def _group_words(group: Group, names: dict[str, tuple[str, str]]) -> str:
    members = group.members
    plural = names[members[0].type][1]
    colours = [colour_word(item.color) if item.color else "" for item in members]
    colours_text = ""
    if len(set(colours)) == 1:
        plural = f"{colours[0]} {plural}".strip()
    elif all(colours):
        way = {"row": "from left to right", "column": "from top to bottom", "grid": "row by row"}[group.kind]
        colours_text = f" coloured {listed(colours)} {way}"
    if group.kind == "grid":
        return f"a {group.rows} by {group.columns} grid of {plural}{colours_text}"
    return f"a {group.kind} of {COUNTS[len(members)]} {plural}{colours_text}"


def _key(item: Object) -> tuple[str, str]:
    return (colour_word(item.color) if item.color else "", item.type)


def _size(item: Object, mentioned: bool) -> str:
    longer = max(item.width, item.height)
    if not mentioned or item.type not in SIZED or SMALL < longer < LARGE:
        return ""
    return "small " if longer <= SMALL else "large "


def _order(things: Sequence[_Thing], rng: np.random.Generator) -> list[int]:
    # As one reads, more or less: from the top, groups before what is around them.
    heights = [-thing.box[1] - 3 * thing.grouped + float(rng.normal(0, 0.8)) for thing in things]
    return [int(place) for place in np.argsort(heights)]


def _beside(thing: _Thing, others: Sequence[_Thing], rng: np.random.Generator) -> tuple[str, _Thing] | None:
    """Return in words how a thing is placed to the nearest of others, and which; None if no words fit."""
    if not others:
        return None
    other = min(others, key=lambda other: np.hypot(thing.box[0] - other.box[0], thing.box[1] - other.box[1]))
    how = relation(thing.box, other.box)
    if how == "overlap":
        # Of a group that would not be clear.
        how = None if thing.grouped or other.grouped else "front" if thing.z > other.z else "behind"
    return (_pick(rng, RELATIONS[how]), other) if how else None


def _pick(rng: np.random.Generator, options: Sequence[str]) -> str:
    return options[int(rng.integers(len(options)))]


# How far members of a line may be out of it, in units.
LOOSE = 0.06


@dataclass(frozen=True)
class Group:
    """At least three equal objects in `rows` x `columns`, in reading order."""

    rows: int
    columns: int
    members: tuple[Object, ...]

    @property
    def kind(self) -> str:
        """Return row, column or grid."""
        return "row" if self.rows == 1 else "column" if self.columns == 1 else "grid"


def find_groups(objects: Sequence[Object]) -> list[Group]:
    """Return groups of objects of one type and size, not texts, that evenly fill a row, column or grid."""
    groups = []
    for alike in _alike(objects):
        lines = _lines(alike)
        columns = len(lines[0])
        if len(alike) < 3 or any(len(line) != columns for line in lines):
            continue
        across = [[item.x for item in line] for line in lines]
        if not all(_even(xs) and _near(xs, across[0]) for xs in across):
            continue
        if not _even([line[0].y for line in lines]):
            continue
        groups.append(Group(len(lines), columns, tuple(item for line in lines for item in line)))
    return groups


def bounds(objects: Sequence[Object]) -> Box:
    """Return the box (x, y, width, height) around several objects."""
    left = min(item.x - item.width / 2 for item in objects)
    right = max(item.x + item.width / 2 for item in objects)
    low = min(item.y - item.height / 2 for item in objects)
    high = max(item.y + item.height / 2 for item in objects)
    return (left + right) / 2, (low + high) / 2, right - left, high - low


def _alike(objects: Sequence[Object]) -> list[list[Object]]:
    sets: list[list[Object]] = []
    for item in objects:
        if item.type == "text":
            continue
        for others in sets:
            first = others[0]
            sizes = ((item.width, first.width), (item.height, first.height))
            if first.type == item.type and all(abs(a - b) <= LOOSE for a, b in sizes):
                others.append(item)
                break
        else:
            sets.append([item])
    return sets


def _lines(objects: list[Object]) -> list[list[Object]]:
    """Return objects by line, from the top, each from the left."""
    downwards = sorted(objects, key=lambda item: -item.y)
    heights = {id(item): 0 for item in downwards}
    for above, below in pairwise(downwards):
        heights[id(below)] = heights[id(above)] + (above.y - below.y > LOOSE)
    lines = groupby(downwards, key=lambda item: heights[id(item)])
    return [sorted(line, key=lambda item: item.x) for _, line in lines]


def _even(places: list[float]) -> bool:
    steps = [after - before for before, after in pairwise(places)]
    return not steps or max(steps) - min(steps) <= LOOSE


def _near(places: list[float], others: list[float]) -> bool:
    return all(abs(a - b) <= LOOSE for a, b in zip(places, others, strict=True))
