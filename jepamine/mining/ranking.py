"""Match scores with labels: which clips can be ranked, and where each comes from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from jepamine.errors import UserError, did_you_mean
from jepamine.statistics.report import ranking_report
from jepamine.utils.files import read_jsonl

# Where a clip comes from, as far as manifests record it. A ranking that separates these proves nothing.
SOURCE_KEYS = ("dataset", "source", "log", "camera", "time_of_day", "weather")
# From this many clips per scene on, whether the scene alone predicts the label is worth asking.
CLIPS_A_SCENE = 5


@dataclass(frozen=True)
class Origin:
    """A clip's scene and its known sources, such as {"camera": "CAM_FRONT"}."""

    scene: str | None
    sources: dict[str, str]


def origin(*lines: Mapping[str, Any]) -> Origin:
    """Return the origin of a clip by its lines (manifest, score file, label file); the first one counts."""
    sources: dict[str, str] = {}
    scene = None
    for line in lines:
        values = line.get("scene") if line.get("scene") is not None else line.get("scene_id")
        scene = values if scene is None else scene
        for table in (line, line.get("sources"), line.get("metadata")):
            if isinstance(table, Mapping):
                for key in SOURCE_KEYS:
                    if isinstance(table.get(key), (str, int)):
                        sources.setdefault(key, str(table[key]))
    return Origin(None if scene is None else str(scene), sources)


def scene_of(scene: str | None, clip_id: str) -> str:
    """Return the scene of a clip; a clip without one is a scene of its own."""
    return scene or f"clip {clip_id}"


def read_labels(path: Path) -> tuple[dict[str, int], dict[str, dict[str, Any]]]:
    """Return (clip_id -> 0 or 1, clip_id -> its line); clips labelled null are left out.

    Raises UserError, with file and line, for a line without clip_id or binary_label, another value, and a
    clip with two different labels.
    """
    labels: dict[str, int] = {}
    lines: dict[str, dict[str, Any]] = {}
    for number, line in read_jsonl(path):
        place = f"{path}:{number}"
        if "clip_id" not in line or "binary_label" not in line:
            missing = "clip_id" if "clip_id" not in line else "binary_label"
            raise UserError(f"{place}: no key '{missing}'{did_you_mean(missing, line)}")
        clip_id, label = str(line["clip_id"]), line["binary_label"]
        if label is None:
            continue
        if label not in (0, 1):
            raise UserError(f"{place}: binary_label is {label!r}; expected 0, 1 or null")
        if labels.setdefault(clip_id, int(label)) != int(label):
            raise UserError(f"{place}: clip '{clip_id}' is labelled both 0 and 1")
        lines[clip_id] = line
    return labels, lines


def read_scores(path: Path) -> tuple[dict[str, dict[str, float]], dict[str, dict[str, Any]]]:
    """Return (scorer -> clip_id -> score, clip_id -> its line) of a score file, or any with clip_id and
    score.

    Clips without a score (null) are left out. Raises UserError with file and line.
    """
    table: dict[str, dict[str, float]] = {}
    lines: dict[str, dict[str, Any]] = {}
    for number, line in read_jsonl(path):
        place = f"{path}:{number}"
        if line.get("score") is None and "error" in line:
            continue
        scores = line.get("scores") or {"score": line.get("score")}
        if not isinstance(scores, dict):
            raise UserError(f"{place}: 'scores' is not an object: {scores!r}")
        if "clip_id" not in line:
            raise UserError(f"{place}: no key 'clip_id'")
        clip_id = str(line["clip_id"])
        lines[clip_id] = line
        for name, value in scores.items():
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not np.isfinite(value):
                raise UserError(f"{place}: '{name}' is not a finite number: {value!r}")
            table.setdefault(name, {})[clip_id] = float(value)
    return table, lines


def rank(
    scores: Mapping[str, Mapping[str, float]], labels: Mapping[str, int], origins: Mapping[str, Origin]
) -> dict[str, Any]:
    """Return the ranking statistics of every scorer (scorer -> clip_id -> score) over the labelled clips.

    {"ranking": {scorer: {...}}, "chance", "audit", "warnings"} as `ranking_report` describes them, and
    "labelled": {"clips", "positives", "scenes"}. Raises UserError unless the clips that are both scored and
    labelled hold both labels.
    """
    # Sorted, so that the order of files does not affect the resamples.
    ids = sorted(set(labels).intersection(*scores.values())) if scores else []
    truth = np.array([labels[clip_id] for clip_id in ids], dtype=np.int64)
    if len(set(truth.tolist())) < 2:
        scored = len(set().union(*scores.values()))
        hint = "" if ids else "; do the clip_ids agree?"
        raise UserError(
            f"of {scored} scored clips {len(ids)} are labelled, {int(truth.sum())} of them 1: "
            f"ranking statistics need clips of both labels, 0 and 1{hint}"
        )
    scenes = [scene_of(origins[clip_id].scene, clip_id) for clip_id in ids]
    keys = list(dict.fromkeys(key for clip_id in ids for key in origins[clip_id].sources))
    sources = {key: [origins[clip_id].sources.get(key) for clip_id in ids] for key in keys}
    if "log" not in sources and len(ids) >= CLIPS_A_SCENE * len(set(scenes)):
        sources["scene"] = list(scenes)
    values = {name: np.array([column[clip_id] for clip_id in ids]) for name, column in scores.items()}
    report: dict[str, Any] = dict(ranking_report(values, truth, scenes, sources))
    labelled = {key: report.pop(key) for key in ("clips", "positives", "scenes")}
    return {"labelled": labelled} | report


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
    """Return the sources that alone predict the label, by the audit of a result of `rank`."""
    return [field for field, fields in result.get("audit", {}).items() if fields["flagged"]]


def rank_files(scores: Path, labels: Path) -> dict[str, Any]:
    """Rank a score file against a label file, without a run."""
    table, scored = read_scores(scores)
    truth, labelled = read_labels(labels)
    refuse_fitted(
        {clip_id: line.get("fitted_on", ()) for clip_id, line in scored.items() if clip_id in truth}
    )
    origins = {clip_id: origin(line, labelled.get(clip_id, {})) for clip_id, line in scored.items()}
    result = rank(table, truth, origins)
    trained = sum(line.get("trained_on") is True for clip_id, line in scored.items() if clip_id in truth)
    if trained:
        result["warnings"].insert(
            0,
            f"{trained} of the {result['labelled']['clips']} ranked clips are training clips: a scorer "
            "fitted to them finds the others new. Rank held-out clips only: "
            "jepamine eval --run NAME --labels FILE.",
        )
    return result
