"""A description in English, read into objects, groups, relations and places."""

from __future__ import annotations

from jepamine.errors import UserError
from jepamine.manim.layouts import TYPES
from jepamine.manim.text.cursor import Cursor
from jepamine.manim.text.defaults import finish
from jepamine.manim.text.discourse import Story
from jepamine.manim.text.reading import NotUnderstood, Reading
from jepamine.manim.text.sentences import part
from jepamine.manim.text.tokens import lexemes

#: The most characters of a description.
LONGEST = 4000


def read(description: str) -> Reading:
    """What a description says; what it says besides stands in `not_understood`.

    Raises UserError for a description that is empty, too long, names no object or more than ten.
    """
    if not description.strip():
        raise UserError("the description is empty; name what the frame shows, such as 'a red circle'")
    if len(description) > LONGEST:
        raise UserError(f"the description has {len(description)} characters; {LONGEST} at most are read")
    if any("\ud800" <= part <= "\udfff" for part in description):
        raise UserError("the description holds half of a character (a lone surrogate); write it anew")
    cursor = Cursor(description, lexemes(description))
    story = Story(cursor)
    empty = cursor.skip("empty")
    joined: str | None = None
    while not cursor.at("end"):
        if cursor.at("comma", "and"):
            joined = "and" if cursor.next().kind == "and" or joined == "and" else "comma"
        elif cursor.at("stop"):
            cursor.next()
            story.close()
            story.sentence = len(story.history)
            joined = None
        elif cursor.at("colon", "filler", "be", "of", "empty"):
            cursor.next()
        else:
            part(cursor, story, joined)
            joined = None
    story.close()
    finish(story)
    missed = _merged(description, cursor.missed)
    if not story.things.items and not empty:
        raise UserError(
            f"no object found in '{_shortened(description)}'; name at least one, such as 'a red circle above "
            f'the text "energy"\'; known: {", ".join(TYPES).replace("_", " ")}'
        )
    return Reading(
        description,
        tuple(story.things.items),
        tuple(group for _, group in story.things.groups),
        tuple(story.relations),
        tuple(story.places),
        missed,
    )


def _merged(description: str, missed: list[NotUnderstood]) -> tuple[NotUnderstood, ...]:
    """The same in the order of the text; what lies in a longer piece is left out."""
    found: list[NotUnderstood] = []
    for item in sorted(missed, key=lambda item: (item.span.start, -item.span.end)):
        if found and item.span.end <= found[-1].span.end:
            continue
        found.append(item)
    return tuple(found)


def _shortened(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 60 else f"{flat[:57]}..."
