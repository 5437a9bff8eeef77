"""What the service answers, for its OpenAPI; tests hold its answers against this."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from jepamine.manim.validation.answer import Problem
from jepamine.serving.schemas import ID, LayoutJson


class Told(BaseModel):
    """What is wrong with a request."""

    detail: str


class Adherence(BaseModel):
    """Shares of objects within 0.5 and 0.1 units of the layout, and their mean distance in units."""

    within_half: float
    within_tenth: float
    mean_error: float | None


class NotUnderstood(BaseModel):
    """Words of the description that were left out of account, and why."""

    text: str
    reason: str


class Try(BaseModel):
    """One code that was tried: `problem` says why it was not handed out, null for the one that was."""

    generator: str
    attempt: int
    repaired: list[str]
    problem: str | None


class Generated(BaseModel):
    """Code that ran and keeps to its layout. `cached` is whether the answer was there already."""

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
    """What holds code back."""

    in_force: str
    closed: list[str]
    open: list[str]


class Validated(BaseModel):
    """A report: the code was allowed and ran to its end where `runs`."""

    runs: bool
    problems: list[Problem]
    scene: str | None
    objects: list[dict[str, Any]]
    final: dict[str, Any]
    moments: list[dict[str, Any]]
    protection: Protection
    seconds: float


class Counted(BaseModel):
    """The feedback was written down."""

    satisfied: bool


class Health(BaseModel):
    """What runs here."""

    status: str
    version: str
    run: str | None
    generators: list[str]
    protection: Protection
