"""What happens several times in a row: one form after another, one colour after another, there and back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from jepamine.manim.text.cursor import Cursor
from jepamine.manim.text.motion_arguments import THEN
from jepamine.manim.text.motion_events import MOST_TIMES, Said
from jepamine.manim.text.noun_phrases import noun_phrase
from jepamine.manim.text.phrase import starts, verb_follows
from jepamine.manim.text.reading import Event, Ref, Span

if TYPE_CHECKING:
    from jepamine.manim.text.discourse import Discourse

#: How far something moves there and back, in units.
SWAY = 1.5


#: What ends the words for how something moves on.
_ENDS = ("stop", "end", "comma", "and", "verb", "meanwhile", "filler", "pronoun", "ground")
#: What those words are made of, and those of them of which one is needed.
_PARTS = ("measure", "side", "count", "number", "point", "place", "relation", "to", "article")
_NEEDED = ("measure", "side", "point", "place", "relation")


def goes_on(cursor: Cursor) -> bool:
    """Return whether the same goes on, ", then down by 2", ", then back", and step over what joins it."""
    place = cursor.place
    cursor.skip("comma", "and", "filler")
    between = cursor.tokens[place : cursor.place]
    kinds, ahead = set(), 0
    while cursor.peek(ahead).kind in _PARTS or cursor.peek(ahead).text.lower() in ("by", "back"):
        part = cursor.peek(ahead)
        kinds.add("side" if part.text.lower() == "back" else part.kind)
        ahead += 1
    filled = all(part.text.lower() in THEN for part in between if part.kind == "filler")
    after, last = cursor.peek(ahead), cursor.peek(ahead - 1)
    # "Then right in 2 seconds".
    timed = after.text.lower() in ("in", "for", "over", "within") and cursor.peek(ahead + 1).kind == "measure"
    ended = (after.kind in _ENDS or timed) and last.kind not in ("article", "to")
    if between and filled and ended and not cursor.at("article") and kinds & set(_NEEDED):
        return True
    cursor.place = place
    return False


def reverse(event: Event) -> Event | None:
    """Return what undoes an event; None for what has no fixed way back."""
    if event.verb == "move" and event.value[0] == "by":
        across, up = event.value[1]
        return replace(event, value=("by", (0.0 - across, 0.0 - up)), together=False)
    if event.verb == "rotate":
        return replace(event, value=-event.value, together=False)
    if event.verb == "scale":
        return replace(event, value=1 / event.value, together=False)
    return None


def next_forms(cursor: Cursor, story: Discourse, ref: Ref) -> None:
    """Parse "then a triangle, then a star" after "a circle turns into a square"."""
    while True:
        place = cursor.place
        cursor.skip("comma", "and")
        then = THEN & {cursor.peek().text.lower(), cursor.peek(-1).text.lower()}
        cursor.skip("filler")
        if cursor.at("to") or cursor.peek().text.lower() == "into":
            cursor.next()
        if not then or not starts(cursor) or verb_follows(cursor, 0):
            cursor.place = place
            return
        seen = len(story.things.items)
        other, new = story.thing(noun_phrase(cursor))
        if not new or len(other) != len(ref):
            cursor.place = place
            return
        story.events.append(Event("transform", ref, None, cursor.since(place), other, seen=seen))
        story.before, ref = [other], other


def next_colours(cursor: Cursor, story: Discourse, event: Event) -> None:
    """Parse ", then blue and finally green" after "it turns red": each follows the one before."""
    while True:
        place = cursor.place
        cursor.skip("comma", "and", "stop", "filler")
        between = cursor.tokens[place : cursor.place]
        arrows = all(part.text.startswith(("-", "=", "\u2192")) for part in between if part.kind == "stop")
        while cursor.at("to", "filler") and cursor.peek(1).kind in ("to", "filler", "colour"):
            cursor.next()
        if cursor.place == place or not arrows or not cursor.at("colour") or starts(cursor):
            cursor.place = place
            return
        colour = cursor.next().value
        story.events.append(replace(event, value=colour, together=False, span=cursor.since(place)))


def there_and_back(story: Discourse, word: str, said: Said, span: Span, seen: int) -> None:
    """Add the moves of "bounces up and down three times", "swings left and right"."""
    ref, times = said.subject, int(said.times or 1)
    if not ref or not 1 <= times <= MOST_TIMES:
        return story.cursor.miss(span, "what happens, or to what, is not clear")
    across = not any(part in word for part in ("up", "bounc", "jump", "hop"))
    far = said.amount or SWAY
    ways = [(-far, 0.0), (2 * far, 0.0), (-far, 0.0)] if across else [(0.0, far), (0.0, -far)]
    seconds = said.seconds / (times * len(ways)) if said.seconds else None
    first = Event("move", ref, ("by", ways[0]), span, together=story.together, seconds=seconds, seen=seen)
    moves = [replace(first, value=("by", way), together=False) for way in ways * times]
    story.events += [first, *moves[1:]]
    story.together, story.before = False, [ref]
    return None
