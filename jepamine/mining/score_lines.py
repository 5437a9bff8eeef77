"""The lines of a score file: what each holds of its clip and of the run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jepamine.data.clips import Clip, as_written
from jepamine.data.embeddings import Embedded, Unreadable
from jepamine.mining.heat_maps import HeatWriter
from jepamine.mining.labels import origin
from jepamine.mining.panel import RunPanel
from jepamine.protocols import TubeletScorer


def score_lines(
    batch: list[Embedded | Unreadable], panel: RunPanel, heat: HeatWriter | None
) -> Iterator[dict[str, Any]]:
    """Yield the line of each clip of a batch, in order; its heat map is written by `heat`."""
    clips = [panel.embeddings(item) for item in batch if isinstance(item, Embedded)]
    # Distances of tubelets to a large bank take a while: all scorers' only where they are wanted.
    by_tubelet = panel.tubelets(panel.names if heat else [panel.headline], clips)
    scores = zip(clips, panel.score(clips), by_tubelet, panel.findings(clips), strict=True)
    source = panel.opened.parts.source
    # The clip's place, so that readers of the scores find its frames, also in merged shards.
    where = {"manifest": str(source.manifest.absolute())}
    where |= {"root": str(source.root.absolute())} if source.root else {}
    of_run = {"checkpoint": panel.opened.checkpoint, "changed_files": list(panel.opened.changed)}
    of_run = {key: value for key, value in of_run.items() if value}
    for item in batch:
        facts: dict[str, Any] = {"clip_id": None, "scene": None, "camera": None, "first_frame": None}
        if item.clip is not None:
            facts = _facts_of(item.clip, panel)
        if isinstance(item, Unreadable):
            nothing: dict[str, Any] = {"score": None, "scores": {}, "tubelet_scores": []}
            yield facts | nothing | where | of_run | {"error": str(item.error)}
            continue
        embeddings, tubelets, real, named = next(scores)
        means = {name: float(values.mean()) for name, values in tubelets.items()}
        fitted = panel.fitted_on(item.clip)
        where_fitted = {"fitted_on": fitted} if fitted else {}
        line_keys: dict[str, Any] = {
            "score": means[panel.headline],
            "scores": means,
            "tubelet_scores": tubelets[panel.headline].tolist(),
        }
        # What `tubelet_scores` cannot hold: its mean is the clip's score.
        if heat or (real and isinstance(panel.scorer(panel.headline), TubeletScorer)):
            rounded = {name: [float(f"{value:.6g}") for value in row] for name, row in real.items()}
            line_keys["tubelets"] = rounded
        where_heat = {"heatmap": heat.add(embeddings)} if heat else {}
        line_keys |= {"findings": named} if named else {}
        yield facts | line_keys | where | where_fitted | where_heat | of_run


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
