"""Count the files of a folder that a builder does not read, by what they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from jepamine.manifests.new_lines import Skipped

IMAGE_SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff", ".ppm"}
VIDEO_SUFFIXES = {
    *{".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".ts", ".m2ts", ".mts", ".mpg", ".mpeg", ".flv"},
    *{".wmv", ".3gp", ".ogv", ".h264", ".h265", ".264", ".265", ".hevc"},
}
# What cameras write beside their videos: positions, subtitles, previews.
COMPANIONS = {
    *{".gpx", ".nmea", ".nme", ".gps", ".kml", ".fit", ".imu", ".3gf", ".sav", ".srt", ".vtt", ".ass"},
    *{".thm", ".lrv", ".lrf", ".idx", ".sub"},
}
# What is read: the other kind of footage, its suffixes, and the command that reads it.
OTHER_FOOTAGE = {
    "images": ("videos", VIDEO_SUFFIXES, "video"),
    "videos": ("images", IMAGE_SUFFIXES, "frames"),
}


def skip_others(files: Iterable[Path], wanted: str, skipped: Skipped) -> None:
    """Count `files`, which are not `wanted` ("images" or "videos"), in `skipped`, by kind."""
    footage, suffixes, command = OTHER_FOOTAGE[wanted]
    kinds: dict[str, list[Path]] = {}
    for file in files:
        suffix = file.suffix.lower()
        if suffix in suffixes:
            reason = f"{footage}: {{}}; jepamine manifest {command} reads them"
        elif suffix in COMPANIONS:
            reason = "positions, subtitles and previews of a camera: {}"
        else:
            reason = f"not {wanted}: {{}}"
        kinds.setdefault(reason, []).append(file)
    for reason, group in kinds.items():
        counts = Counter(file.suffix.lower() or "without suffix" for file in group)
        listed = ", ".join(f"{count} {suffix}" for suffix, count in counts.most_common(5))
        skipped.add("files", reason.format(listed), group[0], len(group))
