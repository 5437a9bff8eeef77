"""When things happen, and how long they take: "at the same time", "2 seconds each"."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from jepamine.manim.text.cursor import Cursor, stands_in
from jepamine.manim.text.motion_arguments import THEN
from jepamine.manim.text.reading import Event

if TYPE_CHECKING:
    from jepamine.manim.text.discourse import Discourse


def meanwhile(cursor: Cursor, story: Discourse) -> bool:
    """Parse "at the same time"; return whether it only joins two objects, as "while" may."""
    part = cursor.next()
    ends = cursor.at("stop", "end") or cursor.peek(int(cursor.at("comma", "and"))).text.lower() in THEN
    if ends and len(story.events) > 1:
        story.events[-1] = replace(story.events[-1], together=True)
        return False
    if ends and story.events and len(story.events[-1].subject) > 1:
        # "Both swap places at the same time": what one event does to several.
        return False
    ahead = 0
    while cursor.peek(ahead).kind not in ("stop", "end"):
        if cursor.peek(ahead).kind == "verb":
            story.close()
            story.together = bool(story.events)
            if not story.events and part.text.lower() not in ("while", "as"):
                cursor.miss(part.span, "what happens at the same time is not clear")
            return False
        ahead += 1
    if part.text.lower() == "as" and cursor.at("article") and stands_in(cursor.peek(1)):
        # "A green rectangle as the ground": what it stands for.
        cursor.place += 2
        return False
    if part.text.lower() not in ("while", "as"):
        cursor.miss(part.span, "what happens then is not clear")
    return part.text.lower() == "while"


def lasts(cursor: Cursor) -> bool:
    """Return whether "in 4 seconds" comes next, without a verb."""
    ahead = int(cursor.peek().text.lower() in ("in", "over", "within"))
    part = cursor.peek(ahead)
    return part.kind == "measure" and part.value[0] == "seconds"


def drawn_in(cursor: Cursor, story: Discourse) -> None:
    """Parse "a circle in 4 seconds": how long it takes to draw what was named last."""
    start = cursor.place
    cursor.next()
    seconds = cursor.next().value[1] if cursor.at("measure") else cursor.peek(-1).value[1]
    ref = sum((entry.ref for entry in story.clause.meant(all_of_them=False, alone=False)), ())
    if not ref:
        return cursor.miss(cursor.since(start), "what it measures is not clear")
    event = Event("show", ref, None, cursor.since(start), seconds=seconds, seen=len(story.things.items))
    story.events.append(event)
    return None


def each_takes(cursor: Cursor, story: Discourse) -> bool:
    """Parse "2 seconds each": how long all takes that happened so far; return whether it comes next."""
    ahead = int(cursor.peek().text.lower() in ("in", "over", "within", "each", "for"))
    ahead += int(ahead and cursor.peek(ahead).text.lower() in ("for", "takes", "lasting"))
    part, after = cursor.peek(ahead), cursor.peek(ahead + 1).text.lower()
    each = "each" in (cursor.peek().text.lower(), after)
    if part.kind != "measure" or part.value[0] != "seconds" or not each or not story.events:
        return False
    seconds = part.value[1]
    story.events = [event if event.seconds else replace(event, seconds=seconds) for event in story.events]
    cursor.place += ahead + 1 + (after == "each")
    return True
