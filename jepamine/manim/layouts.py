"""Layouts: the objects of a Manim frame; the schema shared by renderer, annotator and predictor."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Annotated, Any, Literal, get_args

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from jepamine.errors import UserError, did_you_mean

Type = Literal[
    "circle",
    "square",
    "rectangle",
    "triangle",
    "ellipse",
    "dot",
    "star",
    "polygon",
    "line",
    "dashed_line",
    "arrow",
    "double_arrow",
    "arc",
    "annulus",
    "text",
    "number_line",
    "axes",
    "number_plane",
    "function_graph",
    "brace",
]
#: The 20 types; a type's number is its index here.
TYPES: tuple[str, ...] = get_args(Type)
FRAME_HEIGHT = 8.0
FRAME_WIDTH = FRAME_HEIGHT * 16 / 9
#: The objects that a description may name, and the default limit of predictors.
MAX_OBJECTS = 10
#: The most objects of a layout.
LIMIT = 40
#: The smallest side of a box in comparisons: a horizontal line has no height.
LEAST_SIDE = 0.2
# Boxes that differ by less, in units, are one. An object under its copy has at most this visible share: the
# edges of both are partly transparent, and thin letters have little else (0.39 of a digit).
SAME_PLACE, UNDER_COPY = 0.01, 0.4
# Their boxes do not tell how they look: two triangles in one box may be a star.
_OF_ANY_SHAPE = frozenset({"triangle", "polygon", "star", "arc", "function_graph"})

#: (x, y, width, height) in Manim units, x and y of the centre; the frame's centre is 0, y points up.
Box = tuple[float, float, float, float]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Length = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1)]
Colour = Annotated[str, Field(pattern="^#[0-9A-F]{6}$")]

_CONFIG = ConfigDict(extra="forbid", strict=True)


@dataclass(frozen=True, config=_CONFIG)
class Object:
    """One object: its box in Manim units, z its index in the drawing order (0 is drawn first).

    The box is that of the drawn curves, without stroke width. `text` is the content of a text, `color`
    "#RRGGBB" the main colour; None if unknown. `visible` is the share of the object's own paint that
    nothing drawn later covers, `visible_box` the box of the rest if that is not all.
    """

    type: Type
    x: Finite
    y: Finite
    z: Annotated[int, Field(ge=0)]
    width: Length
    height: Length
    confidence: Share = 1.0
    text: str | None = None
    color: Colour | None = None
    visible: Share = 1.0
    visible_box: tuple[Finite, Finite, Length, Length] | None = None

    @property
    def box(self) -> Box:
        """Return (x, y, width, height)."""
        return self.x, self.y, self.width, self.height


@dataclass(frozen=True, config=_CONFIG)
class Layout:
    """The objects of a frame: at most `LIMIT`. `more`: the frame shows other objects, which are left out."""

    objects: Annotated[tuple[Object, ...], Field(max_length=LIMIT)]
    more: bool = False


_LAYOUTS = TypeAdapter(Layout)


def from_json(value: Any, place: str = "layout") -> Layout:
    """Parse a JSON object into a layout.

    Raises UserError with `place` and the key, such as `scenes.jsonl:3: layout.objects[2].type`.
    """
    try:
        # Validated as JSON in strict mode: accepts an array for a tuple, but not "2" or true for a number.
        return _LAYOUTS.validate_json(json.dumps(value), strict=True)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        keys = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in problem["loc"])
        value_found = problem["input"]
        if problem["type"] == "literal_error":
            near = did_you_mean(str(value_found), TYPES)
            text = f"unknown type {value_found!r}{near}; known: {', '.join(TYPES)}"
        elif problem["type"] == "missing":
            text = "missing"
        elif problem["type"] == "unexpected_keyword_argument":
            text = "unknown key"
        elif problem["type"] == "too_long":
            text = f"a layout holds at most {LIMIT} objects, not {problem['ctx']['actual_length']}"
        else:
            message = str(problem["msg"])
            text = f"{message[:1].lower()}{message[1:]}, found {value_found!r}"
        raise UserError(f"{place}{keys}: {text}") from None


def to_json(layout: Layout) -> dict[str, Any]:
    """Convert a layout to a JSON object: lengths to a ten-thousandth of a unit, defaults omitted."""
    return {"objects": [_plain(item) for item in layout.objects]} | ({"more": True} if layout.more else {})


def largest(objects: Sequence[Object], count: int) -> list[int]:
    """Return the indices of the `count` largest objects, in order: those to keep when there are too many."""
    areas = [max(item.width, LEAST_SIDE) * max(item.height, LEAST_SIDE) for item in objects]
    return sorted(sorted(range(len(areas)), key=lambda index: -areas[index])[:count])


def without_copies(objects: Sequence[Object]) -> list[Object]:
    """Leave out each object that lies under another of its type, place and text: a frame shows one of them.

    Scenes have them when a `Transform` leaves the original in place, or a copy is yet to move away. The rest
    is in drawing order.
    """

    def under_copy(lower: Object) -> bool:
        return (
            lower.visible <= UNDER_COPY
            and lower.type not in _OF_ANY_SHAPE
            and any(
                upper.z > lower.z
                and (upper.type, upper.text) == (lower.type, lower.text)
                and max(abs(a - b) for a, b in zip(upper.box, lower.box, strict=True)) < SAME_PLACE
                for upper in objects
            )
        )

    kept = sorted((item for item in objects if not under_copy(item)), key=lambda item: item.z)
    return [replace(item, z=z) for z, item in enumerate(kept)]


def iou(a: Sequence[float], b: Sequence[float], least: float = LEAST_SIDE) -> float:
    """Return the intersection over union of two boxes, sides first widened to `least` units."""
    sides = []
    for centre, side in ((0, 2), (1, 3)):
        half_a, half_b = max(a[side], least) / 2, max(b[side], least) / 2
        top = min(a[centre] + half_a, b[centre] + half_b)
        bottom = max(a[centre] - half_a, b[centre] - half_b)
        sides.append(max(top - bottom, 0.0))
    common = sides[0] * sides[1]
    areas = [max(box[2], least) * max(box[3], least) for box in (a, b)]
    return common / (sum(areas) - common)


def _plain(item: Object) -> dict[str, Any]:
    values = {key.name: getattr(item, key.name) for key in fields(item)}
    left_out = {"text": None, "color": None, "visible": 1.0, "visible_box": None}
    return {key: _rounded(value) for key, value in values.items() if value != left_out.get(key, ...)}


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4) + 0.0  # -0.0 reads badly
    return [_rounded(part) for part in value] if isinstance(value, tuple) else value
