"""What to keep in mind when reading a ranking report: sentences for the user."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from jepamine.statistics.bootstrap import FEWEST_SCENES
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


# Below this many scenes or positives intervals are rough, above it they are usable: a convention.
FEW = 10
MANY_SCORERS = 5


def caveats(report: dict[str, Any], positive_scenes: int) -> list[str]:
    """The warnings of a report as `ranking_report` returns it (without "warnings"), gravest first.

    `positive_scenes`: how many scenes hold a positive clip.
    """
    return [*_sources(report), *_size(report, positive_scenes), *_scorers(report["ranking"])]


def _sources(report: dict[str, Any]) -> list[str]:
    said = []
    for field, found in report["audit"].items():
        if not found["flagged"]:
            continue
        mixed = any(0 < one["positives"] < one["clips"] for one in found["sources"].values())
        advice = (
            f"Trust the AUROC within each {field}, not the overall one."
            if mixed
            else f"No {field} holds both labels, so these clips cannot show that a scorer does more."
        )
        said.append(
            f"The {field} alone predicts the label (AUROC {found['auroc']:.2f}): a scorer that only tells "
            f"one {field} from another looks good here. {advice}"
        )
    return said


def _size(report: dict[str, Any], positive_scenes: int) -> list[str]:
    scenes, positives = report["scenes"], report["positives"]
    said = []
    if scenes < FEWEST_SCENES:
        said.append(
            f"All clips come from {_plural(scenes, 'scene')}: no intervals and no verdict but "
            f"'{LIKE}'; at least {FEWEST_SCENES} scenes are needed."
        )
    elif scenes < FEW:
        said.append(f"Only {scenes} scenes: intervals over so few are rough, and rather too narrow.")
    if positive_scenes < FEWEST_SCENES <= scenes:
        said.append(
            f"All positive clips lie in {_plural(positive_scenes, 'scene')}: a scorer that merely singles "
            f"{'that scene' if positive_scenes == 1 else 'those scenes'} out looks good."
        )
    if positives < FEW:
        said.append(f"Only {_plural(positives, 'positive clip')}: every figure hangs on a few clips.")
    return said


def _scorers(ranking: dict[str, Any]) -> list[str]:
    said = []
    for name, found in ranking.items():
        plain, over_ties = found["average_precision"], found["average_precision_over_ties"]
        if abs(plain - over_ties) >= 0.005:
            said.append(
                f"'{name}' gives several clips the same score: AP is {plain:.3f} as scikit-learn counts "
                f"ties, {over_ties:.3f} on average over their orders; lift and verdict use the latter."
            )
        words = found["verdicts"]
        if words["average_precision"] != words["auroc"]:
            said.append(
                f"'{name}': AP is {words['average_precision']}, AUROC {words['auroc']}; the verdict claims "
                "only what both show."
            )
    claims = sum(found["verdict"] != LIKE for found in ranking.values())
    if claims and len(ranking) >= MANY_SCORERS:
        said.append(
            f"{len(ranking)} scorers were tested, each at 95 %: among so many, one may leave chance by luck."
        )
    return said


def _plural(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
