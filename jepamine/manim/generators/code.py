"""What expressions share: colours, numbers, fitting to a box, and strokes from corner to corner of one."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from math import acos, atan, hypot, sin, tau

import numpy as np

from jepamine.manim.engine.palette import PALETTE
from jepamine.manim.engine.style import number, vector
from jepamine.manim.layouts import Object

#: "#RRGGBB" -> Manim's name for it.
NAMES = {value: name for name, (value, _) in reversed(PALETTE.items())}


@dataclass(frozen=True)
class Paint:
    """A colour, "#RRGGBB" or None for Manim's default, whether it fills the figure, and further arguments."""

    color: str | None
    filled: bool = False
    more: tuple[str, ...] = ()

    def name(self) -> str:
        """Return the colour as code."""
        return NAMES.get(str(self.color), f'"{self.color}"')

    def after(self, arguments: str, fill: bool = True) -> str:
        """Append the colour to the arguments of a call."""
        color = [f"color={self.name()}"] if self.color else []
        filling = ["fill_opacity=1"] if self.filled and fill else []
        return ", ".join([arguments, *color, *filling, *self.more])

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


#: Manim's maximum length of a tip, in units and as a share of its arrow.
TIP, TIP_SHARE = 0.35, 0.25
#: The depth of Manim's brace, in units.
BRACE = 0.273
_BRACED = {True: ("UP", "DOWN"), False: ("LEFT", "RIGHT")}


def line(item: Object, traits: Set[str], paint: Paint) -> str:
    """Write a line; in a nearly horizontal or vertical box it is exactly so."""
    return f"Line({paint.after(_ends(*_level(item), traits), fill=False)})"


def dashed_line(item: Object, traits: Set[str], paint: Paint) -> str:
    """Write a dashed line, like `line`."""
    return f"DashedLine({paint.after(_ends(*_level(item), traits), fill=False)})"


def arrow(item: Object, traits: Set[str], paint: Paint) -> str:
    """Write an arrow to the right or upwards, unless the traits name another direction."""
    return _arrow("Arrow", item, traits, paint)


def double_arrow(item: Object, traits: Set[str], paint: Paint) -> str:
    """Write a double arrow."""
    return _arrow("DoubleArrow", item, traits, paint)


def arc(item: Object, traits: Set[str], paint: Paint) -> str:
    """Write an arc of a circle that opens downwards, or to the left if it is higher than wide."""
    long, short = max(item.width, item.height, 0.02), min(item.width, item.height)
    # The longer side is the chord up to half a circle, and the diameter beyond.
    angle = 4 * atan(2 * short / long) if 2 * short <= long else 2 * acos(max(1 - 2 * short / long, -0.99))
    degrees = max(round(360 * angle / tau), 4)
    radius = long / 2 / sin(tau * min(degrees, 180) / 720)
    start = (90 if item.width >= item.height else 0) - degrees / 2
    angles = f"start_angle={number(start)} * DEGREES, angle={degrees} * DEGREES"
    return f"Arc({paint.after(f'radius={number(radius)}, {angles}', fill=False)})"


def brace(item: Object, traits: Set[str], paint: Paint) -> str:
    """Write a brace that points down or to the right, unless the traits name another side."""
    horizontal = item.width >= item.height
    half = max(item.width, item.height, 0.1) / 2
    default = "DOWN" if horizontal else "RIGHT"
    side = next((trait.upper() for trait in sorted(traits) if trait.upper() in _BRACED[horizontal]), default)
    ends = (vector(-half, 0), vector(half, 0)) if horizontal else (vector(0, -half), vector(0, half))
    code = f"BraceBetweenPoints({paint.after(f'{ends[0]}, {ends[1]}, direction={side}', fill=False)})"
    depth = min(item.width, item.height)
    stretched = not near(depth, BRACE) and depth > 0.05
    return fitted(code, item, width=stretched and not horizontal, height=stretched and horizontal)


def _level(item: Object) -> tuple[float, float]:
    width, height = item.width, item.height
    if height < min(0.15, 0.1 * width):
        height = 0.0
    if width < min(0.15, 0.1 * height):
        width = 0.0
    return (width, height) if max(width, height) >= 0.05 else (0.05, 0.0)


def _arrow(name: str, item: Object, traits: Set[str], paint: Paint) -> str:
    right, up = _shaft(item.width, item.height, both=name == "DoubleArrow")
    arguments = f"{_ends(right, up, traits)}, buff=0"
    long, thick = max(item.width, item.height), min(item.width, item.height)
    usual = min(TIP, TIP_SHARE * long)
    # The box of a slanting arrow does not determine the size of its tip.
    if 0 in (right, up) and not near(thick, usual) and thick > 0.04:
        arguments += f", tip_length={number(thick)}"
        if thick > TIP_SHARE * long:
            arguments += f", max_tip_length_to_length_ratio={number(min(thick / long, 0.5) + 0.01)}"
    return f"{name}({paint.after(arguments, fill=False)})"


def _ends(right: float, up: float, traits: Set[str]) -> str:
    """Return the ends of a stroke that goes `right` and `up`, reversed if the traits say so."""
    across, along = right, up
    if "left" in traits:
        across = -across
    if "down" in traits:
        along = -along
    if not across and not along:
        across = 0.05
    return f"ORIGIN, {vector(across, along)}"


def _shaft(width: float, height: float, both: bool) -> tuple[float, float]:
    """Return how far an arrow goes right and up if its box, tips included, is `width` x `height` units."""
    thick = min(TIP, TIP_SHARE * max(width, height)) + 0.06
    if min(width, height) <= thick:
        # The box is as thin as a tip: the arrow is horizontal or vertical.
        return (max(width, 0.05), 0.0) if width >= height else (0.0, height)
    right, up = width, height
    for _ in range(40):
        wide, high = _extent(right, up, both)
        right, up = max(right + 0.5 * (width - wide), 0.0), max(up + 0.5 * (height - high), 0.0)
    return right, up


def _extent(right: float, up: float, both: bool) -> tuple[float, float]:
    """Return the box of an arrow with its tips, which are as wide as they are long."""
    length = max(hypot(right, up), 1e-6)
    tip = min(TIP, TIP_SHARE * length)
    ahead, aside = np.array([right, up]) / length, np.array([-up, right]) / length
    start, end = np.zeros(2), np.array([right, up])
    points = [start, end, *(end - tip * ahead + side * tip * aside for side in (-0.5, 0.5))]
    if both:
        points += [tip * ahead + side * tip * aside for side in (-0.5, 0.5)]
    wide, high = np.ptp(points, axis=0)
    return float(wide), float(high)
