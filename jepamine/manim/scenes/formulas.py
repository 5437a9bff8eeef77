"""Formulas in TeX, from a stock: setting one from TeX's fonts takes 40 ms, so that few differ."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from jepamine.manim.engine.style import number, pick

# Formulas that differ, in any number of scenes.
STOCK = 400

_NAMES: tuple[str, ...] = (
    *"abcdefghkmnpqrstuvwxyzABCEFGHLNPQRSTV",
    r"\alpha",
    r"\beta",
    r"\theta",
    r"\lambda",
    r"\pi",
)
_NAMES += (r"\sigma", r"\omega", r"\phi", r"\Delta x", r"\mu", r"\epsilon", r"\Omega", r"\vec{v}", r"\hat{x}")
_FUNCTIONS = (r"\sin", r"\cos", r"\tan", r"\ln", r"\exp", "f", "g", "P", r"\log")
_BETWEEN = ("+", "-", "=", "=", r"\cdot", r"\leq", r"\to", r"\approx", r"\times", r"\in", r"\Rightarrow", ",")
_BIG = (
    r"\sum_{%s=1}^{%s} %s",
    r"\int_{%s}^{%s} %s\,dx",
    r"\lim_{%s\to %s} %s",
    r"\prod_{%s=0}^{%s} %s",
    r"\int_{%s}^{%s} %s",
)


def label(rng: np.random.Generator) -> str:
    """Draw the TeX of a short label: a name, with an index or a power, a coordinate, a number."""
    draw = rng.random()
    name = pick(rng, _NAMES)
    if draw < 0.4:
        return name
    if draw < 0.55:
        return f"{name}_{{{int(rng.integers(0, 10))}}}"
    if draw < 0.65:
        return f"{pick(rng, _FUNCTIONS)}({pick(rng, 'xtyn')})"
    if draw < 0.75:
        return f"({int(rng.integers(-9, 10))}, {int(rng.integers(-9, 10))})"
    if draw < 0.85:
        return f"{name} = {number(rng.normal(0, 4))}"
    return pick(rng, [f"{name}^2", r"\frac{1}{2}", rf"2{name}", rf"\frac{{{name}}}{{2}}", r"90^\circ", "0.5"])


def formula(rng: np.random.Generator) -> str:
    """Draw the TeX of a formula from the stock."""
    return _formula(int(rng.integers(STOCK)))


@lru_cache(maxsize=STOCK)
def _formula(place: int) -> str:
    rng = np.random.default_rng([0x7E, place])
    parts = [_term(rng, 2)]
    for _ in range(int(rng.choice([0, 1, 1, 2, 2, 3, 5]))):
        parts += [pick(rng, _BETWEEN), _term(rng, 2)]
    return " ".join(parts)


def _term(rng: np.random.Generator, depth: int) -> str:
    draw = rng.random()
    if not depth or draw < 0.25:
        return pick(rng, [*_NAMES[:24], str(int(rng.integers(0, 13))), pick(rng, _NAMES)])
    inner = _term(rng, depth - 1)
    if draw < 0.4:
        return rf"\frac{{{inner}}}{{{_term(rng, depth - 1)}}}"
    if draw < 0.55:
        return f"{pick(rng, _NAMES[:30])}^{{{pick(rng, [*'23nkx', '-1', '2x', inner])}}}"
    if draw < 0.65:
        return f"{pick(rng, _NAMES[:30])}_{{{pick(rng, [*'012ijkn'])}}}"
    if draw < 0.75:
        return rf"{pick(rng, _FUNCTIONS)}\left({inner}\right)"
    if draw < 0.82:
        return rf"\sqrt{{{inner}}}"
    if draw < 0.92:
        bounds = (pick(rng, "xnkat0"), pick(rng, ["n", "1", "b", "0", r"\infty"]), inner)
        return pick(rng, _BIG) % bounds
    return rf"\left({inner} {pick(rng, _BETWEEN[:3])} {_term(rng, depth - 1)}\right)"
