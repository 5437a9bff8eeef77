"""Evaluate a run: cosine similarities on held-out clips and, with labels, how well its scorers rank."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from jepamine.cluster.tasks import Cluster
from jepamine.data.clips import Clip, read_clips
from jepamine.data.embedding_store import Store
from jepamine.data.splits import chosen
from jepamine.errors import UserError
from jepamine.mining.labels import LabelFile, origin, read_tasks
from jepamine.mining.ranking import rank_tasks, refuse_fitted
from jepamine.mining.relative_report import panel_scores, relative_report
from jepamine.mining.score_table import ScoreTable
from jepamine.mining.scorer_panel import RunPanel
from jepamine.mining.scorers.pixel_scorers import PIXEL_BASELINES
from jepamine.protocols import SheetTrainer
from jepamine.runs.cluster_encoding import encoded
from jepamine.runs.loading import LoadedRun, require_clip_ranking
from jepamine.utils.files import optional_write
from jepamine.utils.json_files import write_json
from jepamine.utils.spilled import SpilledMap


def evaluate(
    opened: LoadedRun,
    part: str | None,
    labels: Path | None,
    scorer: str | None = None,
    cluster: Cluster | None = None,
) -> dict[str, Any]:
    """Return the eval output for the tubelets of `part` ("train", "val"; None: all) of `opened.parts.source`.

    With `labels` the recipe's scorers are ranked, and `scorer` first; `baselines` has the same statistics of
    pixels alone, which are controls and so do not count among the scorers that p is adjusted for. With a
    `cluster` its workers encode the clips. Raises UserError if there are no tubelets, a frame cannot be read,
    the labels do not fit the clips, or a scorer was fitted to such labels.
    """
    truth = read_tasks(labels) if labels else None
    if cluster:
        require_clip_ranking(opened)
    with encoded(opened.parts, opened.folder, cluster, splits=[part]) as parts:
        return _evaluate(dataclasses.replace(opened, parts=parts), part, truth, scorer)


def _evaluate(
    opened: LoadedRun, part: str | None, truth: LabelFile | None, scorer: str | None
) -> dict[str, Any]:
    result = opened.trainer.evaluate(opened.predictor, opened.parts, part)
    if opened.checkpoint:
        result["checkpoint"] = opened.checkpoint
    if opened.changed:
        result["changed_files"] = list(opened.changed)
    if truth:
        scores, controls, known = _scores(opened, part, scorer, truth)
        result |= rank_tasks(scores, truth, known)
        if controls.columns:
            _add_baselines(result, rank_tasks(controls, truth, known))
    if opened.trainer.ranks_clips and opened.recipe.scoring["relative_to"]:
        clips = [clip for clip in read_clips(opened.parts.source) if chosen(clip, part).any()]
        result["relative"] = relative_report(opened, clips, part, truth.tasks if truth else {})
    return result


def _add_baselines(result: dict[str, Any], controls: Mapping[str, Any]) -> None:
    """Add the ranking of the baselines to each task of a result, with a warning where they are better."""
    if "ranking" in result:
        result["baselines"] = controls["ranking"]
        result["warnings"] += baseline_warning(result["ranking"], controls["ranking"])
    for name, task in result.get("tasks", {}).items():
        _add_baselines(task, controls["tasks"][name])


def baseline_warning(
    ranking: Mapping[str, Mapping[str, Any]], baselines: Mapping[str, Mapping[str, Any]]
) -> list[str]:
    """Return a warning if a pixel statistic tells the labels apart better than every scorer; else empty."""

    def strength(values: Mapping[str, Any]) -> float:
        return abs(float(values["auroc"]) - 0.5)

    best = max(ranking, key=lambda name: strength(ranking[name]))
    pixels = max(baselines, key=lambda name: strength(baselines[name]))
    if strength(baselines[pixels]) <= strength(ranking[best]):
        return []
    return [
        f"the pixel statistic '{pixels}' tells these labels apart (AUROC {baselines[pixels]['auroc']:.3f}) "
        f"better than every scorer (best: '{best}', {ranking[best]['auroc']:.3f}): the labels may follow "
        "light, weather, motion or camera and not the event"
    ]


def chose_epoch(opened: LoadedRun, part: str | None) -> bool:
    """Return whether the run's weights are those of the epoch that was best on these very tubelets."""
    own = opened.parts.source.manifest == opened.folder.manifest and not opened.checkpoint
    return part == "val" and own and opened.trainer.ranks_clips


def _scores(
    opened: LoadedRun, part: str | None, scorer: str | None, truth: LabelFile
) -> tuple[ScoreTable, ScoreTable, set[str]]:
    """Return the scores of labelled clips of `part`, those of the baselines, and labelled clips elsewhere.

    Of a clip without a label nothing is kept: a manifest may be much longer than its labels.
    """
    labelled, source = truth.ids, opened.parts.source
    own = {scorer, opened.recipe.scoring["scorer"], *opened.recipe.scoring["also"]}
    baselines = {name for name in PIXEL_BASELINES if name not in own}

    def clips() -> Iterator[Clip]:
        return (clip for clip in read_clips(source) if chosen(clip, part).any())

    tables = ScoreTable(), ScoreTable()
    with Store(opened.parts.store) as store:
        panel = RunPanel(opened, store, scorer, PIXEL_BASELINES)
        count, fitted = 0, {}
        for clip in _unrepeated(clips()):
            count += 1
            if clip.clip_id in labelled:
                fitted[clip.clip_id] = panel.fitted_on(clip)
        refuse_fitted(fitted)
        elsewhere = labelled - fitted.keys()
        for clip, scores in panel_scores(panel, clips, count, part):
            for table, is_control in zip(tables, (False, True), strict=True):
                if clip.clip_id in labelled:
                    picked = {name: scores[name] for name in scores if (name in baselines) is is_control}
                    table.add(clip.clip_id, picked, origin(clip.line))
                else:
                    table.pass_over(clip.clip_id)
    return *tables, {clip.clip_id for clip in read_clips(source) if clip.clip_id in elsewhere}


def _unrepeated(clips: Iterable[Clip]) -> Iterator[Clip]:
    """Yield clips. Raises UserError if two lines have one clip_id: a label could belong to either."""
    places = SpilledMap[str]()
    for clip in clips:
        before = places.setdefault(clip.clip_id, clip.place)
        if before != clip.place:
            raise UserError(
                f"{clip.place}: clip_id '{clip.clip_id}' is also that of {before}; give each line its own"
            )
        yield clip


def keep(opened: LoadedRun, result: dict[str, Any], title: str) -> Path:
    """Write the result to the run's evals/ under `title`, replacing an earlier one.

    A read-only run stays as it is.
    """
    path = opened.folder.evals / f"{title}.json"
    with optional_write(path):
        write_json(path, result)
    return path


def draw_sheet(opened: LoadedRun, part: str | None, output: Path) -> None:
    """Draw what the run predicts for `part` into a PNG. Raises UserError if its trainer cannot."""
    if not isinstance(opened.trainer, SheetTrainer):
        name = opened.recipe.plugins["trainer"].name
        raise UserError(f"--sheet: the trainer '{name}' of run '{opened.folder.name}' cannot draw a sheet")
    opened.trainer.sheet(opened.predictor, opened.parts, part, output)
