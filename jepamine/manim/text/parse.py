"""Parse an English description into objects, groups, relations and places."""

from __future__ import annotations

import re

from jepamine.errors import UserError
from jepamine.manim.layouts import TYPES
from jepamine.manim.text.background_colour import ground
from jepamine.manim.text.cursor import Cursor
from jepamine.manim.text.discourse import Discourse
from jepamine.manim.text.fill_gaps import finish
from jepamine.manim.text.phrase import starts_behind
from jepamine.manim.text.reading import NotUnderstood, Reading
from jepamine.manim.text.sentences import part
from jepamine.manim.text.several import one_each
from jepamine.manim.text.shaped_groups import shape, shape_follows
from jepamine.manim.text.timing import meanwhile
from jepamine.manim.text.tokens import tokenize

#: Calls with keywords, methods of a scene, and statements: what only code has.
_CODE = re.compile(
    r"\bself\.\w+|\b[A-Z]\w*\([^)\n]*[\w\"']\s*=|\b(?:Text|Circle|Square|MathTex|VGroup|Create|FadeIn)\(|"
    r"^\s*(?:def \w+\(|class \w+\(|from \w+ import\b|import \w+\s*$)|\.animate\b",
    re.MULTILINE,
)
#: A minus sign, or a dash for one: "(\u22123, 0)".
_MINUS = re.compile(r"\u2212|(?<![\w\s])\u2013(?=\d)|(?<=\s)\u2013(?=\d)")
#: The largest number of characters of a description.
LONGEST = 4000


def read(description: str) -> Reading:
    """Parse a description; words without an effect are listed in `not_understood`.

    Raises UserError for a description that is empty, too long, or names no object or more than 40.
    """
    if not description.strip():
        raise UserError("the description is empty; name what the frame shows, such as 'a red circle'")
    if len(description) > LONGEST:
        raise UserError(f"the description has {len(description)} characters; the limit is {LONGEST}")
    if any("\ud800" <= part <= "\udfff" for part in description):
        raise UserError("the description contains half a character (a lone surrogate); remove it")
    if _CODE.search(description):
        raise UserError(
            "the description is code: write it in words; jepamine scenes validate FILE.py runs code"
        )
    description = _MINUS.sub("-", description)
    cursor = Cursor(description, tokenize(description))
    story = Discourse(cursor)
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
        elif cursor.at("meanwhile"):
            if meanwhile(cursor, story):
                joined = "and"
        elif cursor.at("ground"):
            ground(cursor, story)
        elif cursor.at("of") and cursor.peek(-1).kind == "noun" and starts_behind(cursor):
            # "A ring of eight dots".
            cursor.miss(cursor.next().span, "what is made of what is not clear")
        elif shape_follows(cursor, story):
            shape(cursor, story)
        elif cursor.at("colon", "filler", "be", "of", "empty") or _only_orders(cursor):
            cursor.next()
        else:
            part(cursor, story, joined)
            joined = None
    story.close()
    one_each(story)
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
        story.background,
        tuple(story.events),
        missed,
        tuple(story.joined),
    )


def _only_orders(cursor: Cursor) -> bool:
    """Return whether "first" comes before an order, or "to" before a verb: "a square to turn red"."""
    order = cursor.peek().kind == "ordinal" and cursor.peek(1).kind in ("filler", "verb", "comma")
    return order or (cursor.at("to") and cursor.peek(1).kind == "verb")


def _merged(description: str, missed: list[NotUnderstood]) -> tuple[NotUnderstood, ...]:
    """Return the spans in the order of the text, without those inside longer ones."""
    spans: list[NotUnderstood] = []
    for item in sorted(missed, key=lambda item: (item.span.start, -item.span.end)):
        if spans and item.span.end <= spans[-1].span.end:
            continue
        spans.append(item)
    return tuple(spans)


def _shortened(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 60 else f"{flat[:57]}..."
