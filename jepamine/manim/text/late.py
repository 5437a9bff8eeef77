"""What stands behind more than its noun: labels, directions, and what an arrow leads to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jepamine.manim.text.noun_endings import direction, texts
from jepamine.manim.text.noun_phrases import noun_phrase
from jepamine.manim.text.phrase import starts, starts_behind

if TYPE_CHECKING:
    from jepamine.manim.text.cursor import Cursor
    from jepamine.manim.text.discourse import Story


def late(cursor: Cursor, story: Story) -> None:
    """Read a label or a direction behind more than its noun: "a circle at the top labelled 'A'"."""
    start, part = cursor.place, cursor.next()
    subjects = story.clause.meant(all_of_them=True, alone=False)
    # "The first labelled 'X' and the second labelled 'Y'": what has its label gets no other.
    bare = [entry for entry in subjects if not entry.labelled] or subjects
    ref = story.focus or sum((entry.ref for entry in bare), ())
    if part.kind == "label":
        labels = texts(cursor, max(len(ref), 2))
        if labels and ref:
            for entry in bare if not story.focus else []:
                entry.labelled = True
            return story.label(ref, part.value, labels, cursor.since(start))
    elif cursor.at("side", "trait") and ref and not starts(cursor):
        return story.things.add_traits(ref, direction(cursor.next()))
    elif cursor.at("relation") and ref and cursor.peek().text.lower().startswith("to the"):
        return story.things.add_traits(ref, cursor.next().value[0])
    elif ref and (cursor.skip("to", "filler") or True) and starts(cursor):
        other, _ = story.thing(noun_phrase(cursor))
        story.aims.append((ref, other, cursor.since(start)))
        return None
    return cursor.miss(cursor.since(start), "what it says of what is not clear")


def aims(cursor: Cursor, story: Story) -> bool:
    """Whether an arrow goes to what comes: "an arrow going right to a box"."""
    entries = story.clause.entries[-1:]
    arrow = entries and all("arrow" in story.things.items[place].type for place in entries[0].ref)
    return bool(arrow and entries[0].ref) and starts_behind(cursor)


def aim(cursor: Cursor, story: Story) -> None:
    """Read what `aims` finds."""
    start = cursor.place
    cursor.next()
    arrow = story.clause.entries[-1].ref
    other, _ = story.thing(noun_phrase(cursor))
    story.aims.append((arrow, other, cursor.since(start)))
