"""The plan that a language model makes before it writes code: objects with their boxes, and steps."""

from __future__ import annotations

import json
import re
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from jepamine.manim.engine.palette import PALETTE
from jepamine.manim.layouts import FRAME_HEIGHT, FRAME_WIDTH, LIMIT, TYPES, Layout, Object

_HALF_WIDTH, _HALF_HEIGHT = FRAME_WIDTH / 2, FRAME_HEIGHT / 2
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")]


class PlannedObject(BaseModel):
    """One object: its variable, its type, and its box in Manim units, x and y of the centre."""

    model_config = ConfigDict(extra="forbid")
    name: Name
    type: Literal[(*TYPES, "other")]  # type: ignore[valid-type]
    text: Annotated[str, Field(max_length=300)] | None = None
    color: Annotated[str, Field(max_length=20)] | None = None
    x: Annotated[float, Field(ge=-_HALF_WIDTH, le=_HALF_WIDTH)]
    y: Annotated[float, Field(ge=-_HALF_HEIGHT, le=_HALF_HEIGHT)]
    width: Annotated[float, Field(ge=0, le=FRAME_WIDTH)]
    height: Annotated[float, Field(ge=0, le=FRAME_HEIGHT)]


class Step(BaseModel):
    """One step: what happens to which objects, for how long, and what a narrator would say."""

    model_config = ConfigDict(extra="forbid")
    action: Annotated[str, Field(max_length=300)]
    objects: Annotated[list[Name], Field(max_length=LIMIT)]
    narration: Annotated[str, Field(max_length=500)] = ""
    seconds: Annotated[float, Field(gt=0, le=60)] = 1.0


class Storyboard(BaseModel):
    """A plan of a scene; places are those at the end of the scene."""

    model_config = ConfigDict(extra="forbid")
    objects: Annotated[list[PlannedObject], Field(min_length=1, max_length=LIMIT)]
    steps: Annotated[list[Step], Field(min_length=1, max_length=30)]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        names = [item.name for item in self.objects]
        if repeated := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two objects are called {', '.join(repeated)}")
        if unknown := sorted({name for step in self.steps for name in step.objects} - set(names)):
            raise ValueError(f"steps name objects that do not exist: {', '.join(unknown)}")
        return self

    def layout(self) -> Layout:
        """Return the objects of the 20 types as a layout; others are left to the code."""
        return Layout(
            tuple(
                Object(
                    type=item.type,
                    x=item.x,
                    y=item.y,
                    z=z,
                    width=item.width,
                    height=item.height,
                    text=item.text if item.type == "text" else None,
                    color=_colour(item.color),
                )
                for z, item in enumerate(item for item in self.objects if item.type in TYPES)
            )
        )

    def brief(self) -> str:
        """Return the plan as lines of text for the model that writes the code."""
        rows = [
            f"{number}. {step.action} [{', '.join(step.objects)}] {step.seconds:g} s"
            + (f" - {step.narration}" if step.narration else "")
            for number, step in enumerate(self.steps, 1)
        ]
        others = [
            f"{item.name}: {item.text or 'no text'}, centre ({item.x:g}, {item.y:g}), "
            f"{item.width:g} x {item.height:g}"
            for item in self.objects
            if item.type not in TYPES
        ]
        return "\n".join(["Steps:", *rows, *(["Further objects:", *others] if others else [])])


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a storyboard."""
    return Storyboard.model_json_schema()


def parse(text: str) -> Storyboard | str:
    """Return the storyboard in a model's answer, or what is wrong with it in words for the model."""
    found = re.search(r"\{.*\}", text, re.DOTALL)
    if found is None:
        return "the answer holds no JSON object"
    try:
        return Storyboard.model_validate(json.loads(found[0]))
    except ValidationError as error:
        problems = error.errors(include_url=False)[:5]
        return "; ".join(
            f"{'.'.join(str(key) for key in item['loc']) or 'storyboard'}: {item['msg']}" for item in problems
        )
    except (ValueError, RecursionError) as error:
        return f"the answer is not valid JSON: {error}"


def _colour(colour: str | None) -> str | None:
    """Return "#RRGGBB" for a Manim name or a hexadecimal colour; None for what is neither."""
    if colour is None:
        return None
    if re.fullmatch(r"#[0-9A-Fa-f]{6}", colour):
        return colour.upper()
    known = PALETTE.get(colour.upper().replace(" ", "_"))
    return known[0] if known else None
