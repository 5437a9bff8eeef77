"""Parse what an object shows or measures behind its noun: data, functions, formulas, ranges, sizes."""

from __future__ import annotations

from jepamine.manim.text.cursor import Cursor, Token
from jepamine.manim.text.kinds import KINDS
from jepamine.manim.text.phrase import NounPhrase


def content(cursor: Cursor, phrase: NounPhrase) -> bool:
    """Parse a measure, a formula, a function or data; return whether there was one."""
    place = cursor.place
    cursor.skip("of", "with", "saying", "for", "colon", "filler")
    if cursor.at("formula") and phrase.type == "text" and not phrase.texts:
        phrase.traits.add("formula")
        phrase.texts = [cursor.next().value]
    elif cursor.at("function") and phrase.type in ("function_graph", "axes", "number_plane"):
        phrase.measures["function"] = cursor.next().value
    elif cursor.at("data") and phrase.traits & KINDS:
        phrase.measures["data"] = cursor.next().value
    elif cursor.at("dims") and phrase.type in ("rectangle", "ellipse") and not phrase.plural:
        phrase.measures["width"], phrase.measures["height"] = cursor.next().value
    elif phrase.measures and cursor.at("and") and _another_side(cursor.peek(1), phrase):
        # "3 units wide and 1 unit tall".
        cursor.next()
        return content(cursor, phrase)
    elif cursor.at("measure") and _is_own(cursor.peek().value[0], phrase):
        name, value = cursor.next().value
        if name == "named_vertices":
            phrase.labels.append(("corners", value[1]))
            name, value = "vertices", value[0]
        phrase.measures[name] = value
    else:
        cursor.place = place
        bare = phrase.type == "number_line" and cursor.at("count", "number")
        return (bare or cursor.at("from", "span")) and _range(cursor, phrase)
    return True


def points_of_star(cursor: Cursor, phrase: NounPhrase) -> bool:
    """Parse "with seven points" behind a star."""
    ahead = int(cursor.at("with"))
    number, word = cursor.peek(ahead), cursor.peek(ahead + 1).text.lower()
    if (
        phrase.type != "star"
        or number.kind != "count"
        or word not in ("points", "arms", "rays", "spikes", "tips")
    ):
        return False
    phrase.measures["points"] = number.value
    cursor.place += ahead + 2
    return True


def _another_side(part: Token, phrase: NounPhrase) -> bool:
    """Return whether a token is a size that the object has not got yet."""
    return (
        part.kind == "measure"
        and part.value[0] in ("width", "height", "length", "radius", "inner_radius")
        and part.value[0] not in phrase.measures
        and bool(phrase.measures.keys() & {"width", "height", "length", "radius", "inner_radius"})
    )


def _is_own(name: str, phrase: NounPhrase) -> bool:
    """Return whether a measure is one of an object, and not of what happens to it."""
    if name == "angle":
        # "Rotate a rectangle 30 degrees".
        return phrase.type == "arc"
    if name == "vertices":
        # "Move a dot along the points (0, 0) and (2, 1)".
        return phrase.type not in ("dot", "circle", "text", "square")
    return name not in ("seconds", "units", "factor", "percent")


def as_formula(cursor: Cursor, phrase: NounPhrase) -> bool:
    """Parse "as an equation" after a quoted text."""
    noun = cursor.peek(2)
    if not phrase.texts or cursor.peek().text.lower() != "as" or cursor.peek(1).kind != "article":
        return False
    if noun.kind != "noun" or noun.value[1] != "formula":
        return False
    cursor.place += 3
    phrase.traits.add("formula")
    return True


def own_sides(cursor: Cursor, phrase: NounPhrase) -> bool:
    """Parse "between two lines" behind an angle, which is drawn with its sides; not "the lines", others."""
    ahead = 1 + (cursor.peek().text.lower() in ("formed", "made"))
    if "angle" not in phrase.traits or cursor.peek(ahead - 1).text.lower() not in ("between", "by"):
        return False
    if cursor.peek(ahead).kind == "count" and cursor.peek(ahead).value == 2:
        ahead += 1
    noun = cursor.peek(ahead)
    if noun.kind != "noun" or noun.value[0] not in ("line", "arrow") or not noun.value[2]:
        return False
    cursor.place += ahead + 1
    return True


def _range(cursor: Cursor, phrase: NounPhrase) -> bool:
    """Parse "from -3 to 3" after a scale or a graph."""
    lead = 0 if cursor.at("count", "number") else 1
    ends = [cursor.peek(lead), cursor.peek(lead + 2)]
    scaled = phrase.type in ("number_line", "axes", "number_plane", "function_graph")
    if scaled and cursor.at("span"):
        phrase.measures["range"] = cursor.next().value
        return True
    if (
        not scaled
        or cursor.peek(lead + 1).kind != "to"
        or any(end.kind not in ("count", "number") for end in ends)
    ):
        return False
    low, high = (float(end.value) for end in ends)
    if low >= high:
        return False
    cursor.place += lead + 3
    phrase.measures["range"] = (low, high)
    return True
