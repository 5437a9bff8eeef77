"""Noun phrases: their content, and where one comes next."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from jepamine.manim.text.cursor import Cursor
from jepamine.manim.text.quantities import LISTED
from jepamine.manim.text.reading import Span

#: What can lead from one object to the next.
STROKES = ("arrow", "double_arrow", "line", "dashed_line")
#: Tokens that precede a noun.
BEFORE = ("article", "count", "ordinal", "side", "colour", "trait", "dims", "measure")
#: Types that a direction before their noun turns: "a left arrow".
TURNED = ("arrow", "double_arrow", "line", "dashed_line", "brace")
#: (column, row) of a side -> its trait as a direction.
DIRECTIONS = {
    (-1, 0): "left",
    (1, 0): "right",
    (0, 1): "up",
    (0, -1): "down",
    (1, 1): "diagonal",
    (-1, 1): "diagonal",
    (1, -1): "diagonal",
    (-1, -1): "diagonal",
}
#: Types with corners, and how many; polygons have any number.
CORNERS = {"triangle": 3, "square": 4, "rectangle": 4}
_WORDS = ("colour", "trait", "unknown")


@dataclass
class NounPhrase:
    """The content of a noun phrase. `type` is None for words that name nothing known, and for "the row".

    `count` is None without a number, `form` the arrangement ("row", "column", "grid") of a group, `size`
    its rows and columns if given. `side` and `ordinal` pick one of several. `place` is the index of the
    object that was called by its name.
    """

    article: str | None = None
    count: int | None = None
    ordinal: int | str | None = None
    side: tuple[int, int] | None = None
    colours: list[str] = field(default_factory=list)
    # "The circle in green".
    coloured_behind: bool = False
    traits: set[str] = field(default_factory=set)
    directions: list[str] = field(default_factory=list)
    type: str | None = None
    plural: bool = False
    form: str | None = None
    size: tuple[int | None, int | None] = (None, None)
    texts: list[str] = field(default_factory=list)
    measures: dict[str, Any] = field(default_factory=dict)
    # "The middle one of three squares".
    among: NounPhrase | None = None
    # The square of "the diagonals of the square".
    owner: NounPhrase | None = None
    wordless: bool = False
    place: int | None = None
    labels: list[tuple[str | None, list[str]]] = field(default_factory=list)
    span: Span = field(default_factory=lambda: Span(0, 0))


def picks(phrase: NounPhrase) -> bool:
    """Return whether a phrase picks one of several: "the left", "the second"."""
    return phrase.side is not None or phrase.ordinal is not None


def starts(cursor: Cursor) -> bool:
    """Return whether a noun phrase comes next: a noun, or an article with words that may be one."""
    ahead, seen, article = 0, False, False
    if cursor.named() or (cursor.at("article") and cursor.named(1)):
        return True
    if cursor.peek().text.lower() == "one" and cursor.peek(1).kind in ("place", "relation", "side"):
        return True
    while True:
        kind = cursor.peek(ahead).kind
        if kind in ("noun", "form", "forms", "quoted", "one", "formula", "function"):
            return True
        if kind == "comma" and seen and between_words(cursor, ahead):
            ahead += 1
            continue
        if kind not in (*BEFORE, "unknown"):
            return (article and ahead > 1) or (seen and cursor.peek(ahead - 1).kind == "ordinal")
        article = article or kind in ("article", "count")
        seen = True
        ahead += 1


def starts_behind(cursor: Cursor, ahead: int = 1) -> bool:
    """Return whether a noun phrase follows the next `ahead` tokens."""
    place, cursor.place = cursor.place, cursor.place + ahead
    follows = starts(cursor)
    cursor.place = place
    return follows


def between_words(cursor: Cursor, ahead: int) -> bool:
    """Return whether a comma separates adjectives of one noun: "a large, red circle"."""
    around = cursor.peek(ahead - 1).kind, cursor.peek(ahead + 1).kind
    return set(around) <= set(_WORDS) and noun_follows(cursor, ahead + 1)


def bare_noun_follows(cursor: Cursor, ahead: int, articles: tuple[str, ...]) -> bool:
    """Return whether a noun phrase with one of these articles and nothing more comes next."""
    if cursor.peek(ahead).kind != "article" or cursor.peek(ahead).value not in articles:
        return False
    ahead += 1
    start = ahead
    while cursor.peek(ahead).kind in (*BEFORE, "noun", "quoted"):
        ahead += 1
    return ahead > start and cursor.peek(ahead).kind in ("end", "stop", "comma", "and")


def verb_follows(cursor: Cursor, ahead: int = 1) -> bool:
    """Return whether the noun after the next `ahead` tokens is the subject of another verb."""
    while cursor.peek(ahead).kind not in ("stop", "end", "comma", "and", "verb"):
        ahead += 1
    return cursor.peek(ahead).kind == "verb"


def noun_follows(cursor: Cursor, ahead: int) -> bool:
    """Return whether only adjectives are between here and a noun."""
    while cursor.peek(ahead).kind in _WORDS:
        ahead += 1
    return cursor.peek(ahead).kind == "noun"


def of_one(name: str, value: Any, number: int) -> Any:
    """Return what a measure is for one of several objects: "circles of radius 1, 2 and 3"."""
    several = name in LISTED and isinstance(value, tuple)
    return value[min(number, len(value) - 1)] if several else value


def listed(measures: dict[str, Any]) -> tuple[float, ...]:
    """Return the longest list among measures, () without one."""
    lists = [value for name, value in measures.items() if of_one(name, value, 0) is not value]
    return max(lists, key=len, default=())


#: What begins the shape of several objects.
_LEADS = ("arranged", "forming", "in the shape of", "placed", "lined up", "form", "forms")


def shape_ahead(cursor: Cursor) -> bool:
    """Return whether "arranged in a triangle" comes next."""
    if cursor.peek().text.lower() not in _LEADS:
        return False
    ahead = 1 + (cursor.peek(1).kind == "in")
    noun = cursor.peek(ahead + 1)
    figure = noun.kind == "noun" and noun.value[0] in ("circle", "square", "triangle", "polygon", "star")
    return cursor.peek(ahead).kind == "article" and figure and not noun.value[2]
