"""What a generator is.

A factory, whose keyword-only parameters are its settings, returns what is described here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from jepamine.manim.layouts import Layout


@dataclass(frozen=True)
class Generated:
    """Manim code: the class `GeneratedScene`, and which variable of its `construct` is which object.

    `names` maps a variable's name to the object's place in `layout.objects`.
    """

    code: str
    names: Mapping[str, int]


class Generator(Protocol):
    """What a generator factory returns."""

    def generate(self, layout: Layout, description: str, *, attempt: int = 0) -> Generated:
        """Code whose objects stand where the layout says; the description may say more of how they look.

        What is returned has not been run. The description may be empty. `attempt` counts from 0: a later one
        may give other code, the same one always gives the same.
        """
        ...
