"""The scenes of a rendering that was interrupted: their lines, kept beside the frames until all are there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jepamine.errors import UserError
from jepamine.utils.files import json_text
from jepamine.utils.locks import exclusive

#: The file with the settings in its first line, then the lines of the scenes so far; deleted at the end.
PART = "scenes.jsonl.part"
_END = b"IEND\xaeB`\x82"


@contextmanager
def unfinished(
    folder: Path, settings: dict[str, Any]
) -> Iterator[tuple[list[dict[str, Any]], Callable[[dict[str, Any]], None]]]:
    """Give the lines of the scenes that `folder` already has, and a function that adds one, meanwhile locked.

    Raises UserError if another process renders into the folder, or an interrupted one had other settings.
    """
    path = folder / PART
    with exclusive(path, f"{folder}: another process is rendering into this folder; choose another"):
        lines = _read(path, folder, settings)
        # Rewritten, without what was cut off in the middle of a line.
        path.write_text("".join(json_text(line) + "\n" for line in (settings, *lines)))
        with path.open("a") as file:

            def add(line: dict[str, Any]) -> None:
                file.write(json_text(line) + "\n")
                file.flush()

            yield lines, add
        path.unlink()


def _read(path: Path, folder: Path, settings: dict[str, Any]) -> list[dict[str, Any]]:
    found = []
    for text in path.read_bytes().splitlines(keepends=True):
        try:
            line = json.loads(text) if text.endswith(b"\n") else None
        except (ValueError, RecursionError):
            break
        if not isinstance(line, dict):
            break
        found.append(line)
    if not found:
        return []
    if found[0] != settings:
        differing = sorted(key for key in settings if found[0].get(key) != settings[key])
        raise UserError(
            f"{folder}: was interrupted with other settings ({', '.join(differing)}); give the same ones to "
            "continue, or choose another folder"
        )
    lines = found[1:]
    return lines[: next((n for n, line in enumerate(lines) if not _whole(folder, line)), len(lines))]


def _whole(folder: Path, line: dict[str, Any]) -> bool:
    """Return whether the frame of a scene is there to its last byte."""
    try:
        return Path(folder, line["frame_paths"][0]).read_bytes().endswith(_END)
    except (OSError, KeyError, IndexError, TypeError):
        return False
