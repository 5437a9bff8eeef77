"""Measure a Manim object: its box, from points on its curves, and its main colour."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jepamine.manim.layouts import FRAME_HEIGHT, FRAME_WIDTH

#: Points as far away, in units, are nowhere, as are those that are no numbers: (x^2 - 2) / (x^2 - 4) beside
#: its pole is 1e15.
NOWHERE = 1e6
Points = NDArray[np.float64]
# Bernstein weights of a cubic curve at 17 points: between two of them it strays 0.2 % of its size at most.
_T = np.linspace(0, 1, 17)[:, None]
_WEIGHTS = np.hstack([(1 - _T) ** 3, 3 * _T * (1 - _T) ** 2, 3 * _T**2 * (1 - _T), _T**3])


def drawn_parts(mobject: Any) -> Iterator[Any]:
    """Yield the members of an object's family that leave paint, in drawing order."""
    for part in mobject.get_family():
        if len(part.points) and (
            _fill(part) > 0 or _stroke(part) > 0 if _is_curves(part) else _is_picture(part)
        ):
            yield part


def curve_points(points: Points) -> Points:
    """Return points on cubic Bezier curves: (curves * 17, 3), from control points (curves * 4, 3).

    Control points themselves are outside their curves: the box of a rotated circle's is 3 % too large.
    """
    curves = points[: len(points) // 4 * 4].reshape(-1, 4, 3)
    drawn: Points = np.einsum("tk,ckd->tcd", _WEIGHTS, curves).reshape(-1, 3)
    return drawn


def span(
    mobject: Any, see: Callable[[Any, Points], Points] | None = None
) -> tuple[float, float, float, float] | None:
    """Return (left, bottom, right, top) of what an object draws, in Manim units, None if it draws nothing.

    Stroke width is not counted: lit pixels extend half of it further. `see` maps points of a member to
    those that the camera sees.
    """
    parts = list(drawn_parts(mobject))
    if not parts:
        return None
    if see is None:
        points = _reaching(np.concatenate([part.points[: len(part.points) // 4 * 4] for part in parts]))
    else:
        drawn = [curve_points(part.points) if _is_curves(part) else part.points for part in parts]
        # Graphs of functions with poles have points that are nowhere; a camera would put all of them at 0.
        drawn = [of_part[(np.abs(of_part) < NOWHERE).all(axis=1)] for of_part in drawn]
        points = np.concatenate([see(part, of_part) for part, of_part in zip(parts, drawn, strict=True)])
    if not len(points):
        return None
    # Rounded: the last bit of a sum, whose order differs between machines, must not move an object.
    left, bottom = points[:, :2].min(axis=0).round(9).tolist()
    right, top = points[:, :2].max(axis=0).round(9).tolist()
    return left, bottom, right, top


def fitted_size(camera: Any) -> tuple[float, float]:
    """Return the size of the camera's frame, in units, once it fits into one of 14.222 x 8."""
    wide, high = float(camera.frame_width), float(camera.frame_height)
    scale = min(FRAME_WIDTH / wide, FRAME_HEIGHT / high)
    return wide * scale, high * scale


def camera_span(mobject: Any, camera: Any) -> tuple[float, float, float, float] | None:
    """Return `span` as the camera sees it: from its frame's centre, in units of a 14.222 x 8 frame."""
    drawn = span(mobject, camera.transform_points_pre_display)
    if drawn is None:
        return None
    scale = fitted_size(camera)[1] / float(camera.frame_height)
    x, y = (float(value) for value in camera.frame_center[:2])
    left, bottom, right, top = drawn
    return (left - x) * scale, (bottom - y) * scale, (right - x) * scale, (top - y) * scale


def _reaching(points: Points) -> Points:
    """Return the anchors of curves, and points on those curves that can leave the anchors' box."""
    curves = points.reshape(-1, 4, 3)
    anchors = curves[:, ::3].reshape(-1, 3)
    if not len(anchors):
        return anchors
    # A curve stays within its control points: if they do not leave the box, neither does it.
    low, high = anchors.min(axis=0), anchors.max(axis=0)
    out = ((curves < low) | (curves > high)).any(axis=(1, 2))
    return np.concatenate([anchors, curve_points(curves[out].reshape(-1, 3))])


def colour_of(mobject: Any) -> str | None:
    """Return "#RRGGBB" of the first member that is drawn: of its fill if that is at least half opaque."""
    for part in filter(_is_curves, drawn_parts(mobject)):
        if _fill(part) >= 0.5 or _stroke(part) == 0:
            return str(part.get_fill_color().to_hex()).upper()[:7]
        return str(part.get_stroke_color().to_hex()).upper()[:7]
    return None


def _is_curves(part: Any) -> bool:
    # Images and point clouds have points that are not curves, and no fill or stroke.
    return hasattr(part, "fill_rgbas")


def _is_picture(part: Any) -> bool:
    # A value tracker has a point, and nothing that is drawn.
    return hasattr(part, "rgbas") or hasattr(part, "pixel_array")


def background_of(camera: Any) -> tuple[float, float, float]:
    """Return the red, green and blue, 0 to 1, of a camera's background, which a scene may set as a text."""
    from manim import ManimColor

    red, green, blue = ManimColor(camera.background_color).to_rgb()
    return float(red), float(green), float(blue)


def _fill(part: Any) -> float:
    return float(part.get_fill_opacity())


def _stroke(part: Any) -> float:
    return float(part.get_stroke_opacity()) if part.get_stroke_width() > 0 else 0.0
