"""What a definite phrase refers to: "the second circle", "the red one", "the circle in green"."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from jepamine.manim.text.cursor import Cursor
from jepamine.manim.text.phrase import NounPhrase, picks
from jepamine.manim.text.reading import Item, Ref

#: The referents of "the line" if there is no plain one.
_ALSO = {"line": "dashed_line", "arrow": "double_arrow"}


#: Measures that tell one object from another: "the thick line".
_TELLING = ("stands_for", "stroke_width", "outline")


class Mentioned(Protocol):
    """The objects mentioned so far: see `Referents`."""

    cursor: Cursor
    items: list[Item]
    sets: list[Ref]

    def paint(self, ref: Ref, colour: str) -> None:
        """Set the colour of objects."""


def known(things: Mentioned, phrase: NounPhrase, but: Ref) -> Ref:
    """Return the objects that a definite phrase refers to, () for none; `but` is excluded by "the other"."""
    candidates = _found(things, phrase, but)
    if not candidates and phrase.type in _ALSO:
        return _found(things, replace(phrase, type=_ALSO[phrase.type]), but)
    return candidates


def _found(things: Mentioned, phrase: NounPhrase, but: Ref) -> Ref:
    candidates = [place for place, item in enumerate(things.items) if _fits(item, phrase)]
    if phrase.type == "one" and things.sets and (phrase.side or isinstance(phrase.ordinal, int)):
        # "Two axes, the left one with a curve, the right one ...": one of the axes.
        candidates = [place for place in candidates if place in things.sets[-1]] or candidates
    exact = [place for place in candidates if (things.items[place].color is None) == (not phrase.colours)]
    if phrase.ordinal == "other":
        candidates = [place for place in candidates if place not in but]
        return (candidates[-1],) if candidates else ()
    if isinstance(phrase.ordinal, int) and -len(candidates) <= phrase.ordinal < len(candidates):
        return (candidates[phrase.ordinal],)
    if phrase.side and len(candidates) > 1:
        column, row = phrase.side
        last = column > 0 or row < 0
        return (candidates[len(candidates) // 2 if not any(phrase.side) else -1 if last else 0],)
    if phrase.plural or (phrase.count or 1) > 1:
        return tuple(candidates[-phrase.count :] if phrase.count else candidates)
    candidates = exact or candidates
    if len(candidates) > 1:
        things.cursor.miss(phrase.span, f"could be any of {len(candidates)}; taken for the latest")
    return tuple(candidates[-1:])


def _fits(item: Item, phrase: NounPhrase) -> bool:
    if phrase.type not in ("one", item.type) or (phrase.texts and item.text != phrase.texts[0]):
        return False
    if phrase.colours and item.color != phrase.colours[0]:
        return False
    if any(item.measure(name) != phrase.measures.get(name, item.measure(name)) for name in _TELLING):
        return False
    described = phrase.traits - {"title", "label", "box"}
    return described <= item.traits


def painted(things: Mentioned, phrase: NounPhrase, but: Ref) -> Ref:
    """Return what a phrase gives a colour: "the green circle" of plain ones, "the circle in green"."""
    if not phrase.colours:
        return ()
    bare = replace(phrase, colours=[])
    if picks(phrase):
        plain = known(things, bare, but)
    else:
        plain = tuple(place for place, item in enumerate(things.items) if _fits(item, bare))
    if not phrase.coloured_behind:
        plain = tuple(place for place in plain if things.items[place].color is None)
    count = phrase.count or (len(plain) if phrase.plural else 1)
    if not plain or count > len(plain):
        return ()
    for number, place in enumerate(plain[:count]):
        things.paint((place,), phrase.colours[number % len(phrase.colours)])
    return plain[:count]
