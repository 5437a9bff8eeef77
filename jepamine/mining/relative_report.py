"""What `[scoring] relative_to` does to scores: mean ranks by camera or drive, and AUROC, before and after."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from jepamine.data.clips import Clip
from jepamine.data.drives import drive_of
from jepamine.data.embedding_store import Store
from jepamine.data.splits import chosen
from jepamine.mining.clip_embeddings import streamed
from jepamine.mining.rig_scores import together
from jepamine.mining.scorer_panel import RunPanel
from jepamine.mining.scorers.combined import rank
from jepamine.mining.scoring import BATCH_CLIPS
from jepamine.runs.loading import LoadedRun
from jepamine.statistics.metrics import metrics
from jepamine.utils.printing import table

Scores = dict[str, dict[str, float]]


def panel_scores(
    panel: RunPanel, clips: Callable[[], Iterator[Clip]], count: int, part: str | None
) -> Iterator[tuple[Clip, dict[str, float]]]:
    """Yield the `count` clips that `clips` reads and their scores by scorer, of the tubelets of `part`."""
    parts = panel.opened.parts
    panel.prepare(
        lambda: (
            view for item in streamed(parts, clips(), "look through", count) for view in panel.views(item)
        )
    )
    items = iter(streamed(parts, clips(), "rank", count))
    while batch := list(itertools.islice(items, BATCH_CLIPS)):
        batch_views = [panel.views(item) for item in batch]
        scored = iter(panel.score([view for item in batch_views for view in item]))
        for item, item_views in zip(batch, batch_views, strict=True):
            masks = np.split(chosen(item.clip, part), len(item_views))
            means = [
                {name: float(values[mask].mean()) for name, values in next(scored).items()} for mask in masks
            ]
            yield item.clip, together(means, panel.opened.recipe.scoring["cameras"])


def relative_report(
    opened: LoadedRun, clips: list[Clip], part: str | None, tasks: Mapping[str, Mapping[str, int]]
) -> dict[str, Any]:
    """Return how `relative_to` changes scores: {"relative_to", "scorers": {scorer: {"groups", "auroc"}}}.

    "groups" has each group's number of clips and mean rank before and after (0 is the lowest of the run's
    held-out clips, 1 their highest); "auroc" (before, after) of each of `tasks`, name -> clip_id -> label.
    Scorers that it does not change are left out.
    """
    fields = opened.recipe.scoring["relative_to"]
    plain = replace(
        opened, recipe=replace(opened.recipe, scoring=opened.recipe.scoring | {"relative_to": []})
    )
    with Store(opened.parts.store) as store:
        runs = [_ranked(RunPanel(run, store), clips, part) for run in (plain, opened)]
    (before, before_ranks), (after, after_ranks) = runs
    groups: dict[str, list[str]] = defaultdict(list)
    for clip in clips:
        values = {"camera": clip.camera, "drive": drive_of(clip)}
        groups[" ".join(str(values[field]) for field in fields)].append(clip.clip_id)
    return {
        "relative_to": list(fields),
        "scorers": {
            name: {
                "groups": {
                    group: {
                        "clips": len(ids),
                        "before": float(np.mean([before_ranks[name][clip_id] for clip_id in ids])),
                        "after": float(np.mean([after_ranks[name][clip_id] for clip_id in ids])),
                    }
                    for group, ids in sorted(groups.items())
                },
                "auroc": {
                    task: [_auroc(scores[name], labels) for scores in (before, after)]
                    for task, labels in tasks.items()
                },
            }
            for name in after
            if after[name] != before[name]
        },
    }


def _ranked(panel: RunPanel, clips: list[Clip], part: str | None) -> tuple[Scores, Scores]:
    references = panel.reference(panel.names)
    scores: Scores = {}
    for clip, own in panel_scores(panel, lambda: iter(clips), len(clips), part):
        for name, score in own.items():
            scores.setdefault(name, {})[clip.clip_id] = score
    ranks = {
        name: dict(zip(column, rank(np.array(list(column.values())), references[name]).tolist(), strict=True))
        for name, column in scores.items()
    }
    return scores, ranks


def _auroc(scores: Mapping[str, float], labels: Mapping[str, int]) -> float | None:
    ids = [clip_id for clip_id in labels if clip_id in scores]
    truth = np.array([labels[clip_id] for clip_id in ids], dtype=np.int64)
    if not 0 < truth.sum() < len(truth):
        return None
    return metrics(np.array([scores[clip_id] for clip_id in ids]), truth)["auroc"]


def relative_text(report: Mapping[str, Any]) -> str:
    """Return a `relative_report` as a table."""
    field = " ".join(report["relative_to"])
    rows: list[list[Any]] = [["scorer", field, "clips", "before", "after"]]
    for name, found in report["scorers"].items():
        for group, values in found["groups"].items():
            rows.append([name, group, *(values[key] for key in ("clips", "before", "after"))])
        rows += [[name, f"AUROC {task}", None, *pair] for task, pair in found["auroc"].items()]
    return (
        f"Relative to {field}: mean rank among the run's held-out clips (0 their lowest, 1 their highest)\n"
        f"{table(rows)}"
    )
