"""Parse and check a child's answer: it comes from a process that ran untrusted code."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from jepamine.manim.layouts import Colour, Finite, Length, Type
from jepamine.sandbox.task import printable

_CONFIG = ConfigDict(extra="forbid", strict=True)
#: (x, y, width, height) in Manim units, as `jepamine.manim.layouts.Box`.
SaidBox = tuple[Finite, Finite, Length, Length]
Name = Annotated[str, Field(max_length=200)]
Names = Annotated[tuple[Name, ...], Field(max_length=250)]
#: How often a frame is shown, and its pixels, compressed, in base64.
Frames = Annotated[
    tuple[tuple[Annotated[int, Field(ge=1, le=900)], Annotated[str, Field(max_length=600_000)]], ...],
    Field(max_length=900),
]
Boxes = Annotated[dict[Name, SaidBox], Field(max_length=250)]
Kind = Literal["refused", "failed", "deadline", "limit", "crashed"]


@dataclass(frozen=True, config=_CONFIG)
class Problem:
    """Why code was not run to its end, and its line if known."""

    kind: Kind
    line: int | None
    message: Annotated[str, Field(max_length=1000)]


@dataclass(frozen=True, config=_CONFIG)
class Made:
    """The line of `module` that makes an object, "" for the file itself; `called` is of the line in
    `construct` that leads to it, if that is another function."""

    module: Name
    line: int
    called: int | None


@dataclass(frozen=True, config=_CONFIG)
class Found:
    """An object at the end of construct: `parts_of` names groups that contain it, `shown` if it is drawn.

    `made` is where the code makes it, if known.
    """

    name: Name
    box: SaidBox
    shown: bool
    parts_of: Names
    type: Type | None
    text: Annotated[str, Field(max_length=1000)] | None
    color: Colour | None
    made: Made | None = None


@dataclass(frozen=True, config=_CONFIG)
class Look:
    """The boxes of what is drawn at a share of animation `play`, counted from 1; `line` is its call's."""

    play: int
    line: int | None
    share: float
    boxes: Boxes
    parts_of: dict[Name, Names]
    made: Annotated[dict[Name, Made], Field(max_length=250)] = field(default_factory=dict)


@dataclass(frozen=True, config=_CONFIG)
class Answer:
    """A child's answer about submitted code: of one scene, or the names of several `scenes`.

    `preview` is a PNG in base64, `unseen` are the objects that have the colour of what is behind them.
    """

    problems: Annotated[tuple[Problem, ...], Field(max_length=20)]
    scene: Name | None = None
    objects: Annotated[tuple[Found, ...], Field(max_length=250)] = ()
    moments: Annotated[tuple[Look, ...], Field(max_length=200)] = ()
    preview: str | None = None
    scenes: Names = ()
    unseen: Names = ()
    frames: Frames = ()


@dataclass(frozen=True, config=ConfigDict(strict=True))
class _Said:
    answer: Answer | None = None
    problem: Problem | None = None


_SAID = TypeAdapter(_Said)


def parse(content: bytes) -> Answer:
    """Parse the bytes of an answer; unreadable ones become an answer with that problem."""
    try:
        parsed = _SAID.validate_json(content, strict=True)
    except ValidationError:
        return failed("crashed", "the code broke the process that ran it: its answer cannot be read")
    if parsed.problem is not None:
        return Answer((_readable(parsed.problem),))
    if parsed.answer is None:
        return failed("crashed", "the code broke the process that ran it: there is no answer")
    return parsed.answer


def failed(kind: Kind, message: str) -> Answer:
    """Return an answer that is one problem without a line."""
    return Answer((Problem(kind, None, message),))


def _readable(problem: Problem) -> Problem:
    return Problem(problem.kind, problem.line, printable(problem.message))
