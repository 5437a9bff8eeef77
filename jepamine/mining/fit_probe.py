"""The probe: a logistic head fitted to labelled clips, its quality on unseen scenes, and what to label next.

Legend of shapes: N labelled clips, F features of a clip.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import expit, logit

from jepamine.data.clips import Clip, read_clips
from jepamine.errors import UserError
from jepamine.mining import DIVERSITY
from jepamine.mining.bank import BANK, load_bank
from jepamine.mining.calibration import Calibration, cross_fitted, fit_of, platt
from jepamine.mining.clip_embeddings import embedded
from jepamine.mining.distances import unit
from jepamine.mining.labels import Origin, origin, scene_of
from jepamine.mining.overlap import extent_of
from jepamine.mining.ranking import rank
from jepamine.mining.scene_context import Member, SceneContext, read_together
from jepamine.mining.score_files import Scored
from jepamine.mining.scorers.probe import FILE, Probe, features
from jepamine.mining.selection import POOL, spread
from jepamine.protocols import Source
from jepamine.runs.loading import LoadedRun, require_clip_ranking, run_source
from jepamine.utils.tensors import save_tensors

FOLDS = 5
# With fewer labels the head is a query by example: a fitted one follows the accidents of a few clips.
FEWEST_FITTED = 10
# Of features of mean length 1: C = 0.01 to 100 were tried on drawn clips, 1 to 100 differ little.
REGULARISATION = 1.0

Place = tuple[Clip, Source]


@dataclass(frozen=True)
class Head:
    """A linear head: `weight` float64 (F,) and `bias`; positive means label 1 is more likely."""

    weight: NDArray[np.float64]
    bias: float

    def decide(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the log odds of `rows` (N, F), float64 (N,)."""
        decided: NDArray[np.float64] = rows @ self.weight + self.bias
        return decided


def fit(rows: NDArray[np.float64], labels: NDArray[np.int64], by_example: bool = False) -> Head:
    """Fit a logistic regression with balanced classes to `rows` (N, F); both labels must occur.

    `by_example`: the mean direction of those labelled 1 instead.
    """
    from sklearn.linear_model import LogisticRegression

    length = float(np.linalg.norm(rows, axis=1).mean()) or 1.0
    if by_example:
        examples = rows[labels == 1]
        lengths = np.linalg.norm(examples, axis=1, keepdims=True)
        return Head((examples / np.where(lengths == 0, 1, lengths)).mean(axis=0) / length, 0.0)
    model = LogisticRegression(C=REGULARISATION, class_weight="balanced", max_iter=5000)
    model.fit(rows / length, labels)
    return Head(model.coef_[0] / length, float(model.intercept_[0]))


def out_of_fold(
    rows: NDArray[np.float64], labels: NDArray[np.int64], scenes: list[str], by_example: bool = False
) -> tuple[NDArray[np.float64], NDArray[np.int64]] | None:
    """Return (log odds by a head that saw no clip of the clip's scene, the clip's fold), both (N,).

    None if no division into folds leaves both labels to fit to.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    positive_scenes = {scene for scene, label in zip(scenes, labels, strict=True) if label}
    most = min(FOLDS, len(positive_scenes), int(np.bincount(labels, minlength=2).min()))
    for folds in range(most, 1, -1):
        parts = list(StratifiedGroupKFold(folds, shuffle=True, random_state=0).split(rows, labels, scenes))
        if all(len(set(labels[train].tolist())) == 2 for train, _ in parts):
            log_odds, fold = np.empty(len(labels)), np.empty(len(labels), dtype=np.int64)
            for number, (train, test) in enumerate(parts):
                log_odds[test] = fit(rows[train], labels[train], by_example).decide(rows[test])
                fold[test] = number
            return log_odds, fold
    return None


def feature_scale(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return what the head's features are divided by before it is fitted, float64 (2 D,).

    Standard deviations of the bank's unit `vectors` (M, D), at least a tenth of their mean: a dimension that
    hardly varies in training must not outweigh the others.
    """
    deviations = vectors.std(axis=0, dtype=np.float64)
    floored = np.maximum(deviations, 0.1 * deviations.mean() or 1.0)
    return np.tile(floored, 2)


def with_or_without_deviation(
    rows: NDArray[np.float64], labels: NDArray[np.int64], scenes: list[str], by_example: bool = False
) -> tuple[NDArray[np.float64], tuple[NDArray[np.float64], NDArray[np.int64]] | None]:
    """Return (features (N, F) to fit to, their `out_of_fold`).

    The features' second half, the deviation from the clip's scene, is 0 unless it ranks clips of scenes that
    were left out better (AUROC over all folds).
    """
    from sklearn.metrics import roc_auc_score

    plain = rows.copy()
    plain[:, rows.shape[1] // 2 :] = 0
    without, with_deviation = (out_of_fold(part, labels, scenes, by_example) for part in (plain, rows))
    if without is None or with_deviation is None:
        return plain, without
    better = roc_auc_score(labels, with_deviation[0]) > roc_auc_score(labels, without[0])
    return (rows, with_deviation) if better else (plain, without)


def learn(
    opened: LoadedRun,
    labels: Mapping[str, int],
    labelled: Mapping[str, Place],
    lines: Mapping[str, Mapping[str, Any]],
    base_rate: float | None = None,
) -> dict[str, Any]:
    """Fit and calibrate the head on `labels` (clip_id -> 0 or 1) of `labelled`, and save it in the run.

    `lines` are the label file's. Probabilities are those at `base_rate`, the share of positives in the
    footage; without one at the labels' own. Returns {"labelled": {...}, "probabilities": {"base_rate",
    "calibrated", and a `Fit` on scenes the probe was not fitted to, at the labels' base rate}, and what
    `rank` returns for the scorer "probe" on such scenes}; no `Fit` and no "ranking" if no scene can be left
    out. Raises UserError unless both labels occur; of fewer than `FEWEST_FITTED` labels 1 is enough.
    """
    require_clip_ranking(opened)
    ids = sorted(labels)
    truth = np.array([labels[clip_id] for clip_id in ids], dtype=np.int64)
    if not truth.any() or (truth.all() and len(truth) >= FEWEST_FITTED):
        raise UserError(
            f"of {len(ids)} labels {int(truth.sum())} are 1: a probe needs both 0 and 1 among them"
        )
    clips = [labelled[clip_id] for clip_id in ids]
    scale = feature_scale(load_bank(opened.folder.path / BANK).unit)
    rows = feature_rows(opened, clips) / scale
    scenes = [scene_of(clip.scene, clip.clip_id) for clip, _ in clips]
    by_example = len(truth) < FEWEST_FITTED
    rows, held_out = with_or_without_deviation(rows, truth, scenes, by_example)
    standard = fit(rows, truth, by_example)
    head = Head(standard.weight / scale, standard.bias)
    share = float(truth.mean())
    # Examples alone say nothing about how many clips are like them.
    wanted = base_rate if base_rate is not None else share if share < 1 else 0.5
    result: dict[str, Any] = {
        "labelled": {"clips": len(ids), "positives": int(truth.sum()), "scenes": len(set(scenes))}
    }
    calibration, fitted = Calibration(1.0, 0.0).at_base_rate(0.5, wanted), None
    if held_out is not None:
        scores, folds = held_out
        calibration = platt(scores, truth).at_base_rate(share, wanted)
        fitted = fit_of(cross_fitted(scores, truth, folds), truth)
        origins: dict[str, Origin] = {
            clip.clip_id: origin(clip.line, lines.get(clip.clip_id, {})) for clip, _ in clips
        }
        result = rank({"probe": dict(zip(ids, scores.tolist(), strict=True))}, labels, origins)
    head = Head(calibration.slope * head.weight, calibration.slope * head.bias + calibration.intercept)
    save_tensors(
        opened.folder.path / FILE,
        {"weight": torch.from_numpy(head.weight), "bias": torch.tensor(head.bias, dtype=torch.float64)},
        {"labelled": result["labelled"], "scenes": sorted(set(scenes)), "base_rate": wanted},
    )
    return result | {
        "probabilities": {"base_rate": wanted, "calibrated": fitted is not None} | dict(fitted or {})
    }


def feature_rows(opened: LoadedRun, clips: list[Place]) -> NDArray[np.float64]:
    """Return the features of `clips`, float64 (N, F); their scenes' other clips are read too."""
    context = SceneContext(load_bank(opened.folder.path / BANK))
    scenes = {clip.scene for clip, _ in clips}
    around: dict[str, Clip] = {clip.clip_id: clip for clip, _ in clips}
    for source in dict.fromkeys(source for _, source in clips):
        around |= {clip.clip_id: clip for clip in read_clips(source) if clip.scene in scenes}
    members = {
        item.clip.clip_id: Member(
            item.clip.scene, item.clean, item.content, extent_of(item.clip, item.digests)
        )
        for item in embedded(opened.parts, list(around.values()), "look at")
    }
    read_together([context], members.values())
    return np.stack([features(context, members[clip.clip_id]) for clip, _ in clips])


def held_out_scenes(opened: LoadedRun) -> set[str]:
    """Return the scenes that the run is evaluated on: those of its val and test clips."""
    own = run_source(opened.folder, opened.record)
    clips = [clip for clip in read_clips(own) if clip.line.get("split") in ("val", "test")]
    return {scene_of(clip.scene, clip.clip_id) for clip in clips}


def propose(opened: LoadedRun, candidates: list[Scored], count: int, by_example: bool) -> list[Scored]:
    """Choose the `count` clips to label next, unlike each other.

    Those the probe is least sure of; `by_example`, those most like the clips that are labelled 1.
    """
    best = candidates[:POOL]
    if not best:
        return []
    rows = feature_rows(opened, [(item.clip, item.source) for item in best])
    probe = Probe(SceneContext(load_bank(opened.folder.path / BANK)), opened.folder.path)
    log_odds = Head(probe.weight, probe.bias).decide(rows) - logit(probe.base_rate)
    # |2 p - 1| at a base rate of one half: at that of rare events hardly any clip would be a doubtful one.
    wanted = expit(log_odds) if by_example else 1 - np.abs(np.tanh(log_odds / 2))
    order = spread(unit(rows.astype(np.float32)), wanted, count, DIVERSITY)
    return [best[place] for place in order]
