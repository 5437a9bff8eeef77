"""Gather a run and a score file into what the review page shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from jepamine.config.recipe import Recipe
from jepamine.data.frames import ahead
from jepamine.data.manifest_lines import cameras_of
from jepamine.errors import UserError
from jepamine.mining import selection
from jepamine.mining.heat_maps import HeatMap
from jepamine.mining.review_page.comparisons import Near, Percentiles, nearest, tubelet_values
from jepamine.mining.review_page.filmstrips import Picture, Pictures, Span, seconds, views
from jepamine.mining.review_page.heat import read_maps, shown
from jepamine.mining.review_page.page import Cell, Neighbour, Page, ReviewClip
from jepamine.mining.score_files import Scored, read_scored
from jepamine.places import File
from jepamine.runs.loading import LoadedRun
from jepamine.runs.run_record import RunRecord
from jepamine.utils.files import sha256_file
from jepamine.utils.json_files import read_jsonl
from jepamine.utils.printing import cell
from jepamine.utils.progress import notify, progress

# (table, key) of a recipe that are shown, if the plugin has them.
SHOWN = (
    ("masking", "ratio"),
    ("trainer", "epochs"),
    ("trainer", "batch_size"),
    ("trainer", "lr"),
)
METRICS = {
    "best_epoch": "best epoch",
    "val_loss": "held-out loss",
    "mean_cosine_similarity": "cos(predicted, clean)",
    "masked_cosine_similarity": "cos(masked, clean)",
}


def settings(record: RunRecord, recipe: Recipe) -> tuple[tuple[str, str], ...]:
    """Return (name, value) of what distinguishes a run, and of its results."""
    data, metrics = record["data"], record["metrics"]
    facts: dict[str, Any] = {
        "status": record["status"],
        "trained": str(record.get("created") or "-")[:16].replace("T", " "),
        "clips": data.get("clips"),
        "tubelets": data.get("tubelets"),
        **{kind: plugin.name for kind, plugin in recipe.plugins.items()},
        **{
            key.replace("_", " ") if table == "trainer" else f"{table} {key}": recipe.tables[table][key]
            for table, key in SHOWN
            if key in recipe.tables[table]
        },
        "seed": recipe.seed,
        **{name: metrics[key] for key, name in METRICS.items() if key in metrics},
    }
    return tuple((name, cell(value)) for name, value in facts.items())


NEIGHBOURS = 3


@dataclass(frozen=True)
class _Entry:
    """A clip of the page before its pictures are made, or why there are none."""

    scored: Scored
    stands_for: tuple[str, ...] = ()
    near: Sequence[Near] = ()
    heat: HeatMap | None = None
    error: UserError | None = None


@dataclass(frozen=True)
class _Pictures:
    spans: Sequence[Span]
    frames: Sequence[Picture]
    thumbnails: Sequence[Picture | None]
    error: UserError | None = None


def gather(opened: LoadedRun, scores: Path, top: int, manifest: File | None = None) -> Page:
    """Return the page of the `top` best clips of `scores` that are unlike each other.

    Clips are looked up as in `read_scored`. Those among the best `top` that can no longer be read come
    last, with the reason. Raises UserError for a file that is not a score file, and if no clip can be read.
    """
    standing = Percentiles(opened.recipe.scoring["scorer"])
    kept = selection.pool_of(top)
    scored = read_scored(scores, opened.parts.source, manifest, kept, standing.add)
    pictures = Pictures()
    entries = _entries(opened, scored, scores, top)

    def load(entry: _Entry) -> _Pictures:
        thumbnails = [
            pictures.thumbnail(neighbour.clip) if neighbour.clip else None for neighbour in entry.near
        ]
        try:
            if entry.error:
                raise entry.error
            return _Pictures(*pictures.strip(entry.scored.clip), thumbnails)
        except UserError as error:
            return _Pictures((), (), thumbnails, error)

    clips = []
    with progress("pictures", len(entries), "clips") as bar:
        for entry, made in ahead(entries, load):
            assert isinstance(made, _Pictures)
            clips.append(_review_clip(entry, made, standing))
            bar.step()
    folder = opened.folder
    return Page(
        run=folder.name,
        scores_name=scores.name,
        scores_sha256=sha256_file(scores),
        settings=settings(opened.record, opened.recipe),
        recipe=folder.recipe.read_text("utf-8"),
        epochs=tuple(line for _, line in read_jsonl(folder.metrics)) if folder.metrics.exists() else (),
        scorer=standing.scorer,
        scores=standing.scores,
        clips=tuple(clips),
    )


def _entries(opened: LoadedRun, scored: list[Scored], scores: Path, top: int) -> list[_Entry]:
    chosen = selection.choose(opened, scored, top)
    choices = chosen.choices
    if chosen.unreadable:
        count, (_, first) = len(chosen.unreadable), chosen.unreadable[0]
        notify(f"warning: {count} clips can no longer be read, the first: {first}")
    best = set(map(id, scored[:top]))
    vectors = np.array([choice.vector for choice in choices], dtype=np.float32)
    near = nearest(opened, [choice.scored.clip for choice in choices], vectors, NEIGHBOURS)
    heat = read_maps([choice.scored for choice in choices], scores)
    return [
        _Entry(choice.scored, tuple(other.clip.clip_id for other in choice.stands_for), rest, heat_map)
        for choice, rest, heat_map in zip(choices, near, heat, strict=True)
    ] + [_Entry(item, error=error) for item, error in chosen.unreadable if id(item) in best]


def _review_clip(entry: _Entry, pictures: _Pictures, standing: Percentiles) -> ReviewClip:
    clip, line = entry.scored.clip, entry.scored.line
    durations, timed = seconds(clip)
    tubelet_scorer, scores = tubelet_values(line, standing.scorer, clip.tubelets)
    frames = iter(pictures.frames)
    starts = [number for span in pictures.spans for number in span.frames]
    ends = [*starts[1:], len(durations)][: len(starts)]
    root = entry.scored.source.root
    cameras, tubelets = views(clip), clip.tubelets // views(clip)
    of_view = range(0, len(scores), tubelets)
    return ReviewClip(
        clip_id=clip.clip_id,
        scene=clip.scene,
        camera=clip.camera or ", ".join(cameras_of(clip.line, clip.place)) or None,
        place=standing.place(entry.scored),
        score=entry.scored.score,
        frames=len(clip.frames) // cameras,
        cells=tuple(
            Cell(
                span.first + 1,
                span.last + 1,
                tuple(next(frames) for _ in span.frames),
                # Of several cameras one after the other.
                tuple(
                    float(score)
                    for start in of_view
                    for score in scores[start + span.first : start + span.last + 1]
                ),
            )
            for span in pictures.spans
        ),
        seconds=tuple(sum(durations[start:end]) for start, end in zip(starts, ends, strict=True)),
        timed=timed,
        tubelet_scorer=tubelet_scorer,
        heat=shown(entry.heat, len(clip.frames) // clip.tubelets, starts)
        if entry.heat and cameras == 1
        else None,
        values=standing.values(entry.scored),
        neighbours=tuple(
            Neighbour(neighbour.clip_id, neighbour.distance, picture)
            for neighbour, picture in zip(entry.near, pictures.thumbnails, strict=True)
        ),
        stands_for=entry.stands_for,
        manifest=str(entry.scored.source.manifest.absolute()),
        root=str(root.absolute()) if root else None,
        error=str(pictures.error) if pictures.error else None,
    )
