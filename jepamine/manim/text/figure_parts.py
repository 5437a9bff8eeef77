"""Parts of figures among the objects mentioned so far: which object has which, and how many.

A part is an item with the measure `part`: (its owner's index, its name, its number). It follows its owner.
"""

from __future__ import annotations

from jepamine.manim.text.kinds import kind_of
from jepamine.manim.text.phrase import CORNERS, NounPhrase
from jepamine.manim.text.reading import Ref, Span
from jepamine.manim.text.referents import Referents
from jepamine.manim.text.solve import constructions

#: Types whose corners and sides are known.
OUTLINES = ("square", "rectangle", "triangle", "polygon")
_ROUND = ("circle", "ellipse", "annulus")
_LINES = ("line", "dashed_line", "arrow", "double_arrow")
#: Part -> the types that have it. A right triangle alone has a hypotenuse.
OWNERS: dict[str, tuple[str, ...]] = {
    "radius": _ROUND,
    "diameter": _ROUND,
    "diagonal": ("square", "rectangle"),
    "hypotenuse": ("triangle",),
    "altitude": ("triangle",),
    "median": ("triangle",),
    "angle_bisector": ("triangle",),
    "bisector": _LINES,
    "tangent": ("circle",),
    "vertex": OUTLINES,
    "middle": (*_ROUND, *OUTLINES, *_LINES),
    "end": _LINES,
    "incircle": OUTLINES,
    "circumcircle": OUTLINES,
    "centroid": OUTLINES,
    "incenter": OUTLINES,
    "circumcenter": OUTLINES,
}
#: Part -> how many of them an object has, where that is not one.
_USUAL = {"diagonal": 2, "end": 2, "altitude": 3, "median": 3, "angle_bisector": 3}


def part_of(phrase: NounPhrase) -> str | None:
    """Return the name of the part that a phrase names, None for an object of its own."""
    return next((trait[5:] for trait in sorted(phrase.traits) if trait.startswith("part_")), None)


def owner_of(things: Referents, name: str, named: Ref | None) -> int | None:
    """Return the object whose part is meant: the one that is named, else the latest that has such parts."""
    places = named if named is not None else tuple(range(len(things.items)))
    return next((place for place in reversed(places) if has_part(things, place, name)), None)


def has_part(things: Referents, place: int, name: str) -> bool:
    """Return whether an object has such parts."""
    if name == "diagonal" and _on_diagonal(things, place, False):
        return True
    item = things.items[place]
    if item.type not in OWNERS[name] or item.measure("part"):
        # "The midpoint of the radius" is left to be noted: parts have no parts.
        return False
    irregular = item.type == "polygon" and kind_of(item) is not None
    constructed = name in (*constructions.CIRCLES, *constructions.POINTS) and name != "end"
    return not (constructed and irregular) and (name != "hypotenuse" or "right_angled" in item.traits)


def corner_count(things: Referents, owner: int) -> int:
    """Return how many corners, and sides, an object has."""
    item = things.items[owner]
    if given := item.measure("vertices"):
        return len(given)
    sides = next((int(trait) for trait in sorted(item.traits) if trait.isdigit()), 6)
    return CORNERS.get(item.type, sides)


def corners_of(things: Referents, place: int) -> int:
    """Return how many corners an object has, 0 for one without."""
    return corner_count(things, place) if things.items[place].type in OUTLINES else 0


def add_parts(things: Referents, phrase: NounPhrase, name: str, owner: int) -> tuple[Ref, bool]:
    """Return the parts of an object that a phrase names, and whether they are new.

    The diagonal of an object in a grid is that of the grid: the objects on it.
    """
    if name == "diagonal" and (on_it := _on_diagonal(things, owner, phrase.plural)):
        return on_it, False
    there = tuple(
        place for place, item in enumerate(things.items) if (item.measure("part") or ())[:2] == (owner, name)
    )
    if there:
        return there, False
    phrase.traits -= {f"part_{name}"}
    usual = corner_count(things, owner) if name == "vertex" else _USUAL.get(name, 1)
    phrase.count = phrase.count or (usual if phrase.plural else 1)
    ref = things.introduce(phrase)
    if things.sets and things.sets[-1] == ref:
        # They are not to be arranged in a row.
        things.sets.pop()
    for number, place in enumerate(ref):
        things.measure((place,), "part", (owner, name, number))
    return ref, True


def _on_diagonal(things: Referents, place: int, both: bool) -> Ref:
    """Return the objects on the main diagonal, or on both, of the grid that an object is in; else ()."""
    for _, group in things.groups:
        if place in group.members and min(group.rows, group.columns) > 1:
            rows = range(min(group.rows, group.columns))
            columns = {(row, row) for row in rows} | {(row, group.columns - 1 - row) for row in rows if both}
            return tuple(group.members[row * group.columns + column] for row, column in sorted(columns))
    return ()


#: Type -> the measure that gives its size, and how many units it grows from one to the next around it.
_GROWING = {
    "circle": ("radius", 0.6), "square": ("side", 1.2), "triangle": ("side", 1.6), "polygon": ("radius", 0.6),
}  # fmt: skip
_SIZES = ("radius", "side", "diameter", "width", "length", "size")


def nest(things: Referents, ref: Ref) -> None:
    """Place objects around one middle, that of the largest, and give growing sizes to those without one."""
    name, growth = _GROWING.get(things.items[ref[0]].type, ("size", 1.2))
    for number, place in enumerate(ref):
        if not any(things.items[place].measure(one) for one in _SIZES):
            things.measure((place,), name, round(growth * (number + 1), 2))
    largest = max(ref, key=lambda place: max(float(things.items[place].measure(one) or 0) for one in _SIZES))
    things.sets = [members for members in things.sets if members != ref]
    for place in ref:
        if place != largest:
            things.measure((place,), "part", (largest, "middle", 0))


def add_label(things: Referents, owner: int, name: str, number: int, word: str, span: Span) -> Ref:
    """Add a text that belongs to a part of an object."""
    traits = {"formula"} if "\\" in word or "^" in word or "=" in word else set()
    ref = things.introduce(NounPhrase(type="text", texts=[word], span=span, traits=traits))
    things.measure(ref, "part", (owner, name, number))
    return ref
