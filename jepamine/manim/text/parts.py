"""What belongs to another object: "mark 3" on a number line, "cross it out"; and what of it is not kept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from jepamine.manim.text.noun_phrases import noun_phrase
from jepamine.manim.text.noun_suffixes import colours
from jepamine.manim.text.phrase import NounPhrase, starts_behind
from jepamine.manim.text.reading import Event, Item, Place, Ref, Relation, Span
from jepamine.manim.text.solve.constructions import CIRCLES

if TYPE_CHECKING:
    from jepamine.manim.text.cursor import Cursor
    from jepamine.manim.text.discourse import Discourse

_MARK = ("mark", "marks", "marking", "marked")
_NUMBERED = ("dot", "arrow", "double_arrow", "line", "dashed_line", "circle", "triangle")


def marks_follow(cursor: Cursor) -> bool:
    """Return whether "mark 3" or "mark the point 3" comes next."""
    if cursor.peek().text.lower() not in _MARK:
        return False
    return cursor.peek(_behind_point(cursor)).kind in ("count", "number")


def mark(cursor: Cursor, story: Discourse) -> None:
    """Parse "mark the points 1, 2 and 4 with red dots": one dot, or what is named, at each number."""
    start = cursor.place
    cursor.place += _behind_point(cursor)
    numbers: list[float] = []
    while cursor.at("count", "number"):
        numbers.append(float(cursor.next().value))
        if cursor.at("comma", "and") and cursor.peek(1).kind in ("count", "number"):
            cursor.next()
        elif (
            cursor.at("comma") and cursor.peek(1).kind == "and" and cursor.peek(2).kind in ("count", "number")
        ):
            cursor.place += 2
    phrase = NounPhrase(article="a", type="dot")
    if cursor.at("on") or cursor.peek().text.lower() in ("on", "at"):
        place = cursor.place
        cursor.next()
        if cursor.at("pronoun") or cursor.at("article"):
            noun = cursor.peek(1 if cursor.at("article") else 0)
            cursor.place += 1 + (noun.kind == "noun" and noun.value[0] == "number_line")
        else:
            cursor.place = place
    if cursor.peek().text.lower() in ("with", "by", "using") and starts_behind(cursor):
        cursor.next()
        phrase = noun_phrase(cursor)
    elif cursor.at("in") and cursor.peek(1).kind == "colour":
        cursor.next()
        phrase.colours = colours(cursor, False)
    if cursor.at("on") and starts_behind(cursor):
        # "On a number line from 0 to 5", which comes only now.
        cursor.next()
        story.thing(noun_phrase(cursor))
    phrase.count, phrase.plural, phrase.span = len(numbers), len(numbers) > 1, cursor.since(start)
    if phrase.type not in _NUMBERED:
        return cursor.miss(phrase.span, "what marks the number is not clear")
    story.close()
    ref = story.things.introduce(phrase)
    if story.things.sets and story.things.sets[-1] == ref:
        story.things.sets.pop()
    for place, number in zip(ref, numbers, strict=True):
        story.things.measure((place,), "numbers", (number,))
    story.before = [ref]
    return None


def _behind_point(cursor: Cursor) -> int:
    """Return how many tokens "mark the point" takes."""
    ahead = 1
    while cursor.peek(ahead).kind in ("article", "filler") or cursor.peek(ahead).text.lower() in (
        "point", "points", "number", "numbers", "value", "values", "position", "positions", "off", "out",
    ):  # fmt: skip
        ahead += 1
    return ahead


_STRUCK, _OUT = ("cross", "crosses", "strike", "strikes"), ("out", "through")
_DONE = ("underlined", "crossed", "struck")
_UNDER = ("underline", "underlines", "underlining")


def struck_follows(cursor: Cursor) -> bool:
    """Return whether "cross it out" comes next."""
    words = [cursor.peek(ahead).text.lower() for ahead in range(3)]
    if words[0] in _DONE and (words[0] == "underlined" or words[1] in _OUT):
        return True
    if words[0] in _UNDER:
        return cursor.peek(1).kind == "pronoun" or starts_behind(cursor)
    return words[0] in _STRUCK and (words[2] in _OUT or (words[1] in _OUT and starts_behind(cursor, 2)))


def strike(cursor: Cursor, story: Discourse) -> None:
    """Parse "cross it out with a red line", "underline the word": a line through a text, or below it."""
    start = cursor.place
    word = cursor.next().text.lower()
    part = "underline" if word.startswith("underlin") else "strike"
    ref = story.clause.entries[-1].ref if word in _DONE and story.clause.started() else ()
    story.close()
    if cursor.peek().text.lower() in _OUT:
        cursor.next()
    tones: list[str] = []
    if word in _DONE:
        # "The word 'draft', crossed out".
        ref = ref or (story.before[-1] if story.before else ())
    elif cursor.at("pronoun"):
        ref = story.pronoun()
    else:
        text = noun_phrase(cursor)
        if text.coloured_behind:
            # "Underline the word in red": the line is red.
            tones, text.colours = text.colours, []
        ref, _ = story.thing(text)
    if cursor.peek().text.lower() in _OUT:
        cursor.next()
    if cursor.at("in") and cursor.peek(1).kind == "colour":
        cursor.next()
        tones = colours(cursor, False)
    phrase = NounPhrase(article="a", type="line", span=cursor.since(start), colours=tones)
    if cursor.peek().text.lower() in ("with", "by", "using", "in") and starts_behind(cursor):
        cursor.next()
        phrase = noun_phrase(cursor)
    if not ref or story.things.items[ref[0]].type != "text" or phrase.type not in ("line", "dashed_line"):
        return cursor.miss(cursor.since(start), "what is crossed out is not clear")
    seen = len(story.things.items)
    line = story.things.introduce(phrase)
    story.things.measure(line, "part", (ref[0], part, 0))
    story.events.append(Event("show", line, None, cursor.since(start), seen=seen))
    story.before = [line]
    return None


def settle(story: Discourse) -> None:
    """Bind places on number lines to the line, and say what of a part's place is not kept."""
    items = story.things.items
    lines = [place for place, item in enumerate(items) if item.type == "number_line"]
    used = [n for item in items for n in item.measure("numbers") or ()]
    used += [event.value[1] for event in story.events if _to_number(event)]
    if used and not lines:
        story.cursor.miss(Span(0, len(story.cursor.description)), "there is no number line for its numbers")
    for place, item in enumerate(items):
        if (numbers := item.measure("numbers")) and lines:
            story.things.measure((place,), "part", (lines[0], "number", numbers))
    if used and lines and not items[lines[0]].measure("range"):
        story.things.measure((lines[0],), "range", (min(-5.0, *used), max(5.0, *used)))
    story.events = [_bound(event, lines) for event in story.events]
    # "A circle inscribed in a square on the left": the square is there, and the circle in it.
    story.places = [replace(one, subject=_bearers(items, one.subject)) for one in story.places]
    story.relations = [
        replace(one, subject=_bearers(items, one.subject), other=_bearers(items, one.other))
        if set(_bearers(items, one.subject)).isdisjoint(_bearers(items, one.other))
        else one
        for one in story.relations
    ]
    statements: list[Place | Relation] = [*story.places, *story.relations]
    for statement in statements:
        for place in statement.subject:
            part = items[place].measure("part")
            if part and statement.span.end and not _fitting(part, getattr(statement, "other", (part[0],))):
                story.cursor.miss(statement.span, "it has its place by what it belongs to")


def _bearers(items: list[Item], ref: Ref) -> Ref:
    """Return objects, with a figure in place of the circle in or around it."""
    parts = [items[place].measure("part") for place in ref]
    found = [
        part[0] if part and part[1] in CIRCLES else place for part, place in zip(parts, ref, strict=True)
    ]
    return tuple(dict.fromkeys(found))


def _fitting(part: Any, other: Ref) -> bool:
    return part[0] in other


def _bound(event: Event, lines: list[int]) -> Event:
    if _to_number(event) and lines:
        return replace(event, value=("number", (lines[0], event.value[1])))
    return event


def _to_number(event: Event) -> bool:
    return event.verb == "move" and event.value[0] == "number"
