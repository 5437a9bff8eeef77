"""What real scenes look like in numbers; grounds other than black, and colours to read on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jepamine.manim.engine.palette import DRAWN
from jepamine.manim.engine.style import pick

#: Characters of a text at these quantiles; measured: the median (17).
TEXT_LENGTH = ((0.0, 1), (0.3, 6), (0.5, 17), (0.75, 34), (0.95, 70), (1.0, 110))
#: Widths of a line of text in units at these quantiles; measured: 39 % are wider than 4 units.
TEXT_WIDTH = ((0.0, 0.3), (0.3, 1.6), (0.61, 4.0), (0.85, 7.5), (1.0, 12.5))
#: The share of objects that are texts, much of it TeX; measured.
TEXT_SHARE = 0.49
#: The most objects of a frame; measured.
MOST_OBJECTS = 40
#: Grounds and how often they occur; measured: mostly black, some white, cream, photographs and chalkboards.
GROUNDS = {
    "black": 0.65,
    "dark": 0.08,
    "white": 0.08,
    "cream": 0.05,
    "paper": 0.03,
    "chalkboard": 0.04,
    "photograph": 0.04,
    "noise": 0.03,
}
#: Fonts and how often a frame's texts are in them; choices: most texts are TeX or in a usual font.
FONTS = {
    "cmr10": 0.4,
    "DejaVu Sans": 0.22,
    "DejaVu Serif": 0.16,
    "STIXGeneral": 0.1,
    "cmss10": 0.07,
    "DejaVu Sans Mono": 0.05,
}
#: The share of scenes caught in the middle of an animation, and of their objects that are affected.
MOMENT, AFFECTED = 0.25, 0.3


def quantile(rng: np.random.Generator, table: tuple[tuple[float, float], ...]) -> float:
    """Draw from the distribution whose quantiles a table lists."""
    shares, values = zip(*table, strict=True)
    return float(np.interp(rng.random(), shares, values))


#: Manim's names of colours that can be read on light grounds.
DARK_INKS = ("BLACK", "BLACK", "BLUE_E", "RED_E", "GREEN_E", "MAROON_E", "GOLD_E", "PURPLE_E")
# RGB of plain grounds.
_PLAIN = {"white": (255, 255, 255), "cream": (253, 246, 227), "chalkboard": (38, 64, 50)}
_LIGHT = ("white", "cream", "paper")


@dataclass(frozen=True)
class Ground:
    """A ground: its kind (a key of `GROUNDS`), and a seed for its pixels."""

    kind: str
    seed: int

    @property
    def inks(self) -> Sequence[str]:
        """Names of colours for strokes and texts."""
        return DARK_INKS if self.kind in _LIGHT else ("WHITE", "WHITE", *DRAWN)

    @property
    def text(self) -> str:
        """The colour of most texts."""
        return "BLACK" if self.kind in _LIGHT else "WHITE"

    def pixels(self, size: tuple[int, int]) -> NDArray[np.uint8] | None:
        """Return the pixels of a frame of `size` (width, height), uint8 RGBA (H, W, 4); None if black."""
        if self.kind == "black":
            return None
        width, height = size
        rng = np.random.default_rng(self.seed)
        rgb = np.zeros((height, width, 3))
        if self.kind in _PLAIN:
            rgb += _PLAIN[self.kind]
        elif self.kind == "dark":
            rgb += rng.uniform(5, 50, 3)
        elif self.kind == "noise":
            rgb += rng.uniform(0, 60) + rng.normal(0, rng.uniform(4, 18), (height, width, 1))
        elif self.kind == "photograph":
            rgb += _clouds(rng, height, width) * rng.uniform(60, 150)
        elif self.kind == "paper":
            rgb += (248, 244, 236) * _shadow(rng, height, width) + rng.normal(0, 2, (height, width, 1))
        if self.kind == "chalkboard":
            rgb += 14 * (_clouds(rng, height, width) - 0.5) + rng.normal(0, 3, (height, width, 1))
        alpha = np.full((height, width, 1), 255)
        return np.concatenate([rgb.clip(0, 255), alpha], axis=2).round().astype(np.uint8)


#: The ground of the older families.
BLACK = Ground("black", 0)


def draw_ground(rng: np.random.Generator) -> Ground:
    """Draw a ground with the shares of `GROUNDS`."""
    kinds = list(GROUNDS)
    return Ground(kinds[int(rng.choice(len(kinds), p=list(GROUNDS.values())))], int(rng.integers(2**32)))


def _clouds(rng: np.random.Generator, height: int, width: int) -> NDArray[np.float64]:
    """Return smooth random colours, 0 to 1: (H, W, 3), the sum of bilinear noise of three sizes."""
    total = np.zeros((height, width, 3))
    for cells, weight in ((3, 0.55), (8, 0.3), (24, 0.15)):
        coarse = rng.random((cells + 1, cells + 1, 3))
        down, across = (np.linspace(0, cells, length, endpoint=False) for length in (height, width))
        row, column = down.astype(int), across.astype(int)
        below, right = (down - row)[:, None, None], (across - column)[None, :, None]
        upper = coarse[row][:, column] * (1 - right) + coarse[row][:, column + 1] * right
        lower = coarse[row + 1][:, column] * (1 - right) + coarse[row + 1][:, column + 1] * right
        total += weight * (upper * (1 - below) + lower * below)
    return total


def _shadow(rng: np.random.Generator, height: int, width: int) -> NDArray[np.float64]:
    """Return the light on a sheet, 0.6 to 1: (H, W, 1), darker towards one side."""
    turn = rng.uniform(0, 2 * np.pi)
    down, across = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    along = (np.cos(turn) * across + np.sin(turn) * down) / 2**0.5
    light: NDArray[np.float64] = 1 - rng.uniform(0, 0.2) * (1 + along)
    return light[..., None]


def ink(rng: np.random.Generator, ground: Ground, *, plain: float = 0.5) -> str:
    """Draw a colour for a ground; a share `plain` has that of most texts."""
    return ground.text if rng.random() < plain else pick(rng, list(ground.inks))
