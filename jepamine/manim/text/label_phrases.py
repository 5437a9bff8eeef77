"""Labels given in a sentence of their own: "Label the red one "Cats" and the blue one "Dogs"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jepamine.manim.text.appearance import change_look
from jepamine.manim.text.figure_parts import corners_of
from jepamine.manim.text.noun_phrases import noun_phrase
from jepamine.manim.text.noun_suffixes import direction, texts
from jepamine.manim.text.phrase import starts, starts_behind
from jepamine.manim.text.reading import Ref

if TYPE_CHECKING:
    from jepamine.manim.text.cursor import Cursor
    from jepamine.manim.text.discourse import Discourse


_VERBS = ("label", "name", "call", "mark")


def names_follow(cursor: Cursor) -> bool:
    """Return whether "label" is a verb here, followed by "it" or "the circle"."""
    verb = cursor.peek().text.lower()
    if verb not in _VERBS or not _known_follows(cursor, 1):
        return False
    # "Mark the circle with a dot" labels nothing.
    ahead = 1
    while cursor.peek(ahead).kind not in ("quoted", "stop", "end"):
        ahead += 1
    return verb != "mark" or cursor.peek(ahead).kind == "quoted"


def name(cursor: Cursor, story: Discourse) -> None:
    """Parse what `names_follow` detects."""
    cursor.next()
    while True:
        start, labels = cursor.place, []
        if cursor.at("pronoun"):
            ref = story.pronoun()
        else:
            phrase = noun_phrase(cursor)
            # Quoted words after a noun were taken for its own.
            labels = [text for _, own_texts in phrase.labels for text in own_texts]
            phrase.labels = []
            ref, _ = story.thing(phrase)
        cursor.skip("filler", "label", "saying", "with", "colon")
        if labels and cursor.at("and", "comma") and cursor.peek(1).kind == "quoted":
            # "Label the axes 'x' and 'y'".
            cursor.next()
            labels += texts(cursor, 10)
        labels = labels or texts(cursor, _room(story, ref))
        if ref and labels:
            story.label(ref, None, labels, cursor.since(start))
        else:
            cursor.miss(cursor.since(start), "which object gets which label is not clear")
        if not (cursor.at("and", "comma") and _known_follows(cursor, 1)):
            return
        cursor.next()


def _room(story: Discourse, ref: Ref) -> int:
    """Return how many labels objects may get: one each, or one for each corner of a single figure."""
    corners = corners_of(story.things, ref[0]) if len(ref) == 1 else 0
    return max(len(ref), 2, corners)


def _known_follows(cursor: Cursor, ahead: int) -> bool:
    part = cursor.peek(ahead)
    return part.kind == "pronoun" or (part.kind == "article" and part.value == "the")


def bare_brace(story: Discourse) -> Ref:
    """Return the brace that is described, if it has no label: "a brace below the square labelled '2'"."""
    for entry in story.clause.entries[-1:]:
        items = [story.things.items[place] for place in entry.ref]
        if len(items) == 1 and items[0].type == "brace" and not entry.labelled:
            entry.labelled = True
            return entry.ref
    return ()


def other_object(cursor: Cursor, story: Discourse) -> tuple[Ref, bool]:
    """Parse the object that something is related to; behind a brace its label is that of the brace."""
    phrase = noun_phrase(cursor)
    brace = bare_brace(story) if phrase.labels and len(phrase.labels[0][1]) == 1 else ()
    labels = [phrase.labels.pop(0)] if brace else []
    found = story.thing(phrase)
    for where, words in labels:
        story.label(brace, where, words, phrase.span)
    return found


def late(cursor: Cursor, story: Discourse) -> None:
    """Parse a label or direction that does not directly follow its noun.

    "a circle at the top labelled 'A'".
    """
    start, part = cursor.place, cursor.next()
    subjects = story.clause.meant(all_of_them=True, alone=False)
    # "The first labelled 'X' and the second labelled 'Y'": a labelled object gets no second label.
    bare = [entry for entry in subjects if not entry.labelled] or subjects
    ref = story.focus or sum((entry.ref for entry in bare), ())
    if part.kind == "label" and (brace := bare_brace(story)):
        ref = brace
    if part.kind == "label":
        labels = texts(cursor, _room(story, ref))
        if labels and ref:
            for entry in bare if not story.focus else []:
                entry.labelled = True
            return story.label(ref, part.value, labels, cursor.since(start))
    elif cursor.at("side", "trait") and ref and not starts(cursor):
        return change_look(story.things, ref, direction(cursor.next()), cursor.since(start))
    elif cursor.at("relation") and ref and cursor.peek().text.lower().startswith("to the"):
        return change_look(story.things, ref, cursor.next().value[0], cursor.since(start))
    elif ref and (cursor.skip("to", "filler") or True) and starts(cursor):
        other, _ = story.thing(noun_phrase(cursor))
        story.aims.append((ref, other, cursor.since(start)))
        return None
    return cursor.miss(cursor.since(start), "which object this describes is not clear")


def aims(cursor: Cursor, story: Discourse) -> bool:
    """Return whether an arrow points at what comes: "an arrow going right to a box"."""
    entries = story.clause.entries[-1:]
    arrow = entries and all("arrow" in story.things.items[place].type for place in entries[0].ref)
    return bool(arrow and entries[0].ref) and starts_behind(cursor)


def aim(cursor: Cursor, story: Discourse) -> None:
    """Parse what `aims` detects."""
    start = cursor.place
    cursor.next()
    arrow = story.clause.entries[-1].ref
    other, _ = story.thing(noun_phrase(cursor))
    if len(story.clause.head) == 1:
        # "A circle with an arrow to a square": it leads there from the circle.
        story.clause.entries[-1].placed = True
        story.joins.append((arrow, story.clause.head, other, cursor.since(start)))
    else:
        story.aims.append((arrow, other, cursor.since(start)))
