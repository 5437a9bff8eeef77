"""One round of labelling: fit a probe to labels, and choose the clips to label next."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jepamine.data.clips import read_clips
from jepamine.errors import UserError
from jepamine.mining.fit_probe import FEWEST_FITTED, Place, held_out_scenes, learn, propose
from jepamine.mining.labels import read_labels, scene_of
from jepamine.mining.score_files import Scored, find_clips, newest_scores, read_scored
from jepamine.protocols import Source
from jepamine.runs.loading import LoadedRun, require_clip_ranking, run_source
from jepamine.utils.progress import notify


@dataclass(frozen=True)
class Round:
    """`result` is the probe's quality, from `learn`; `next` the clips to label next."""

    result: dict[str, Any]
    next: list[Scored]


def label_round(
    opened: LoadedRun,
    labels: Path,
    *,
    scores: Path | None,
    manifest: Path | None,
    count: int,
    drop_held_out: bool,
    base_rate: float | None = None,
) -> Round:
    """Fit the probe to the labels and choose `count` clips to label next.

    A labelled clip is looked up in the manifest that its line names, else where the score file has it, else
    in `manifest`, else in the run's own. The next clips come from the score file, else from that manifest,
    and never from scenes that the run is evaluated on. Raises UserError for labels of such scenes, unless
    they are dropped, and for labelled clips that are not found. `base_rate` is the share of positives in the
    footage, that of the labels if None.
    """
    require_clip_ranking(opened)
    own = run_source(opened.folder, opened.record)
    if manifest is not None:
        own = dataclasses.replace(own, manifest=manifest.absolute(), root=None)
    candidates = _candidates(opened, own, scores, manifest)
    truth, lines = read_labels(labels)
    held_out = held_out_scenes(opened)
    places = _places(labels, lines, candidates, own)
    leaking = {
        clip_id: scene
        for clip_id, (clip, _) in places.items()
        if (scene := scene_of(clip.scene, clip_id)) in held_out
    }
    if leaking and not drop_held_out:
        raise UserError(
            f"{labels}: {len(leaking)} of {len(truth)} labels are of scenes that run '{opened.folder.name}' "
            f"is evaluated on ({', '.join(sorted(set(leaking.values()))[:3])}): the probe would be fitted to "
            "what measures it; ignore them with --drop-held-out"
        )
    if leaking:
        notify(f"{len(leaking)} of {len(truth)} labels are of held-out scenes and ignored")
    used = {clip_id: label for clip_id, label in truth.items() if clip_id not in leaking}
    result = learn(opened, used, places, lines, base_rate)
    remaining = [
        item
        for item in candidates
        if item.clip.clip_id not in truth and scene_of(item.clip.scene, item.clip.clip_id) not in held_out
    ]
    return Round(result, propose(opened, remaining, count, len(used) < FEWEST_FITTED) if count else [])


def _candidates(opened: LoadedRun, own: Source, scores: Path | None, manifest: Path | None) -> list[Scored]:
    if scores is None and manifest is None and any(opened.folder.scores.glob("*.jsonl")):
        scores = newest_scores(opened.folder)
    if scores is not None:
        return read_scored(scores, own, manifest.absolute() if manifest else None)
    return [Scored({"clip_id": clip.clip_id, "score": 0.0}, clip, own) for clip in read_clips(own)]


def _places(
    path: Path, lines: dict[str, dict[str, Any]], candidates: list[Scored], own: Source
) -> dict[str, Place]:
    places: dict[str, Place] = {item.clip.clip_id: (item.clip, item.source) for item in candidates}
    sources = [line for clip_id, line in lines.items() if clip_id not in places or line.get("manifest")]
    places |= find_clips(sources, own)
    missing = [clip_id for clip_id in lines if clip_id not in places]
    if missing:
        raise UserError(
            f"{path}: clip '{missing[0]}' ({len(missing)} in all) is not in {own.manifest}; "
            "pass the score file or the manifest it comes from: --scores, --manifest"
        )
    return {clip_id: places[clip_id] for clip_id in lines}
