"""Fill in what a description leaves open: arrangements of equal objects, the ends of arrows."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from jepamine.manim.text.camera import settle_trails
from jepamine.manim.text.discourse import Discourse
from jepamine.manim.text.kinds import KINDS, NEEDS_DATA
from jepamine.manim.text.parts import settle
from jepamine.manim.text.phrase import STROKES, TURNED, NounPhrase
from jepamine.manim.text.reading import Event, Place, Ref, Relation, Span

_OPPOSITE = {"left": "right", "right": "left", "above": "below", "below": "above"}
_TURNS = {"left": "right", "right": "left", "above": "down", "below": "up"}
#: The direction of an arrow -> the side of its target on which it is placed.
_FROM = {"right": "left", "left": "right", "down": "above", "up": "below"}
#: A brace opens towards what it holds.
_OUTWARD = {"left": "left", "right": "right", "above": "up", "below": "down"}
#: Types that can be painted over what they cover.
_FIGURES = ("circle", "square", "rectangle", "triangle", "ellipse", "star", "polygon", "annulus")
#: Objects on which a point is in their units, not in those of the frame.
_AXES = ("axes", "number_plane")


def finish(story: Discourse) -> None:
    """Settle what was left open, once everything is parsed."""
    for ref, strokes, span in story.links:
        _chain(story, ref, strokes, span)
    for ref, start, end, span in story.joins:
        _join(story, ref, start, end, span)
    for ref, brace, span in story.tips:
        sides = [said.how for said in story.relations if said.subject == brace and said.how in _OUTWARD]
        story.relate(sides[0] if sides else "below", ref, brace, span)
    for ref, target, span in story.aims:
        _aim(story, ref, target, span)
    settle(story)
    settle_trails(story)
    _group(story)
    _title(story)
    _contents(story)
    _on_the_axes(story)
    for relation in story.relations:
        if relation.how == "inside" and len(relation.other) == 1:
            _widen(story, relation.other)
        if relation.how in _OUTWARD and story.things.items[relation.subject[0]].type == "brace":
            _turn(story, relation.subject, _OUTWARD[relation.how])
        covering = {"front": relation.subject, "behind": relation.other}.get(relation.how, ())
        for place in covering:
            item = story.things.items[place]
            # Both of "two overlapping circles" should be visible, as in a Venn diagram.
            if item.type in _FIGURES and not item.traits & {"outlined", "overlapping"}:
                story.things.add_traits((place,), "filled")


def _contents(story: Discourse) -> None:
    """Note what a chart or a table lacks, add axes for graphs of functions, and settle vertices."""
    things = story.things
    for place, item in enumerate(list(things.items)):
        for kind, reason in NEEDS_DATA.items():
            if kind in item.traits and not item.measure("data"):
                story.cursor.miss(Span(0, len(story.cursor.description)), reason)
        if item.type == "function_graph" and item.measure("function") is not None:
            _on_axes(story, place)
        vertices = item.measure("vertices")
        if vertices:
            xs, ys = zip(*vertices, strict=True)
            middle = ((min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2)
            story.places = [one for one in story.places if one.subject != (place,)]
            story.places.append(Place((place,), None, None, Span(0, 0), point=middle))


def _on_axes(story: Discourse, place: int) -> None:
    """Put the graph of a given function on axes: those that were named last before it, else new ones."""
    things = story.things
    axes = [n for n, item in enumerate(things.items) if item.type == "axes" and not item.traits & KINDS]
    planes = [n for n, item in enumerate(things.items) if item.type == "number_plane"]
    found = [n for n in (*axes, *planes) if n < place] or axes or planes
    if not found:
        found = list(things.introduce(NounPhrase(article="a", type="axes", span=Span(0, 0))))
        story.places += [replace(one, subject=(found[0],)) for one in story.places if one.subject == (place,)]
        story.relations = [_moved(one, place, found[0]) for one in story.relations]
    story.places = [one for one in story.places if one.subject != (place,)]
    story.relations = [one for one in story.relations if place not in one.subject + one.other]
    things.measure((place,), "axes", found[-1])


def _on_the_axes(story: Discourse) -> None:
    """Bind the points of dots, and the ends of strokes, to the only axes; and where such a dot moves to."""
    items = story.things.items
    axes = [place for place, item in enumerate(items) if item.type in _AXES and not item.traits & KINDS]
    if len(axes) != 1:
        return
    bound = set()
    for stated in list(story.places):
        if stated.point is None or len(stated.subject) != 1:
            continue
        (place,) = stated.subject
        ends = items[place].measure("ends") if items[place].type in STROKES else None
        points = ends or ((stated.point,) if items[place].type == "dot" else None)
        if points:
            story.things.measure((place,), "part", (axes[0], "coordinates", points))
            story.places.remove(stated)
            bound.add(place)
    story.events = [
        _on_scale(event, axes[0]) if set(event.subject) <= bound else event for event in story.events
    ]


def _on_scale(event: Event, axes: int) -> Event:
    if event.verb == "move" and event.value[0] == "to":
        return replace(event, value=("coordinates", (axes, event.value[1])))
    return event


def _moved(relation: Relation, place: int, axes: int) -> Relation:
    """Return a relation to the axes in place of their graph."""
    subject, other = (
        tuple(axes if n == place else n for n in ref) for ref in (relation.subject, relation.other)
    )
    return replace(relation, subject=subject, other=other)


def _title(story: Discourse) -> None:
    """Place a title without a place at the top, unless something else is there."""
    placed = {place for title in story.places for place in title.subject}
    placed |= {place for title in story.relations for place in (*title.subject, *title.other)}
    titles = [place for place, item in enumerate(story.things.items) if "title" in item.traits]
    if len(titles) == 1 and not set(titles) & placed and all(title.row != 1 for title in story.places):
        story.places.append(Place((titles[0],), 0, 1, Span(0, 0)))


def _widen(story: Discourse, ref: Ref) -> None:
    """Make a line slant: only a slanting line has room for something between its ends."""
    item = story.things.items[ref[0]]
    if item.type in ("line", "dashed_line", "arrow", "double_arrow"):
        story.things.add_traits(ref, "diagonal")


def _chain(story: Discourse, ref: Ref, strokes: Ref, span: Span) -> None:
    """Lead each stroke from one object to the next; objects without a place form a row."""
    story.relations = [
        replace(one, how="inside") if _is_label_in_the_way(story, one, ref) else one
        for one in story.relations
    ]
    groups = [group for _, group in story.things.groups if set(group.members) & set(ref)]
    if not groups and not _apart(story, ref):
        story.things.group("row", ref, span)
    if any(group.rows > 1 and group.columns > 1 for group in groups):
        return story.cursor.miss(span, "only objects in a row or a column can be connected in sequence")
    story.joins += [
        ((stroke,), (first,), (second,), span)
        for stroke, (first, second) in zip(strokes, pairwise(ref), strict=False)
    ]
    return None


def _is_label_in_the_way(story: Discourse, relation: Relation, ref: Ref) -> bool:
    """Return whether a text is below a box from which an arrow leads: it belongs inside."""
    if relation.how != "below" or len(relation.other) != 1 or relation.other[0] not in ref:
        return False
    label, box = (story.things.items[one[0]] for one in (relation.subject, relation.other))
    return label.type == "text" and box.type in ("rectangle", "square", "circle", "ellipse")


def _join(story: Discourse, ref: Ref, start: Ref, end: Ref, span: Span) -> None:
    """Place `ref` between two objects, turned from the first to the second."""
    side = _side(story, start, end)
    if len(ref) == len(start) == len(end) == 1 and story.things.items[ref[0]].type in STROKES:
        story.joined.append((ref[0], start[0], end[0]))
    story.relate(side, start, ref, span)
    story.relate(_OPPOSITE[side], end, ref, span)
    _turn(story, ref, _TURNS[side])


def _aim(story: Discourse, ref: Ref, target: Ref, span: Span) -> None:
    side = _stated(story, ref, target)
    if side is None:
        directions = [way for way in _FROM if way in story.things.items[ref[0]].traits]
        side = _FROM[directions[0]] if directions else "left"
        story.relate(side, ref, target, span)
    _turn(story, ref, _TURNS[side])


def _turn(story: Discourse, ref: Ref, direction: str) -> None:
    for place in ref:
        item = story.things.items[place]
        if item.type in TURNED and not item.traits & set(_TURNS.values()):
            story.things.add_traits((place,), direction)


def _side(story: Discourse, start: Ref, end: Ref) -> str:
    """Return on which side of the end the start is: as far as stated, else on its left."""
    stated = _stated(story, start, end)
    if stated:
        return stated
    for _, group in story.things.groups:
        if set(start + end) <= set(group.members):
            first, second = group.members.index(start[0]), group.members.index(end[0])
            upright = group.columns == 1 or first % group.columns == second % group.columns
            return ("above" if upright else "left") if first < second else ("below" if upright else "right")
    places = {ref: (place.column or 0, place.row or 0) for place in story.places for ref in [place.subject]}
    (column, row), (other_column, other_row) = places.get(start, (0, 0)), places.get(end, (0, 0))
    if column == other_column and row != other_row:
        return "above" if row > other_row else "below"
    return "right" if column > other_column else "left"


def _stated(story: Discourse, first: Ref, second: Ref) -> str | None:
    for relation in story.relations:
        if relation.how in _OPPOSITE:
            if (relation.subject, relation.other) == (first, second):
                return relation.how
            if (relation.subject, relation.other) == (second, first):
                return _OPPOSITE[relation.how]
    return None


def _group(story: Discourse) -> None:
    """Arrange objects mentioned together without an arrangement in a row or a column."""
    for ref in story.things.sets:
        grouped = {member for _, group in story.things.groups for member in group.members}
        if grouped & set(ref) or _apart(story, ref):
            continue
        aside = any(place.subject == ref and place.column and not place.row for place in story.places)
        story.things.group("column" if aside else "row", ref, Span(0, 0))


def _apart(story: Discourse, ref: Ref) -> bool:
    """Return whether single ones of these objects have a place."""
    placed = {
        *(relation.subject for relation in story.relations),
        *(place.subject for place in story.places),
    }
    return any((member,) in placed for member in ref)
