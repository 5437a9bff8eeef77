"""What each kind of modifier does to the things that it is said of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jepamine.manim.text.modifiers import Modifier
from jepamine.manim.text.reading import Place, Ref, Span

if TYPE_CHECKING:
    from jepamine.manim.text.discourse import Story

#: What a text or a dot can lie in.
HOLDERS = ("circle", "square", "rectangle", "triangle", "ellipse", "star", "polygon", "annulus", "axes",
           "number_plane")  # fmt: skip
#: How many stand around a thing -> on which of its sides each does.
_RINGS = {
    2: "left right",
    3: "above below+left below+right",
    4: "left above right below",
    5: "above left right below+left below+right",
    6: "above+left above+right right below+right below+left left",
    7: "above above+left above+right right below+right below+left left",
    8: "above above+left above+right right below+right below below+left left",
}
#: Where the corners of a type lie; "" is the frame.
_CORNERED = {
    "": "above+left above+right below+left below+right",
    "square": "above+left above+right below+left below+right",
    "rectangle": "above+left above+right below+left below+right",
    "triangle": "above below+left below+right",
}


def take_down(story: Story, said: Modifier, refs: list[Ref]) -> None:
    """Add what is said of several things to a story."""
    together: Ref = sum(refs, ())
    match said.kind:
        case "colour":
            _paint(story, together, said)
        case "trait":
            story.things.add_traits(together, *({said.value} - {""}))
        case "arranged":
            story.things.group(said.value[0], together, said.span, said.value[1])
        case "place":
            column, row, corner = said.value
            story.places += [Place(ref, column, row, said.span, corner) for ref in refs]
        case "point":
            story.places.append(Place(refs[0], None, None, said.span, point=said.value))
            if len(together) > 1:
                story.cursor.miss(said.span, "only one thing can stand there")
        case "ends":
            _ends(story, refs[0], said)
        case "corners":
            _corners(story, together, said)
        case "on":
            _relations(story, refs, ("on",), said)
        case "relation":
            _relations(story, refs, said.value, said)
        case "at":
            story.aims += [(ref, other, said.span) for ref in refs for other in said.others]
        case "between" | "joins":
            _two(story, refs, said)


def _paint(story: Story, together: Ref, said: Modifier) -> None:
    """Colours are given out in order; a single one is that of all."""
    colours = said.value
    if 1 < len(colours) != len(together):
        story.cursor.miss(said.span, f"{len(colours)} colours for {len(together)} things")
    for number, place in enumerate(together):
        story.things.paint((place,), colours[number % len(colours)])


def _relations(story: Story, refs: list[Ref], hows: tuple[str, ...], said: Modifier) -> None:
    if not said.others:
        story.cursor.miss(said.span, "what it refers to is not clear")
    for ref in refs:
        for other in said.others:
            for how in hows:
                if how == "amid":
                    surround(story, ref, other, said.span)
                    continue
                flat = other and story.things.items[other[0]].type not in HOLDERS
                on = "front" if flat else "inside"
                story.relate(on if how == "on" else how, ref, other, said.span)


def surround(story: Story, middle: Ref, around: Ref, span: Span) -> None:
    """Several things stand around one, a single thing holds it."""
    if len(around) == 1 or len(middle) != 1:
        return story.relate("inside", middle, around, span)
    if len(around) not in _RINGS:
        return story.cursor.miss(span, f"around a thing there is room for {max(_RINGS)}")
    for member, hows in zip(around, _RINGS[len(around)].split(), strict=True):
        for how in hows.split("+"):
            story.relate(how, (member,), middle, span)
    return None


def _ends(story: Story, ref: Ref, said: Modifier) -> None:
    """A stroke between two points: its middle and its direction; how long it is follows its kind."""
    (x, y), (to_x, to_y) = said.value
    across, up = to_x - x, to_y - y
    if abs(up) > 2 * abs(across):
        way = "up" if up > 0 else "down"
    elif abs(across) > 2 * abs(up):
        way = "right" if across > 0 else "left"
    else:
        way = "diagonal"
    story.things.add_traits(ref, way)
    middle = ((x + to_x) / 2, (y + to_y) / 2)
    story.places.append(Place(ref, None, None, said.span, point=middle))
    story.cursor.miss(said.span, "its middle and direction are kept, not its length")


def _corners(story: Story, together: Ref, said: Modifier) -> None:
    each, own = said.value
    other: Ref = (said.others[0] if said.others else story.clause.head if own else ())[:1]
    cornered = story.things.items[other[0]].type if other else ""
    if said.others and cornered not in _CORNERED:
        return story.cursor.miss(said.span, "only squares, rectangles and triangles have corners here")
    corners = _CORNERED.get(cornered, _CORNERED[""]).split()
    if len(together) == 1 and each:
        together = story.things.repeat(together[0], len(corners), said.span)
    for member, corner in zip(together, corners, strict=False):
        if cornered in _CORNERED and cornered:
            for how in corner.split("+"):
                story.relate(how, (member,), other, said.span)
        else:
            row, column = (1 if part in ("above", "right") else -1 for part in corner.split("+"))
            story.places.append(Place((member,), column, row, said.span, corner=True))
    if len(together) > len(corners):
        story.cursor.miss(said.span, f"there are {len(corners)} corners")
    return None


def _two(story: Story, refs: list[Ref], said: Modifier) -> None:
    others: Any = said.others
    if len(others) == 1 and len(others[0]) == 2:
        others = (others[0][:1], others[0][1:])
    if len(others) != 2 or not all(others):
        return story.cursor.miss(said.span, "it takes two things")
    place = said.value[1]
    if place is not None:
        column, row, corner = place
        story.places.append(Place(others[0], column, row, said.span, corner))
    story.joins += [(ref, others[0], others[1], said.span) for ref in refs]
    return None
