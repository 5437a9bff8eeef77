"""Read score files, find the clips that their lines are about, and upload those written to stores."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import heapq
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jepamine.data.clips import Clip, read_clips
from jepamine.data.wrong_files import require_scores
from jepamine.errors import UserError
from jepamine.places import File, file_of
from jepamine.protocols import Source
from jepamine.runs.run_folder import RunFolder
from jepamine.utils.json_files import is_number, read_jsonl
from jepamine.utils.remote import put


@dataclass(frozen=True)
class Scored:
    """One line of a score file, `line`, and its clip, from the manifest of `source`."""

    line: dict[str, Any]
    clip: Clip
    source: Source

    @property
    def score(self) -> float:
        return float(self.line["score"])


def newest_scores(folder: RunFolder) -> Path:
    """Return the run's newest score file. Raises UserError with the command to make one if there is none."""
    files = sorted(folder.scores.glob("*.jsonl"), key=lambda path: (path.stat().st_mtime, path.name))
    if not files:
        raise UserError(
            f"run '{folder.name}' has no scores yet: jepamine score --run {folder.name} MANIFEST.jsonl"
        )
    return files[-1]


def read_scored(
    scores: File,
    own: Source,
    manifest: File | None = None,
    best: int | None = None,
    seen: Callable[[dict[str, Any]], None] = lambda line: None,
) -> list[Scored]:
    """Return the clips of a score file, highest score first, without those that could not be scored.

    With `best` only that many lines are kept in memory, and 8 bytes of each other. `seen` is called with
    every line. A clip is looked up in `manifest`, else in the one that its line names, else in the run's
    `own`.
    Raises UserError for a line that is not a score, a clip with two scores, and clips that are not found.
    """
    ids = array("q")
    numbered = _scored_lines(scores, seen, ids)
    # By id if scores are equal, so that the file's order does not matter.
    lines = sorted(numbered, key=_rank) if best is None else heapq.nsmallest(best, numbered, key=_rank)
    if not lines:
        raise UserError(f"{scores}: contains no scored clip")
    _refuse_two_scores(scores, ids)
    lines = list({str(line["clip_id"]): line for line in lines}.values())
    if manifest is not None:
        lines = [line | {"manifest": str(manifest), "root": None} for line in lines]
    clips = find_clips(lines, own)
    missing = [line for line in lines if str(line["clip_id"]) not in clips]
    if missing:
        where = missing[0].get("manifest") or own.manifest
        raise UserError(
            f"{scores}: clip '{missing[0]['clip_id']}' ({len(missing)} in all) is not in {where}; "
            "pass the manifest that was scored: --manifest"
        )
    return [Scored(line, *clips[str(line["clip_id"])]) for line in lines]


def _scored_lines(
    scores: File, seen: Callable[[dict[str, Any]], None], ids: array[int]
) -> Iterator[dict[str, Any]]:
    """Yield the lines of a score file that have a score; the hashes of their ids are added to `ids`."""
    require_scores(scores)
    for number, line in read_jsonl(scores):
        score = line.get("score")
        if score is None and "error" in line:
            continue
        if "clip_id" not in line or not is_number(score):
            raise UserError(
                f"{scores}:{number}: not a line of a score file: it needs a 'clip_id' and a finite 'score'"
            )
        seen(line)
        ids.append(hash(str(line["clip_id"])))
        yield line


def _refuse_two_scores(scores: File, ids: array[int]) -> None:
    """Raise UserError, with both lines, for a clip with two scores; `ids` are hashes of all ids."""
    import numpy as np

    hashes, counts = np.unique(np.frombuffer(ids, np.int64), return_counts=True)
    repeated = set(hashes[counts > 1].tolist())
    first: dict[str, tuple[int, float]] = {}
    for number, line in read_jsonl(scores) if repeated else ():
        clip_id = str(line.get("clip_id"))
        if hash(clip_id) not in repeated or line.get("score") is None:
            continue
        before, score = first.setdefault(clip_id, (number, float(line["score"])))
        if score != float(line["score"]):
            raise UserError(
                f"{scores}:{number}: clip '{clip_id}' is scored differently on line {before}; "
                "keep one of the lines"
            )


def _rank(line: dict[str, Any]) -> tuple[float, str]:
    return -float(line["score"]), str(line["clip_id"])


def find_clips(lines: Iterable[dict[str, Any]], own: Source) -> dict[str, tuple[Clip, Source]]:
    """Return clip_id -> clip and its source, for lines with `clip_id` and optional `manifest` and `root`.

    Clips that are not found are missing in the result.
    """
    ids_by_manifest: dict[tuple[str | None, str | None], set[str]] = {}
    for line in lines:
        ids_by_manifest.setdefault((line.get("manifest"), line.get("root")), set()).add(str(line["clip_id"]))
    clips: dict[str, tuple[Clip, Source]] = {}
    for (manifest, root), ids in ids_by_manifest.items():
        source = own
        if manifest is not None:
            below = file_of(root) if root else None
            source = dataclasses.replace(own, manifest=file_of(manifest), root=below)
        for clip in read_clips(source):
            if clip.clip_id in ids:
                clips.setdefault(clip.clip_id, (clip, source))
    return clips


@contextlib.contextmanager
def on_disk(output: File, folder: RunFolder) -> Iterator[Path]:
    """Give the path to write the score file `output` to; upload it to a URL when the block is complete.

    The path of a URL is in the run's folder `scores` and always the same, so that a stopped scoring is
    resumed; the file stays there. Raises UserError that names it if the upload fails.
    """
    if isinstance(output, Path):
        yield output
        return
    # Two stores may have files of one name.
    digest = hashlib.sha256(output.text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    path = folder.scores / f"{output.stem}-{digest}.jsonl"
    yield path
    try:
        put(output, path)
    except UserError as error:
        raise UserError(f"{error}\nThe scores are complete in {path}; upload that file") from None
