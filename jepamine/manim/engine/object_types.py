"""Classify objects of any scene into the 20 types: by class, by what they contain, by their curves."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jepamine.manim.engine.boxes import Points, curve_points, drawn_parts
from jepamine.utils.printing import word_set

# How much an outline may stray from the ideal, relative to its size.
LOOSE = 0.02


def outline(points: Points) -> str | None:
    """Return the type of one outline, from its control points (curves * 4, 3); None if it is not a simple
    one.

    Only outlines in a plane that faces the viewer, as drawn.
    """
    curves = points[: len(points) // 4 * 4].reshape(-1, 4, 3)[..., :2]
    if not len(curves) or not np.isfinite(curves).all():
        return None
    if np.any(np.abs(curves[1:, 0] - curves[:-1, 3]) > 1e-3):
        return None
    along = curves[:, 3] - curves[:, 0]
    size = float(np.ptp(curves.reshape(-1, 2), axis=0).max())
    if size < 1e-6:
        return None
    if _straight(curves, along, size):
        return _of_corners(
            _corners(curves, size), closed=bool(_apart(curves[0, 0], curves[-1, 3]) < 1e-3 * size)
        )
    return _round(curve_points(points)[:, :2], curves)


def _apart(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    return float(np.hypot(*(a - b)))


def _straight(curves: NDArray[np.float64], along: NDArray[np.float64], size: float) -> bool:
    """Return whether all handles are on the lines between their anchors."""
    handles = curves[:, 1:3] - curves[:, :1]
    off = handles[..., 0] * along[:, None, 1] - handles[..., 1] * along[:, None, 0]
    lengths = np.hypot(along[:, 0], along[:, 1])[:, None]
    # A curve from a point to itself is not a line unless its handles are there too.
    stray = np.where(
        lengths > 1e-9, np.abs(off) / np.maximum(lengths, 1e-9), np.hypot(*np.moveaxis(handles, 2, 0))
    )
    return bool(np.all(stray < LOOSE / 4 * size))


def _corners(curves: NDArray[np.float64], size: float) -> NDArray[np.float64]:
    """Return the points where the direction changes, including the ends of an open outline: (corners, 2)."""
    anchors = np.concatenate([curves[:, 0], curves[-1:, 3]])
    steps = np.hypot(*np.diff(anchors, axis=0).T)
    anchors = np.concatenate([anchors[:1], anchors[1:][steps > 1e-3 * size]])
    closed = _apart(anchors[0], anchors[-1]) < 1e-3 * size
    ring = anchors[:-1] if closed else anchors
    before, after = ring - np.roll(ring, 1, axis=0), np.roll(ring, -1, axis=0) - ring
    turn = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
    sharp = np.abs(turn) > 1e-3 * np.hypot(*before.T) * np.hypot(*after.T)
    if not closed:
        sharp[[0, -1]] = True
    return np.asarray(ring[sharp])


def _of_corners(corners: NDArray[np.float64], closed: bool) -> str | None:
    count = len(corners)
    if not closed or count < 3:
        return "line" if count == 2 else None
    if count == 3:
        return "triangle"
    if count == 4:
        sides = np.roll(corners, -1, axis=0) - corners
        lengths = np.hypot(*sides.T)
        cosines = np.sum(sides * np.roll(sides, -1, axis=0), axis=1) / lengths / np.roll(lengths, -1)
        if np.all(np.abs(cosines) < LOOSE):
            return "square" if np.ptp(lengths) < LOOSE * lengths.max() else "rectangle"
        return "polygon"
    reach = np.hypot(*(corners - corners.mean(axis=0)).T)
    outer, inner = reach[::2], reach[1::2]
    if outer.mean() < inner.mean():
        outer, inner = inner, outer
    regular = np.ptp(outer) < LOOSE * outer.max() and np.ptp(inner) < LOOSE * outer.max()
    return (
        "star" if count % 2 == 0 and count >= 6 and regular and inner.max() < 0.8 * outer.min() else "polygon"
    )


def _round(drawn: NDArray[np.float64], curves: NDArray[np.float64]) -> str | None:
    """Return circle, ellipse or arc, by how well the points of the outline fit one."""
    closed = _apart(curves[0, 0], curves[-1, 3]) < 1e-3 * float(np.ptp(drawn, axis=0).max())
    # x^2 + y^2 = 2 a x + 2 b y + c, solved for the centre (a, b): Kasa's fit.
    ones = np.ones(len(drawn))
    solved, *_ = np.linalg.lstsq(np.column_stack([2 * drawn, ones]), np.sum(drawn**2, axis=1), rcond=None)
    radii = np.hypot(*(drawn - solved[:2]).T)
    if np.ptp(radii) < LOOSE * radii.mean() and radii.mean() < 50:
        return "circle" if closed else "arc"
    if not closed:
        return None
    centred = drawn - (drawn.max(axis=0) + drawn.min(axis=0)) / 2
    _, axes = np.linalg.eigh(centred.T @ centred)
    turned = centred @ axes
    half = np.abs(turned).max(axis=0)
    fit = np.hypot(*(turned / np.maximum(half, 1e-9)).T)
    return "ellipse" if np.ptp(fit) < 2 * LOOSE else None


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
