"""What exports hold of a clip, and what several formats ask of its footage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import takewhile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jepamine.data.clips import Clip
from jepamine.data.frames import Frame
from jepamine.errors import UserError
from jepamine.mining.labels import BINARY
from jepamine.mining.score_files import Scored
from jepamine.places import File, Moment


@dataclass(frozen=True)
class Exported:
    """A scored clip, its labels (task -> 1 or 0) and its mean clean embedding, float32 (D,), if wanted."""

    scored: Scored
    labels: Mapping[str, int] = field(default_factory=dict)
    embedding: NDArray[np.float32] | None = None

    @property
    def clip(self) -> Clip:
        """Return the clip."""
        return self.scored.clip

    @property
    def scores(self) -> dict[str, float]:
        """Return the score of each scorer."""
        return self.scored.line.get("scores") or {}

    @property
    def images(self) -> list[File]:
        """Return the image files of the clip, with absolute paths; empty for moments of a recording."""
        return [frame.absolute() for frame in self.clip.frames if not isinstance(frame, Moment)]

    @property
    def recording(self) -> Moment | None:
        """Return the first moment of a clip of a recording, None for image files."""
        first = self.clip.frames[0]
        return first if isinstance(first, Moment) else None

    @cached_property
    def size(self) -> tuple[int, int]:
        """Return (width, height) of the clip's first frame, which is decoded. Raises UserError."""
        return Frame(self.clip.frames[0], (1, 1)).image().size


def facts(item: Exported) -> dict[str, Any]:
    """Return what each format says of a clip: its id, score, scene and camera."""
    return {
        "clip_id": item.clip.clip_id,
        "score": item.scored.score,
        "scene": item.clip.scene,
        "camera": item.clip.camera,
    }


def tasks_of(clips: Sequence[Exported]) -> list[str]:
    """Return the tasks that any clip is labelled for, `binary_label` first."""
    tasks = dict.fromkeys(task for item in clips for task in item.labels)
    return sorted(tasks, key=lambda task: (task != BINARY, task))


def require_no_logs(clips: Sequence[Exported], tool: str) -> None:
    """Raise UserError if clips are of MCAP files or bags, which `tool` does not open."""
    # Only logs have streams with names, their topics.
    logs = [item for item in clips if item.recording and isinstance(item.recording.stream, str)]
    if logs:
        raise UserError(
            f"{tool} does not open logs, and {len(logs)} of {len(clips)} clips are of one, such as "
            f"'{logs[0].clip.clip_id}'; export them --to parquet"
        )


def below_common_folder(files: Sequence[File]) -> tuple[str, dict[File, str]]:
    """Return (the folder or URL that all files are below, file -> its path in it, with /)."""
    folders = {file.parent.as_posix() for file in files}
    levels = zip(*(folder.split("/") for folder in folders), strict=False)
    common = "/".join(level[0] for level in takewhile(lambda level: len(set(level)) == 1, levels))
    return common, {file: file.as_posix()[len(common) + 1 :] for file in files}
