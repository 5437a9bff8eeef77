"""Whether a ranking beats chance, in words."""

from __future__ import annotations

from collections.abc import Iterable

from jepamine.statistics.chance import Chance

ABOVE = "above chance"
LIKE = "indistinguishable from chance"
BELOW = "below chance"


def verdict(value: float, chance: Chance, interval: tuple[float, float] | None, neutral: float) -> str:
    """`ABOVE` or `BELOW` only where two tests agree, else `LIKE`.

    First, `value` is outside the band of random rankings: these clips, shuffled, would rarely do it. Second,
    the bootstrap `interval` over scenes excludes `neutral`, what chance gives on the scale of the interval:
    other scenes would do it as well. The first alone claims far too much where scenes differ in both their
    scores and their share of positives. Without an interval (too few scenes) nothing is claimed.

    For AP, `interval` is that of the lift and `neutral` 1; for AUROC it is that of AUROC and 0.5.
    """
    if interval is None:
        return LIKE
    low, high = interval
    if value > chance.high and low > neutral:
        return ABOVE
    if value < chance.low and high < neutral:
        return BELOW
    return LIKE


def headline(verdicts: Iterable[str]) -> str:
    """The verdict that all metrics share, else `LIKE`: one metric that happens to look good is no claim."""
    kinds = set(verdicts)
    return kinds.pop() if len(kinds) == 1 else LIKE
