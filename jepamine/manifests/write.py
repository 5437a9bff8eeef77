"""New manifest lines on their way out: ids that are unique, paths for their file, a summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jepamine.data.clips import as_written
from jepamine.errors import UserError
from jepamine.manifests.paths import full, paths_of, placed


def fresh(lines: Sequence[dict[str, Any]], output: Path | None) -> list[dict[str, Any]]:
    """A builder's lines, paths relative to the current folder, as they go to the file `output`.

    Paths become relative to its folder where they lie below it, absolute elsewhere; all of them absolute
    where `output` is None (stdout). Raises UserError where two lines have one clip_id.
    """
    seen: dict[str, dict[str, Any]] = {}
    for line in lines:
        other = seen.setdefault(line["clip_id"], line)
        if other is not line:
            first, second = (paths_of(each)[0] for each in (other, line))
            raise UserError(f"clip_id '{line['clip_id']}' names two clips, of {first} and of {second}")
    folder = full(output).parent if output else None
    return [placed(line, folder, Path.cwd()) for line in lines]


def summary(lines: Sequence[dict[str, Any]]) -> str:
    """How much footage new `lines` hold, in one line. Overlapping clips' frames are counted once."""
    scenes: dict[str, set[str]] = {}
    lengths: Counter[int] = Counter()
    for line in lines:
        frames = as_written(line)
        lengths[len(frames)] += 1
        scenes.setdefault(str(line.get("scene")), set()).update(frames)
    usual = max(lengths)
    shorter = len(lines) - lengths[usual]
    short = f" ({shorter} of them shorter than {usual} frames)" if shorter else ""
    return f"{len(lines)} clips{short}, {len(scenes)} scenes, {sum(map(len, scenes.values()))} frames"
