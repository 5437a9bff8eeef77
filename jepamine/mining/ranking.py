"""Rank scored clips against labels: what met, which scorers can be compared, and the statistics."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jepamine.data.drives import natural_order
from jepamine.errors import UserError
from jepamine.mining.joins import Join, join_report, truth_of
from jepamine.mining.labels import BINARY, LabelFile, Origin, audit_fields, merged, read_tasks, scene_of
from jepamine.mining.score_table import ScoreTable, read_scores
from jepamine.places import File
from jepamine.statistics.report import ranking_report
from jepamine.statistics.results import RankingReport


def rank(
    scores: Mapping[str, Mapping[str, float]], labels: Mapping[str, int], origins: Mapping[str, Origin]
) -> dict[str, Any]:
    """Return the ranking statistics of every scorer (scorer -> clip_id -> score) over the labelled clips.

    {"ranking": {scorer: {...}}, "chance", "audit", "warnings"} as `ranking_report` describes them, "join",
    and "labelled": {"clips", "positives", "scenes"}. Raises UserError unless the clips that are both scored
    and labelled hold both labels.
    """
    return rank_task(score_table(scores, origins), labels)


def score_table(scores: Mapping[str, Mapping[str, float]], origins: Mapping[str, Origin]) -> ScoreTable:
    """Return scores by scorer and clip as a table."""
    table = ScoreTable()
    for clip_id in sorted(set().union(*scores.values())):
        own = {name: column[clip_id] for name, column in scores.items() if clip_id in column}
        table.add(clip_id, own, origins[clip_id])
    return table


def rank_tasks(table: ScoreTable, labels: LabelFile, known: Collection[str] = ()) -> dict[str, Any]:
    """Return `rank_task` for `binary_label` and, under "tasks", for each further tag of the labels.

    `known`: clips that exist but were not to be scored, such as those of another split.
    """
    if not labels.tasks:
        raise UserError(f"{labels.path}: no labels")
    result: dict[str, Any] = {}
    for task, values in labels.tasks.items():
        fitted = {clip_id: names for clip_id, names in table.fitted.items() if clip_id in values}
        refuse_fitted(fitted)
        try:
            ranked = rank_task(table, values, known, labels.origins)
        except UserError as error:
            if task == BINARY and len(labels.tasks) == 1:
                raise
            ranked = {"error": f"{task}: {error}"}
        if task == BINARY:
            result |= ranked
        else:
            result.setdefault("tasks", {})[task] = ranked
    return result


def rank_task(
    table: ScoreTable,
    labels: Mapping[str, int],
    known: Collection[str] = (),
    label_origins: Mapping[str, Origin] | None = None,
) -> dict[str, Any]:
    """Return the ranking statistics of the clips in `table` that have a label, see `rank`.

    Scorers that lack some of these clips are ranked on their own, after those that have all.
    """
    truth = truth_of(table, labels)
    columns = {name: np.frombuffer(table.column(name), dtype=np.float64) for name in table.columns}
    join = join_report(table, labels, truth, columns, known)
    used = np.flatnonzero(truth >= 0)
    if len(set(truth[used].tolist())) < 2:
        hint = "" if len(used) else "; do the clip_ids agree?"
        raise UserError(
            f"of {table.scored} scored clips {len(used)} are labelled, {int(truth[used].sum())} of them 1: "
            f"ranking statistics need clips of both labels, 0 and 1{hint}"
        )
    extra = label_origins or {}
    origins = {
        row: merged(table.origins[row], extra.get(table.ids[row], Origin(None, {}))) for row in used.tolist()
    }
    order = sorted(
        used.tolist(),
        key=lambda row: (
            scene_of(origins[row].scene, table.ids[row]),
            origins[row].order or "",
            natural_order(table.ids[row]),
            table.ids[row],
        ),
    )
    rows = np.array(order, dtype=np.int64)
    reports = [
        (_report(names, rows[present], truth, columns, table, origins, families), names)
        for names, present, families in _groups(columns, rows, truth)
    ]
    if not reports:
        raise UserError("no scorer has scored clips of both labels, 0 and 1")
    result = _joined(reports)
    result["join"] = join.json()
    result["warnings"] = [*join.losses(), *result["warnings"]]
    labelled = {key: result.pop(key) for key in ("clips", "positives", "scenes")}
    return {"labelled": labelled} | result


def _groups(
    columns: Mapping[str, NDArray[np.float64]], rows: NDArray[np.int64], truth: NDArray[np.int64]
) -> list[tuple[list[str], NDArray[np.bool_], int]]:
    """Return (scorers, which of `rows` they score, number of groups) by the clips that scorers share.

    The group with the most clips comes first; groups without both labels are left out.
    """
    groups: dict[bytes, tuple[list[str], NDArray[np.bool_]]] = {}
    for name, column in columns.items():
        present = ~np.isnan(column[rows])
        if len(set(truth[rows[present]].tolist())) == 2:
            groups.setdefault(present.tobytes(), ([], present))[0].append(name)
    ordered = sorted(groups.values(), key=lambda group: -int(group[1].sum()))
    return [(names, present, len(ordered)) for names, present in ordered]


def _report(
    names: list[str],
    rows: NDArray[np.int64],
    truth: NDArray[np.int64],
    columns: Mapping[str, NDArray[np.float64]],
    table: ScoreTable,
    origins: Mapping[int, Origin],
    families: int,
) -> RankingReport:
    members = rows.tolist()
    scenes = [scene_of(origins[row].scene, table.ids[row]) for row in members]
    return ranking_report(
        {name: columns[name][rows] for name in names},
        truth[rows],
        scenes,
        audit_fields([origins[row] for row in members], scenes),
        families=families,
    )


def _joined(reports: list[tuple[RankingReport, list[str]]]) -> dict[str, Any]:
    """Return the first report with the scorers of the others, which are ranked on fewer clips, added."""
    main, _ = reports[0]
    result: dict[str, Any] = dict(main)
    warnings = list(main["warnings"])
    for report, names in reports[1:]:
        result["ranking"] |= report["ranking"]
        for field, audited in report["audit"].items():
            if field in result["audit"]:
                result["audit"][field]["within"] |= audited["within"]
        listed = ", ".join(f"'{name}'" for name in names)
        warnings.append(
            f"{listed}: ranked on the {report['clips']} clips ({report['positives']} positive) that it "
            f"scored, not on all {main['clips']}; not comparable with the others."
        )
    result["warnings"] = warnings
    return result


def refuse_fitted(fitted_on: Mapping[str, Iterable[str]]) -> None:
    """Raise UserError if a scorer was fitted to labels of a labelled clip's scene (clip_id -> scorers)."""
    overlap = {clip_id: list(names) for clip_id, names in fitted_on.items() if names}
    if overlap:
        clip_id, names = next(iter(overlap.items()))
        raise UserError(
            f"the scorer '{names[0]}' was fitted to labels of the scenes of {len(overlap)} of the labelled "
            f"clips ('{clip_id}' is one): ranking them would prove nothing; evaluate on other scenes"
        )


def flagged(result: Mapping[str, Any]) -> list[str]:
    """Return the sources that alone predict the label, by the audit of any task of a result."""
    fields = [name for name, field in result.get("audit", {}).items() if field["flagged"]]
    for task in result.get("tasks", {}).values():
        fields += [name for name in flagged(task) if name not in fields]
    return fields


def losses(result: Mapping[str, Any]) -> list[str]:
    """Return what was lost where scores and labels were joined, one sentence each, for any task."""
    lines = Join.from_json(result["join"]).losses() if "join" in result else []
    for name, task in result.get("tasks", {}).items():
        lines += [task["error"]] if "error" in task else [f"{name}: {line}" for line in losses(task)]
    return lines


def rank_files(scores: File, labels: Path) -> dict[str, Any]:
    """Rank a score file against a label file, without a run."""
    truth = read_tasks(labels)
    table = read_scores(scores, truth.ids)
    result = rank_tasks(table, truth)
    labelled = set(truth.tasks.get(BINARY, ()))
    trained, ranked = table.trained & labelled, labelled.intersection(table.ids)
    if trained and "labelled" in result:
        result["warnings"].insert(
            0,
            f"{len(trained)} of the {len(ranked)} ranked clips are training clips: a scorer fitted "
            "to them finds the others new. Rank held-out clips only: "
            "jepamine eval --run NAME --labels FILE.",
        )
    return result
