"""Which of the 20 types an object of somebody else's scene is: by its class, and by what its curves show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jepamine.manim.engine.boxes import drawn_parts
from jepamine.manim.engine.outlines import outline

#: Manim's class -> type; an object is of the first class of its method resolution order that is here.
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
# Types of a single outline that a Transform or `become` can have made another one's.
OUTLINED = frozenset(
    [
        "circle",
        "square",
        "rectangle",
        "triangle",
        "ellipse",
        "star",
        "polygon",
        "line",
        "arc",
        "function_graph",
    ]
)
# Made of many pieces that are nothing by themselves.
WHOLE = ("SVGMobject", "Surface", "PMobject", "ImageMobject", "DashedVMobject", "VMobjectFromSVGPath")
#: What an object becomes for which none of the types fits.
CLOSEST = {"ImageMobject": "rectangle"}


def objects_of(mobjects: list[Any]) -> Iterator[tuple[Any, str, bool]]:
    """(object, type, whether a type is known for its class) for all that stands in a scene's list.

    Groups are taken apart, and other things that have no curves of their own, until something is known.
    """
    for mobject in mobjects:
        shown = shown_as(mobject)
        names = _manim_classes(shown)
        known = next((name for name in names if name in CLASSES or name in WHOLE), None)
        if known in CLASSES:
            yield mobject, _seen(mobject, CLASSES[known]), True
        elif known is None and not len(mobject.points):
            yield from objects_of(mobject.submobjects)
        else:
            found = outline(_points(mobject)) if known is None else None
            yield mobject, found or CLOSEST.get(str(known), "polygon"), found is not None


def shown_as(mobject: Any) -> Any:
    """What an object looks like: itself, or what a Transform has turned it into."""
    return getattr(mobject, "_jepamine_shown_as", mobject)


def remember(mobject: Any, target: Any) -> None:
    """Keep that `mobject` looks as `target` does now."""
    mobject._jepamine_shown_as = shown_as(target)


def words_of(mobject: Any) -> str | None:
    """What a text says, TeX as its source; None where that is not known."""
    shown = shown_as(mobject)
    if hasattr(shown, "number") and hasattr(shown, "num_decimal_places"):
        return f"{shown.number:.{shown.num_decimal_places}f}"
    for name in ("original_text", "tex_string", "text"):
        said = getattr(shown, name, None)
        if isinstance(said, str) and said.strip():
            return " ".join(said.split())
    return None


def class_of(mobject: Any) -> str:
    """The name of an object's class, for people."""
    return type(shown_as(mobject)).__name__


def _manim_classes(mobject: Any) -> list[str]:
    # Classes of one's own that are called like Manim's are something else; their bases count.
    return [kind.__name__ for kind in type(mobject).__mro__ if kind.__module__.split(".")[0] == "manim"]


def _seen(mobject: Any, by_class: str) -> str:
    """The type of an outline by its curves, where they tell; a dot stays a dot."""
    if by_class not in OUTLINED or any(len(part.points) for part in mobject.get_family()[1:]):
        return by_class
    return outline(_points(mobject)) or by_class


def _points(mobject: Any) -> NDArray[np.float64]:
    parts = [part.points[: len(part.points) // 4 * 4] for part in drawn_parts(mobject)]
    return np.concatenate(parts) if parts else np.empty((0, 3))
