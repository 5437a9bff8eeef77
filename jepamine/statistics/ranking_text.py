"""A ranking report as text for the terminal, at most 100 columns wide."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any, cast

from jepamine.statistics.results import DifferenceResult, FieldResult, RankingReport, ScorerResult
from jepamine.statistics.verdict import ABOVE, BELOW, CLAIM_P, FEWEST_FOR_CLAIM, LIKE
from jepamine.utils.printing import table

WIDTH = 100
_NAME = 16
_SHORT = {ABOVE: "above chance", LIKE: "like chance", BELOW: "below chance"}
_NONE = "too few scenes"
Ranking = dict[str, ScorerResult]


def render(report: Mapping[str, Any]) -> str:
    """Return the tables and sentences for a `RankingReport`; lines of at most 100 columns."""
    known = cast(RankingReport, report)
    ranking = known["ranking"]
    parts = [_chance(known), _metrics(known), _top(ranking)]
    if verdicts := _verdicts(ranking):
        parts.append(verdicts)
    if len(ranking) > 1:
        parts.append(_differences(ranking))
    if known["audit"]:
        parts += [_audit(known["audit"]), *_within(known)]
    if known["warnings"]:
        lines = [
            textwrap.fill(line, WIDTH, initial_indent="! ", subsequent_indent="  ")
            for line in known["warnings"]
        ]
        parts.append("\n".join(["Warnings", *lines]))
    return "\n\n".join(parts)


def _chance(report: RankingReport) -> str:
    ap, area = report["chance"]["average_precision"], report["chance"]["auroc"]
    return (
        f"{report['clips']} clips, {report['positives']} positive, {report['scenes']} scenes "
        f"({report['positive_scenes']} with a positive). Random orders of these clips:\n"
        f"chance AP {_with_ends(ap['mean'], [ap['low'], ap['high']])}, "
        f"chance AUROC {_with_ends(area['mean'], [area['low'], area['high']])}"
    )


def _metrics(report: RankingReport) -> str:
    ranking = report["ranking"]
    tried = f", adjusted for {len(ranking)} scorers" if len(ranking) > 1 else ""
    return (
        f"{metrics_table(ranking, report['positive_scenes'])}\n"
        f"p: scenes swap their labels; one-sided{tried}; a claim needs {CLAIM_P} or less"
    )


def metrics_table(ranking: Ranking, positive_scenes: int) -> str:
    """Return AP, AUROC, p and verdict of each scorer as a table, best AP first."""
    enough = positive_scenes >= FEWEST_FOR_CLAIM
    rows: list[list[str]] = [["scorer", "AP [95 %]", "AUROC [95 %]", "p", "verdict"]]
    for name in _best_first(ranking):
        result = ranking[name]
        rows.append(
            [
                _cut(name, _NAME),
                _with_ends(result["average_precision"], result["intervals"]["average_precision"]),
                _with_ends(result["auroc"], result["intervals"]["auroc"]),
                f"{min(result['p']['above_of_all'], result['p']['below_of_all']):.4f}",
                _SHORT[result["verdict"]] if enough else _NONE,
            ]
        )
    return table(rows)


def _top(ranking: Ranking) -> str:
    rows: list[list[str]] = [["scorer", "lift [95 %]", "P@10 [95 %]", "R@10 [95 %]", "NDCG"]]
    for name in _best_first(ranking):
        result = ranking[name]
        intervals = result["intervals"]
        rows.append(
            [
                _cut(name, _NAME),
                _with_ends(result["lift"], intervals["lift"], "4.2f"),
                _with_ends(result.get("precision_at_10"), intervals.get("precision_at_10"), ".2f"),
                _with_ends(result.get("recall_at_10"), intervals.get("recall_at_10"), ".2f"),
                f"{result['ndcg']:.2f}",
            ]
        )
    return table(rows)


def _verdicts(ranking: Ranking) -> str:
    lines = []
    for words in (ABOVE, LIKE, BELOW):
        names = [name for name in _best_first(ranking) if ranking[name]["verdict"] == words]
        if names:
            lines.append(textwrap.fill(f"{words}: {', '.join(names)}", WIDTH, subsequent_indent="  "))
    return "\n".join(lines)


def _differences(ranking: Ranking) -> str:
    best, *others = _best_first(ranking)
    rows = [["", "AP [95 %]", "p", "AUROC [95 %]", "p", "clear of 0"]]
    for name in others:
        if name not in ranking[best]["differences"]:
            continue
        ap, area = (ranking[best]["differences"][name][key] for key in ("average_precision", "auroc"))
        clear = [label for label, item in (("AP", ap), ("AUROC", area)) if _excludes_zero(item)]
        rows.append(
            [
                f"- {_cut(name, _NAME)}",
                _with_ends(ap["difference"], _ends(ap), "+.3f"),
                _p(ap["p"]),
                _with_ends(area["difference"], _ends(area), "+.3f"),
                _p(area["p"]),
                " and ".join(clear) or ("neither" if ap["low"] is not None else _NONE),
            ]
        )
    return f"Best AP: {_cut(best, 40)}. Its lead over each other scorer, on the same scenes:\n{table(rows)}"


def _audit(audit: dict[str, FieldResult]) -> str:
    rows = [["field", "values", "AUROC", "by chance", "p", "", "positive / clips"]]
    for name, field in audit.items():
        counts = list(field["sources"].items())[:4]
        rows.append(
            [
                _cut(name, _NAME),
                str(len(field["sources"])),
                _three(field["auroc"]),
                _three(field["by_chance"]),
                _p(field["p_holm"]),
                _field_verdict(field),
                _cut(", ".join(f"{_cut(key, 12)} {n['positives']}/{n['clips']}" for key, n in counts), 24),
            ]
        )
    return f"Does the source of a clip alone predict its label?\n{table(rows)}"


def _field_verdict(field: FieldResult) -> str:
    if field["flagged"]:
        return "PREDICTS THE LABEL"
    return "" if field["separable"] else "cannot be separated"


def _within(report: RankingReport) -> list[str]:
    fields = list(report["audit"])
    tables = []
    # A name, the overall AUROC and four fields of 16 characters fill the width.
    for start in range(0, len(fields), 4):
        chosen = fields[start : start + 4]
        rows = [["AUROC (p)", "all clips", *(_cut(field, _NAME) for field in chosen)]]
        for name in _best_first(report["ranking"]):
            cells = []
            for field in chosen:
                within = report["audit"][field]["within"].get(name)
                if within is None:
                    cells.append("-")
                    continue
                p = f" ({min(within['p'].values()):.4f})" if within["p"] else ""
                cells.append(f"{_three(within['auroc'])}{p}")
            rows.append([_cut(name, _NAME), f"{report['ranking'][name]['auroc']:.3f}", *cells])
        tables.append(table(rows))
    head = "AUROC over pairs of clips with the same value (-: no value holds both labels)"
    return [f"{head}\n{tables[0]}", *tables[1:]]


def _best_first(ranking: Ranking) -> list[str]:
    return sorted(ranking, key=lambda name: -float(ranking[name]["average_precision"]))


def _ends(difference: DifferenceResult) -> list[float] | None:
    low, high = difference["low"], difference["high"]
    return None if low is None or high is None else [low, high]


def _with_ends(value: float | None, ends: list[float] | None, shown: str = ".3f") -> str:
    if value is None:
        return "-"
    return f"{value:{shown}}" + (f" [{ends[0]:{shown}}, {ends[1]:{shown}}]" if ends else "")


def _excludes_zero(difference: DifferenceResult) -> bool:
    ends = _ends(difference)
    return ends is not None and (ends[0] > 0 or ends[1] < 0)


def _three(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _p(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
