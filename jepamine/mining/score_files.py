"""Scored clips found again: the lines of a score file with the clips they are about."""

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
    """One line of a score file, `line`, and its clip, which stands in the manifest of `source`."""

    line: dict[str, Any]
    clip: Clip
    source: Source

    @property
    def score(self) -> float:
        return float(self.line["score"])


def newest_scores(folder: RunFolder) -> Path:
    """The run's newest score file. Raises UserError that says how to make one where there is none."""
    files = sorted(folder.scores.glob("*.jsonl"), key=lambda path: (path.stat().st_mtime, path.name))
    if not files:
        raise UserError(
            f"run '{folder.name}' has scored nothing yet: jepamine score --run {folder.name} MANIFEST.jsonl"
        )
    return files[-1]


def read_scored(scores: Path, own: Source, manifest: Path | None = None) -> list[Scored]:
    """The clips of a score file, highest score first, those that could not be scored left out.

    A clip stands in `manifest`, else in the one that its line names, else in the run's `own`. Raises
    UserError for a line that is no score, and for clips that are not found in their manifest.
    """
    lines: list[dict[str, Any]] = []
    for number, line in read_jsonl(scores):
        if line.get("score") is None and "error" in line:
            continue
        score = line.get("score")
        if "clip_id" not in line or isinstance(score, bool) or not isinstance(score, (int, float)):
            raise UserError(
                f"{scores}:{number}: no line of a score file: it has 'clip_id' and a number 'score'"
            )
        lines.append(line if manifest is None else line | {"manifest": str(manifest), "root": None})
    if not lines:
        raise UserError(f"{scores}: holds no scored clip")
    found = find_clips(lines, own)
    missing = [line for line in lines if str(line["clip_id"]) not in found]
    if missing:
        where = missing[0].get("manifest") or own.manifest
        raise UserError(
            f"{scores}: clip '{missing[0]['clip_id']}' ({len(missing)} in all) is not in {where}; "
            "name the manifest that was scored: --manifest"
        )
    scored = [Scored(line, *found[str(line["clip_id"])]) for line in lines]
    # By id where scores are equal, so that the file's order does not show.
    return sorted(scored, key=lambda item: (-item.score, item.clip.clip_id))


def find_clips(lines: Iterable[dict[str, Any]], own: Source) -> dict[str, tuple[Clip, Source]]:
    """clip_id -> clip and its source, for lines with `clip_id` and, where they say so, `manifest` and `root`.

    Clips that are not there are missing in the result.
    """
    wanted: dict[tuple[str | None, str | None], set[str]] = {}
    for line in lines:
        wanted.setdefault((line.get("manifest"), line.get("root")), set()).add(str(line["clip_id"]))
    found: dict[str, tuple[Clip, Source]] = {}
    for (manifest, root), ids in wanted.items():
        source = own
        if manifest is not None:
            source = dataclasses.replace(own, manifest=Path(manifest), root=Path(root) if root else None)
        for clip in read_clips(source):
            if clip.clip_id in ids:
                found.setdefault(clip.clip_id, (clip, source))
    return found
