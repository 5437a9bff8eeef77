"""A ranking report as text for the terminal, at most 100 columns wide."""

from __future__ import annotations

import textwrap
from typing import Any

from jepamine.statistics.verdict import ABOVE, BELOW, LIKE
from jepamine.utils.tables import table

WIDTH = 100
_NAME = 16
_SHORT = {ABOVE: "above chance", LIKE: "like chance", BELOW: "below chance"}
_NONE = "too few scenes"


def render(report: dict[str, Any]) -> str:
    """The tables and sentences for a report of `ranking_report`; lines of at most 100 columns."""
    parts = [_chance(report), _ranking(report["ranking"])]
    if verdicts := _verdicts(report["ranking"]):
        parts.append(verdicts)
    if len(report["ranking"]) > 1:
        parts.append(_differences(report["ranking"]))
    if report["audit"]:
        parts += [_audit(report["audit"]), *_within(report)]
    if report["warnings"]:
        said = [textwrap.fill(line, WIDTH, initial_indent="! ", subsequent_indent="  ")
                for line in report["warnings"]]  # fmt: skip
        parts.append("\n".join(["Warnings", *said]))
    return "\n\n".join(parts)


def _chance(report: dict[str, Any]) -> str:
    ap, area = report["chance"]["average_precision"], report["chance"]["auroc"]
    return (
        f"{report['clips']} clips, {report['positives']} positive, {report['scenes']} scenes. "
        "Random rankings (mean, central 95 %):\n"
        f"chance AP {_with_ends(ap['mean'], ap['low'], ap['high'])}, "
        f"chance AUROC {_with_ends(area['mean'], area['low'], area['high'])}"
    )


def _ranking(ranking: dict[str, Any]) -> str:
    rows: list[list[str]] = [
        ["scorer", "AP [95 %]", "AUROC [95 %]", "NDCG", "P@10", "R@10", "lift", "verdict"]
    ]
    for name in _best_first(ranking):
        found = ranking[name]
        ap, area = found["intervals"]["average_precision"], found["intervals"]["auroc"]
        rows.append(
            [
                _cut(name, _NAME),
                _with_ends(found["average_precision"], *(ap or (None, None))),
                _with_ends(found["auroc"], *(area or (None, None))),
                f"{found['ndcg']:.2f}",
                _two(found.get("precision_at_10")),
                _two(found.get("recall_at_10")),
                f"{found['lift']:.2f}",
                _SHORT[found["verdict"]] if ap else _NONE,
            ]
        )
    return table(rows)


def _verdicts(ranking: dict[str, Any]) -> str:
    lines = []
    for words in (ABOVE, LIKE, BELOW):
        names = [
            name
            for name in _best_first(ranking)
            if ranking[name]["verdict"] == words and ranking[name]["intervals"]["auroc"]
        ]
        if names:
            lines.append(textwrap.fill(f"{words}: {', '.join(names)}", WIDTH, subsequent_indent="  "))
    return "\n".join(lines)


def _differences(ranking: dict[str, Any]) -> str:
    best, *others = _best_first(ranking)
    rows = [["", "AP [95 %]", "AUROC [95 %]", "clear of 0"]]
    for name in others:
        found = ranking[best]["differences"][name]
        ap, area = found["average_precision"], found["auroc"]
        clear = [label for label, one in (("AP", ap), ("AUROC", area)) if _excludes_zero(one)]
        rows.append(
            [
                f"- {_cut(name, _NAME)}",
                _with_ends(ap["difference"], ap["low"], ap["high"], sign=True),
                _with_ends(area["difference"], area["low"], area["high"], sign=True),
                " and ".join(clear) or ("neither" if ap["low"] is not None else _NONE),
            ]
        )
    return f"Best AP: {_cut(best, 40)}. Its lead over each other scorer, on the same scenes:\n{table(rows)}"


def _audit(audit: dict[str, Any]) -> str:
    rows = [["field", "values", "AUROC", "", "positive / clips"]]
    for field, found in audit.items():
        area = found["auroc"]
        rows.append(
            [
                _cut(field, _NAME),
                str(len(found["sources"])),
                "-" if area is None else f"{area:.3f}",
                "PREDICTS THE LABEL" if found["flagged"] else "",
                _cut(", ".join(f"{_cut(name, 20)} {one['positives']}/{one['clips']}"
                               for name, one in found["sources"].items()), 44),
            ]
        )  # fmt: skip
    return (
        "Does the source of a clip alone predict its label? (AUROC: 0.5 or less no, 1 entirely)\n"
        f"{table(rows)}"
    )


def _within(report: dict[str, Any]) -> list[str]:
    fields = list(report["audit"])
    tables = []
    # A name, the overall AUROC and four fields of 16 characters fill the width.
    for start in range(0, len(fields), 4):
        chosen = fields[start : start + 4]
        rows = [["AUROC", "all clips", *(_cut(field, _NAME) for field in chosen)]]
        for name in _best_first(report["ranking"]):
            within = [report["audit"][field]["within"][name]["auroc"] for field in chosen]
            shown = ["-" if area is None else f"{area:.3f}" for area in within]
            rows.append([_cut(name, _NAME), f"{report['ranking'][name]['auroc']:.3f}", *shown])
        tables.append(table(rows))
    head = "AUROC among clips of the same source (mean over sources; -: none holds both labels)"
    return [f"{head}\n{tables[0]}", *tables[1:]]


def _best_first(ranking: dict[str, Any]) -> list[str]:
    return sorted(ranking, key=lambda name: -float(ranking[name]["average_precision"]))


def _with_ends(value: float, low: float | None, high: float | None, *, sign: bool = False) -> str:
    shown = "+.3f" if sign else ".3f"
    ends = "" if low is None or high is None else f" [{low:{shown}}, {high:{shown}}]"
    return f"{value:{shown}}{ends}"


def _excludes_zero(found: dict[str, float | None]) -> bool:
    low, high = found["low"], found["high"]
    return low is not None and high is not None and (low > 0 or high < 0)


def _two(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
