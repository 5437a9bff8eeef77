"""Compare models on the same labelled clips.

Paired differences, over seeds if several runs differ in nothing else.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jepamine.data.clips import read_clips
from jepamine.data.embedding_store import Store
from jepamine.data.splits import chosen
from jepamine.errors import UserError
from jepamine.mining.clip_embeddings import embedded
from jepamine.mining.labels import read_labels, scene_of
from jepamine.mining.ranking import refuse_fitted
from jepamine.mining.scorer_panel import RunPanel
from jepamine.mining.scorers.cosines import cosine
from jepamine.runs.compare import settings_of
from jepamine.runs.loading import LoadedRun, load_run, require_clip_ranking
from jepamine.statistics.metrics import metrics
from jepamine.statistics.paired import Difference, mean_difference, paired_differences
from jepamine.utils.printing import cell, table

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
MEASURES = {
    "average_precision": "AP",
    "auroc": "AUROC",
    "mean_cosine_similarity": "cos(predicted, clean)",
}


@dataclass(frozen=True)
class _Scored:
    """A run's clips: clip_id -> score of its headline scorer, mean cosine of its tubelets, and scene.

    `trained_on`: ids of the clips that it was trained on.
    """

    run: str
    scorer: str
    scores: dict[str, float]
    cosines: dict[str, float]
    scenes: dict[str, str]
    trained_on: frozenset[str]


def compare_on_labels(
    experiments: Path,
    names: Sequence[str],
    labels: Path,
    manifest: Path | None = None,
    scorer: str | None = None,
) -> dict[str, Any]:
    """Return how the runs called `names` rank the clips that all of them scored and that `labels` labels.

    The clips are those of `manifest`, else those of every run's val part. Runs that differ in their seed
    only are one model: its scores are averaged over the seeds before models are compared, and the spread
    over seeds is given. {"clips", "positives", "scenes", "trained_on": clips that
    a run was trained on, "models": [{"name", "runs", "scorer", measure:
    {"mean", "spread", "values"}}], "differences": [{"first", "second", measure: {"difference", "low",
    "high", "p"}}]}.

    Raises UserError if a run does not rank clips, was fitted to the labels, or the common clips lack a label.
    """
    truth, _ = read_labels(labels)
    runs = [load_run(experiments, name, manifest) for name in names]
    scored = [_score(run, None if manifest else "val", truth, scorer) for run in runs]
    ids = sorted(set(truth).intersection(*(set(run.scores) for run in scored)))
    wanted = np.array([truth[clip_id] for clip_id in ids], dtype=np.int64)
    if len(set(wanted.tolist())) < 2:
        hint = "" if manifest else "; pass clips that no run was trained on: --manifest M.jsonl"
        raise UserError(
            f"{labels}: the runs have {len(ids)} labelled clips in common, {int(wanted.sum())} of them 1; "
            f"a comparison needs both labels{hint}"
        )
    scenes = [scored[0].scenes[clip_id] for clip_id in ids]
    models = [_model([scored[index] for index in group], ids, wanted) for group in _groups(runs)]
    return {
        "clips": len(ids),
        "positives": int(wanted.sum()),
        "scenes": len(set(scenes)),
        "trained_on": len(set(ids).intersection(itertools.chain(*(run.trained_on for run in scored)))),
        "models": [model for model, _, _ in models],
        "differences": [
            {"first": models[0][0]["name"], "second": other[0]["name"]}
            | _differences(models[0][1:], other[1:], wanted, scenes)
            for other in models[1:]
        ],
    }


def _score(opened: LoadedRun, part: str | None, truth: Mapping[str, int], scorer: str | None) -> _Scored:
    require_clip_ranking(opened)
    clips = [clip for clip in read_clips(opened.parts.source) if chosen(clip, part).any()]
    scores: dict[str, float] = {}
    cosines: dict[str, float] = {}
    with Store(opened.parts.store) as store:
        panel = RunPanel(opened, store, scorer)
        refuse_fitted({clip.clip_id: panel.fitted_on(clip) for clip in clips if clip.clip_id in truth})
        panel.prepare(lambda: (panel.embeddings(item) for item in embedded(opened.parts, clips, "read")))
        for item in embedded(opened.parts, clips, f"score {opened.folder.name}"):
            picked = chosen(item.clip, part)
            embeddings = panel.embeddings(item)
            scores[item.clip.clip_id] = float(panel.score([embeddings])[0][panel.names[0]][picked].mean())
            similarity = cosine(embeddings.predicted, embeddings.clean)
            cosines[item.clip.clip_id] = float(similarity[picked].mean())
        trained_on = [clip.clip_id for clip in clips if part is None and panel.trained_on(clip)]
    scenes = {clip.clip_id: scene_of(clip.scene, clip.clip_id) for clip in clips}
    return _Scored(opened.folder.name, panel.names[0], scores, cosines, scenes, frozenset(trained_on))


def _groups(runs: Sequence[LoadedRun]) -> list[list[int]]:
    """Return the indices of runs whose settings differ in the seed only, ordered by the first of each."""
    groups: dict[str, list[int]] = {}
    for index, run in enumerate(runs):
        settings = {key: value for key, value in settings_of(run.folder).items() if key != "seed"}
        groups.setdefault(repr(sorted(settings.items(), key=str)), []).append(index)
    return list(groups.values())


def _model(
    runs: Sequence[_Scored], ids: Sequence[str], truth: NDArray[np.int64]
) -> tuple[dict[str, Any], Floats, Floats]:
    """Return (the model's entry, its clips' scores and cosines (n,), averaged over seeds)."""
    scores = np.array([[run.scores[clip_id] for clip_id in ids] for run in runs])
    cosines = np.array([[run.cosines[clip_id] for clip_id in ids] for run in runs])
    values: dict[str, list[float]] = {name: [] for name in MEASURES}
    for row, similarity in zip(scores, cosines, strict=True):
        measured = metrics(row, truth)
        values["average_precision"].append(measured["average_precision"])
        values["auroc"].append(measured["auroc"])
        values["mean_cosine_similarity"].append(float(similarity.mean()))
    entry = {"name": runs[0].run, "runs": [run.run for run in runs], "scorer": runs[0].scorer}
    spreads = {
        name: {
            "mean": float(np.mean(of_seeds)),
            "spread": float(np.std(of_seeds, ddof=1)) if len(of_seeds) > 1 else None,
            "values": of_seeds,
        }
        for name, of_seeds in values.items()
    }
    return entry | spreads, scores.mean(axis=0), cosines.mean(axis=0)


def _differences(
    first: tuple[Floats, Floats],
    second: tuple[Floats, Floats],
    truth: NDArray[np.int64],
    scenes: Sequence[str],
) -> dict[str, Any]:
    found: dict[str, Difference] = paired_differences(first[0], second[0], truth, scenes)
    found["mean_cosine_similarity"] = mean_difference(first[1], second[1], scenes)
    return {name: asdict(difference) for name, difference in found.items()}


def describe(result: Mapping[str, Any]) -> str:
    """Format the result of `compare_on_labels`: models, spread over seeds, and what is beyond luck."""
    rows: list[list[Any]] = [["model", "scorer", "seeds", *MEASURES.values()]]
    for model in result["models"]:
        rows.append(
            [model["name"], model["scorer"], len(model["runs"])] + [_spread(model[key]) for key in MEASURES]
        )
    lines = [
        f"{result['clips']} clips, {result['positives']} positive, {result['scenes']} scenes, all in common",
        "",
        table(rows),
    ]
    if result["trained_on"]:
        lines += [
            "",
            f"warning: {result['trained_on']} of these clips are training clips of one of the runs; compare "
            "on clips that are new to all",
        ]
    for pair in result["differences"]:
        lines += [
            "",
            f"{pair['first']} - {pair['second']}, paired on these clips, 95 % interval over scenes:",
        ]
        lines += [f"  {label}: {_verdict(pair[key])}" for key, label in MEASURES.items()]
    if not result["differences"]:
        lines += ["", "These runs differ in their seed only: sd is the spread over seeds."]
    return "\n".join(lines)


def _spread(values: Mapping[str, Any]) -> str:
    return cell(values["mean"]) + (f" (sd {cell(values['spread'])})" if values["spread"] is not None else "")


def _verdict(found: Mapping[str, Any]) -> str:
    difference = f"{found['difference']:+.3f}"
    if found["p"] is None:
        return f"{difference}; too few scenes for an interval"
    beyond = "beyond luck" if found["p"] <= 0.05 else "not distinguishable from luck"
    return f"{difference} [{found['low']:+.3f}, {found['high']:+.3f}], p = {found['p']:.3f}: {beyond}"
