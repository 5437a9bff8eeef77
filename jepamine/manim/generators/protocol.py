"""The protocol of generators. A plugin is a factory of one; its keyword-only parameters are its settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from jepamine.manim.generators.motions import Step
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
class Generated:
    """Manim code that defines the class `GeneratedScene`.

    `names` maps variables of `construct` to the places of their objects in `layout.objects`.
    """

    code: str
    names: Mapping[str, int]
    outcome: Outcome | None = None


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
