"""What a child said, checked: it comes from a process that ran somebody else's code."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from jepamine.manim.layouts import Colour, Finite, Length, Type
from jepamine.sandbox.problems import printable

_CONFIG = ConfigDict(extra="forbid", strict=True)
#: (x, y, width, height) in Manim units, as `jepamine.manim.layouts.Box`.
SaidBox = tuple[Finite, Finite, Length, Length]
Name = Annotated[str, Field(max_length=200)]
Names = Annotated[tuple[Name, ...], Field(max_length=250)]
Boxes = Annotated[dict[Name, SaidBox], Field(max_length=250)]
Kind = Literal["refused", "failed", "deadline", "limit", "crashed"]


@dataclass(frozen=True, config=_CONFIG)
class Problem:
    """Why code was not run to its end, and in which of its lines, where that is known."""

    kind: Kind
    line: int | None
    message: Annotated[str, Field(max_length=1000)]


@dataclass(frozen=True, config=_CONFIG)
class Found:
    """An object as construct returned: `parts_of` names groups that hold it, `shown` whether it is drawn."""

    name: Name
    box: SaidBox
    shown: bool
    parts_of: Names
    type: Type | None
    text: Annotated[str, Field(max_length=1000)] | None
    color: Colour | None


@dataclass(frozen=True, config=_CONFIG)
class Look:
    """The boxes of what is drawn at a share of animation `play`, counted from 1; `line` is its call's."""

    play: int
    line: int | None
    share: float
    boxes: Boxes
    parts_of: dict[Name, Names]


@dataclass(frozen=True, config=_CONFIG)
class Answer:
    """All that a child says of code that it was given. `preview` is a PNG in base64."""

    problems: Annotated[tuple[Problem, ...], Field(max_length=20)]
    scene: Name | None = None
    objects: Annotated[tuple[Found, ...], Field(max_length=250)] = ()
    moments: Annotated[tuple[Look, ...], Field(max_length=200)] = ()
    preview: str | None = None


@dataclass(frozen=True, config=ConfigDict(strict=True))
class _Said:
    answer: Answer | None = None
    problem: Problem | None = None


_SAID = TypeAdapter(_Said)


def parse(said: bytes) -> Answer:
    """The answer that these bytes hold; one with the problem told where they hold none."""
    try:
        found = _SAID.validate_json(said, strict=True)
    except ValidationError:
        return failed("crashed", "the code broke the process that ran it: its answer cannot be read")
    if found.problem is not None:
        return Answer((_readable(found.problem),))
    if found.answer is None:
        return failed("crashed", "the code broke the process that ran it: there is no answer")
    return found.answer


def failed(kind: Kind, message: str) -> Answer:
    """An answer that is one problem in no line."""
    return Answer((Problem(kind, None, message),))


def _readable(problem: Problem) -> Problem:
    return Problem(problem.kind, problem.line, printable(problem.message))
