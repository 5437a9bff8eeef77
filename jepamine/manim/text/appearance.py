"""How an object is painted: "with a thick red outline", "with blue fill", "bold", "in capital letters"."""

from __future__ import annotations

from dataclasses import replace

from jepamine.manim.text.applicable import applies
from jepamine.manim.text.applicable import reason as unused
from jepamine.manim.text.cursor import Cursor
from jepamine.manim.text.phrase import STROKES, NounPhrase
from jepamine.manim.text.reading import Ref, Span
from jepamine.manim.text.referents import Referents

_OUTLINES = ("outline", "outlines", "border", "borders", "stroke", "contour")
_FILLS = ("fill", "filling", "interior")
#: Stroke widths as Manim counts them; its default is 4.
_WIDTHS = {"thick": 8.0, "thin": 2.0}
#: Lengths of strokes in units.
_LENGTHS = {"long": 5.0, "short": 1.2}
#: How far a triangle is turned that points somewhere, in degrees.
POINTS = {"up": 0.0, "down": 180.0, "left": 90.0, "right": -90.0}
#: Words for letters alone.
_LETTERS = {"bold": "bold", "italic": "italic", "capitals": "in capital letters"}
#: What "thin" may also mean the shape of.
_SHAPED = ("rectangle", "ellipse", "annulus")


def painted(cursor: Cursor, phrase: NounPhrase) -> bool:
    """Parse "with a thick red outline" or "and blue fill" after it; return whether that comes next."""
    first = not phrase.measures.keys() & {"outline", "fill"}
    if phrase.type in (None, "text") or not cursor.at("with", *(() if first else ("and", "comma"))):
        return False
    ahead = 1
    if cursor.peek(ahead).text.lower() in ("with", "and"):
        ahead += 1
    ahead += cursor.peek(ahead).kind == "article"
    colour, width = None, None
    while cursor.peek(ahead).kind in ("colour", "trait"):
        part = cursor.peek(ahead)
        if part.kind == "colour":
            colour = str(part.value)
        elif part.value in _WIDTHS:
            width = _WIDTHS[part.value]
        else:
            return False
        ahead += 1
    word = cursor.peek(ahead).text.lower()
    if word not in (*_OUTLINES, *_FILLS):
        return False
    ahead += 1
    ahead += cursor.peek(ahead).text.lower() in ("color", "colour")
    if colour is None and cursor.peek(ahead).kind in ("in", "of") and cursor.peek(ahead + 1).kind == "colour":
        colour, ahead = str(cursor.peek(ahead + 1).value), ahead + 2
    elif colour is None and cursor.peek(ahead).kind == "colour":
        colour, ahead = str(cursor.peek(ahead).value), ahead + 1
    if colour is None and width is None:
        return False
    cursor.place += ahead
    if colour is not None:
        phrase.measures["outline" if word in _OUTLINES else "fill"] = colour
    if width is not None:
        phrase.measures["stroke_width"] = width
    return True


def settle_paint(cursor: Cursor, phrase: NounPhrase, start: int) -> None:
    """Turn words and colours of the outline and the fill into those of the object.

    Its colour is that of its fill, if it has one. Records what its type does not have.
    """
    if phrase.type is None or phrase.type == "one":
        return
    fill, outline = (phrase.measures.pop(name, None) for name in ("fill", "outline"))
    if fill is not None:
        phrase.traits.add("filled")
        outline = outline or (phrase.colours[0] if phrase.colours else None)
        phrase.colours = [fill]
    elif outline is not None and not phrase.colours and "filled" not in phrase.traits:
        phrase.colours, outline = [outline], None
    if outline is not None:
        phrase.traits.add("filled")
        phrase.measures["outline"] = outline
    for trait in sorted(phrase.traits & LOOKS):
        phrase.traits.discard(trait)
        kept, measures, reason = look_of(trait, phrase.type, "formula" in phrase.traits)
        phrase.traits |= kept
        phrase.measures = measures | phrase.measures
        if reason:
            passed = (part.span for part in cursor.tokens[start : cursor.place] if part.value == trait)
            cursor.miss(next(passed, cursor.since(start)), reason)


#: The traits that are settled here.
LOOKS = {*_LETTERS, *_WIDTHS, *_LENGTHS, "translucent"}


def look_of(trait: str, type_: str, formula: bool = False) -> tuple[set[str], dict[str, float], str]:
    """Return what "bold" or "thin" gives an object: (traits, measures, why it gives nothing)."""
    if trait == "translucent":
        return (set() if type_ in ("text", *STROKES) else {"filled"}), {"opacity": 0.5}, ""
    if trait in _LENGTHS:
        if type_ in STROKES:
            return set(), {"length": _LENGTHS[trait]}, ""
        return set(), {}, "only lines and arrows are long or short here"
    if type_ == "text" and not formula and trait != "thin":
        return {"bold" if trait == "thick" else trait}, {}, ""
    width = _WIDTHS.get("thick" if trait == "bold" else trait)
    if width is None or type_ == "text":
        return set(), {}, f"only texts are {_LETTERS.get(trait, trait)} here"
    if type_ == "dot" or (type_ in _SHAPED and trait == "thin"):
        return set(), {}, f"what is {trait} is not clear; give a size, or write 'with a {trait} outline'"
    return set(), {"stroke_width": width}, ""


def change_look(things: Referents, ref: Ref, trait: str, span: Span) -> None:
    """Give objects a trait that is said of them later: "the line is thick"."""
    for place in ref:
        item = things.items[place]
        kept, measures, reason = {trait} - {""}, dict[str, float](), ""
        if item.type == "triangle" and trait in POINTS and "right_angled" not in item.traits:
            kept, measures = set(), {"turned": POINTS[trait]}
        elif trait == "dashed" and item.type in ("line", "dashed_line"):
            kept = set()
            things.change((place,), lambda one: replace(one, type="dashed_line"))
        elif not applies(trait, item.type, item.traits):
            kept, reason = set(), unused(item.type, trait)
        elif trait in LOOKS:
            kept, measures, reason = look_of(trait, item.type, "formula" in item.traits)
        if reason:
            things.cursor.miss(span, reason)
        for name, value in measures.items():
            things.measure((place,), name, value)
        things.add_traits((place,), *kept)
        if "capitals" in kept:
            things.change((place,), lambda one: replace(one, text=(one.text or "").upper()))


def point(phrase: NounPhrase) -> None:
    """Turn a triangle to where it points."""
    ways = phrase.directions or sorted(phrase.traits & {*POINTS})
    if phrase.type != "triangle" or len(ways) != 1 or phrase.traits & {"right_angled"}:
        return
    phrase.traits -= {*POINTS}
    phrase.directions = []
    if turn := POINTS.get(ways[0], 0.0):
        phrase.measures["turned"] = turn


#: The longer side, in units, of what is "twice as wide as it is tall".
_LONG = 2.4


def proportion(phrase: NounPhrase) -> None:
    """Give what is "twice as wide as it is tall" its width and its height."""
    if "ratio" not in phrase.measures or not applies("ratio", phrase.type or "", phrase.traits):
        return
    ratio = phrase.measures.pop("ratio")
    width = phrase.measures.get("width") or phrase.measures.get("height", 0) * ratio
    width = width or (_LONG if ratio > 1 else _LONG * ratio)
    phrase.measures |= {"width": round(width, 4), "height": round(width / ratio, 4)}
