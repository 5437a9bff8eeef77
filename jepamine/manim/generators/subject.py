"""An object to be written as code, with what a description says of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from jepamine.manim.generators.code import Paint
from jepamine.manim.layouts import Object
from jepamine.manim.text.reading import Item, Reading


@dataclass(frozen=True)
class Subject:
    """An object, what the description says of it, its place among the items, and the names of all."""

    item: Object
    look: Item
    place: int
    reading: Reading
    names: dict[int, str]
    paint: Paint

    def get(self, name: str) -> Any:
        """Return one of its measures."""
        return self.look.measure(name)
