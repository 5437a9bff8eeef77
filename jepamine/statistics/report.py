"""The statistics of a ranking as one JSON-able value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jepamine.errors import UserError
from jepamine.statistics import bootstrap
from jepamine.statistics.chance import Chance, chance
from jepamine.statistics.confounding import audit
from jepamine.statistics.metrics import metrics
from jepamine.statistics.verdict import caveats, headline, verdict

METRICS = ("average_precision", "auroc")

Samples = dict[str, NDArray[np.float64]] | None


def ranking_report(
    scores: dict[str, NDArray[np.float64]],
    labels: NDArray[np.int64],
    scenes: Sequence[str],
    sources: Mapping[str, Sequence[str | None]],
    *,
    seed: int = 0,
) -> dict[str, Any]:
    """How well each scorer ranks the clips, against chance, over scenes and within sources.

    `scores`: scorer -> float64 (n,), higher is ranked first; `labels` int64 (n,), 0 or 1; `scenes` (n,);
    `sources`: field, as dataset or camera -> a value a clip or None. The same `seed` gives the same report.

    {"clips", "positives", "scenes", "chance": {metric: {"mean", "low", "high", "exact"}},
    "ranking": {scorer: {all of `metrics`, "intervals": {metric or "lift": [low, high]},
    "differences": {other: {metric: {"difference": scorer - other, "low", "high"}}}, "verdict",
    "verdicts": {metric: words}}}, "audit": see `audit`, "warnings": [sentences]}, where a metric is
    "average_precision" or "auroc". Intervals are None where there are fewer than three scenes.

    Raises UserError where lengths differ, a score is not finite, a label is not 0 or 1, there are not both
    labels, or there is no scorer.
    """
    _check(scores, labels, scenes, sources)
    labels = labels.astype(np.int64)
    scores = {name: values.astype(np.float64) for name, values in scores.items()}
    count, positives = len(labels), int(labels.sum())
    by_chance = chance(count, positives, np.random.default_rng([seed, 0]))
    drawn = bootstrap.draw(scenes, labels, np.random.default_rng([seed, 1]))
    samples = {
        name: bootstrap.resampled(values, labels, drawn) if drawn else None for name, values in scores.items()
    }
    found = {name: metrics(values, labels) for name, values in scores.items()}
    ranking = {name: _ranked(name, found, samples, by_chance) for name in scores}
    report: dict[str, Any] = {
        "clips": count,
        "positives": positives,
        "scenes": len(set(scenes)),
        "chance": {metric: asdict(band) for metric, band in by_chance.items()},
        "ranking": ranking,
        "audit": audit(scores, labels, scenes, sources),
    }
    holding = len({scene for scene, label in zip(scenes, labels, strict=True) if label})
    return report | {"warnings": caveats(report, holding)}


def _ranked(
    name: str,
    found: dict[str, dict[str, float]],
    samples: dict[str, Samples],
    by_chance: dict[str, Chance],
) -> dict[str, Any]:
    own, drawn = found[name], samples[name]
    intervals = {
        key: bootstrap.interval(drawn[key]) if drawn is not None else None for key in (*METRICS, "lift")
    }
    ap, area = by_chance["average_precision"], by_chance["auroc"]
    verdicts = {
        "average_precision": verdict(own["average_precision_over_ties"], ap, intervals["lift"], 1.0),
        "auroc": verdict(own["auroc"], area, intervals["auroc"], 0.5),
    }
    return {
        **own,
        "intervals": {key: list(ends) if ends else None for key, ends in intervals.items()},
        "differences": {
            other: {
                metric: _difference(own[metric] - found[other][metric], metric, drawn, samples[other])
                for metric in METRICS
            }
            for other in found
            if other != name
        },
        "verdict": headline(verdicts.values()),
        "verdicts": verdicts,
    }


def _difference(difference: float, metric: str, one: Samples, other: Samples) -> dict[str, float | None]:
    if one is None or other is None:
        return {"difference": difference, "low": None, "high": None}
    low, high = bootstrap.interval(one[metric] - other[metric])
    return {"difference": difference, "low": low, "high": high}


def _check(
    scores: dict[str, NDArray[np.float64]],
    labels: NDArray[np.int64],
    scenes: Sequence[str],
    sources: Mapping[str, Sequence[str | None]],
) -> None:
    count = len(labels)
    if not scores:
        raise UserError("there is no scorer to rank by")
    columns: dict[str, int] = {f"scorer '{name}'": len(values) for name, values in scores.items()}
    columns |= {"scenes": len(scenes)} | {f"source '{name}'": len(values) for name, values in sources.items()}
    for what, length in columns.items():
        if length != count:
            raise UserError(f"{what}: {length} values for {count} labels")
    other = [label for label in labels.tolist() if label not in (0, 1)]
    if other:
        raise UserError(f"a label is {other[0]!r}; it is 0 or 1")
    positives = int(labels.sum())
    if positives in (0, count):
        raise UserError(f"{positives} of {count} clips are positive: ranking statistics need both labels")
    for name, values in scores.items():
        finite = np.isfinite(values)
        if not finite.all():
            place = int(np.flatnonzero(~finite)[0])
            raise UserError(
                f"scorer '{name}': the score of clip {place} is {values[place]}, no finite number"
            )
