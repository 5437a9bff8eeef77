"""The lines of a score file: what each holds of its clip and of the run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jepamine.data.clips import Clip, as_written
from jepamine.data.embeddings import Embedded, Unreadable
from jepamine.mining.heat_maps import HeatWriter
from jepamine.mining.labels import origin
from jepamine.mining.rig_scores import camera_scores, embedded_views, together
from jepamine.mining.scorer_panel import RunPanel

# By scorer: novelty of each tubelet, that of scorers that look at single tubelets, findings.
_Scored = tuple[dict[str, NDArray[np.float64]], dict[str, NDArray[np.float64]], dict[str, str]]


def score_lines(
    batch: list[Embedded | Unreadable], panel: RunPanel, heat: HeatWriter | None
) -> Iterator[dict[str, Any]]:
    """Yield the line of each clip of a batch, in order; its heat map is written by `heat`."""
    parts = [
        embedded_views(item, panel.opened.parts.source) if isinstance(item, Embedded) else []
        for item in batch
    ]
    clips = [panel.embeddings(part) for own in parts for part in own]
    # Distances of tubelets to a large bank take a while: all scorers' only where they are wanted.
    by_tubelet = panel.tubelets(panel.names if heat else [panel.headline], clips)
    scores = zip(panel.score(clips), by_tubelet, panel.findings(clips), strict=True)
    source = panel.opened.parts.source
    # The clip's place, so that readers of the scores find its frames, also in merged shards.
    where = {"manifest": str(source.manifest.absolute())}
    where |= {"root": str(source.root.absolute())} if source.root else {}
    of_run = {"checkpoint": panel.opened.checkpoint, "changed_files": list(panel.opened.changed)}
    of_run = {key: value for key, value in of_run.items() if value}
    for item, own in zip(batch, parts, strict=True):
        facts: dict[str, Any] = {"clip_id": None, "scene": None, "camera": None, "first_frame": None}
        if item.clip is not None:
            facts = _facts_of(item.clip, panel)
        if isinstance(item, Unreadable):
            nothing: dict[str, Any] = {"score": None, "scores": {}, "tubelet_scores": []}
            yield facts | nothing | where | of_run | {"error": str(item.error)}
            continue
        results = [next(scores) for _ in own]
        fitted = panel.fitted_on(item.clip)
        where_fitted = {"fitted_on": fitted} if fitted else {}
        where_heat = {"heatmap": heat.add(panel.embeddings(item))} if heat else {}
        line_keys = _scores_of(own, results, panel, bool(heat))
        yield facts | line_keys | where | where_fitted | where_heat | of_run


def _scores_of(own: list[Embedded], results: list[_Scored], panel: RunPanel, heat: bool) -> dict[str, Any]:
    """Return the keys of a line that hold scores; of several cameras, `own`, also those of each."""
    headline = panel.headline
    means = [{name: float(values.mean()) for name, values in tubelets.items()} for tubelets, _, _ in results]
    scores = together(means, panel.opened.recipe.scoring["cameras"])
    keys: dict[str, Any] = {
        "score": scores[headline],
        "scores": scores,
        "tubelet_scores": np.concatenate([tubelets[headline] for tubelets, _, _ in results]).tolist(),
    }
    # What `tubelet_scores` cannot hold: its mean is the clip's score.
    if heat or (results[0][1] and panel.headline_by_tubelet):
        keys["tubelets"] = {
            name: [float(f"{value:.6g}") for _, real, _ in results for value in real[name]]
            for name in results[0][1]
        }
    findings = results[0][2]
    if len(own) > 1:
        keys["cameras"] = camera_scores(own, means, headline)
        findings = {}
        for part, (_, _, names) in zip(own, results, strict=True):
            for name, text in names.items():
                before = f"{findings[name]}; " if name in findings else ""
                findings[name] = f"{before}{part.clip.camera}: {text}"
    return keys | ({"findings": findings} if findings else {})


def _facts_of(clip: Clip, panel: RunPanel) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "clip_id": clip.clip_id,
        "scene": clip.scene,
        "camera": clip.camera,
        "first_frame": as_written(clip.line)[0],
    }
    # Carried along, so that an eval of the score file can ask whether they predict the label.
    sources = {key: value for key, value in origin(clip.line).sources.items() if key != "camera"}
    facts |= {"sources": sources} if sources else {}
    # The run was trained on it, which a ranking of the scores must know.
    return facts | ({"trained_on": True} if panel.trained_on(clip) else {})
