"""The interface of a generator.

A factory, whose keyword-only parameters are its settings, returns a `Generator`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from jepamine.manim.layouts import Layout


@dataclass(frozen=True)
class Generated:
    """Manim code: the class `GeneratedScene`, and the object of each variable of its `construct`.

    `names` maps a variable's name to the object's index in `layout.objects`.
    """

    code: str
    names: Mapping[str, int]


class Generator(Protocol):
    """The return value of a generator factory."""

    def generate(self, layout: Layout, description: str, *, attempt: int = 0) -> Generated:
        """Write code whose objects match the layout; the description may add to their look.

        The result has not been run. The description may be empty. `attempt` counts from 0: a later one may
        give other code, the same one always gives the same.
        """
        ...
