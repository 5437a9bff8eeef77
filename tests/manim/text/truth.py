"""What is true of a layout, by geometry alone."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import Any

from jepamine.manim.layouts import FRAME_HEIGHT, FRAME_WIDTH, Layout
from jepamine.manim.scenes.description import bounds
from jepamine.manim.scenes.phrases import place_of, relation

FLIPPED = {"left": "right", "right": "left", "above": "below", "below": "above"}


def objects_of(words: str) -> list[tuple[str, str | None, str | None]]:
    """(type, text, colour word) of each of "red circle; text 'A'"."""
    found = []
    for word in words.split("; "):
        named, _, text = word.partition(" '")
        colour, _, type_ = named.rpartition(" ")
        found.append((type_, text.removesuffix("'") or None, colour or None))
    return found


def box(layout: Layout, numbers: int | tuple[int, ...]) -> tuple[float, float, float, float]:
    """The box around objects."""
    members = (numbers,) if isinstance(numbers, int) else numbers
    return bounds([layout.objects[number] for number in members])


def holds(layout: Layout, fact: tuple[Any, ...]) -> bool:
    """Whether a fact is true: (how, numbers, numbers), (column, row, numbers) or ("row", number, ...)."""
    if fact[0] == "row":
        pairs = pairwise(fact[1:])
        level = len({round(layout.objects[number].y, 2) for number in fact[1:]}) == 1
        return level and all(holds(layout, ("left", a, b)) for a, b in pairs)
    if isinstance(fact[0], int):
        return place_of(box(layout, fact[2])) == fact[:2]
    how, a, b = fact
    found = relation(box(layout, a), box(layout, b))
    if how in ("front", "behind"):
        over = layout.objects[a].z > layout.objects[b].z
        return found == "overlap" and over == (how == "front")
    return found == how


def overlapping(layout: Layout, depth: float = 0.0) -> list[tuple[int, int]]:
    """The pairs of objects whose boxes overlap by more than `depth` units."""
    found = []
    for (number, a), (other, b) in combinations(enumerate(layout.objects), 2):
        across = (a.width + b.width) / 2 - abs(a.x - b.x)
        along = (a.height + b.height) / 2 - abs(a.y - b.y)
        if min(across, along) > depth + 1e-9:
            found.append((number, other))
    return found


def off_screen(layout: Layout) -> list[int]:
    """The objects that reach out of the frame."""
    return [
        number
        for number, item in enumerate(layout.objects)
        if abs(item.x) + item.width / 2 > FRAME_WIDTH / 2 or abs(item.y) + item.height / 2 > FRAME_HEIGHT / 2
    ]


def asked_for(facts: list[tuple[Any, ...]]) -> set[tuple[int, int]]:
    """The pairs that may overlap: what is in another, or covers it, and what is in that."""
    on: dict[int, set[int]] = {}
    pairs = set()
    for how, a, b in (fact for fact in facts if fact[0] in ("inside", "front", "behind")):
        if how == "inside":
            on.setdefault(a, set()).add(b)
        pairs.add((a, b))
    # What is in something is in all that holds that, however deep.
    for _ in facts:
        for holders in on.values():
            holders |= {outer for holder in holders for outer in on.get(holder, ())}
    for a, holders in on.items():
        pairs |= {(a, holder) for holder in holders}
        pairs |= {(a, outer) for holder in holders for outer in on.get(holder, ())}
        pairs |= {(other, holder) for holder in holders for other, b in list(pairs) if b == a}
    return pairs | {(b, a) for a, b in pairs}
