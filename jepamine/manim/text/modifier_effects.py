"""Apply each kind of modifier to its objects."""

from __future__ import annotations

from typing import Any, Protocol

from jepamine.manim.text.appearance import change_look
from jepamine.manim.text.applicable import applies, reason
from jepamine.manim.text.corner_places import in_corner, in_corners
from jepamine.manim.text.cursor import Cursor
from jepamine.manim.text.modifiers import Clause, Modifier
from jepamine.manim.text.phrase import STROKES, of_one
from jepamine.manim.text.reading import Place, Ref, Span
from jepamine.manim.text.referents import Referents
from jepamine.manim.text.touching import inscribe


class Statements(Protocol):
    """The part of a `Discourse` that modifiers change."""

    cursor: Cursor
    things: Referents
    clause: Clause
    places: list[Place]
    joins: list[tuple[Ref, Ref, Ref, Span]]
    aims: list[tuple[Ref, Ref, Span]]
    tips: list[tuple[Ref, Ref, Span]]

    def relate(self, how: str, subject: Ref, other: Ref, span: Span) -> None:
        """Record a relation between objects."""
        ...


#: What a text or a dot can be inside of.
HOLDERS = ("circle", "square", "rectangle", "triangle", "ellipse", "star", "polygon", "annulus", "axes",
           "number_plane")  # fmt: skip
#: Number of objects around another -> the side of each.
_RINGS = {
    2: "left right",
    3: "above below+left below+right",
    4: "left above right below",
    5: "above left right below+left below+right",
    6: "above+left above+right right below+right below+left left",
    7: "above above+left above+right right below+right below+left left",
    8: "above above+left above+right right below+right below below+left left",
}


def apply_modifier(story: Statements, modifier: Modifier, refs: list[Ref]) -> None:
    """Apply a modifier to objects."""
    together: Ref = sum(refs, ())
    match modifier.kind:
        case "colour":
            _paint(story, together, modifier)
        case "trait":
            change_look(story.things, together, modifier.value, modifier.span)
        case "measure":
            _measure(story, together, modifier)
        case "arranged":
            story.things.group(modifier.value[0], together, modifier.span, modifier.value[1])
        case "place" if modifier.value[2] and in_corner(story, refs, modifier):
            pass
        case "place":
            column, row, corner = modifier.value
            story.places += [Place(ref, column, row, modifier.span, corner) for ref in refs]
        case "point" if story.things.items[refs[0][0]].measure("vertices"):
            story.cursor.miss(modifier.span, "its vertices are given")
        case "point":
            # "Axes and a dot at (1, 2)".
            on_axes = len(together) == 2 and story.things.items[together[0]].type in ("axes", "number_plane")
            placed = refs[-1] if on_axes else refs[0]
            story.places.append(Place(placed, None, None, modifier.span, point=modifier.value))
            if len(together) > 1 and not on_axes:
                story.cursor.miss(modifier.span, "only one object can be there")
        case "numbers":
            _numbers(story, together, modifier)
        case "ends":
            strokes = [ref for ref in refs if story.things.items[ref[0]].type in STROKES]
            _ends(story, (strokes or refs)[0], modifier)
        case "corners":
            in_corners(story, refs, modifier)
        case "corner":
            in_corner(story, refs, modifier)
        case "on":
            _relations(story, refs, ("on",), modifier)
        case "relation":
            _relations(story, refs, modifier.value, modifier)
        case "at" if len(story.clause.head) == 1 and len(refs) == 1 and modifier.others:
            # "A box with an arrow pointing to a star" leads there from the box.
            story.joins.append((refs[0], story.clause.head, modifier.others[0], modifier.span))
        case "at":
            story.aims += [(ref, other, modifier.span) for ref in refs for other in modifier.others]
        case "between" | "joins":
            _two(story, refs, modifier)


def _measure(story: Statements, together: Ref, modifier: Modifier) -> None:
    name, value = modifier.value
    if name in ("seconds", "units", "factor", "percent", "scale"):
        story.cursor.miss(modifier.span, "what it measures is not clear")
    if name == "angle" and any(story.things.items[place].type != "arc" for place in together):
        story.cursor.miss(modifier.span, "only arcs, sectors and angles have an angle here")
    if of_one(name, value, 0) is not value and len(value) != len(together):
        story.cursor.miss(modifier.span, f"{len(value)} sizes for {len(together)} objects")
    for number, place in enumerate(together):
        item = story.things.items[place]
        if not applies(name, item.type, item.traits):
            story.cursor.miss(modifier.span, reason(item.type, name))
            continue
        if name == "corner_radius":
            story.things.add_traits((place,), "rounded")
        story.things.measure((place,), name, of_one(name, value, number))
        if name == "sides" and story.things.items[place].type == "polygon":
            story.things.add_traits((place,), str(int(value)))


def _paint(story: Statements, together: Ref, modifier: Modifier) -> None:
    """Assign colours in order; a single one is that of all."""
    colours = modifier.value
    if 1 < len(colours) != len(together):
        story.cursor.miss(modifier.span, f"{len(colours)} colours for {len(together)} objects")
    for number, place in enumerate(together):
        story.things.paint((place,), colours[number % len(colours)])


def _relations(story: Statements, refs: list[Ref], hows: tuple[str, ...], modifier: Modifier) -> None:
    if not modifier.others:
        story.cursor.miss(modifier.span, "what it refers to is not clear")
    for ref in refs:
        for other in modifier.others:
            for how in hows:
                if how == "amid":
                    surround(story, ref, other, modifier.span)
                    continue
                if how in ("inscribed", "circumscribed"):
                    pair = (ref, other) if how == "inscribed" else (other, ref)
                    inscribe(story, *pair, modifier.span)
                    continue
                if how == "inside" and len(other) == len(ref) == 1 and _on_stroke(story, ref, other):
                    story.things.measure(ref, "part", (other[0], "middle", 0))
                    continue
                if how == "on" and _rests(story, ref, other):
                    story.things.measure(ref, "rests", other[0])
                    story.relate("above", ref, other, modifier.span)
                    continue
                flat = other and story.things.items[other[0]].type not in HOLDERS
                on = "front" if flat else "inside"
                story.relate(on if how == "on" else how, ref, other, modifier.span)


def _rests(story: Statements, ref: Ref, other: Ref) -> bool:
    """Return whether objects on another are on top of it: a box on a line, which may be the ground."""
    ground = story.things.items[other[0]] if len(other) == 1 else None
    if ground is None or ground.type != "line" or ground.traits & {"vertical", "diagonal", "up", "down"}:
        return False
    return not any(story.things.items[place].type in ("dot", *STROKES) for place in ref)


def _on_stroke(story: Statements, ref: Ref, other: Ref) -> bool:
    """Return whether a dot is in the middle of a line, which has no inside."""
    types = [story.things.items[place].type for place in (*ref, *other)]
    return types[0] == "dot" and types[1] in STROKES


def surround(story: Statements, middle: Ref, around: Ref, span: Span) -> None:
    """Place several objects around one, or one object inside a single other."""
    if len(around) == 1 or len(middle) != 1:
        return story.relate("inside", middle, around, span)
    if len(around) not in _RINGS:
        return story.cursor.miss(span, f"there is room for {max(_RINGS)} around an object")
    for member, hows in zip(around, _RINGS[len(around)].split(), strict=True):
        for how in hows.split("+"):
            story.relate(how, (member,), middle, span)
    return None


def _numbers(story: Statements, together: Ref, modifier: Modifier) -> None:
    """Place objects at a number of a number line, or strokes from one number to another."""
    items = story.things.items
    together = tuple(place for place in together if items[place].type != "number_line")
    if not together or not any(item.type == "number_line" for item in items):
        return story.cursor.miss(modifier.span, "the range of its numbers is not kept")
    for place in together:
        story.things.measure((place,), "numbers", modifier.value)
    return None


def _ends(story: Statements, ref: Ref, modifier: Modifier) -> None:
    """Place a stroke between two points: keep its middle and direction; its length follows its kind."""
    if story.things.items[ref[0]].type not in (*STROKES, "brace", "arc", "function_graph"):
        return story.cursor.miss(modifier.span, "only lines and arrows lead from one point to another")
    (x, y), (to_x, to_y) = modifier.value
    across, up = to_x - x, to_y - y
    if abs(up) > 2 * abs(across):
        way = "up" if up > 0 else "down"
    elif abs(across) > 2 * abs(up):
        way = "right" if across > 0 else "left"
    else:
        way = "diagonal"
    story.things.add_traits(ref, way)
    middle = ((x + to_x) / 2, (y + to_y) / 2)
    story.places.append(Place(ref, None, None, modifier.span, point=middle))
    story.things.measure(ref, "ends", ((x, y), (to_x, to_y)))
    return None


def _two(story: Statements, refs: list[Ref], modifier: Modifier) -> None:
    others: Any = modifier.others
    if len(others) == 1 and len(others[0]) == 2:
        others = (others[0][:1], others[0][1:])
    if len(others) != 2 or not all(others):
        return story.cursor.miss(modifier.span, "it needs two objects")
    place = modifier.value[1]
    if place is not None:
        column, row, corner = place
        story.places.append(Place(others[0], column, row, modifier.span, corner))
    story.joins += [(ref, others[0], others[1], modifier.span) for ref in refs]
    return None


#: Where an arrow of a direction is placed that is drawn at something.
_SIDES = {"up": "above", "down": "below", "left": "left", "right": "right"}


def has(story: Statements, ref: Ref, head: Ref) -> None:
    """Place what an object is said to have: "a square with a dot", "a circle with the label 'A'"."""
    span = story.cursor.since(max(story.cursor.place - 1, 0))
    if len(head) == 1 and story.things.items[head[0]].type == "brace":
        return story.tips.append((ref, head, span))
    ways = [set(_SIDES) & story.things.items[place].traits for place in ref]
    if all(ways) and all(story.things.items[place].type in ("arrow", "double_arrow") for place in ref):
        # "A square with arrows pointing up and down": forces.
        for place, way in zip(ref, ways, strict=True):
            story.relate(_SIDES[min(way)], (place,), head, span)
        return None
    holds = all(story.things.items[place].type in HOLDERS for place in head)
    traits = story.things.items[ref[0]].traits
    types = [story.things.items[place].type for place in (*ref, *head)]
    if len(head) == 1 and set(types[:-1]) == {"dot"} and types[-1].endswith("line"):
        return story.relate("front", ref, head, span)
    how = "above" if "title" in traits else "inside" if holds and "label" not in traits else "below"
    if len(head) == 1 and "title" not in traits:
        story.things.measure(ref, "belongs", head[0])
    return story.relate(how, ref, head, span)
