"""Things one after the other "connected by arrows": a stroke from each to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jepamine.textlayout.noun_phrases import noun_phrase
from jepamine.textlayout.phrase import starts
from jepamine.textlayout.reading import Ref

if TYPE_CHECKING:
    from jepamine.textlayout.cursor import Cursor
    from jepamine.textlayout.story import Story

#: What can lead from one thing to the next.
STROKES = ("arrow", "double_arrow", "line", "dashed_line")


def linked(cursor: Cursor, story: Story) -> None:
    """Read "connected by arrows" and the like; the strokes are as many as it takes."""
    start = cursor.place
    cursor.next()
    ref = _linked(story)
    if not starts(cursor):
        return cursor.miss(cursor.since(start), "what connects them is not clear")
    phrase = noun_phrase(cursor)
    if len(ref) < 2 or phrase.type not in STROKES:
        said = "it takes two things" if len(ref) < 2 else "only lines and arrows connect"
        return cursor.miss(cursor.since(start), said)
    count = len(ref) - 1
    if phrase.count not in (None, 1, count):
        cursor.miss(phrase.span, f"{count} of them connect {len(ref)} things one after the other")
    phrase.count, phrase.plural = 1, False
    first, new = story.thing(phrase)
    strokes = story.things.repeat(first[0], count, phrase.span) if new else first
    story.links.append((ref, strokes, cursor.since(start)))
    return None


def _linked(story: Story) -> Ref:
    """What is connected: all of a list; of single things those of the last relation, or the last two."""
    ref: Ref = sum((entry.ref for entry in story.clause.meant(all_of_them=True, alone=False)), ())
    if len(ref) == 1 and story.relations and story.relations[-1].subject == ref:
        # "A circle above a square, connected by a line".
        return ref + story.relations[-1].other
    # "A circle on the left and a square on the right, connected by a line".
    return story.history[-1] + ref if len(ref) == 1 and story.history else ref
