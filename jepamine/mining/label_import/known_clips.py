"""The clips that labels may be of: by id, or by the names of their frames and recordings."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath
from urllib.parse import unquote

from jepamine.data.clips import read_clips
from jepamine.places import File, Moment, file_of
from jepamine.protocols import Source
from jepamine.utils.json_files import read_jsonl


class KnownClips:
    """Ids of the clips of a manifest or score file, and which of them show a file."""

    def __init__(self, path: File) -> None:
        self.ids: set[str] = set()
        self._files: dict[str, dict[tuple[str, ...], list[str]]] = {}
        for manifest in _manifests(path, self.ids):
            # Tubelets do not matter here: clips of any number of frames have labels.
            for clip in read_clips(Source(manifest, tubelet_size=1)):
                if manifest == path:
                    self.ids.add(clip.clip_id)
                if clip.clip_id in self.ids:
                    self._add(clip.clip_id, _names(clip.frames))

    def _add(self, clip_id: str, names: Iterable[str]) -> None:
        for name in names:
            parts = _parts(name)
            clips = self._files.setdefault(parts[-1], {}).setdefault(parts, [])
            if clip_id not in clips:
                clips.append(clip_id)

    def of_file(self, name: str) -> list[str]:
        """Return the clips that show the file whose path ends most like `name`; none if that is not clear.

        Tools rename folders, not files, so the last part has to be equal.
        """
        wanted = _parts(name)
        files = self._files.get(wanted[-1], {})
        common = {path: _common_end(path, wanted) for path in files}
        best = [path for path in files if common[path] == max(common.values())]
        return files[best[0]] if len(best) == 1 else []


def _manifests(path: File, ids: set[str]) -> list[File]:
    """Return `path` if it is a manifest; of a score file, the manifests that it names, its ids in `ids`."""
    manifests: dict[File, None] = {}
    for _, line in read_jsonl(path):
        if "score" not in line:
            return [path]
        ids.add(str(line.get("clip_id")))
        if line.get("manifest"):
            manifests[file_of(line["manifest"])] = None
    return list(manifests)


def _names(frames: Iterable[object]) -> dict[str, None]:
    return {str(frame.file if isinstance(frame, Moment) else frame): None for frame in frames}


def _parts(name: str) -> tuple[str, ...]:
    """Return the parts of a path or URL, without queries, fragments and Label Studio's `?d=`."""
    path = unquote(re.sub(r"#t=.*$", "", name))
    path = path.partition("?d=")[2] or path
    return PurePosixPath(path.replace("\\", "/")).parts or ("",)


def _common_end(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    pairs = zip(reversed(one), reversed(other), strict=False)
    return next((number for number, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
