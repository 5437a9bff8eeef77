"""The phrases for places in the frame: "at the top left", "in the bottom right corner", "top centre"."""

from __future__ import annotations

from itertools import product
from typing import Any

Phrases = dict[tuple[str, ...], tuple[tuple[str, Any], ...]]

_BEFORE = ("at", "in", "on", "to", "near", "towards", "along", "close to", "right at", "")
_ROWS = {"top": 1, "upper": 1, "bottom": -1, "lower": -1}
_COLUMNS = {"left": -1, "right": 1}
_MIDDLES = ("centre", "center", "middle")
_AFTER = (
    "",
    "corner",
    "edge",
    "side",
    "hand side",
    "part",
    "area",
    "half",
    "third",
    "quarter",
    "margin",
    "border",
)
_CENTRED = ("centred", "centered", "in the very centre", "in the very center", "in the very middle",
            "at the origin")  # fmt: skip
# "To the left" is said of something else.
_NOT_HERE = {("to the", "left"), ("to the", "right"), ("near", "left"), ("near", "right")}


def places() -> Phrases:
    """Phrase -> ("place", (column, row, corner)); column or row is None where a whole half is meant."""
    found: Phrases = {}

    def say(phrase: str, column: int | None, row: int | None, corner: bool = False) -> None:
        found[tuple(phrase.split())] = (("place", (column, row, corner)),)

    for before, after in product(_BEFORE, _AFTER):
        # A bare "top" is no place before a noun: see `sides`.
        start = f"{before} the" if before else ""
        for (word, row), (other, column) in product(_ROWS.items(), _COLUMNS.items()):
            for order in (f"{word} {other}", f"{word} and {other}") if before else (f"{word} {other}",):
                say(f"{start} {order} {after}", column, row, after == "corner")
        if not before:
            continue
        for word, row in _ROWS.items():
            if after or word in ("top", "bottom"):
                say(f"{start} {word} {after}", None if after == "half" else 0, row)
                say(f"{start} very {word} {after}", None if after == "half" else 0, row)
            for middle in _MIDDLES:
                say(f"{start} {word} {middle} {after}", 0, row)
        for word, column in _COLUMNS.items():
            if (start, word) not in _NOT_HERE or after:
                say(f"{start} {word} {after}", column, None if after == "half" else 0)
                say(f"{start} far {word} {after}", column, None if after == "half" else 0)
            for middle in _MIDDLES:
                say(f"{start} {middle} {word} {after}", column, 0)
        for middle in _MIDDLES:
            say(f"{start} {middle}", 0, 0)
    for phrase in _CENTRED:
        say(phrase, 0, 0)
    for phrase in ("in a corner", "in the corner", "in one corner"):
        say(phrase, 1, 1, True)
    # "At" may be those of a thing.
    for before, own in (("in", False), ("at", True), ("on", True)):
        for phrase in ("the corners", "the four corners", "its corners", "its four corners"):
            found[(before, *phrase.split())] = (("corners", (False, own or "its" in phrase)),)
        for phrase in ("each corner", "every corner", "each of its corners"):
            found[(before, *phrase.split())] = (("corners", (True, own or "its" in phrase)),)
    return found


def sides() -> Phrases:
    """Words that are a place alone, and pick or turn a thing before its noun: "left", "top", "middle"."""
    rows = {
        "top": (0, 1),
        "bottom": (0, -1),
        "upper": (0, 1),
        "lower": (0, -1),
        "up": (0, 1),
        "down": (0, -1),
    }
    columns = {"left": (-1, 0), "right": (1, 0), "leftmost": (-1, 0), "rightmost": (1, 0)}
    middles = dict.fromkeys(_MIDDLES, (0, 0))
    return {(word,): (("side", place),) for word, place in (rows | columns | middles).items()}
