"""Measure and paint a drawing that another process described: its numbers are untrusted, its code is gone."""

from __future__ import annotations

import base64
import copy
import io
from dataclasses import field
from typing import Annotated, Any, Literal, cast

import numpy as np
from numpy.typing import NDArray
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from jepamine.errors import UserError
from jepamine.manim.engine.boxes import curve_points
from jepamine.manim.engine.engine import load_manim
from jepamine.manim.layouts import FRAME_HEIGHT, FRAME_WIDTH
from jepamine.manim.validation.drawing import MOST_PARTS

_CONFIG = ConfigDict(extra="forbid", strict=True)
_Size = Annotated[float, Field(gt=0, allow_inf_nan=False, le=1e6)]
_Number = Annotated[float, Field(allow_inf_nan=False, ge=-1e9, le=1e9)]
_Share = Annotated[float, Field(ge=0, le=1)]
_Name = Annotated[str, Field(max_length=200)]


@dataclass(frozen=True, config=_CONFIG)
class Part:
    """A part as `drawing` describes it: strings are arrays, `whole` is whether all points are finite.

    A bare one has a place, but leaves no paint.
    """

    kind: Literal["curves", "cloud", "image", "bare"]
    shown: bool
    points: str
    whole: bool
    width: _Number = 0.0
    fill: str = ""
    stroke: str = ""
    under: str = ""
    under_width: _Number = 0.0
    gradient: str | None = None
    joint: Annotated[str, Field(max_length=20)] = "AUTO"
    cap: Annotated[str, Field(max_length=20)] = "AUTO"
    pixels: str = ""
    size: tuple[int, int] = (0, 0)


@dataclass(frozen=True, config=_CONFIG)
class Camera:
    """The camera's frame in units, the picture's size in pixels, and the background as RGBA."""

    width: _Size
    height: _Size
    center: tuple[_Number, _Number, _Number]
    pixels: tuple[Annotated[int, Field(gt=0, le=4096)], Annotated[int, Field(gt=0, le=4096)]]
    background: tuple[_Share, _Share, _Share, _Share]


@dataclass(frozen=True, config=_CONFIG)
class Drawing:
    """What a scene draws; see `drawing.drawing`."""

    camera: Camera
    parts: Annotated[tuple[Part, ...], Field(max_length=MOST_PARTS)] = ()
    objects: dict[_Name, tuple[int, ...]] = field(default_factory=dict)


def boxes(drawn: Drawing) -> dict[str, list[float]]:
    """Return the boxes of the objects that draw something: [x, y, width, height].

    In units of a 14.222 x 8 frame, to a ten-thousandth. Raises ValueError for an object without a finite
    point, or with parts that do not exist.
    """
    spans = [_span(part) for part in drawn.parts]
    camera = drawn.camera
    scale = min(FRAME_WIDTH / camera.width, FRAME_HEIGHT / camera.height)
    found = {}
    for name, numbers in drawn.objects.items():
        if not all(0 <= number < len(spans) for number in numbers):
            raise ValueError(f"{name} has parts that do not exist")
        reaching = [span for number in numbers if (span := spans[number]) is not None]
        if numbers and not reaching:
            raise ValueError(f"{name} has no position: its points are not finite numbers")
        if reaching:
            low, high = np.min([low for low, _ in reaching], 0), np.max([high for _, high in reaching], 0)
            # Rounded: the last bit of a sum, whose order differs between machines, must not move an object.
            low, high = ((side.round(9) - camera.center[:2]) * scale for side in (low, high))
            found[name] = [round(side, 4) + 0.0 for side in (*((low + high) / 2), *(high - low))]
    return found


def shown(drawn: Drawing) -> set[str]:
    """Return the names of the objects of which the scene draws a part."""
    return {
        name
        for name, numbers in drawn.objects.items()
        if any(drawn.parts[number].shown for number in numbers)
    }


#: Of most scenes: black, opaque.
_BLACK = (0.0, 0.0, 0.0, 1.0)


def new_camera(width: int, height: int, background: tuple[float, float, float, float] = _BLACK) -> Any:
    """Return Manim's camera for a picture of `width` x `height` pixels."""
    manim = load_manim()
    return manim.Camera(
        pixel_width=width,
        pixel_height=height,
        background_color=manim.ManimColor(background[:3]),
        background_opacity=background[3],
    )


def png(drawn: Drawing, width: int, camera: Any = None) -> str:
    """Return the picture as a PNG, in base64; `camera` is an unused one of `new_camera` that may fit.

    Raises UserError if it is not `width` pixels wide.
    """
    from PIL import Image

    manim, said = load_manim(), drawn.camera
    if said.pixels[0] != width:
        raise UserError(f"the picture is {said.pixels[0]} pixels wide, not {width}")
    fits = camera is not None and (camera.pixel_width, camera.pixel_height) == said.pixels
    if not fits or said.background != _BLACK:
        camera = new_camera(*said.pixels, said.background)
    camera.frame_width, camera.frame_height = said.width, said.height
    camera.frame_center = np.array(said.center)
    painted = (part for part in drawn.parts if part.shown and part.whole and part.kind != "bare")
    curves = manim.VMobject()
    camera.capture_mobjects([_mobject(manim, part, curves) for part in painted])
    buffer = io.BytesIO()
    # 9 ms, and 17 with level 4, which saves 2 % of the bytes.
    Image.fromarray(camera.pixel_array).convert("RGB").save(buffer, "PNG", compress_level=1)
    return base64.b64encode(buffer.getvalue()).decode()


def _span(part: Part) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    points = _array(part.points, 3)
    reached = (curve_points(points) if part.kind == "curves" else points)[:, :2]
    return (reached.min(axis=0), reached.max(axis=0)) if len(reached) else None


def _array(encoded: str, columns: int) -> NDArray[np.float64]:
    values = np.frombuffer(base64.b64decode(encoded, validate=True), dtype="<f8").reshape(-1, columns)
    if not np.isfinite(values).all() or (np.abs(values) > 1e12).any():
        raise ValueError("a point or a colour of the drawing is not a number")
    return values.astype(np.float64)


def _mobject(manim: Any, part: Part, curves: Any) -> Any:
    """Return what the part is drawn with; `curves` is an empty VMobject."""
    if part.kind == "curves":
        return _curves(manim, part, curves)
    if part.kind == "cloud":
        made = manim.PMobject(stroke_width=part.width)
        made.points, made.rgbas = _array(part.points, 3), _array(part.fill, 4)
        return made
    height, width = part.size
    pixels = np.frombuffer(base64.b64decode(part.pixels, validate=True), dtype=np.uint8)
    made = manim.ImageMobject(pixels.reshape(height, width, 4))
    made.points = _array(part.points, 3)
    return made


def _curves(manim: Any, part: Part, empty: Any) -> Any:
    # Everything that is drawn is set here: a copy takes 1 % of the time of a new one.
    made = copy.copy(empty)
    made.submobjects = []
    made.points = _array(part.points, 3)
    made.fill_rgbas, made.stroke_rgbas, made.background_stroke_rgbas = (
        np.clip(_array(text, 4), 0, 1) for text in (part.fill, part.stroke, part.under)
    )
    made.stroke_width, made.background_stroke_width = part.width, part.under_width
    made.joint_type, made.cap_style = manim.LineJointType[part.joint], manim.CapStyleType[part.cap]
    if part.gradient is not None:
        ends = _array(part.gradient, 3)
        made.get_gradient_start_and_end_points = lambda: cast(Any, ends)
    return made
