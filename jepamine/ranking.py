"""How well scores rank labelled clips."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from jepamine.errors import UserError, did_you_mean
from jepamine.files import read_jsonl


def read_labels(path: Path) -> dict[str, int]:
    """clip_id -> 0 or 1; clips labelled null are left out.

    Raises UserError, with file and line, for a line without clip_id or binary_label, another value, and a
    clip that is labelled twice and differently.
    """
    labels: dict[str, int] = {}
    for number, line in read_jsonl(path):
        place = f"{path}:{number}"
        if "clip_id" not in line or "binary_label" not in line:
            missing = "clip_id" if "clip_id" not in line else "binary_label"
            raise UserError(f"{place}: no key '{missing}'{did_you_mean(missing, line)}")
        clip_id, label = str(line["clip_id"]), line["binary_label"]
        if label is None:
            continue
        if label not in (0, 1):
            raise UserError(f"{place}: binary_label is {label!r}; it is 0, 1 or null")
        if labels.setdefault(clip_id, int(label)) != int(label):
            raise UserError(f"{place}: clip '{clip_id}' is labelled both 0 and 1")
    return labels


def read_scores(path: Path) -> dict[str, dict[str, float]]:
    """scorer -> clip_id -> score, of a file that `score` wrote or any JSONL with clip_id and score.

    Clips that could not be scored (null) are left out. Raises UserError with file and line.
    """
    table: dict[str, dict[str, float]] = {}
    for number, line in read_jsonl(path):
        place = f"{path}:{number}"
        if line.get("score") is None and "error" in line:
            continue
        scores = line.get("scores") or {"score": line.get("score")}
        if not isinstance(scores, dict):
            raise UserError(f"{place}: 'scores' is no object: {scores!r}")
        for name, value in scores.items():
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not np.isfinite(value):
                raise UserError(f"{place}: '{name}' is no finite number: {value!r}")
            if "clip_id" not in line:
                raise UserError(f"{place}: no key 'clip_id'")
            table.setdefault(name, {})[str(line["clip_id"])] = float(value)
    return table


def rank(scores: dict[str, dict[str, float]], labels: dict[str, int]) -> dict[str, dict[str, Any]]:
    """For each scorer (scorer -> clip_id -> score) average precision and AUROC over the labelled clips.

    Raises UserError where the labelled clips that were scored do not hold both labels.
    """
    from sklearn.metrics import average_precision_score, roc_auc_score

    result: dict[str, dict[str, Any]] = {}
    for name, by_clip in scores.items():
        ids = sorted(set(by_clip) & set(labels))
        truth = np.array([labels[clip_id] for clip_id in ids])
        if len(set(truth.tolist())) < 2:
            raise UserError(
                f"of {len(by_clip)} scored clips {len(ids)} are labelled, {int(truth.sum())} of them 1: "
                "ranking statistics need both labels among the scored clips; do the clip_ids agree?"
            )
        values = np.array([by_clip[clip_id] for clip_id in ids])
        result[name] = {
            "average_precision": float(average_precision_score(truth, values)),
            "auroc": float(roc_auc_score(truth, values)),
            "clips": len(ids),
            "positives": int(truth.sum()),
        }
    return result
