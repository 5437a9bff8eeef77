"""Statistics of real Manim scenes, from which the families of `writing`, `tables`, `plots` and others sample.

Source, where a line says "measured": 209 frames of 101 scene files by many authors, annotated with
`jepamine scenes annotate` at 256 pixels. Of these scenes only the figures here are used; no frame of them
is trained on. The other figures are choices, made so that each case occurs often enough to be learned.
"""

from __future__ import annotations

import numpy as np

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
