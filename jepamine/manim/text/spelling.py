"""Misspelled words of a description: "sqaure", "rectange"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from jepamine.manim.text.cursor import Token
from jepamine.manim.text.lexicon import lexicon

#: Words of at least this length may have a letter too many, too few or another; shorter ones only two that
#: have changed places: "start" is not a misspelled "star".
_LONG = 6
_SHORT = 4
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
#: Kinds of phrases whose words are corrected.
_KINDS = ("noun", "colour", "verb", "trait", "filler", "place", "relation")
#: Usual misspellings with more than one slip.
_USUAL = {
    "dissapear": "disappear", "dissapears": "disappears", "dissappear": "disappear",
    "dissappears": "disappears",
    "highlite": "highlight", "highlites": "highlights", "lable": "label", "labled": "labeled",
    "lables": "labels", "backround": "background", "rectangel": "rectangle", "triagle": "triangle",
    "paralelogram": "parallelogram", "elipse": "ellipse", "coloum": "column", "tranform": "transform",
}  # fmt: skip
#: English words that are one letter from a known word and mean another thing.
_OTHERS = frozenset(
    [
        "crate",
        "grater",
        "slider",
        "sliders",
        "letter's",
        "strange",
        "planes",
        "market",
        "poster",
        "muffin",
        "shelf",
        "signal",
        "normal",
        "trail",
        "trails",
        "spring",
        "string",
        "strong",
        "spinner",
        "mover",
        "dropped",
        "draws",
        "drawer",
        "painter",
        "pointer",
        "pointers",
        "circuit",
        "circuits",
        "grounds",
        "screens",
        "movies",
        "creature",
        "created",
        "creates",
        "creation",
        "rotation",
        "dancer",
        "dancing",
        "singing",
        "winding",
    ]
)


def spelled(tokens: Iterator[Token]) -> Iterator[Token]:
    """Correct words that are one slip from exactly one known word; the token's `text` stays as it is."""
    for token in tokens:
        right = corrected(token.value) if token.kind == "word" else None
        yield token if right is None else replace(token, value=right)


@cache
def corrected(word: str) -> str | None:
    """Return the known word that a word is a misspelling of; None if it is known, or like none or several."""
    if word in _USUAL:
        return _USUAL[word]
    if len(word) < _SHORT or not word.isalpha() or word in _every() or word in _OTHERS:
        return None
    known = _corrections()
    swapped = {word[:n] + word[n + 1] + word[n] + word[n + 2 :] for n in range(len(word) - 1)}
    found = {one for one in swapped if one in known}
    if not found:
        # The first letter is hardly ever wrong.
        without = {word[:n] + word[n + 1 :] for n in range(1, len(word))}
        changed = {word[:n] + c + word[n + 1 :] for n in range(1, len(word)) for c in _LETTERS}
        longer = {word[:n] + c + word[n:] for n in range(1, len(word) + 1) for c in _LETTERS}
        found = {one for one in without | changed | longer if len(one) >= _LONG and one in known}
    return found.pop() if len(found) == 1 else None


@cache
def _every() -> frozenset[str]:
    return frozenset(word for words in lexicon() for word in words)


@cache
def _corrections() -> frozenset[str]:
    return frozenset(
        word
        for words, parts in lexicon().items()
        if {kind for kind, _ in parts} <= set(_KINDS)
        for word in words
    )
