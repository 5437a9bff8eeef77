"""The phrases of descriptions, those for places in the frame among them, and their meanings."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

from jepamine.manim.engine.palette import PALETTE
from jepamine.manim.scenes.phrases import COUNTS, NOUNS, RELATIONS

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
        # A bare "top" before a noun is not a place: see `sides`.
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
    # "At" may be those of a thing. Values: (one in each, a thing's own, inside of them).
    for before, own in (("in", False), ("at", True), ("on", True)):
        every = ("corners", "four corners", "three corners", "vertices", "four vertices", "three vertices")
        for phrase in (f"{article} {word}" for article in ("the", "its") for word in every):
            found[(before, *phrase.split())] = (("corners", (False, own or "its" in phrase, not own)),)
        for phrase in ("each corner", "every corner", "each of its corners", "each vertex", "every vertex"):
            found[(before, *phrase.split())] = (("corners", (True, own or "its" in phrase, not own)),)
        for (word, row), (other, column) in product(_ROWS.items(), _COLUMNS.items()):
            found[(before, "its", word, other, "corner")] = (("place", (column, row, True)),)
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


#: The phrases; what is computed from other tables (colours, places, names of types) is added here.
TABLE = Path(__file__).with_name("lexicon.toml")
_CAMEL = re.compile(r"^(dark|deep|light|medium|pale|hot|lawn|spring|forest|sky|royal|navy|sea)(?=.)")
_SPELLED = {"gray": "grey", "violet": "purple", "magenta": "pink", "golden": "gold"}


@cache
def colour_words() -> dict[tuple[str, ...], str]:
    """Words, each in lower case -> "#RRGGBB". What descriptions call "red" is Manim's RED."""
    from PIL import ImageColor

    found: dict[tuple[str, ...], str] = {}
    for name, value in ImageColor.colormap.items():
        # Pillow's table also holds values for some names.
        plain = value if isinstance(value, str) else "#{:02x}{:02x}{:02x}".format(*value)
        found[(name,)] = plain.upper()
        if shaded := _CAMEL.match(name):
            found[(shaded[1], name[shaded.end() :])] = plain.upper()
    usual: dict[str, str] = {}
    for name, (value, word) in PALETTE.items():
        usual.setdefault(word, value)
        found[(name.lower(),)] = value
        shade = {"A": "light", "E": "dark"}.get(name.rpartition("_")[2])
        if shade:
            found[(shade, word)] = value
    found |= {(word,): value for word, value in usual.items()}
    # A browser's "darkgray" is lighter than its grey.
    found["dark", "grey"] = PALETTE["GRAY_D"][0]
    for other, word in _SPELLED.items():
        found |= {(*words[:-1], other): value for words, value in list(found.items()) if words[-1] == word}
    return found


def nouns() -> dict[tuple[str, ...], tuple[tuple[str, Any], ...]]:
    """Return a name's words -> ("noun", (type, trait or "", whether it is several))."""
    found: dict[tuple[str, ...], tuple[tuple[str, Any], ...]] = {}

    def say(words: str, type_: str, trait: str, several: bool) -> None:
        found[tuple(words.replace("-", " ").split())] = (("noun", (type_, trait, several)),)

    for type_, pairs in NOUNS.items():
        for one, several in pairs:
            say(one, type_, "", False)
            say(several, type_, "", True)
    for type_, things in _table()["stand_ins"].items():
        for words in things:
            one, _, plural = words.partition("/")
            say(plural or f"{one}s", type_, "stand_in", True)
            say(one, type_, "stand_in", False)
    for type_, names in _table()["nouns"].items():
        for words, trait in names.items():
            one, _, plural = words.partition("/")
            say(plural or f"{one}s", type_, trait, True)
            say(one, type_, trait, False)
    return found


#: A phrase's words in lower case -> (kind, meaning) of each of its parts.
Lexicon = dict[tuple[str, ...], tuple[tuple[str, Any], ...]]


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))


@cache
def longest_phrase() -> int:
    """Return the most words of a known phrase."""
    return max(map(len, lexicon()))


@cache
def lexicon() -> Lexicon:
    """Return every known phrase. A longer one goes before a shorter."""
    table = _table()
    found: Lexicon = {words: (("colour", value),) for words, value in colour_words().items()}
    for name, kind in (("traits", "trait"), ("arrangements", "arranged"), ("orders", "order")):
        for value, phrases in table[name].items():
            found |= dict.fromkeys(_words(phrases), ((kind, value),))
    for entry in table["others"]:
        found |= dict.fromkeys(_words(entry["phrases"]), ((entry["kind"], entry.get("value")),))
    for number, word in enumerate([*COUNTS, *table["words"]["above_ten"]]):
        found[(word,)] = (("count", number),)
    for kind, words in table["forms"].items():
        for word in words:
            plural = "matrices" if word == "matrix" else f"{word}s"
            found[(word, "of")] = (("form", kind), ("of", None))
            found[(plural, "of")] = (("forms", kind), ("of", None))
            if word == kind:
                found[(word,)] = (("form", kind),)
                found[(plural,)] = (("forms", kind),)
    return found | nouns() | _relations() | places() | sides()


def _words(phrases: Iterable[str]) -> Iterator[tuple[str, ...]]:
    return (tuple(phrase.split()) for phrase in phrases)


def _relations() -> Lexicon:
    table = _table()
    parts: Lexicon = {}
    for how, phrases in table["relations"].items():
        parts |= dict.fromkeys(_words([*phrases, *RELATIONS.get(how, ())]), (("relation", (how,)),))
    for hows, phrases in table["diagonal_relations"].items():
        parts |= dict.fromkeys(_words(phrases), (("relation", tuple(hows.split("_"))),))
    for how, phrases in table["relations_to_it"].items():
        parts |= dict.fromkeys(_words(phrases), (("relation", (how,)), ("pronoun", "it")))
    for how, phrases in table["open_relations"].items():
        parts |= dict.fromkeys(_words(phrases), (("relation", (how,)),))
    closer = {
        (word, *words): part for words, part in parts.items() for word in table["words"]["before_relations"]
    }
    return parts | closer
