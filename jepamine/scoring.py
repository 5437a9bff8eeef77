"""Scores of a manifest's clips: streamed, written as they come, and taken up where a killed score stopped."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from jepamine.clips import read_clips, read_clips_or_errors
from jepamine.embeddings import Embedded, Unreadable, embed_clips
from jepamine.errors import UserError
from jepamine.files import parse_line, raw_lines, sha256_file
from jepamine.mining import predict
from jepamine.opened import Opened
from jepamine.progress import progress
from jepamine.protocols import ClipEmbeddings, Scorer
from jepamine.store import Store


@dataclass(frozen=True)
class Shard:
    """Part `number` (from 1) of `of`: every `of`-th line of a manifest."""

    number: int = 1
    of: int = 1

    def holds(self, index: int) -> bool:
        """Whether the manifest's line `index` (from 0, blank lines not counted) is in this shard."""
        return index % self.of == self.number - 1


def score_manifest(
    opened: Opened,
    output: Path,
    *,
    scorer: str | None,
    on_error: Literal["stop", "record"],
    resume: bool,
    shard: Shard,
) -> dict[str, int]:
    """Score the clips of `opened.parts.source` into the JSONL file `output`, in the manifest's order.

    Lines go to a temporary file beside `output`, which takes its name when whole. With `on_error` "stop" the
    first clip that cannot be read raises UserError, and what was scored is kept for `resume`; with "record"
    it gets a line with its error. Returns {"clips": lines written, "errors": those with an error}.
    """
    headline, scorers = opened.scorers(scorer)
    source = opened.parts.source
    read = read_clips if on_error == "stop" else read_clips_or_errors
    # Every line is checked before the first is encoded; none is kept, however long the manifest is.
    total = sum(shard.holds(index) for index, _ in enumerate(read(source)))
    unfinished = _unfinished(output, opened, [headline, *scorers], shard)
    done, errors = _take_up(unfinished) if resume else (0, 0)
    mine = (item for index, item in enumerate(read(source)) if shard.holds(index))
    output.parent.mkdir(parents=True, exist_ok=True)
    with (
        unfinished.open("ab" if done else "wb") as file,
        Store(opened.parts.store) as store,
        progress("score", total, "clips") as bar,
    ):
        bar.step(done)
        parts = opened.parts
        for item in embed_clips(islice(mine, done, None), source, parts.mask, parts.encoder, store):
            if isinstance(item, Unreadable) and on_error == "stop":
                raise UserError(
                    f"{item.error}\n{done} clips are scored and kept: mend it and go on with --resume, "
                    "or pass over such clips with --on-error record"
                )
            line = _line(item, opened, headline, scorers)
            # Line by line, so that a killed process loses the clip in flight only.
            file.write(json.dumps(line).encode() + b"\n")
            file.flush()
            done += 1
            errors += "error" in line
            bar.step()
        os.fsync(file.fileno())
    unfinished.replace(output)
    return {"clips": total, "errors": errors}


def score_clip(item: Embedded, opened: Opened, scorers: dict[str, Scorer]) -> dict[str, NDArray[np.float64]]:
    """Each scorer's novelty of each tubelet of a clip: float64 (N,)."""
    clip = ClipEmbeddings(
        item.clip.clip_id, item.clip.scene, item.clean, item.masked, predict(opened.predictor, item)
    )
    return {name: np.asarray(scorer(clip), dtype=np.float64) for name, scorer in scorers.items()}


def _line(
    item: Embedded | Unreadable, opened: Opened, headline: str, scorers: dict[str, Scorer]
) -> dict[str, Any]:
    facts: dict[str, Any] = {"clip_id": None, "scene": None, "camera": None, "first_frame": None}
    if item.clip is not None:
        clip = item.clip
        first = (clip.line.get("frame_paths") or clip.line["frames"])[0]
        facts = {"clip_id": clip.clip_id, "scene": clip.scene, "camera": clip.camera, "first_frame": first}
    if isinstance(item, Unreadable):
        return facts | {"score": None, "scores": {}, "tubelet_scores": [], "error": str(item.error)}
    tubelets = score_clip(item, opened, scorers)
    scores = {name: float(values.mean()) for name, values in tubelets.items()}
    return facts | {
        "score": scores[headline],
        "scores": scores,
        "tubelet_scores": tubelets[headline].tolist(),
    }


def _unfinished(output: Path, opened: Opened, scorers: list[str], shard: Shard) -> Path:
    """The temporary name; it tells apart what must not be mixed: run, weights, scorers, manifest, shard."""
    facts = [
        opened.folder.name,
        sha256_file(opened.folder.weights),
        scorers,
        opened.recipe.scoring,
        sha256_file(opened.parts.source.manifest),
        str(opened.parts.source.root),
        [shard.number, shard.of],
    ]
    digest = hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:8]
    return output.with_name(f"{output.name}.{digest}.part")


def _take_up(unfinished: Path) -> tuple[int, int]:
    """Cut a torn last line off what a killed score wrote; returns (whole lines, those with an error)."""
    if not unfinished.exists():
        return 0, 0
    count = errors = whole = 0
    for number, line in raw_lines(unfinished):
        try:
            if not line.endswith(b"\n"):
                break
            errors += "error" in parse_line(unfinished, number, line)
        except UserError:
            break
        count += 1
        whole += len(line)
    os.truncate(unfinished, whole)
    return count, errors
