"""Which of the things so far "the red circle" means."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from jepamine.manim.text.phrase import NounPhrase
from jepamine.manim.text.reading import Item, Ref

if TYPE_CHECKING:
    from jepamine.manim.text.referents import Things

#: What "the line" is where there is no plain one.
_ALSO = {"line": "dashed_line", "arrow": "double_arrow"}


def known(things: Things, phrase: NounPhrase, but: Ref) -> Ref:
    """The things that a definite phrase means, () for none; `but` is what "the other" does not mean."""
    found = _found(things, phrase, but)
    if not found and phrase.type in _ALSO:
        return _found(things, replace(phrase, type=_ALSO[phrase.type]), but)
    return found


def _found(things: Things, phrase: NounPhrase, but: Ref) -> Ref:
    found = [place for place, item in enumerate(things.items) if _fits(item, phrase)]
    exact = [place for place in found if (things.items[place].color is None) == (not phrase.colours)]
    if phrase.ordinal == "other":
        found = [place for place in found if place not in but]
        return (found[-1],) if found else ()
    if isinstance(phrase.ordinal, int) and -len(found) <= phrase.ordinal < len(found):
        return (found[phrase.ordinal],)
    if phrase.type == "one" and phrase.side and things.sets:
        # "Two axes, the left one with a curve, the right one ...": one of the axes.
        found = [place for place in found if place in things.sets[-1]] or found
    if phrase.side and len(found) > 1:
        column, row = phrase.side
        last = column > 0 or row < 0
        return (found[len(found) // 2 if not any(phrase.side) else -1 if last else 0],)
    if phrase.plural or (phrase.count or 1) > 1:
        return tuple(found[-phrase.count :] if phrase.count else found)
    found = exact or found
    if len(found) > 1:
        things.cursor.miss(phrase.span, f"could be any of {len(found)}; taken for the latest")
    return tuple(found[-1:])


def _fits(item: Item, phrase: NounPhrase) -> bool:
    if phrase.type not in ("one", item.type) or (phrase.texts and item.text != phrase.texts[0]):
        return False
    if phrase.colours and item.color != phrase.colours[0]:
        return False
    told = phrase.traits - {"title", "label", "box"}
    return told <= item.traits
