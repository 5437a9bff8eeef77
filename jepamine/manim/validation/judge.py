"""Turn what the process of the code stated into an answer, in a process that never ran the code.

Places, sizes, the picture and what is shown follow from the drawing alone. Names, types, texts, colours,
lines, memberships and the looks during animations are statements of the code's process.
"""

from __future__ import annotations

import json
from dataclasses import asdict, field
from typing import Annotated, Any

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from jepamine.manim.engine.engine import load_manim
from jepamine.manim.layouts import Colour, Type
from jepamine.manim.validation import redraw
from jepamine.manim.validation.check_answer import Frames, Look, Made, Name, Names, Problem, failed

_CONFIG = ConfigDict(extra="forbid", strict=True)


@dataclass(frozen=True, config=_CONFIG)
class _Described:
    parts_of: Names
    type: Type | None
    text: Annotated[str, Field(max_length=1000)] | None
    color: Colour | None
    made: Made | None = None


@dataclass(frozen=True, config=_CONFIG)
class _Statement:
    problems: Annotated[tuple[Problem, ...], Field(max_length=20)]
    scene: Name | None = None
    objects: Annotated[dict[Name, _Described], Field(max_length=250)] = field(default_factory=dict)
    moments: Annotated[tuple[Look, ...], Field(max_length=200)] = ()
    drawing: redraw.Drawing | None = None
    scenes: Names = ()
    unseen: Names = ()
    frames: Frames = ()


@dataclass(frozen=True, config=ConfigDict(strict=True))
class _Said:
    answer: _Statement | None = None
    problem: Problem | None = None


_SAID = TypeAdapter(_Said)
_BROKEN = "the code broke the process that ran it: "


def judge(said: bytes, preview: int | None, camera: Any = None) -> dict[str, Any]:
    """Return the answer, as JSON, to what `run.run` stated; `preview` is the width of a picture in pixels.

    `camera` is one for it that may fit. Raises ValueError for an object without a position.
    """
    try:
        stated = _SAID.validate_json(said, strict=True)
    except ValidationError:
        return asdict(failed("crashed", _BROKEN + "what it says cannot be read"))
    if stated.problem is not None:
        return {"problems": [asdict(stated.problem)]}
    if stated.answer is None:
        return asdict(failed("crashed", _BROKEN + "it says nothing"))
    claim = stated.answer
    if claim.problems or claim.scenes:
        return {"problems": [asdict(problem) for problem in claim.problems], "scenes": claim.scenes}
    if claim.drawing is None or claim.drawing.objects.keys() != claim.objects.keys():
        return asdict(failed("crashed", _BROKEN + "it does not say where its objects are"))
    return {"problems": [], **_measured(claim, claim.drawing, json.loads(said)["answer"], preview, camera)}


def _measured(
    claim: _Statement, drawing: redraw.Drawing, as_said: dict[str, Any], preview: int | None, camera: Any
) -> dict[str, Any]:
    width, height = drawing.camera.pixels
    # Clouds of points are as thick as the picture of the configuration is large.
    load_manim().config.update({"pixel_width": width, "pixel_height": height})
    boxes, shown = redraw.boxes(drawing), redraw.shown(drawing)
    return {
        "scene": claim.scene,
        "objects": [
            {"name": name, "box": boxes[name], "shown": name in shown, **as_said["objects"][name]}
            for name in claim.objects
            if name in boxes
        ],
        "moments": as_said["moments"],
        "frames": claim.frames,
        "unseen": [name for name in claim.unseen if name in shown],
        "preview": redraw.png(drawing, preview, camera) if preview else None,
    }
