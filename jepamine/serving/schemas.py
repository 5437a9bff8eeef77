"""Request and response bodies: validation and OpenAPI schema."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    WithJsonSchema,
    model_validator,
)

from jepamine.manim.generators.styles import Complexity, LayoutFrom, Style
from jepamine.manim.layouts import LIMIT, Layout, Object, from_json
from jepamine.manim.text.parse import LONGEST
from jepamine.manim.validation.answer import Problem

LONGEST_CODE = 200_000
ID = Annotated[
    str,
    Field(pattern="^[0-9a-f]{32}$", description="The `id` of a response of /generate.", examples=["0f" * 16]),
]

_DESCRIPTION = 'a red circle above a blue square, with the text "energy" at the top'
_CODE = """from manim import *


class GeneratedScene(Scene):
    def construct(self):
        self.add(Circle(color=RED))
"""
_OBJECT = TypeAdapter(Object).json_schema()
_OBJECT["properties"]["visible_box"] = {
    "anyOf": [
        {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 4},
        {"type": "null"},
    ],
    "default": None,
}
LAYOUT_SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "Layout",
    "description": Layout.__doc__,
    "properties": {"objects": {"type": "array", "maxItems": LIMIT, "items": _OBJECT}},
    "required": ["objects"],
    "additionalProperties": False,
}


def _layout(value: dict[str, Any]) -> dict[str, Any]:
    from_json(value)
    return value


#: A layout as JSON, parsed by `jepamine.manim.layouts.from_json`.
LayoutJson = Annotated[dict[str, Any], WithJsonSchema(LAYOUT_SCHEMA)]
GivenLayout = Annotated[dict[str, Any], AfterValidator(_layout), WithJsonSchema(LAYOUT_SCHEMA)]


class Body(BaseModel):
    """A JSON object; unknown keys are errors, and so is `"2"` for a number."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Generate(Body):
    """A scene to generate; `image` in base64 or as a data URL."""

    description: Annotated[str, Field(max_length=LONGEST, examples=[_DESCRIPTION])] = ""
    style: Style = "3b1b"
    complexity: Complexity = "medium"
    image: str | None = None
    generator: Annotated[str, Field(max_length=100)] | None = Field(
        None, description="One of those that /healthz lists; defaults to the first."
    )
    layout: LayoutFrom = "auto"


class Validate(Body):
    """Code to run, and the layout to compare it with."""

    code: Annotated[str, Field(max_length=LONGEST_CODE, examples=[_CODE])]
    scene: Annotated[str, Field(max_length=200)] | None = None
    layout: GivenLayout | None = None


class Satisfaction(Body):
    """Feedback on a response: `satisfied`, or a `rating` from 1 to 5, or both.

    4 and 5 count as satisfied if only a rating is given.
    """

    id: ID
    satisfied: bool | Annotated[int, Field(ge=1, le=5)] | None = None
    rating: Annotated[int, Field(ge=1, le=5)] | None = None
    comment: Annotated[str, Field(max_length=2000)] | None = None

    @model_validator(mode="after")
    def _check_any(self) -> Satisfaction:
        if self.satisfied is None and self.rating is None:
            raise ValueError("give 'satisfied' (true or false) or a 'rating' from 1 to 5")
        return self

    def verdict(self) -> tuple[bool, int | None]:
        """Return (satisfied, the rating or None)."""
        number = self.satisfied if isinstance(self.satisfied, int) else None
        rating = self.rating if number is None or isinstance(self.satisfied, bool) else number
        if isinstance(self.satisfied, bool):
            return self.satisfied, rating
        assert rating is not None, "validation requires one of both"
        return rating >= 4, rating


class ErrorDetail(BaseModel):
    """What is wrong with a request."""

    detail: str


class Adherence(BaseModel):
    """Shares of objects within 0.5 and 0.1 units of the layout, and their mean distance in units."""

    within_half: float
    within_tenth: float
    mean_error: float | None


class NotUnderstood(BaseModel):
    """Words of the description that were ignored, and why."""

    text: str
    reason: str


class Try(BaseModel):
    """One attempt at the code: `problem` says why it was rejected, null for the accepted one."""

    generator: str
    attempt: int
    repaired: list[str]
    problem: str | None


class Generated(BaseModel):
    """Code that ran and matches its layout. `cached` is whether the response came from the cache."""

    id: ID
    code: str
    preview_url: str | None
    layout: LayoutJson
    layout_from: str
    confidence: float
    adherence: Adherence
    generator: str
    seconds: dict[str, float]
    not_understood: list[NotUnderstood]
    tries: list[Try]
    cached: bool


class Seen(BaseModel):
    """The layout of an image; `confidence` is the mean of its objects'."""

    layout: LayoutJson
    confidence: float
    seconds: float


class Protection(BaseModel):
    """The protections that confine submitted code."""

    in_force: str
    closed: list[str]
    open: list[str]


class Validated(BaseModel):
    """A validation report: if `runs`, the code was allowed and ran to its end."""

    runs: bool
    problems: list[Problem]
    scene: str | None
    objects: list[dict[str, Any]]
    final: dict[str, Any]
    moments: list[dict[str, Any]]
    protection: Protection
    seconds: float


class Counted(BaseModel):
    """The feedback was stored."""

    satisfied: bool


class Health(BaseModel):
    """The state of the service."""

    status: str
    version: str
    run: str | None
    generators: list[str]
    protection: Protection
