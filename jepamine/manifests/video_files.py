"""Find the video files below folders."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from jepamine.errors import UserError
from jepamine.manifests.frame_folders import walk
from jepamine.manifests.skipped import Skipped

VIDEO_SUFFIXES = {
    *(
        ".mp4",
        ".m4v",
        ".mov",
        ".mkv",
        ".webm",
        ".avi",
        ".ts",
        ".m2ts",
        ".mts",
        ".mpg",
        ".mpeg",
        ".flv",
        ".wmv",
    ),
    *(".3gp", ".ogv", ".h264", ".h265", ".264", ".265", ".hevc"),
}


def find_videos(paths: Sequence[Path], skipped: Skipped) -> list[Path]:
    """Return the files of `paths`, and for a folder the video files below it, each once and in order.

    Links are followed; hidden and empty files and files of other kinds are counted in `skipped`. Raises
    UserError for a folder without a video.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if not path.is_dir():
            found.setdefault(path)
            continue
        others: Counter[str] = Counter()
        before = len(found)
        for folder, files in sorted(walk(path, skipped)):
            for file in files:
                if file.suffix.lower() not in VIDEO_SUFFIXES:
                    others[file.suffix.lower() or "without suffix"] += 1
                elif file.name.startswith("."):
                    skipped.add("videos", "hidden", file)
                elif not file.is_file():
                    skipped.add("videos", "broken links, or not regular files", file)
                elif not file.stat().st_size:
                    skipped.add("videos", "empty files", file)
                else:
                    found.setdefault(folder / file.name)
        if len(found) == before:
            raise UserError(f"no videos ({', '.join(sorted(VIDEO_SUFFIXES))}) below {path}")
        if others:
            kinds = ", ".join(f"{count} {suffix}" for suffix, count in others.most_common(5))
            skipped.add("files", f"not videos: {kinds}", path, others.total())
    return list(found)
