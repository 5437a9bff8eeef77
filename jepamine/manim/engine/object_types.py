"""Classify objects of any scene into the 20 types: by class, and by what their curves show."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jepamine.manim.engine.boxes import drawn_parts
from jepamine.manim.engine.outlines import outline
from jepamine.utils.words import word_set

#: Manim's class -> type; an object has the type of the first class of its method resolution order found here.
CLASSES: dict[str, str] = {
    **dict.fromkeys(["Circle"], "circle"),
    **dict.fromkeys(["Square"], "square"),
    **dict.fromkeys(["Rectangle", "RoundedRectangle"], "rectangle"),
    **dict.fromkeys(["Triangle"], "triangle"),
    **dict.fromkeys(["Ellipse"], "ellipse"),
    **dict.fromkeys(["Dot"], "dot"),
    **dict.fromkeys(["Star"], "star"),
    **dict.fromkeys(["Polygon", "Polygram", "Cutout", "ConvexHull"], "polygon"),
    **dict.fromkeys(["Line", "Elbow"], "line"),
    **dict.fromkeys(["DashedLine"], "dashed_line"),
    **dict.fromkeys(["Arrow", "CurvedArrow"], "arrow"),
    **dict.fromkeys(["DoubleArrow", "CurvedDoubleArrow"], "double_arrow"),
    **dict.fromkeys(["Arc", "Angle", "CubicBezier"], "arc"),
    **dict.fromkeys(["Annulus"], "annulus"),
    **dict.fromkeys(["Text", "MarkupText", "SingleStringMathTex", "DecimalNumber", "Paragraph"], "text"),
    **dict.fromkeys(["NumberLine"], "number_line"),
    **dict.fromkeys(["Axes"], "axes"),
    **dict.fromkeys(["NumberPlane", "PolarPlane"], "number_plane"),
    **dict.fromkeys(["ParametricFunction", "ImplicitFunction"], "function_graph"),
    **dict.fromkeys(["Brace", "ArcBrace"], "brace"),
}
# Types with a single outline that a Transform or `become` can turn into another.
OUTLINED = word_set("circle square rectangle triangle ellipse star polygon line arc function_graph")
# Made of many pieces that mean nothing by themselves.
WHOLE = ("SVGMobject", "Surface", "PMobject", "ImageMobject", "DashedVMobject", "VMobjectFromSVGPath")
#: The type of an object that none of the types fits.
CLOSEST = {"ImageMobject": "rectangle"}


def objects_of(mobjects: list[Any]) -> Iterator[tuple[Any, str, bool]]:
    """Yield (object, type, whether a type is known for its class) for everything in a scene's list.

    Groups, and other objects without curves of their own, are taken apart until a type is known.
    """
    for mobject in mobjects:
        shown = shown_as(mobject)
        names = _manim_classes(shown)
        type_known = next((name for name in names if name in CLASSES or name in WHOLE), None)
        if type_known in CLASSES:
            yield mobject, _seen(mobject, CLASSES[type_known]), True
        elif type_known is None and not len(mobject.points):
            yield from objects_of(mobject.submobjects)
        else:
            pending = outline(_points(mobject)) if type_known is None else None
            yield mobject, pending or CLOSEST.get(str(type_known), "polygon"), pending is not None


def shown_as(mobject: Any) -> Any:
    """Return what an object looks like: itself, or what a Transform has turned it into."""
    return getattr(mobject, "_jepamine_shown_as", mobject)


def remember(mobject: Any, target: Any) -> None:
    """Record that `mobject` looks as `target` does now."""
    mobject._jepamine_shown_as = shown_as(target)


def words_of(mobject: Any) -> str | None:
    """Return the content of a text as it is painted, TeX as its source; None if unknown."""
    shown = shown_as(mobject)
    if hasattr(shown, "number") and hasattr(shown, "num_decimal_places"):
        return _number(shown)
    # A Paragraph is made of one text, whose lines are moved.
    shown = getattr(shown, "lines_text", shown)
    for name in ("original_text", "tex_string", "text"):
        content = getattr(shown, name, None)
        if isinstance(content, str) and content.strip():
            content = _without_markup(content) if "MarkupText" in _manim_classes(shown) else content
            return " ".join(content.split()) or None
    return None


def _number(shown: Any) -> str:
    """Return a number as Manim paints it: with sign, commas, ellipsis and unit."""
    number: str = shown._get_num_string(shown.number)
    ellipsis = "..." if getattr(shown, "show_ellipsis", False) else ""
    return number + ellipsis + str(getattr(shown, "unit", None) or "")


def _without_markup(text: str) -> str:
    """Return the text of Pango markup: no tags, entities as characters."""
    pieces: list[str] = []
    parser = HTMLParser(convert_charrefs=True)
    setattr(parser, "handle_data", pieces.append)  # noqa: B010
    parser.feed(text)
    parser.close()
    return "".join(pieces)


def class_of(mobject: Any) -> str:
    """Return the name of an object's class, for messages."""
    return type(shown_as(mobject)).__name__


def _manim_classes(mobject: Any) -> list[str]:
    # A user's class named like one of Manim's is something else; its bases count.
    return [kind.__name__ for kind in type(mobject).__mro__ if kind.__module__.split(".")[0] == "manim"]


def _seen(mobject: Any, by_class: str) -> str:
    """Return the type of an outline by its curves, if they reveal it; a dot stays a dot."""
    if by_class not in OUTLINED or any(len(part.points) for part in mobject.get_family()[1:]):
        return by_class
    return outline(_points(mobject)) or by_class


def _points(mobject: Any) -> NDArray[np.float64]:
    parts = [part.points[: len(part.points) // 4 * 4] for part in drawn_parts(mobject)]
    return np.concatenate(parts) if parts else np.empty((0, 3))
