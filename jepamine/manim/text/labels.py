"""Labels given in a sentence of their own: "Label the red one "Cats" and the blue one "Dogs"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jepamine.manim.text.noun_endings import texts
from jepamine.manim.text.noun_phrases import noun_phrase

if TYPE_CHECKING:
    from jepamine.manim.text.cursor import Cursor
    from jepamine.manim.text.discourse import Story

_VERBS = ("label", "name", "call", "mark")


def names_follow(cursor: Cursor) -> bool:
    """Whether "label" is a verb here: "it" or "the circle" comes behind it."""
    verb = cursor.peek().text.lower()
    if verb not in _VERBS or not _known_follows(cursor, 1):
        return False
    # "Mark the circle with a dot" names nothing.
    ahead = 1
    while cursor.peek(ahead).kind not in ("quoted", "stop", "end"):
        ahead += 1
    return verb != "mark" or cursor.peek(ahead).kind == "quoted"


def name(cursor: Cursor, story: Story) -> None:
    """Read what `names_follow` finds."""
    cursor.next()
    while True:
        start, labels = cursor.place, []
        if cursor.at("pronoun"):
            ref = story.pronoun()
        else:
            phrase = noun_phrase(cursor)
            # Words in quotes behind a noun were taken for its own.
            labels = [text for _, own in phrase.labels for text in own]
            phrase.labels = []
            ref, _ = story.thing(phrase)
        cursor.skip("filler", "label", "saying", "with", "colon")
        if labels and cursor.at("and", "comma") and cursor.peek(1).kind == "quoted":
            # "Label the axes 'x' and 'y'".
            cursor.next()
            labels += texts(cursor, 10)
        labels = labels or texts(cursor, max(len(ref), 2))
        if ref and labels:
            story.label(ref, None, labels, cursor.since(start))
        else:
            cursor.miss(cursor.since(start), "what is to be called what is not clear")
        if not (cursor.at("and", "comma") and _known_follows(cursor, 1)):
            return
        cursor.next()


def _known_follows(cursor: Cursor, ahead: int) -> bool:
    part = cursor.peek(ahead)
    return part.kind == "pronoun" or (part.kind == "article" and part.value == "the")
