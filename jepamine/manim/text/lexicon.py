"""The phrases of descriptions, and their meanings."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jepamine.manim.engine.palette import PALETTE
from jepamine.manim.scenes.phrases import COUNTS, NOUNS, RELATIONS
from jepamine.manim.text.lexicon_places import places, sides

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
