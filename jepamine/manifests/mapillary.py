"""Drives and times of images that mapillary_tools has described in a JSON file beside them.

Format: a list of objects with `filename`, `MAPCaptureTime` (2021_02_13_13_24_41_140) and `MAPSequenceUUID`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jepamine.utils.progress import notify

NAME = "mapillary_image_description.json"


@dataclass(frozen=True, slots=True)
class Described:
    """What the file says of an image: its sequence (empty if it has none) and time in microseconds."""

    sequence: str
    time: int


class Descriptions:
    """Reads each `mapillary_image_description.json` between a folder of frames and `root` once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._known: dict[Path, dict[Path, Described] | None] = {}

    def of(self, paths: Sequence[Path]) -> list[Described]:
        """Return what is known of the images `paths`, all of one folder; empty unless it is all of them.

        A file that is none of this format, or lacks images of the folder, is reported and not used.
        """
        folder = paths[0].parent
        for around in (folder, *folder.parents):
            known = self._read(around / NAME)
            if known is not None:
                found = [known[path] for path in paths if path in known]
                if found and len(found) < len(paths):
                    counts = f"{len(paths) - len(found)} of {len(paths)} images in {folder}"
                    notify(f"{around / NAME}: not used for {folder.name}: it lacks {counts}")
                return found if len(found) == len(paths) else []
            if around == self._root:
                break
        return []

    def _read(self, path: Path) -> dict[Path, Described] | None:
        if path not in self._known:
            self._known[path] = _described(path) if path.is_file() else None
        return self._known[path]


def _described(path: Path) -> dict[Path, Described]:
    """Return the images that the file describes; those that it lists with an error are left out."""
    try:
        listed = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        notify(f"{path}: cannot be read as JSON: {error}: not used")
        return {}
    found = {}
    for entry in listed if isinstance(listed, list) else []:
        if isinstance(entry, dict) and isinstance(entry.get("filename"), str):
            time = _time(entry.get("MAPCaptureTime"))
            if time is not None:
                # Its paths are absolute, of the computer that wrote it.
                image = _place(path.parent, entry["filename"].replace("\\", "/"))
                sequence = entry.get("MAPSequenceUUID")
                found[image] = Described(str(sequence) if isinstance(sequence, str | int) else "", time)
    return found


def _place(folder: Path, name: str) -> Path:
    """Return the image that `name` ends with below `folder`, by as many parts of its path as exist there."""
    parts = [part for part in name.split("/") if part not in ("", ".", "..")]
    for start in range(len(parts)):
        path = folder.joinpath(*parts[start:])
        if path.is_file():
            return path
    return folder / name


def _time(text: Any) -> int | None:
    """Return microseconds since 1970 of a time such as 2021_02_13_13_24_41_140; None for anything else."""
    if not isinstance(text, str):
        return None
    day, _, fraction = text[:19], text[19:20], text[20:]
    try:
        seconds = datetime.strptime(day, "%Y_%m_%d_%H_%M_%S").replace(tzinfo=UTC).timestamp()
        return int(seconds) * 1_000_000 + int(fraction.ljust(6, "0")[:6])
    except ValueError:
        return None
