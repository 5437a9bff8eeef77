"""Which sizes and adjectives each type of object has: others change nothing, and are noted."""

from __future__ import annotations

from collections.abc import Set

from jepamine.manim.text.cursor import Cursor
from jepamine.manim.text.kinds import KINDS
from jepamine.manim.text.phrase import STROKES, NounPhrase
from jepamine.manim.text.reading import Span

_FIGURES = ("circle", "square", "rectangle", "triangle", "ellipse", "star", "polygon")
_SCALES = ("number_line", "axes", "number_plane", "function_graph")
#: Measure -> the types that have it.
MEASURED: dict[str, tuple[str, ...]] = {
    "radius": ("circle", "annulus", "dot", "star", "polygon", "arc"),
    "diameter": ("circle", "annulus", "dot", "star", "polygon", "arc"),
    "inner_radius": ("annulus",),
    "side": ("square", "triangle", "polygon"),
    "length": (*STROKES, "number_line", "square", "triangle"),
    "corner_radius": ("rectangle",),
    "font_size": ("text",),
    "size": ("circle", "square", "triangle", "star", "polygon", "annulus", "dot"),
    "sides": ("polygon",),
    "points": ("star",),
    "ratio": ("rectangle", "ellipse"),
}
#: Kinds of polygons, triangles and arcs that have no single radius or side.
_IRREGULAR = KINDS - {"sector", "semicircle", "quarter"}
#: Kinds whose height follows from their width.
_ROUND = {"heart", "sector", "semicircle", "quarter", "curved"}
_WAYS = {"up", "down", "left", "right"}
#: Trait -> the types that have it.
TRAITS: dict[str, tuple[str, ...]] = {
    "filled": (*_FIGURES, "annulus", "dot", "arc", "text", *STROKES),
    "outlined": (*_FIGURES, "arc"),
    "vertical": (*STROKES, "number_line", "brace", "rectangle", "ellipse"),
    "horizontal": (*STROKES, "number_line", "brace", "rectangle", "ellipse", "text"),
    "diagonal": STROKES,
    "parallel": (),
    "dashed": ("line", "dashed_line"),
    "rounded": ("rectangle",),
    **dict.fromkeys(sorted(_WAYS), (*STROKES, "brace")),
}
_DIRECTIONS = {*_WAYS, "vertical", "horizontal", "diagonal"}
#: Those without an effect on small and large ones.
_ONE_SIZE = ("brace",)


def applies(name: str, type_: str, traits: Set[str]) -> bool:
    """Return whether a measure or an adjective changes an object of a type; `traits` are all of its own."""
    if name in ("radius", "diameter", "side", "inner_radius", "size", "length") and traits & _IRREGULAR:
        return name == "length" and bool(traits & {"curved"})
    if name in ("width", "height") and type_ == "text":
        return not traits & KINDS
    if name == "height":
        return not traits & _ROUND
    if name in _DIRECTIONS and traits & {"curved", "rounded"}:
        return name == "horizontal"
    if name == "outlined" and "sector" in traits:
        return False
    if name == "angle" and "semicircle" in traits:
        return False
    if name == "sides" and (traits & KINDS or any(trait.isdigit() for trait in traits)):
        return False
    if name in ("small", "large"):
        return type_ not in _ONE_SIZE
    types = MEASURED.get(name) or TRAITS.get(name)
    return types is None or type_ in types


def note_unused(cursor: Cursor, phrase: NounPhrase, start: int) -> None:
    """Drop what its type does not have from a noun phrase that began at token `start`, and note it."""
    if phrase.type is None or phrase.type == "one" or phrase.place is not None:
        return
    kept = phrase.traits - {"small", "large"}
    given = {*phrase.measures, *phrase.traits}
    if phrase.directions and not applies(phrase.directions[0], phrase.type, kept):
        phrase.directions = []
        cursor.miss(_words(cursor, "left", start), reason(phrase.type, "left"))
    for name in sorted(given & {*MEASURED, *TRAITS, "width", "height", "angle", "small", "large"}):
        if applies(name, phrase.type, kept):
            continue
        phrase.measures.pop(name, None)
        phrase.traits.discard(name)
        cursor.miss(_words(cursor, name, start), reason(phrase.type, name))


def reason(type_: str, name: str) -> str:
    """Return why a word has no effect."""
    return f"{'an' if type_[0] in 'aeiou' else 'a'} {type_.replace('_', ' ')} has no such {_noun(name)} here"


def _noun(name: str) -> str:
    if name in MEASURED or name in ("width", "height"):
        return "size"
    return "direction" if name in _DIRECTIONS else "look"


def _words(cursor: Cursor, name: str, start: int) -> Span:
    """Return the words that gave a measure or a trait, from token `start` on."""
    for part in cursor.tokens[start : cursor.place]:
        given = part.value[0] if part.kind == "measure" else part.value
        if given == name or (name in _WAYS and part.kind in ("pointing", "side")):
            return part.span
    return cursor.since(start)
