"""Labels of the sides and corners of figures: "label its vertices A, B and C"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jepamine.manim.text.figure_parts import OUTLINES, add_label, corner_count
from jepamine.manim.text.phrase import noun_follows

if TYPE_CHECKING:
    from jepamine.manim.text.cursor import Cursor
    from jepamine.manim.text.discourse import Discourse

_SIDES = ("side", "sides", "edge", "edges")
_CORNERS = ("vertex", "vertices", "corner", "corners")
_WORDS = ("quoted", "unknown", "count", "formula", "number")
_VERBS = ("label", "labelling", "labeling", "name", "call", "mark", "write", "with", "and")
_BEFORE = ("the", "its", "all", "each", "every", "their", "three", "four", "3", "4", "on", "of")


def legs_follow(cursor: Cursor) -> bool:
    """Return whether "with legs a and b" or "label the legs 3 and 4" comes next."""
    ahead = 1 if cursor.peek().text.lower() in _VERBS else 0
    while cursor.peek(ahead).text.lower() in (*_BEFORE, "two", "both"):
        ahead += 1
    after = cursor.peek(ahead + 1)
    named = after.kind in ("label", "of", "measure", *_WORDS) or after.text.lower() == "a"
    return bool(ahead) and cursor.peek(ahead).text.lower() == "legs" and named


def label_legs(cursor: Cursor, story: Discourse) -> None:
    """Parse "with legs 3 and 4 and hypotenuse 5": names of sides; legs in numbers are as long as they say."""
    start = cursor.place
    while cursor.next().text.lower() != "legs":
        pass
    cursor.skip("label", "of", "saying", "be", "colon", "filler")
    if cursor.peek().text.lower() in ("length", "lengths"):
        cursor.next()
    lengths = cursor.next().value[1] if cursor.at("measure") else ()
    words = [f"{length:g}" for length in lengths] if isinstance(lengths, tuple) else []
    words = words or _words(cursor, 2)
    behind = cursor.place
    cursor.skip("comma", "and", "filler", "article")
    hypotenuse = cursor.at("noun") and "part_hypotenuse" in cursor.next().value
    cursor.skip(*(["label", "of", "saying", "be", "filler"] if hypotenuse else []))
    last = _words(cursor, 1) if hypotenuse else []
    if not last:
        cursor.place = behind
    items = story.things.items
    owner = next((n for n in reversed(range(len(items))) if "right_angled" in items[n].traits), None)
    span = cursor.since(start)
    if owner is None or len(words) != 2:
        return cursor.miss(span, "which triangle's legs they are, or their names, are not clear")
    for name, word in zip(("width", "height"), words, strict=True):
        if _NUMBER.fullmatch(word) and 0 < float(word) <= _LONGEST and not items[owner].measure("vertices"):
            story.things.measure((owner,), name, float(word))
    story.close()
    for number, word in enumerate([*words, *last]):
        add_label(story.things, owner, "side_label", number, word, span)
    return None


_NUMBER = re.compile(r"\d+(\.\d+)?")
#: The length of a leg that is drawn as long as it is said to be, in units.
_LONGEST = 6


def part_labels_follow(cursor: Cursor) -> bool:
    """Return whether the labels of sides or corners come next."""
    ahead = 0
    if cursor.peek().text.lower() in _VERBS:
        ahead = 1
    while cursor.peek(ahead).text.lower() in _BEFORE:
        ahead += 1
    noun = cursor.peek(ahead).text.lower()
    if noun not in (*_SIDES, *_CORNERS) or not ahead:
        return False
    verb, after = cursor.peek().text.lower(), cursor.peek(ahead + 1)
    if after.text.lower() in ("length", "lengths", "labels"):
        return verb in ("label", "write") or cursor.peek(-1).text.lower() in ("write", "add", "show", "put")
    named = after.kind in ("label", "filler", "saying", "be") and cursor.peek(ahead + 2).kind != "noun"
    bare = after.kind in ("quoted", "unknown", "count", "colon", "formula", "article")
    labelled = after.kind == "label" or (after.kind == "be" and cursor.peek(ahead + 2).kind == "label")
    return (named and labelled) or (verb in _VERBS[:5] and (named or bare))


def label_parts(cursor: Cursor, story: Discourse) -> None:
    """Parse what `part_labels_follow` detects, for the figure that was mentioned last."""
    start = cursor.place
    while cursor.peek().text.lower() in (*_VERBS, *_BEFORE):
        cursor.next()
    corners = cursor.next().text.lower() in _CORNERS
    own = cursor.peek().text.lower() in ("length", "lengths")
    cursor.skip("label", "saying", "be", "colon", "filler")
    owner = next(
        (n for n in reversed(range(len(story.things.items))) if story.things.items[n].type in OUTLINES), None
    )
    if owner is None:
        return cursor.miss(cursor.since(start), "no figure with corners was mentioned before")
    count = corner_count(story.things, owner)
    words = _lengths(cursor, story, owner, count) if own else _words(cursor, count)
    if not words:
        return cursor.miss(cursor.since(start), "the words of its labels are not clear")
    if len(words) == 1 and not corners and not own and count > 1:
        words *= count if story.things.items[owner].type in ("square",) else 1
    span = cursor.since(start)
    story.close()
    for number, word in enumerate(words):
        add_label(story.things, owner, "corner_label" if corners else "side_label", number, word, span)
    return None


def _words(cursor: Cursor, count: int) -> list[str]:
    """Return up to `count` labels: in quotes, or letters, numbers and names between commas."""
    words: list[str] = []
    while len(words) < count:
        start = cursor.place
        if words:
            cursor.skip("comma", "and")
            if noun_follows(cursor, 0) or cursor.at("verb", "filler") or cursor.place == start:
                cursor.place = start
                break
        part = cursor.peek()
        if part.kind not in _WORDS and part.text not in ("a", "A"):
            cursor.place = start
            break
        cursor.next()
        words.append(part.value if part.kind in ("quoted", "formula") else part.text)
    return words


def _lengths(cursor: Cursor, story: Discourse, owner: int, count: int) -> list[str]:
    """Return the lengths of the sides that the description gives, and skip "beside each side"."""
    end = cursor.place
    while cursor.peek(end - cursor.place).kind not in ("stop", "end", "comma"):
        end += 1
    cursor.place = end
    item = story.things.items[owner]
    side, width, height = (item.measure(name) for name in ("side", "width", "height"))
    unit = f" {item.measure('unit')}" if item.measure("unit") else ""
    if side is not None:
        return [f"{side:g}{unit}"] * count
    if width is not None and height is not None and count == 4:
        return [f"{length:g}{unit}" for length in (width, height, width, height)]
    return []
