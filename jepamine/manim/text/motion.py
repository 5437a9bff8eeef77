"""What happens to objects: "the circle moves 2 units to the right", "then transform it into a square"."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from jepamine.manim.text.cursor import Cursor, Token
from jepamine.manim.text.motion_arguments import argument
from jepamine.manim.text.motion_events import (
    CURVES,
    ENTERS,
    FALLS,
    MOST_TIMES,
    NO_PATHS,
    Said,
    event_of,
    without_effect,
)
from jepamine.manim.text.motion_sequences import next_colours, next_forms, there_and_back
from jepamine.manim.text.noun_phrases import noun_phrase
from jepamine.manim.text.phrase import BEFORE, starts, starts_behind, verb_follows
from jepamine.manim.text.reading import Event, Place, Ref, Span

if TYPE_CHECKING:
    from jepamine.manim.text.discourse import Discourse


def motion(cursor: Cursor, story: Discourse) -> None:
    """Parse a verb of motion with its subject and what follows."""
    start = cursor.place
    word = cursor.next()
    ordered = cursor.peek(-2).kind in ("and", "comma", "filler", "end", "stop", "colon", "meanwhile")
    _happens(cursor, story, word, start, ordered)
    while _another(cursor):
        # "Move the circle up and the square down".
        start = cursor.place
        cursor.next()
        story.together = True
        _happens(cursor, story, word, start, True)


def _another(cursor: Cursor) -> bool:
    """Return whether "and the square down" comes next: another object of the same verb, and how it moves."""
    ahead = 1
    if not cursor.at("and") or cursor.peek(ahead).value != "the":
        return False
    while cursor.peek(ahead).kind in BEFORE and cursor.peek(ahead).text.lower() != "one":
        ahead += 1
    how = cursor.peek(ahead + 1)
    noun = cursor.peek(ahead).kind == "noun" or cursor.peek(ahead).text.lower() == "one"
    return noun and (how.kind in ("side", "measure", "relation") or how.text.lower() == "by")


def _happens(cursor: Cursor, story: Discourse, word: Token, start: int, ordered: bool) -> None:
    """Parse the subject of a verb and what follows, and add what happens."""
    verb = str(word.value)
    said = Said()
    if verb == "fade" and cursor.peek().text.lower() in ("in", "out", "away"):
        said.particle = cursor.next().text.lower()
    if ordered and cursor.at("side") and cursor.peek(1).kind == "article" and starts_behind(cursor):
        # "Move up the circle".
        said.way = cursor.next().value
    ref = () if verb == "wait" else _subject(cursor, story, verb, said, ordered)
    if verb == "fade" and not said.particle and cursor.peek().text.lower() in ("in", "out", "away"):
        said.particle = cursor.next().text.lower()
    seen, said.subject = len(story.things.items), ref
    while argument(cursor, story, verb, said):
        pass
    if verb == "land" and said.other:
        if said.goal is not None and said.goal[0] == "place":
            # "Lands on a line at the bottom".
            column, row = said.goal[1]
            story.places.append(Place(said.other, column, row, cursor.since(start)))
        said.goal, said.other = ("next to", ((0, 1), said.other)), ()
    if word.text.lower() in ENTERS and said.goal is None and said.begin is not None:
        # "Slides in from the left": to where it belongs.
        verb, said.shift, said.begin = "show", said.begin, None
    if verb == "rotate" and said.other:
        # "Rotates around the square".
        verb = "orbit"
    if verb == "move" and said.pivot and said.other and said.goal is None:
        # "Moves around the square".
        verb = "orbit"
    if verb == "move" and said.begin and said.way and said.goal is None and said.amount is None:
        # "From the left to the right": of the frame.
        said.goal, said.way = ("place", said.way), None
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
    if verb == "follow" and {story.things.items[place].type for place in said.other} & NO_PATHS:
        # "The square follows the dot": it goes where that is.
        verb, said.goal = "move", ("next to", ((-1, 0), said.other))
    event = event_of(verb, word.text.lower(), said)
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
    _prepare(story, event[0], ref, said, span)
    if event[0] == "show":
        _appears(story, ref, said, span)
    first = _add(story, event, ref, said, span, seen)
    if event[0] == "transform":
        next_forms(cursor, story, said.other)
    elif event[0] == "recolor":
        next_colours(cursor, story, first)
    return None


def _prepare(story: Discourse, kind: str, ref: Ref, said: Said, span: Span) -> None:
    """Say where objects are, and which colour they have, before something happens to them."""
    placed = [one.subject for one in story.relations] + [one.subject for one in story.places]
    if kind == "orbit" and not any(set(ref) & set(subject) for subject in placed):
        story.relate("right", ref, said.other, span)
    if said.first_colour is not None and kind in ("recolor", "transform"):
        bare = tuple(place for place in ref if story.things.items[place].color is None)
        story.things.paint(bare, said.first_colour)
    if kind == "transform" and said.colour is not None:
        story.things.paint(said.other, said.colour)
    if said.begin is not None and kind == "move" and ref not in placed:
        story.places.append(Place(ref, *said.begin, span))
    if said.start is not None and kind == "move" and ref not in placed and not _moved(story, ref):
        story.places.append(Place(ref, None, None, span, point=said.start))


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
        _pivot(said) if kind == "rotate" else ("side", said.shift) if said.shift else None,
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


def _moved(story: Discourse, ref: Ref) -> bool:
    return any(set(event.subject) & set(ref) for event in story.events if event.verb != "show")


def _pivot(said: Said) -> tuple[str, tuple[float, float]] | None:
    """Return what something turns about: a side or corner of its own, or a point of the frame."""
    if said.goal is None:
        return None
    what, value = said.goal
    if what == "place" and any(value):
        return "side", (value[0], value[1])
    return ("to", value) if what == "to" else None


def _appears(story: Discourse, ref: Ref, said: Said, span: Span) -> None:
    """Place what appears "below it", "at the top"."""
    goal = said.goal or ("", None)
    what: str = goal[0]
    value: Any = goal[1]
    if what in ("next to", "onto"):
        for how in said.sides:
            story.relate(how, ref, value if what == "onto" else value[1], span)
    elif what == "place":
        story.places.append(Place(ref, value[0], value[1], span))
    elif what == "to":
        story.places.append(Place(ref, None, None, span, point=value))
    elif said.way is not None:
        story.places.append(Place(ref, int(said.way[0]), int(said.way[1]), span))


def _subject(cursor: Cursor, story: Discourse, verb: str, said: Said, ordered: bool) -> Ref:
    entries = story.clause.entries
    if entries and ordered and (cursor.at("pronoun") or starts(cursor)):
        # "Draw a circle and move it": an order, not what the circle does.
        story.close()
    elif entries:
        meant = story.clause.again() or entries
        refs = [entry.ref for entry in (meant if story.clause.closed else meant[-1:]) if entry.ref]
        story.close()
        return tuple(dict.fromkeys(sum(refs, ())))
    if (not ordered or verb == "land") and story.before and not cursor.at("pronoun"):
        return story.before[-1]
    cursor.skip("filler")
    if cursor.at("pronoun"):
        return story.pronoun()
    ref: Ref = ()
    while starts(cursor):
        phrase = noun_phrase(cursor)
        if verb == "highlight" and phrase.colours and cursor.peek(-2).kind == "in":
            # "Highlight the circle in red".
            said.colour = phrase.colours.pop()
        ref += story.thing(phrase)[0]
        if not (cursor.at("and") and starts_behind(cursor)) or verb_follows(cursor):
            break
        cursor.next()
    return ref or (story.before[-1] if story.before else ())
