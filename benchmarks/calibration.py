"""How often the statistics of a ranking report are right, by simulation, before and after.

Scenes of 8 clips, 10 % of them positive. "Spread": scenes alike; "clustered", "strong": scores (intraclass
correlation 0.5, 0.9) and positives (beta-distributed rates) cluster by scene. "Before" is what the report did
first: percentile bootstrap intervals, and a verdict from the band of random orders and that interval.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from jepamine.statistics import intervals, metrics, paired
from jepamine.statistics.confounding import audit
from jepamine.statistics.metrics import chance
from jepamine.statistics.permutation import against_chance
from jepamine.statistics.scene_auroc import Floats, Ints, Scenes, auroc_influence, group_by_scene
from jepamine.statistics.verdict import ABOVE, BELOW, LIKE, verdict

CLIPS, RATE, SCORERS = 8, 0.1, 8
# Correlation of the scores; concentration of the beta-distributed rate of a scene (None: all equal).
CLUSTERS: dict[str, tuple[float, float | None]] = {
    "spread": (0.0, None),
    "clustered": (0.5, 1.0),
    "strong": (0.9, 0.3),
}
RESAMPLES, PERMUTATIONS = 400, 499
SCENES = (4, 8, 20, 60)
EFFECTS = (0.5, 1.0, 1.5, 2.0)
# AUROC 0.50, 0.76, 0.92 and 0.98: near 1 hardly a pair is out of order, and a sample shows little variance.
AUROC_EFFECTS = (0.0, 1.0, 2.0, 2.9)


@dataclass
class Tally:
    """Sums of events and how many trials there were, by name."""

    hits: dict[str, float] = field(default_factory=dict)
    trials: dict[str, int] = field(default_factory=dict)
    # Estimate, former and new interval of a metric whose truth is the mean of the estimates.
    shares: dict[str, list[tuple[float, intervals.Interval, intervals.Interval | None]]] = field(
        default_factory=dict
    )

    def add(self, name: str, value: float) -> None:
        self.hits[name] = self.hits.get(name, 0) + float(value)
        self.trials[name] = self.trials.get(name, 0) + 1

    def rate(self, name: str) -> float:
        return self.hits[name] / self.trials[name] if self.trials.get(name) else float("nan")

    def cell(self, name: str) -> str:
        """Return the rate; in parentheses where it rests on fewer than 30 data sets, "-" on none."""
        trials = self.trials.get(name, 0)
        if not trials:
            return "-"
        return f"{self.rate(name):.3f}" if trials >= 30 else f"({self.rate(name):.2f} of {trials})"

    def settle(self) -> None:
        """Add the coverage of the metrics in `shares`."""
        for name, rows in self.shares.items():
            known = float(np.mean([row[0] for row in rows]))
            # Data sets with enough positive scenes for an interval have a mean of their own.
            shown = [row[0] for row in rows if row[2] is not None]
            known_shown = float(np.mean(shown)) if shown else float("nan")
            for _, old, new in rows:
                self.add(f"{name} before", old[0] <= known <= old[1])
                if new is not None:
                    self.add(f"{name} after", new[0] <= known_shown <= new[1])


def draw(
    rng: np.random.Generator, scenes: int, correlation: float, concentration: float | None
) -> tuple[Floats, Ints, Ints]:
    """Return scores without skill (SCORERS, n), labels and scene numbers (n,)."""
    scene = np.repeat(np.arange(scenes), CLIPS)
    while True:
        rates = np.full(scenes, RATE)
        if concentration is not None:
            rates = rng.beta(RATE * concentration, (1 - RATE) * concentration, scenes)
        labels = (rng.random(len(scene)) < rates[scene]).astype(np.int64)
        if 0 < labels.sum() < len(labels):
            break
    shared = rng.standard_normal((SCORERS, scenes))[:, scene]
    own = rng.standard_normal((SCORERS, len(scene)))
    return correlation**0.5 * shared + (1 - correlation) ** 0.5 * own, labels, scene


@lru_cache
def truth(effect: float) -> dict[str, float]:
    """Return AUROC and AP of very many clips, positives' scores shifted by `effect` standard deviations."""
    rng = np.random.default_rng(1)
    labels = (rng.random(2_000_000) < RATE).astype(np.int64)
    ranked = metrics.cumulate(rng.standard_normal(len(labels)) + effect * labels, labels)
    return {
        "auroc": float(metrics.auroc(ranked)[0]),
        "average_precision": float(metrics.average_precision(ranked)[0]),
    }


@lru_cache(maxsize=10_000)
def band(clips: int, positives: int) -> Any:
    return chance(clips, positives, np.random.default_rng(0), 4000)


def old_samples(scores: Floats, labels: Ints, scenes: Scenes, counts: Ints) -> dict[str, Floats]:
    """Return AUROC, AP and lift over the resample's own chance AP in each resample."""
    weights = counts[:, scenes.number]
    ranked = metrics.cumulate(scores, labels, weights)
    positives = ranked.positives[:, -1]
    harmonic = metrics.harmonic_numbers(int(ranked.totals.max()))
    clips = ranked.totals[:, -1]
    total = harmonic[clips]
    by_chance = (total + (positives - 1) / np.maximum(clips - 1, 1) * (clips - total)) / clips
    return {
        "auroc": metrics.auroc(ranked),
        "average_precision": metrics.average_precision(ranked),
        "lift": metrics.average_precision_over_ties(ranked) / by_chance,
    }


def old_verdict(scores: Floats, labels: Ints, samples: dict[str, Floats]) -> str:
    """Return the former verdict: outside the band of random orders and the interval excludes chance."""
    ranked = metrics.cumulate(scores, labels)
    bands = band(len(labels), int(labels.sum()))
    kinds = set()
    for metric, sampled, neutral in (("average_precision", "lift", 1.0), ("auroc", "auroc", 0.5)):
        value = float(getattr(metrics, metric)(ranked)[0])
        low, high = intervals.percentile_interval(samples[sampled])
        above = value > bands[metric]["high"] and low > neutral
        below = value < bands[metric]["low"] and high < neutral
        kinds.add(ABOVE if above else BELOW if below else LIKE)
    return kinds.pop() if len(kinds) == 1 else LIKE


def one_simulation(tally: Tally, rng: np.random.Generator, scenes: int, kind: str, power: bool) -> None:
    noise, labels, scene = draw(rng, scenes, *CLUSTERS[kind])
    grouped = group_by_scene(scene, labels)
    counts = intervals.draw_scenes(grouped, rng, RESAMPLES)
    samples = [old_samples(scores, labels, grouped, counts) for scores in noise]
    old = [old_verdict(scores, labels, drawn) for scores, drawn in zip(noise, samples, strict=True)]
    tested = against_chance(
        {str(i): scores for i, scores in enumerate(noise)}, labels, scene, permutations=PERMUTATIONS
    )
    alone = {s: [p.p(s, among_all=False) <= 0.025 for p in tested.values()] for s in ("above", "below")}
    among = [verdict(name, p, {}, grouped.with_positives)[0] for name, p in tested.items()]
    for i in range(SCORERS):
        tally.add("above before", old[i] == ABOVE)
        tally.add("below before", old[i] == BELOW)
        tally.add("above after", alone["above"][i])
        tally.add("below after", alone["below"][i])
    tally.add("any before", ABOVE in old)
    tally.add("any after", ABOVE in among)
    _coverage(tally, noise[0] + labels, labels, grouped, counts)
    _equal(tally, noise[0] + labels, noise[1] + labels, labels, scene, grouped, counts)
    for effect in EFFECTS if power else ():
        good = noise[0] + effect * labels
        drawn = old_samples(good, labels, grouped, counts)
        tally.add(f"power before {effect}", old_verdict(good, labels, drawn) == ABOVE)
        panel = {"good": good} | {str(i): noise[i] for i in range(1, SCORERS)}
        p = against_chance(panel, labels, scene, permutations=PERMUTATIONS)["good"]
        tally.add(f"power after {effect}", p.p("above", among_all=False) <= 0.025)
        tally.add(f"power of 8 {effect}", p.p("above") <= 0.025)


def _coverage(tally: Tally, scores: Floats, labels: Ints, grouped: Scenes, counts: Ints) -> None:
    known = truth(1.0)
    samples = old_samples(scores, labels, grouped, counts)
    value = float(metrics.average_precision(metrics.cumulate(scores, labels))[0])
    ends = intervals.precision_interval(value, samples["average_precision"], grouped)
    _covered(tally, "average_precision", known, samples, ends)

    own = intervals.resampled_metrics(scores, labels, grouped, counts, (10,))
    for metric, trials in (("precision_at_10", 10), ("recall_at_10", int(labels.sum()))):
        share = metrics.expected_hits(scores, labels, 10) / trials
        ends = intervals.share_interval(share, trials, own[metric], grouped)
        tally.shares.setdefault(metric, []).append((share, intervals.percentile_interval(own[metric]), ends))


def _covered(
    tally: Tally, metric: str, known: dict[str, float], samples: dict[str, Floats], ends: Any, name: str = ""
) -> None:
    low, high = intervals.percentile_interval(samples[metric])
    name = name or metric
    tally.add(f"{name} before", low <= known[metric] <= high)
    tally.add(f"{name} printed", ends is not None)
    if ends is not None:
        tally.add(f"{name} after", ends[0] <= known[metric] <= ends[1])
        tally.add(f"{name} width before", high - low)
        tally.add(f"{name} width after", ends[1] - ends[0])


def auroc_coverage(simulations: int, scenes: int, kind: str, seed: int) -> Tally:
    """Return the coverage of AUROC intervals, "0.98 after" and so on, over `simulations` data sets."""
    tally = Tally()
    rng = np.random.default_rng([seed, 3, scenes, sorted(CLUSTERS).index(kind)])
    for _ in range(simulations):
        noise, labels, scene = draw(rng, scenes, *CLUSTERS[kind])
        grouped = group_by_scene(scene, labels)
        counts = intervals.draw_scenes(grouped, rng, RESAMPLES)
        for effect in AUROC_EFFECTS:
            scores, known = noise[0] + effect * labels, truth(effect)
            ends = intervals.auroc_interval(auroc_influence(scores, labels, grouped), grouped)
            samples = old_samples(scores, labels, grouped, counts)
            _covered(tally, "auroc", known, samples, ends, f"{known['auroc']:.2f}")
    return tally


def _equal(
    tally: Tally, first: Floats, second: Floats, labels: Ints, scene: Ints, grouped: Scenes, counts: Ints
) -> None:
    samples = [old_samples(scores, labels, grouped, counts) for scores in (first, second)]
    after = paired.paired_differences(first, second, labels, [str(number) for number in scene])
    for metric in ("auroc", "average_precision"):
        low, high = intervals.percentile_interval(samples[0][metric] - samples[1][metric])
        tally.add(f"{metric} differs before", low > 0 or high < 0)
        p = after[metric].p
        if p is not None:
            tally.add(f"{metric} differs after", p <= 0.05)


def old_source_auroc(positives: Floats, sizes: Floats, source: Ints) -> float:
    """Return the former leave-pair-out AUROC of sources that are constant in a scene; counts (S,)."""
    kinds = int(source.max()) + 1
    held = np.bincount(source, weights=positives, minlength=kinds)[source]
    total = np.bincount(source, weights=sizes, minlength=kinds)[source]
    spread = (np.bincount(source, minlength=kinds) > 1)[source]
    rate = positives.sum() / sizes.sum()
    up = (held - np.where(spread, positives, 1) + rate) / (total - np.where(spread, sizes, 1) + 1)
    down = (held - np.where(spread, positives, 0) + rate) / (total - np.where(spread, sizes, 1) + 1)
    outcome = (np.sign(np.round(up[:, None] - down[None], 12)) + 1) / 2
    outcome = np.where(source[:, None] == source[None], 0.5, outcome)
    negatives = sizes - positives
    return float(positives @ outcome @ negatives / (positives.sum() * negatives.sum()))


def one_audit(tally: Tally, rng: np.random.Generator, scenes: int, share: float | None, kinds: int) -> None:
    """One audit: all positives in `share` of the scenes (None: sources are random, `kinds` of them)."""
    noise, labels, scene = draw(rng, scenes, *CLUSTERS["clustered"])
    if share is None:
        source = rng.permutation(np.arange(scenes) % kinds)
    else:
        source = (np.arange(scenes) < max(1, round(share * scenes))).astype(np.int64)
        rate = min(0.8, RATE / share)
        labels = ((rng.random(len(scene)) < rate) & (source[scene] == 1)).astype(np.int64)
        if not 0 < labels.sum() < len(labels):
            return
    grouped = group_by_scene(scene, labels)
    reader = 3.0 * source[scene] + 0.3 * noise[0]
    fields = {"dataset": [str(number) for number in source[scene]]}
    audited = audit({"reader": reader}, labels, scene, fields)
    found = audited["dataset"]
    sizes = np.full(scenes, float(CLIPS))
    tally.add("flagged before", old_source_auroc(grouped.positives, sizes, source) >= 0.9)
    tally.add("flagged after", found["flagged"])
    tally.add("inseparable", not found["separable"])
    if share is None:
        return
    counts = intervals.draw_scenes(grouped, rng, RESAMPLES)
    before = old_verdict(reader, labels, old_samples(reader, labels, grouped, counts))
    tally.add("claims before", before == ABOVE)
    tested = against_chance({"reader": reader}, labels, scene, permutations=PERMUTATIONS)["reader"]
    words, _ = verdict("reader", tested, audited, grouped.with_positives)
    tally.add("claims after", words == ABOVE)


def simulate(simulations: int, scenes: int, kind: str, seed: int, power: bool = False) -> Tally:
    """Return the tally of `simulations` data sets of one cell."""
    tally = Tally()
    rng = np.random.default_rng([seed, scenes, sorted(CLUSTERS).index(kind)])
    for _ in range(simulations):
        one_simulation(tally, rng, scenes, kind, power)
    tally.settle()
    return tally


ROWS = (
    ("95 % interval of AP holds the truth", "average_precision", ">= .93"),
    ("95 % interval of P@10 holds the truth", "precision_at_10", ">= .93"),
    ("95 % interval of R@10 holds the truth", "recall_at_10", ">= .93"),
    ("width of the AP interval", "average_precision width", ""),
    ("AUROC clear of 0, equal scorers", "auroc differs", "<= .06"),
    ("AP clear of 0, equal scorers", "average_precision differs", "<= .06"),
    ("above chance, knows nothing", "above", "<= .025"),
    ("below chance, knows nothing", "below", "<= .025"),
    ("some of 8 above chance", "any", "<= .05"),
)


def main_table(simulations: int, seed: int) -> Iterator[str]:
    """Yield the lines of the table, before / after, and of the power of a verdict."""
    yield (
        f"| {simulations} simulations a cell: before / after | "
        + " | ".join(f"{scenes} scenes" for scenes in SCENES)
        + " | goal |"
    )
    yield "|---" * (len(SCENES) + 2) + "|"
    tallies = {
        (scenes, kind): simulate(simulations, scenes, kind, seed, power=scenes in (8, 20))
        for kind in CLUSTERS
        for scenes in SCENES
    }
    for kind in CLUSTERS:
        for title, key, goal in ROWS:
            cells = [
                " / ".join(tallies[scenes, kind].cell(f"{key} {when}") for when in ("before", "after"))
                for scenes in SCENES
            ]
            yield f"| {title}, {kind} | " + " | ".join(cells) + f" | {goal} |"
        cells = [f"{tallies[scenes, kind].rate('average_precision printed'):.2f}" for scenes in SCENES]
        yield f"| share with intervals, {kind} | " + " | ".join(cells) + " | |"
    yield ""
    yield (
        "| power: before / after / after among 8 | "
        + " | ".join(f"AUROC {truth(effect)['auroc']:.2f}" for effect in EFFECTS)
        + " |"
    )
    yield "|---" * (len(EFFECTS) + 1) + "|"
    for kind in CLUSTERS:
        for scenes in (8, 20):
            tally = tallies[scenes, kind]
            cells = [
                " / ".join(f"{tally.rate(f'power {when} {d}'):.2f}" for when in ("before", "after", "of 8"))
                for d in EFFECTS
            ]
            yield f"| {scenes} scenes, {kind} | " + " | ".join(cells) + " |"


def auroc_table(simulations: int, seed: int) -> Iterator[str]:
    """Yield the lines of the table of AUROC intervals: coverage and mean width, before / after."""
    names = [f"{truth(effect)['auroc']:.2f}" for effect in AUROC_EFFECTS]
    yield (
        "| 95 % interval of AUROC holds the truth (mean width): before / after | "
        + " | ".join(f"AUROC {name}" for name in names)
        + " |"
    )
    yield "|---" * (len(names) + 1) + "|"
    for kind in CLUSTERS:
        for scenes in SCENES:
            tally = auroc_coverage(simulations, scenes, kind, seed)
            cells = [
                " / ".join(
                    f"{tally.cell(f'{name} {when}')} ({tally.rate(f'{name} width {when}'):.2f})"
                    for when in ("before", "after")
                )
                for name in names
            ]
            yield f"| {scenes} scenes, {kind} | " + " | ".join(cells) + " |"


def audit_table(simulations: int, seed: int) -> Iterator[str]:
    """Yield the lines of the audit's table: misses, false alarms and claims of a source reader."""
    yield "| audit: before / after | flagged | reader of the source above chance | cannot be separated |"
    yield "|---|---|---|---|"
    cases: list[tuple[str, int, float | None, int]] = [
        (f"all positives in A, A {share:.0%} of {scenes} scenes", scenes, share, 2)
        for scenes in (40, 20)
        for share in (0.05, 0.1, 0.3, 0.5)
    ]
    cases += [
        (f"{kinds} random sources, {scenes} scenes", scenes, None, kinds)
        for scenes, kinds in ((6, 2), (6, 6), (8, 2), (20, 2), (20, 4), (40, 4), (40, 10))
    ]
    for number, (title, scenes, share, kinds) in enumerate(cases):
        tally = Tally()
        rng = np.random.default_rng([seed, 7, number])
        for _ in range(simulations):
            one_audit(tally, rng, scenes, share, kinds)
        claims = (
            "" if share is None else f"{tally.rate('claims before'):.3f} / {tally.rate('claims after'):.3f}"
        )
        flagged = f"{tally.rate('flagged before'):.3f} / {tally.rate('flagged after'):.3f}"
        yield f"| {title} | {flagged} | {claims} | {tally.rate('inseparable'):.2f} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--simulations", type=int, default=400, help="per cell")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    began = time.monotonic()
    for table in (auroc_table, main_table, audit_table):
        for line in table(given.simulations, given.seed):
            print(line, flush=True)
        print()
    print(f"{time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
