"""Parse a child's answer and check it against the code: it comes from a process that ran untrusted code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Set
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from jepamine.manim.layouts import Colour, Finite, Length, Type
from jepamine.manim.validation.names import ATTRIBUTES
from jepamine.manim.validation.play import SHARES
from jepamine.sandbox.task import printable

_CONFIG = ConfigDict(extra="forbid", strict=True)
#: (x, y, width, height) in Manim units, as `jepamine.manim.layouts.Box`.
SaidBox = tuple[Finite, Finite, Length, Length]
Name = Annotated[str, Field(max_length=200)]
Names = Annotated[tuple[Name, ...], Field(max_length=250)]
Boxes = Annotated[dict[Name, SaidBox], Field(max_length=250)]
Kind = Literal["refused", "failed", "deadline", "limit", "crashed"]


@dataclass(frozen=True, config=_CONFIG)
class Problem:
    """Why code was not run to its end, and its line if known."""

    kind: Kind
    line: int | None
    message: Annotated[str, Field(max_length=1000)]


@dataclass(frozen=True, config=_CONFIG)
class Found:
    """An object at the end of construct: `parts_of` names groups that contain it, `shown` if it is drawn."""

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
    """A child's answer about submitted code: of one scene, or the names of several `scenes`.

    `preview` is a PNG in base64.
    """

    problems: Annotated[tuple[Problem, ...], Field(max_length=20)]
    scene: Name | None = None
    objects: Annotated[tuple[Found, ...], Field(max_length=250)] = ()
    moments: Annotated[tuple[Look, ...], Field(max_length=200)] = ()
    preview: str | None = None
    scenes: Names = ()


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
        problem = parsed.problem
        return Answer((Problem(problem.kind, problem.line, printable(problem.message)),))
    if parsed.answer is None:
        return failed("crashed", "the code broke the process that ran it: there is no answer")
    return parsed.answer


def failed(kind: Kind, message: str) -> Answer:
    """Return an answer that is one problem without a line."""
    return Answer((Problem(kind, None, message),))


_WORD = re.compile(r"[^\W\d]\w*")
#: `dots[0]`, `self.title`, `parts['left'][2]`, `Circle without a name 2`: the words that must be in the code.
_NAMED = re.compile(r"(?:self\.)?([^\W\d]\w*)(?:\[.*\])?", re.DOTALL)
_UNNAMED = re.compile(r"[^\W\d]\w* without a name(?: \d+)?")


def objection(answer: Answer, code: str, modules: Mapping[str, str]) -> str | None:
    """Return what an answer about `code` and its `modules` names that cannot be; None if nothing.

    The process that ran the code may be taken over by it: its words are checked, not believed.
    """
    words = {word for text in (code, *modules.values()) for word in _WORD.findall(text)}
    # Attributes of the scene may also be Manim's, and a loop may make names for them.
    of_self = None if "setattr" in words else words | ATTRIBUTES
    lines = max(text.count("\n") + 1 for text in (code, *modules.values()))
    for name in answer.scenes if answer.scene is None else (*answer.scenes, answer.scene):
        if name not in words:
            return f"the scene {printable(name)}, which is not in the code"
    for name in _names(answer):
        if not _known(name, words, of_self):
            return f"the object {printable(name)}, which is not in the code"
    for line in (*(one.line for one in answer.problems), *(look.line for look in answer.moments)):
        if line is not None and not 0 <= line <= lines:
            return f"line {line} of {lines}"
    places = [(look.play, look.share) for look in answer.moments]
    if places != sorted(set(places)) or any(play < 1 or share not in SHARES for play, share in places):
        return "animations out of order"
    return None


def _names(answer: Answer) -> Iterable[str]:
    for item in answer.objects:
        yield from (item.name, *item.parts_of)
    for look in answer.moments:
        yield from look.boxes
        for name, groups in look.parts_of.items():
            yield from (name, *groups)


def _known(name: str, words: Set[str], of_self: Set[str] | None) -> bool:
    match = _NAMED.fullmatch(name)
    if match is None:
        return _UNNAMED.fullmatch(name) is not None
    if name.startswith("self."):
        return of_self is None or match[1] in of_self
    return match[1] in words
