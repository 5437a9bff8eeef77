"""What happens to objects: "the circle moves 2 units to the right", "then transform it into a square"."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from jepamine.manim.text.cursor import Cursor, Token
from jepamine.manim.text.motion_arguments import THEN, argument
from jepamine.manim.text.motion_effects import appears, meant, pivot, prepare
from jepamine.manim.text.motion_events import (
    CURVES,
    ENTERS,
    FALLS,
    MOST_TIMES,
    NO_PATHS,
    Said,
    without_effect,
)
from jepamine.manim.text.motion_sequences import goes_on, next_colours, next_forms, reverse, there_and_back
from jepamine.manim.text.motion_subjects import PULLS, PUSHES, THROWS, beside, pushed, subject
from jepamine.manim.text.phrase import BEFORE, starts, starts_behind
from jepamine.manim.text.reading import Event, Place, Ref, Span

if TYPE_CHECKING:
    from jepamine.manim.text.discourse import Discourse


def motion(cursor: Cursor, story: Discourse) -> None:
    """Parse a verb of motion with its subject and what follows."""
    start = cursor.place
    word = cursor.next()
    ordered = cursor.peek(-2).kind in ("and", "comma", "filler", "end", "stop", "colon", "meanwhile")
    _happens(cursor, story, word, start, ordered)
    while (ahead := _another(cursor)) is not None:
        # "Move the circle up and the square down".
        then = any(part.kind == "filler" for part in cursor.tokens[cursor.place : cursor.place + ahead])
        start = cursor.place
        cursor.place += ahead
        story.together = not then
        _happens(cursor, story, word, start, True)


def _another(cursor: Cursor) -> int | None:
    """Return how many tokens lead to another object of the same verb: ", then the square down".

    None if that does not come next.
    """
    lead = 0
    while cursor.peek(lead).kind in ("and", "comma") or cursor.peek(lead).text.lower() in THEN:
        lead += 1
    ahead = lead
    if not lead or cursor.peek(ahead).value != "the":
        return None
    while cursor.peek(ahead).kind in BEFORE and cursor.peek(ahead).text.lower() != "one":
        ahead += 1
    how = cursor.peek(ahead + 1)
    noun = cursor.peek(ahead).kind == "noun" or cursor.peek(ahead).text.lower() == "one"
    # ", the square to the right is red" says where it is.
    joined = any(cursor.peek(part).kind != "comma" for part in range(lead))
    kinds = ("side", "measure", "relation") if joined else ("side", "measure")
    return lead if noun and (how.kind in kinds or how.text.lower() in ("by", "around")) else None


def _happens(cursor: Cursor, story: Discourse, word: Token, start: int, ordered: bool) -> None:
    """Parse the subject of a verb and what follows, and add what happens."""
    verb = str(word.value)
    said = Said()
    if verb == "fade" and cursor.peek().text.lower() in ("in", "out", "away"):
        said.particle = cursor.next().text.lower()
    if ordered and cursor.at("side") and cursor.peek(1).kind == "article" and starts_behind(cursor):
        # "Move up the circle".
        said.way = cursor.next().value
    along: Ref = ()
    if word.text.lower() in PUSHES and (cursor.at("pronoun") or starts(cursor)):
        ref, along = pushed(cursor, story, ordered)
    else:
        ref = () if verb == "wait" else subject(cursor, story, verb, said, ordered)
    if verb == "fade" and not said.particle and cursor.peek().text.lower() in ("in", "out", "away"):
        said.particle = cursor.next().text.lower()
    seen, said.subject = len(story.things.items), ref
    while argument(cursor, story, verb, said):
        pass
    verb = _settled(cursor, story, word, verb, said, start)
    if verb == "swap" and len(ref) == 1:
        # "Swap their places": the two that were mentioned last.
        latest = tuple(dict.fromkeys(sum((*story.history, *story.before), ())))
        ref = said.subject = latest[-2:]
    for lost in without_effect(verb, said):
        cursor.miss(lost, "it changes nothing of what happens here")
    verb, said.way = FALLS[verb] if verb in FALLS and said.goal is None else (verb, said.way)
    verb = "move" if verb in FALLS else verb
    if said.stops and said.goal is None:
        # "Along the points A, B and C".
        verb, said.goal, said.stops = "move", ("to", said.stops[0]), said.stops[1:]
    if verb == "sway":
        return there_and_back(story, word.text.lower(), said, cursor.since(start), seen)
    event = meant(story, verb, word.text.lower(), said)
    span = cursor.since(start)
    if verb == "move" and said.goal is None and said.other:
        kinds = {story.things.items[place].type for place in said.other}
        # "Moves on a parabola" is along it.
        verb, event = ("follow", ("follow", None)) if kinds <= CURVES else (verb, event)
    if said.numbers and verb in ("move", "follow"):
        ref = tuple(place for place in ref if story.things.items[place].type != "number_line")
        story.things.measure(ref, "numbers", said.numbers[:1])
        event = ("move", ("number", said.numbers[1]))
    if event is None or (not ref and verb != "wait"):
        return cursor.miss(span, "what happens, or to what, is not clear")
    if event[0] == "transform" and len(said.other) != len(ref):
        return cursor.miss(span, "what it turns into is not clear")
    if event[0] != "transform":
        # What it moves to, or along, is there before it moves.
        seen = len(story.things.items)
    if along and said.way:
        beside(story, ref, along, word.text.lower() in PULLS, said.way, span)
    if said.goal is None and word.text.lower() not in THROWS:
        # "The arrow pushes the box to the right" goes with it.
        ref += along
    prepare(story, event[0], ref, said, span)
    if event[0] == "show":
        appears(story, ref, said, span)
    first = _add(story, event, ref, said, span, seen)
    if event[0] == "transform":
        next_forms(cursor, story, said.other)
    elif event[0] == "recolor":
        next_colours(cursor, story, first)
    elif event[0] in ("move", "rotate", "scale"):
        _go_on(cursor, story, word, verb, first)
    return None


def _settled(cursor: Cursor, story: Discourse, word: Token, verb: str, said: Said, start: int) -> str:
    """Return what a verb means by all that follows it, and change what follows accordingly."""
    if verb == "land" and said.other:
        if said.goal is not None and said.goal[0] == "place":
            # "Lands on a line at the bottom".
            column, row = said.goal[1]
            story.places.append(Place(said.other, column, row, cursor.since(start)))
        said.goal, said.other = ("next to", ((0, 1), said.other)), ()
    if word.text.lower() in ENTERS and said.goal is None and said.begin is not None:
        # "Slides in from the left": to where it belongs.
        verb, said.shift, said.begin = "show", said.begin, None
    if verb == "fade" and said.other and not said.particle:
        # "Fades into a square".
        verb = "transform"
    if verb == "transform" and said.angle is not None and not said.other:
        # "Turns by 90 degrees".
        verb = "rotate"
    if verb == "rotate" and said.way and not said.way[1] and said.goal is None:
        # "To the left" is counterclockwise.
        said.sign, said.way = -said.way[0], None
        said.spans.pop("way", None)
    if verb == "move" and said.circling and not said.other:
        # "In a circle around the origin".
        verb, said.angle, said.pivot = "rotate", said.angle or 360.0, True
        said.goal = said.goal if said.goal is not None and said.goal[0] == "to" else ("to", (0.0, 0.0))
    around = verb == "rotate" or said.circling or (verb == "move" and said.pivot and said.goal is None)
    if around and said.other:
        # "Rotates around the square", "moves around the square".
        verb = "orbit"
    if verb == "move" and said.begin and said.way and said.goal is None and said.amount is None:
        # "From the left to the right": of the frame.
        said.goal, said.way = ("place", said.way), None
    if verb == "follow" and {story.things.items[place].type for place in said.other} & NO_PATHS:
        # "The square follows the dot": it goes where that is.
        verb, said.goal = "move", ("next to", ((-1, 0), said.other))
    return verb


def _go_on(cursor: Cursor, story: Discourse, word: Token, verb: str, first: Event) -> None:
    """Parse ", then down by 2 and back" after "the square moves right by 3"."""
    while goes_on(cursor):
        start, said = cursor.place, Said(subject=first.subject)
        back = reverse(first) if cursor.peek().text.lower() == "back" else None
        if back is not None and cursor.peek(1).kind not in ("to", "side", "relation", "place", "point"):
            cursor.next()
            first = replace(back, span=cursor.since(start))
            story.events.append(first)
            continue
        if cursor.peek().text.lower() == "back":
            cursor.next()
        while argument(cursor, story, verb, said):
            pass
        span = cursor.since(start)
        for lost in without_effect(verb, said):
            cursor.miss(lost, "it changes nothing of what happens here")
        if (event := meant(story, verb, word.text.lower(), said)) is None:
            return cursor.miss(span, "what happens, or to what, is not clear")
        first = _add(story, event, first.subject, said, span, len(story.things.items))
    return None


def _add(story: Discourse, event: tuple[str, Any], ref: Ref, said: Said, span: Span, seen: int) -> Event:
    """Add an event, with the pause before it and its repetitions; return it."""
    kind, value = event
    if said.delay:
        story.events.append(Event("wait", (), None, span, seconds=said.delay, seen=seen))
    first = Event(
        kind,  # type: ignore[arg-type]
        ref,
        value,
        span,
        said.other,
        story.together,
        said.seconds,
        seen,
        pivot(said) if kind == "rotate" else ("side", said.shift) if said.shift else None,
        said.colour if kind == "highlight" else None,
    )
    story.events.append(first)
    if kind == "move":
        story.events += [replace(first, value=("to", point), together=False) for point in said.stops]
    if kind == "highlight" and said.times and 1 < said.times <= MOST_TIMES:
        story.events += [replace(first, together=False)] * (int(said.times) - 1)
    story.together = False
    if ref:
        story.before = [said.other if kind == "transform" else ref]
    return first
