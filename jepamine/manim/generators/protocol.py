"""The protocol of generators. A plugin is a factory of one; its keyword-only parameters are its settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Protocol, runtime_checkable

from jepamine.errors import UserError
from jepamine.manim.generators.camera_view import Step
from jepamine.manim.layouts import Layout
from jepamine.manim.text.reading import Reading


@dataclass(frozen=True)
class Outcome:
    """Of a scene in which things happen: the layout at its end, and what is shown after each step.

    `names` maps variables to places in `layout.objects`.
    """

    layout: Layout
    names: Mapping[str, int]
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Usage:
    """What language models took: requests, answers kept from earlier, tokens, cost at the given prices."""

    requests: int = 0
    cached: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float = 0.0

    def __add__(self, other: Usage) -> Usage:
        """Return the sum of two usages."""
        return Usage(*(getattr(self, key.name) + getattr(other, key.name) for key in fields(self)))

    def priced(self, prompt: float, completion: float) -> Usage:
        """Return the usage with its cost, from the prices of a million tokens each."""
        cost = (self.prompt_tokens * prompt + self.completion_tokens * completion) / 1e6
        return replace(self, cost=cost)


class NotGenerated(UserError):
    """No scene came of it, although language models took `usage`."""

    def __init__(self, message: str, usage: Usage) -> None:
        super().__init__(message)
        self.usage = usage


@dataclass(frozen=True)
class Generated:
    """Manim code that defines the class `GeneratedScene`.

    `names` maps variables of `construct` to the places of their objects in `layout.objects`; empty: objects
    are matched with the layout by type and place.
    """

    code: str
    names: Mapping[str, int]
    usage: Usage = Usage()
    outcome: Outcome | None = None


@dataclass(frozen=True)
class Plan:
    """A generator's own layout for a description, and what its code is to do, as text."""

    layout: Layout
    brief: str
    usage: Usage = Usage()


class Generator(Protocol):
    """An object that writes code for layouts."""

    def generate(
        self, layout: Layout, description: str, *, attempt: int = 0, reading: Reading | None = None
    ) -> Generated:
        """Write code whose objects are where the layout places them. The code has not been run.

        The description, which may be empty, can say more about their looks; `reading` is its parsed form,
        None if it cannot be parsed. `attempt` counts from 0: each attempt may return different code, and the
        same attempt always returns the same code.
        """
        ...


@runtime_checkable
class PlanningGenerator(Protocol):
    """A generator that can make a layout from any description."""

    def plan(self, description: str) -> Plan:
        """Return the layout and the steps. Raises UserError if it cannot."""
        ...


@runtime_checkable
class RevisingGenerator(Protocol):
    """A generator that corrects its code by what the check found."""

    def revise(
        self, previous: Generated, layout: Layout, description: str, problems: Sequence[str]
    ) -> Generated:
        """Return other code; `problems` are sentences with lines and measured boxes."""
        ...
