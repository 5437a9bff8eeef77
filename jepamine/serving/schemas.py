"""The JSON bodies of requests and responses, as pydantic models with their OpenAPI schemas."""

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
from jepamine.manim.validation.check_answer import Problem

MAX_CODE = 200_000
ID = Annotated[
    str,
    Field(pattern="^[0-9a-f]{32}$", description="The `id` of a response.", examples=["0f" * 16]),
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
    "properties": {
        "objects": {"type": "array", "maxItems": LIMIT, "items": _OBJECT},
        "more": {"type": "boolean", "default": False},
    },
    "required": ["objects"],
    "additionalProperties": False,
}


def _checked_layout(value: dict[str, Any]) -> dict[str, Any]:
    from_json(value)
    return value


#: A layout as JSON, which `jepamine.manim.layouts.from_json` parses.
LayoutJson = Annotated[dict[str, Any], WithJsonSchema(LAYOUT_SCHEMA)]
CheckedLayout = Annotated[dict[str, Any], AfterValidator(_checked_layout), WithJsonSchema(LAYOUT_SCHEMA)]


class RequestBody(BaseModel):
    """A JSON object without unknown keys or implicit conversions (`"2"` for a number is an error)."""

    model_config = ConfigDict(extra="forbid", strict=True)


class GenerateRequest(RequestBody):
    """A scene to generate; `image` is base64 or a data URL."""

    description: Annotated[str, Field(max_length=LONGEST, examples=[_DESCRIPTION])] = ""
    style: Style = "3b1b"
    complexity: Complexity = "medium"
    image: str | None = None
    generator: Annotated[str, Field(max_length=100)] | None = Field(
        None, description="One of the `generators` in /healthz; the default is the first."
    )
    layout: LayoutFrom = "auto"
    anyway: bool = Field(False, description="Go on even if too little of the description is understood.")


class ValidateRequest(RequestBody):
    """Code to run, and optionally the layout to compare it with."""

    code: Annotated[str, Field(max_length=MAX_CODE, examples=[_CODE])]
    scene: Annotated[str, Field(max_length=200)] | None = None
    layout: CheckedLayout | None = None


class VideoRequest(RequestBody):
    """Code to film: of a response, or any other that is allowed."""

    code: Annotated[str, Field(max_length=MAX_CODE, examples=[_CODE])]
    scene: Annotated[str, Field(max_length=200)] | None = None


class FeedbackRequest(RequestBody):
    """Feedback on a response: `satisfied`, a `rating` from 1 to 5, the true `layout`, or several of these.

    If only a rating is given, 4 and 5 count as satisfied. The returned layout is measured against `layout`,
    as long as the response is among those that the service keeps.
    """

    id: ID
    satisfied: bool | Annotated[int, Field(ge=1, le=5)] | None = None
    rating: Annotated[int, Field(ge=1, le=5)] | None = None
    comment: Annotated[str, Field(max_length=2000)] | None = None
    layout: CheckedLayout | None = None

    @model_validator(mode="after")
    def _has_an_opinion(self) -> FeedbackRequest:
        if self.satisfied is None and self.rating is None and self.layout is None:
            raise ValueError("give 'satisfied' (true or false), a 'rating' from 1 to 5, or the true 'layout'")
        return self

    def verdict(self) -> tuple[bool | None, int | None]:
        """Return (whether the user is satisfied, the rating), None where nothing was said."""
        if self.satisfied is None and self.rating is None:
            return None, None
        if isinstance(self.satisfied, bool):
            return self.satisfied, self.rating
        rating = self.rating if self.satisfied is None else self.satisfied
        assert rating is not None, "the validator requires one of both"
        return rating >= 4, rating


class ErrorResponse(BaseModel):
    """What is wrong with a request."""

    detail: str


class Adherence(BaseModel):
    """Shares of objects within 0.5 and 0.1 units of the layout, and their mean distance in units."""

    within_half: float
    within_tenth: float
    mean_error: float | None


class NotUnderstood(BaseModel):
    """A part of the description that was ignored, and why."""

    text: str
    reason: str


class Attempt(BaseModel):
    """Code that was run; `problem` is why it was rejected, null for the code that is returned."""

    generator: str
    attempt: int
    repaired: list[str]
    problem: str | None


class GenerateResponse(BaseModel):
    """Code that ran and keeps to its layout; `cached` is whether it was generated for an earlier request.

    `adherence` is null for a film, whose layout was measured.
    """

    id: ID
    code: str
    preview_url: str | None
    layout: LayoutJson
    layout_from: str
    confidence: float
    adherence: Adherence | None
    generator: str
    seconds: dict[str, float]
    not_understood: list[NotUnderstood]
    tries: list[Attempt]
    cached: bool


class VideoResponse(BaseModel):
    """Where the MP4 is, 426 x 240 pixels; `cached` is whether it had been filmed before."""

    video_url: str
    cached: bool


class LayoutResponse(BaseModel):
    """The layout of an image; `confidence` is the mean over its objects."""

    id: ID
    layout: LayoutJson
    confidence: float
    seconds: float


class ProtectionResponse(BaseModel):
    """The protection in force around submitted code."""

    in_force: str
    closed: list[str]
    open: list[str]


class ValidateResponse(BaseModel):
    """A report; `runs` is whether the code was allowed and ran to its end."""

    runs: bool
    problems: list[Problem]
    scene: str | None
    objects: list[dict[str, Any]]
    final: dict[str, Any]
    moments: list[dict[str, Any]]
    protection: ProtectionResponse
    seconds: float


class FeedbackResponse(BaseModel):
    """The feedback was stored; `layout_accuracy` is the mean IoU of the returned with the true layout."""

    satisfied: bool | None
    layout_accuracy: float | None = None


class HealthResponse(BaseModel):
    """The state of the service."""

    status: str
    version: str
    run: str | None
    generators: list[str]
    protection: ProtectionResponse
