"""Whether a scorer ranks above chance, and the caveats of a ranking report."""

from __future__ import annotations

from jepamine.statistics.intervals import FEWEST_FOR_SHARES
from jepamine.statistics.permutation import SIDES, AgainstChance
from jepamine.statistics.results import FieldResult, RankingReport, ScorerResult
from jepamine.statistics.scene_auroc import FEWEST_SCENES

ABOVE = "above chance"
LIKE = "indistinguishable from chance"
BELOW = "below chance"
_WORDS = dict(zip(SIDES, (ABOVE, BELOW), strict=True))

# A claim needs this p on its side, after adjusting for the number of scorers.
CLAIM_P = 0.025
# Positives in a single scene are one observation, however many clips it has.
FEWEST_FOR_CLAIM = 2
# Below this many scenes or positives every figure is rough: a convention.
FEW = 10
# With so few scenes the permutations consist mostly of the phases within scenes.
FEW_TO_SWAP = 5


def metric_verdicts(tested: AgainstChance, positive_scenes: int) -> dict[str, str]:
    """Return the verdict of each metric on its own, adjusted for the number of scorers."""
    return {
        metric: _claim({side: p[side] for side in SIDES}, positive_scenes)
        for metric, p in tested.among_all.items()
    }


def verdict(
    scorer: str, tested: AgainstChance, audit: dict[str, FieldResult], positive_scenes: int
) -> tuple[str, list[str]]:
    """Return the verdict of a scorer and the fields of the audit that keep it from a claim.

    A claim needs p <= 0.025 on its side for both metrics and, for each field where this is `required`, for
    the AUROC within the field's values too.
    """
    claim = _claim({side: tested.p(side) for side in SIDES}, positive_scenes)
    if claim == LIKE:
        return LIKE, []
    side = "above" if claim == ABOVE else "below"
    limits = []
    for name, field in audit.items():
        p = field["within"][scorer]["p"]
        if field["required"] and (p is None or p[side] > CLAIM_P):
            limits.append(name)
    return (LIKE, limits) if limits else (claim, [])


def _claim(p: dict[str, float], positive_scenes: int) -> str:
    if positive_scenes >= FEWEST_FOR_CLAIM:
        for side, words in _WORDS.items():
            if p[side] <= CLAIM_P:
                return words
    return LIKE


def caveats(report: RankingReport) -> list[str]:
    """Return the warnings of a report (without its "warnings"), the gravest first."""
    scorers = [line for name, result in report["ranking"].items() for line in _scorer(name, result)]
    return [*_fields(report["audit"]), *_size(report), *scorers]


def _fields(audit: dict[str, FieldResult]) -> list[str]:
    lines = []
    for name, field in audit.items():
        if not field["flagged"]:
            continue
        mixed = any(0 < count["positives"] < count["clips"] for count in field["sources"].values())
        advice = (
            f"Trust the AUROC within each {name}, not the overall one."
            if mixed
            else f"No {name} holds both labels, so these clips cannot show that a scorer does more."
        )
        lines.append(
            f"The {name} alone predicts the label (AUROC {field['auroc']:.2f}, p {field['p_holm']:.4f}): a "
            f"scorer that only separates one {name} from another looks good here. {advice}"
        )
    return lines


def _size(report: RankingReport) -> list[str]:
    scenes, positives, holding = report["scenes"], report["positives"], report["positive_scenes"]
    lines = []
    if holding < FEWEST_FOR_CLAIM:
        lines.append("All positive clips are in 1 scene: no intervals and no verdict.")
    elif holding < FEWEST_SCENES:
        lines.append(
            f"All positive clips are in {holding} scenes: no intervals; a scorer that merely recognises "
            "those scenes looks good."
        )
    elif holding < FEWEST_FOR_SHARES:
        lines.append(f"Only {holding} scenes hold a positive: intervals are rough and very wide.")
    elif scenes < FEW:
        lines.append(f"Only {scenes} scenes: intervals are rough and wide.")
    if holding >= FEWEST_FOR_CLAIM and scenes < FEW_TO_SWAP:
        lines.append(
            f"With {scenes} scenes the p-values assume that labels within a scene are stationary (no start "
            "or end effect)."
        )
    if positives < FEW:
        clips = "1 positive clip" if positives == 1 else f"{positives} positive clips"
        lines.append(f"Only {clips}: every figure depends on a few clips.")
    return lines


def _scorer(name: str, result: ScorerResult) -> list[str]:
    lines = []
    plain, over_ties = result["average_precision"], result["average_precision_over_ties"]
    if abs(plain - over_ties) >= 0.005:
        lines.append(
            f"'{name}' gives several clips the same score: AP is {plain:.3f} as scikit-learn counts ties, "
            f"{over_ties:.3f} on average over their orders; the lift uses the latter."
        )
    verdicts = result["verdicts"]
    if verdicts["average_precision"] != verdicts["auroc"]:
        lines.append(
            f"'{name}': AP is {verdicts['average_precision']}, AUROC {verdicts['auroc']}; the verdict needs "
            "both."
        )
    if result["limited_by"]:
        fields = ", ".join(result["limited_by"])
        lines.append(
            f"'{name}' ranks better or worse than chance overall, but not within each {fields}: the "
            f"{fields} may explain it."
        )
    return lines
