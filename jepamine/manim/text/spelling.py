"""Misspelled names of shapes and colours in a description: "sqaure", "rectange"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from jepamine.manim.text.cursor import Token

#: What is corrected. Of all known words 60 in 8,500 ordinary ones would be wrong: "charges" is no "changes".
_NAMES = [
    "circle",
    "square",
    "rectangle",
    "triangle",
    "ellipse",
    "polygon",
    "pentagon",
    "hexagon",
    "octagon",
    "trapezoid",
    "parallelogram",
    "diamond",
    "yellow",
    "purple",
    "orange",
    "animate",
    "animation",
    "transform",
    "transforms",
    "rectangles",
    "triangles",
    "circles",
    "squares",
]
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
#: Usual misspellings with more than one slip, or of shorter words.
_USUAL = {
    "dissapear": "disappear", "dissapears": "disappears", "dissappear": "disappear",
    "dissappears": "disappears", "disapears": "disappears", "disapear": "disappear",
    "highlite": "highlight", "highlites": "highlights", "lable": "label", "labled": "labeled",
    "lables": "labels", "backround": "background", "triagle": "triangle", "elipse": "ellipse",
    "coloum": "column", "arow": "arrow", "arows": "arrows", "gren": "green", "bleu": "blue",
    "trianlge": "triangle", "ractangle": "rectangle", "centre's": "centre", "verticaly": "vertically",
    "horizontaly": "horizontally",
}  # fmt: skip


def spelled(tokens: Iterator[Token]) -> Iterator[Token]:
    """Correct misspelled names; a token's `text` stays as it is."""
    for token in tokens:
        right = corrected(token.value) if token.kind == "word" else None
        yield token if right is None else replace(token, value=right)


@cache
def corrected(word: str) -> str | None:
    """Return the name that a word is one slip from; None for a name itself, and for other words.

    The slip is a letter too many, too few or another, or two that have changed places. Neither the first
    letter nor an ending counts: "squared" is not a misspelled "square".
    """
    if word in _USUAL:
        return _USUAL[word]
    ending = any(word[:-1] == name or word == name[:-1] for name in _NAMES)
    if ending or word in _NAMES or not word.isalpha():
        return None
    found = _slips(word) & set(_NAMES)
    return found.pop() if len(found) == 1 else None


def _slips(word: str) -> set[str]:
    places = range(1, len(word))
    swapped = {word[:n] + word[n + 1] + word[n] + word[n + 2 :] for n in range(len(word) - 1)}
    without = {word[:n] + word[n + 1 :] for n in places}
    changed = {word[:n] + letter + word[n + 1 :] for n in places for letter in _LETTERS}
    longer = {word[:n] + letter + word[n:] for n in range(1, len(word) + 1) for letter in _LETTERS}
    return swapped | without | changed | longer
