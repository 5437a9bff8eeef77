"""Objects in the corners of the frame, and in or on those of a figure."""

from __future__ import annotations

from typing import Protocol

from jepamine.manim.text.cursor import Cursor
from jepamine.manim.text.figure_parts import corners_of
from jepamine.manim.text.modifiers import Clause, Modifier
from jepamine.manim.text.reading import Place, Ref, Span
from jepamine.manim.text.referents import Referents

#: Types whose box has corners to be in, as (column, row).
_BOXED = ("square", "rectangle", "axes", "number_plane")
_BOX = ((-1, 1), (1, 1), (-1, -1), (1, -1))
_FIGURES = ("circle", "square", "rectangle", "triangle", "ellipse", "star", "polygon", "annulus")
_SIZES = ("radius", "side", "width", "height", "diameter", "size")
_FRAME = ("screen", "frame", "scene", "picture", "canvas", "slide")
#: The corners of a type, for texts next to them.
_CORNERED = {
    "square": "above+left above+right below+left below+right",
    "rectangle": "above+left above+right below+left below+right",
    "triangle": "above below+left below+right",
}


class Placed(Protocol):
    """The part of a `Discourse` that places objects in corners."""

    cursor: Cursor
    things: Referents
    clause: Clause
    places: list[Place]

    def relate(self, how: str, subject: Ref, other: Ref, span: Span) -> None:
        """Record a relation between objects."""
        ...


def in_corner(story: Placed, refs: list[Ref], modifier: Modifier) -> bool:
    """Place one object in a corner of the figure that is meant; return False if that is the frame's.

    The figure is the other object of the modifier, or the one that is described: "a square with a dot in the
    top left corner".
    """
    column, row = modifier.value[:2]
    named = modifier.others[0][:1] if modifier.others else ()
    owner = named or _described(story) or _before(story, refs[0][0])
    if not owner or story.things.items[owner[0]].type not in _BOXED or 0 in (column, row):
        if named:
            story.cursor.miss(modifier.span, "only squares, rectangles and axes have such a corner here")
        return bool(named)
    _put(story, [ref[0] for ref in refs], owner[0], [(column, row)] * len(refs))
    return True


def in_corners(story: Placed, refs: list[Ref], modifier: Modifier) -> None:
    """Place objects in or on the corners of a figure or the frame, one in each."""
    each, own, inside = modifier.value
    named = modifier.others[0][:1] if modifier.others else ()
    owner = named or _described(story)
    if owner and not (named or own or corners_of(story.things, owner[0])):
        # "A circle with a star in each corner": of the frame.
        owner = ()
    # "A square, and a circle in each corner": the circle alone.
    together: Ref = refs[-1] if each and all(len(ref) == 1 for ref in refs) else sum(refs, ())
    count = corners_of(story.things, owner[0]) if owner else len(_BOX)
    if owner and not count:
        return story.cursor.miss(
            modifier.span, "only squares, rectangles, triangles and polygons have corners here"
        )
    if len(together) == 1 and each:
        together = story.things.repeat(together[0], count, modifier.span)
    if len(together) > count:
        story.cursor.miss(modifier.span, f"there are {count} corners")
    items = story.things.items
    if not owner:
        story.places += [
            Place((member,), *corner, modifier.span, corner=True)
            for member, corner in zip(together, _BOX, strict=False)
        ]
    elif inside and items[owner[0]].type in _BOXED and items[together[0]].type != "dot":
        _put(story, list(together), owner[0], list(_BOX))
    elif items[together[0]].type in ("dot", *_FIGURES):
        _on_vertices(story, together[:count], owner[0])
    elif items[owner[0]].type in _CORNERED:
        for member, hows in zip(together, _CORNERED[items[owner[0]].type].split(), strict=False):
            for how in hows.split("+"):
                story.relate(how, (member,), owner, modifier.span)
    else:
        story.cursor.miss(modifier.span, "only dots and figures are placed on such corners")
    return None


def _described(story: Placed) -> Ref:
    """Return the object that has what is placed, () if the frame is meant: "in the corner of the screen"."""
    following = story.cursor.peek().text.lower()
    return () if any(word in following.split() for word in _FRAME) else story.clause.head[:1]


def _before(story: Placed, member: int) -> Ref:
    """Return the figure in a corner of which the object before is, in the same sentence."""
    cursor = story.cursor
    sentence = cursor.tokens[: cursor.place]
    kinds = [token.kind for token in sentence]
    last = max((place for place, kind in enumerate(kinds) if kind == "stop"), default=0)
    part = story.things.items[member - 1].measure("part") if member and "with" in kinds[last:] else None
    return (part[0],) if part and part[1] == "corner" else ()


def _put(story: Placed, members: list[int], owner: int, corners: list[tuple[int, int]]) -> None:
    things = story.things
    for member, corner in zip(members, corners, strict=False):
        things.measure((member,), "part", (owner, "corner", corner))
    _fit(things, tuple(members), owner)


def _on_vertices(story: Placed, members: Ref, owner: int) -> None:
    for number, member in enumerate(members):
        story.things.measure((member,), "part", (owner, "vertex", number))
    _fit(story.things, members, owner)


def _fit(things: Referents, members: Ref, owner: int) -> None:
    """Make a figure large and what is in its corners small, where no size is given."""
    things.sets = [each for each in things.sets if each != members]
    items = things.items
    if all(items[member].type == "dot" for member in members):
        return
    for place, trait in ((owner, "large"), *((m, "small") for m in members if items[m].type in _FIGURES)):
        item = items[place]
        if not item.traits & {"small", "large"} and not any(item.measure(name) for name in _SIZES):
            things.add_traits((place,), trait)
