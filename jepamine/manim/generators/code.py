"""Helpers that all expressions share: colours, numbers, and fitting to a box."""

from __future__ import annotations

from dataclasses import dataclass

from jepamine.manim.engine.palette import PALETTE
from jepamine.manim.engine.style import number
from jepamine.manim.layouts import Object

#: "#RRGGBB" -> Manim's name for it.
NAMES = {value: name for name, (value, _) in reversed(PALETTE.items())}


@dataclass(frozen=True)
class Paint:
    """A colour, "#RRGGBB" or None for Manim's default, and whether it fills the figure."""

    color: str | None
    filled: bool = False

    def name(self) -> str:
        """Return the colour as code."""
        return NAMES.get(str(self.color), f'"{self.color}"')

    def after(self, arguments: str, fill: bool = True) -> str:
        """Append the colour to the arguments of a call."""
        color = [f"color={self.name()}"] if self.color else []
        filling = ["fill_opacity=1"] if self.filled and fill else []
        return ", ".join([arguments, *color, *filling])

    def set_color(self) -> str:
        """Return a call that colours all parts of a compound object."""
        return f".set_color({self.name()})" if self.color else ""


def near(length: float, expected: float) -> bool:
    """Return whether two lengths are visually equal."""
    return abs(length - expected) <= 0.04 + 0.03 * max(length, expected)


def least(length: float) -> float:
    """Return a length that is long enough for Manim to draw."""
    return max(length, 0.05)


def fitted(code: str, item: Object, *, width: bool = False, height: bool = False) -> str:
    """Stretch an expression to the width, the height or both of an object's box."""
    if width:
        code += f".stretch_to_fit_width({number(least(item.width))})"
    if height:
        code += f".stretch_to_fit_height({number(least(item.height))})"
    return code


def digits(value: float) -> str:
    """Format a factor with four significant digits."""
    return f"{value:.4g}"
