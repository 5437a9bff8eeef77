"""Estimate how large a formula is where no LaTeX is installed."""

from __future__ import annotations

from jepamine.manim.latex.programs import TexError
from jepamine.manim.latex.source import Formula


def estimate(formula: Formula) -> str:
    """Return an SVG."""
    raise TexError("LaTeX is not installed")
