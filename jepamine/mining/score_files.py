"""Read score files, and find the clips that their lines are about."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jepamine.data.clips import Clip, read_clips
from jepamine.errors import UserError
from jepamine.protocols import Source
from jepamine.runs.records import RunFolder
from jepamine.utils.files import read_jsonl


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


def read_scored(scores: Path, own: Source, manifest: Path | None = None) -> list[Scored]:
    """Return the clips of a score file, highest score first, without those that could not be scored.

    A clip is looked up in `manifest`, else in the one that its line names, else in the run's `own`. Raises
    UserError for a line that is not a score, and for clips that are not found.
    """
    lines: list[dict[str, Any]] = []
    for number, line in read_jsonl(scores):
        if line.get("score") is None and "error" in line:
            continue
        score = line.get("score")
        if "clip_id" not in line or isinstance(score, bool) or not isinstance(score, (int, float)):
            raise UserError(
                f"{scores}:{number}: not a line of a score file: it needs 'clip_id' and a number 'score'"
            )
        lines.append(line if manifest is None else line | {"manifest": str(manifest), "root": None})
    if not lines:
        raise UserError(f"{scores}: contains no scored clip")
    clips = find_clips(lines, own)
    missing = [line for line in lines if str(line["clip_id"]) not in clips]
    if missing:
        where = missing[0].get("manifest") or own.manifest
        raise UserError(
            f"{scores}: clip '{missing[0]['clip_id']}' ({len(missing)} in all) is not in {where}; "
            "pass the manifest that was scored: --manifest"
        )
    scored = [Scored(line, *clips[str(line["clip_id"])]) for line in lines]
    # By id if scores are equal, so that the file's order does not matter.
    return sorted(scored, key=lambda item: (-item.score, item.clip.clip_id))


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
            source = dataclasses.replace(own, manifest=Path(manifest), root=Path(root) if root else None)
        for clip in read_clips(source):
            if clip.clip_id in ids:
                clips.setdefault(clip.clip_id, (clip, source))
    return clips
