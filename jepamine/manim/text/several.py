"""What is said of several objects at once: "one by one", "in different colours", "of increasing size"."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from jepamine.manim.engine.palette import PALETTE
from jepamine.manim.text.appearance import POINTS
from jepamine.manim.text.reading import Event, Ref, Span

if TYPE_CHECKING:
    from jepamine.manim.text.cursor import Cursor, Token
    from jepamine.manim.text.discourse import Discourse

#: Colours that are told apart at a glance, in the order in which they are given.
_DISTINCT = ("RED", "BLUE", "GREEN", "YELLOW", "PURPLE", "ORANGE", "TEAL", "PINK", "GOLD", "MAROON")


def several(cursor: Cursor, story: Discourse) -> None:
    """Parse "one by one" or "in different colours" after several objects."""
    part = cursor.next()
    entries = [entry.ref for entry in story.clause.entries if entry.ref]
    members = tuple(dict.fromkeys(sum(entries or story.before, ())))
    if len(members) < 2:
        return cursor.miss(part.span, "several objects are needed before it")
    if part.kind == "facing":
        return _facing(story, members, part.span)
    if part.kind == "in_turn":
        if cursor.at("order") and _ordered(story, members, cursor.peek().value):
            members = _ordered(story, members, cursor.next().value)
        return _in_turn(story, members, part.span)
    if part.value:
        return _sized(cursor, story, members, part)
    for number, place in enumerate(members):
        item = story.things.items[place]
        if item.color is None:
            story.things.items[place] = replace(item, color=PALETTE[_DISTINCT[number % len(_DISTINCT)]][0])
    return None


#: Type -> the measure that gives its size, and its value for an object of the usual size.
_SIZES = {
    "circle": ("radius", 0.8), "star": ("radius", 0.8), "polygon": ("radius", 0.8), "square": ("side", 1.5),
    "triangle": ("side", 1.5), "line": ("length", 2.0), "arrow": ("length", 2.0),
}  # fmt: skip


def _sized(cursor: Cursor, story: Discourse, members: Ref, part: Token) -> None:
    """Give objects growing or shrinking sizes: "five circles of increasing size"."""
    things, last = story.things, len(members) - 1
    if any(things.items[place].type not in _SIZES for place in members):
        return cursor.miss(part.span, "their sizes cannot be set")
    for number, place in enumerate(members):
        name, usual = _SIZES[things.items[place].type]
        share = (number if part.value == "growing" else last - number) / last
        things.measure((place,), name, round(usual * (0.4 + 0.9 * share), 2))
    return None


def one_each(story: Discourse) -> None:
    """Place each of several objects in one of as many others: "the numbers 1 to 4 in four squares"."""
    for relation in list(story.relations):
        subject, other = relation.subject, relation.other
        if relation.how != "inside" or not 1 < len(subject) == len(other):
            continue
        place = story.relations.index(relation)
        pairs = zip(subject, other, strict=True)
        story.relations[place : place + 1] = [
            replace(relation, subject=(one,), other=(around,)) for one, around in pairs
        ]
        # What connects the letters in boxes connects the boxes.
        story.links = [
            (other if ref == subject else ref, strokes, span) for ref, strokes, span in story.links
        ]
        # They are where the others are, not in a row of their own.
        things = story.things
        things.groups = [(kind, group) for kind, group in things.groups if group.members != subject]


def _facing(story: Discourse, members: Ref, span: Span) -> None:
    """Turn two triangles or arrows to each other."""
    types = {story.things.items[place].type for place in members}
    if len(members) != 2 or not types <= {"triangle", "arrow"}:
        return story.cursor.miss(span, "only two triangles or arrows are turned to each other")
    for place, way in zip(members, ("right", "left"), strict=True):
        if story.things.items[place].type == "arrow":
            story.things.add_traits((place,), way)
        else:
            story.things.measure((place,), "turned", POINTS[way])
    return None


def _ordered(story: Discourse, members: Ref, way: str) -> Ref:
    """Return objects from left to right, or from top to bottom; none where that is not known yet."""
    if any(set(members) <= set(group.members) for _, group in story.things.groups) or not story.places:
        return members if way in ("row", "column") else ()
    spots = {
        member: place.point or (4.0 * (place.column or 0), 2.5 * (place.row or 0))
        for place in story.places
        for member in place.subject
    }
    if not set(members) <= set(spots):
        return ()
    axis, sign = (0, 1) if way == "row" else (1, -1)
    return tuple(sorted(members, key=lambda member: sign * spots[member][axis]))


def _in_turn(story: Discourse, members: Ref, span: Span) -> None:
    last = story.events[-1] if story.events else None
    if last is not None and last.verb != "show" and len(last.subject) > 1 and not last.other:
        return _each_in_turn(story, members, last.subject)
    if last is not None and last.verb == "show" and set(last.subject) <= set(members):
        story.events.pop()
    seen = len(story.things.items)
    story.events += [Event("show", (place,), None, span, seen=seen) for place in members]
    return None


def _each_in_turn(story: Discourse, members: Ref, subject: Ref) -> None:
    """Let the last that happened to several happen to one after another: "they fade out one by one"."""
    run: list[Event] = []
    span = story.events[-1].span
    while story.events and story.events[-1].subject == subject and story.events[-1].span == span:
        run.insert(0, story.events.pop())
    ordered = tuple(place for place in members if place in subject) or subject
    story.events += [replace(event, subject=(place,), together=False) for place in ordered for event in run]
