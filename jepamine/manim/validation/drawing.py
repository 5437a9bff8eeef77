"""Describe what a scene draws as plain numbers, for a process that never runs its code (`measure`)."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jepamine.manim.engine.boxes import NOWHERE, background_of, drawn_parts

#: The most parts of a drawing; particles are thousands.
MOST_PARTS = 20_000
#: The most pixels of an image: more than a preview has.
MOST_PIXELS = 854 * 480 * 2


class TooMuch(Exception):
    """The scene holds more than can be measured."""


def drawing(scene: Any, objects: Mapping[str, Any]) -> dict[str, Any]:
    """Return {"camera", "parts", "objects"}, as JSON; arrays are base64 of little-endian float64.

    Parts are in drawing order, those that named objects have besides last; `objects` maps a name to the
    numbers of its parts. Points are (n, 3) as the camera sees them, in Manim units. Raises TooMuch.
    """
    camera = scene.camera
    if hasattr(camera, "image_mobjects_from_cameras"):
        _use_inner_cameras(scene, camera)
    if hasattr(camera, "reset_rotation_matrix"):
        camera.reset_rotation_matrix()
    numbers: dict[int, int] = {}
    parts: list[dict[str, Any]] = []
    shown = dict.fromkeys((*scene.mobjects, *scene.foreground_mobjects))
    visible = {id(part) for mobject in shown for part in drawn_parts(mobject)}
    further = (part for mobject in objects.values() for part in drawn_parts(mobject))
    for part in (*_in_order(camera, list(shown)), *further):
        if id(part) in numbers:
            continue
        if len(parts) == MOST_PARTS:
            raise TooMuch(f"it has more than {MOST_PARTS:,} parts")
        numbers[id(part)] = len(parts)
        parts.append({"shown": id(part) in visible, **_part(part, camera)})
    return {
        "camera": {
            "width": float(camera.frame_width),
            "height": float(camera.frame_height),
            "center": [float(value) for value in camera.frame_center],
            "pixels": [int(camera.pixel_width), int(camera.pixel_height)],
            "background": [*background_of(camera), float(camera.background_opacity)],
        },
        "parts": parts,
        "objects": {
            name: [numbers[id(part)] for part in drawn_parts(mobject)] for name, mobject in objects.items()
        },
    }


def _use_inner_cameras(scene: Any, camera: Any) -> None:
    """Fill the pixels of cameras that are shown in the picture: they have none until they are used."""
    displays = camera.image_mobjects_from_cameras
    frames = [part for display in displays for part in display.camera.frame.get_family()]
    before = [part.points.copy() for part in frames]
    camera.update_sub_cameras()
    for display in displays:
        own = {id(part) for part in display.get_family()}
        display.camera.reset()
        display.camera.capture_mobjects([one for one in scene.mobjects if id(one) not in own])
    # Their frames were fitted to whole pixels, of a picture of another size than the film's.
    for part, points in zip(frames, before, strict=True):
        part.points = points


def _in_order(camera: Any, mobjects: list[Any]) -> Iterator[Any]:
    """Yield the parts that leave paint in the order in which the camera draws them."""
    drawn = {id(part) for mobject in mobjects for part in drawn_parts(mobject)}
    yield from (part for part in camera.get_mobjects_to_display(mobjects) if id(part) in drawn)


def _part(part: Any, camera: Any) -> dict[str, Any]:
    if hasattr(part, "fill_rgbas"):
        return _curves(part, camera)
    points = part.points[(np.abs(part.points) < NOWHERE).all(axis=1)]
    seen = encode(camera.transform_points_pre_display(part, points)) if len(points) else ""
    whole = len(points) == len(part.points)
    if hasattr(part, "pixel_array"):
        pixels = _thinned(np.asarray(part.get_pixel_array(), dtype=np.uint8))
        content = base64.b64encode(pixels.tobytes()).decode()
        size = [int(side) for side in pixels.shape[:2]]
        return {"kind": "image", "points": seen, "whole": whole, "pixels": content, "size": size}
    if not len(getattr(part, "rgbas", ())):
        return {"kind": "bare", "points": seen, "whole": whole}
    # Of the size in pixels.
    thickness = float(camera.adjusted_thickness(part.stroke_width))
    return {"kind": "cloud", "points": seen, "whole": whole, "fill": encode(part.rgbas), "width": thickness}


def _thinned(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return an image (H, W, 4) with every n-th row and column, so that it has MOST_PIXELS at most."""
    step = 1
    while -(-pixels.shape[0] // step) * -(-pixels.shape[1] // step) > MOST_PIXELS:
        step += 1
    return np.ascontiguousarray(pixels[::step, ::step])


def _curves(part: Any, camera: Any) -> dict[str, Any]:
    curves = np.asarray(part.points)[: len(part.points) // 4 * 4].reshape(-1, 4, 3)
    # Graphs of functions with poles have points that are nowhere; a camera would put all of them at 0.
    finite = curves[(np.abs(curves) < NOWHERE).all(axis=(1, 2))].reshape(-1, 3)
    colours = {
        "fill": camera.get_fill_rgbas(part),
        "stroke": camera.get_stroke_rgbas(part),
        "under": camera.get_stroke_rgbas(part, background=True),
    }
    gradient = None
    if any(len(rgbas) != 1 for rgbas in colours.values()):
        ends = np.array(part.get_gradient_start_and_end_points())
        gradient = encode(camera.transform_points_pre_display(part, ends))
    return {
        "kind": "curves",
        "points": encode(camera.transform_points_pre_display(part, finite)) if len(finite) else "",
        "whole": len(finite) == len(part.points) // 4 * 4,
        **{name: encode(rgbas) for name, rgbas in colours.items()},
        "width": float(part.get_stroke_width()),
        "under_width": float(part.get_stroke_width(True)),
        "gradient": gradient,
        "joint": part.joint_type.name,
        "cap": part.cap_style.name,
    }


def encode(values: Any) -> str:
    """Return an array as base64 of little-endian float64."""
    return base64.b64encode(np.ascontiguousarray(values, dtype="<f8").tobytes()).decode()
