"""The lines of a manifest as the finders see them, also those that no run would take."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jepamine.data.clips import as_written, derived_id, frames_of, text_of
from jepamine.errors import UserError
from jepamine.manifests.findings.frame_table import FrameTable
from jepamine.utils.files import parse_line, raw_lines

# Broken lines that are told one by one.
TOLD = 20


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. `frames` are numbers of the frame table, `times` their microseconds where they are known.

    `stamps` is how many timestamps the line has, None where it has no such key.
    """

    number: int
    clip_id: str
    scene: str | None
    split: str | None
    frames: tuple[int, ...]
    times: tuple[float, ...] | None
    stamps: int | None


def numbered_lines(manifest: Path) -> Iterator[tuple[int, dict[str, Any] | UserError]]:
    """Yield (line number, line) of a manifest, the error in the place of what is no JSON object.

    Raises UserError where the file cannot be read or holds no line.
    """
    empty = True
    for number, raw in raw_lines(manifest):
        empty = False
        try:
            yield number, parse_line(manifest, number, raw)
        except UserError as error:
            yield number, error
    if empty:
        raise UserError(f"{manifest}: holds no clip")


def read_entries(
    lines: Iterable[tuple[int, dict[str, Any] | UserError]], manifest: Path, table: FrameTable
) -> list[Entry]:
    """The entries of numbered lines; their frames go into `table`.

    A line without frames, or with an odd number, is an entry. Raises UserError that tells all lines that are
    none, the first 20 one by one: those that are errors, that name no frames, or whose id, scene, split or
    timestamps are not of their kind.
    """
    entries, errors = [], []
    for number, line in lines:
        try:
            if isinstance(line, UserError):
                raise line
            entries.append(_entry(number, line, f"{manifest}:{number}", table))
        except UserError as error:
            errors.append(str(error))
    if errors:
        more = [f"and {len(errors) - TOLD} lines more"] if len(errors) > TOLD else []
        raise UserError("\n".join([*errors[:TOLD], *more]))
    return entries


def _entry(number: int, line: dict[str, Any], place: str, table: FrameTable) -> Entry:
    frames = tuple(table.number(frame) for frame in frames_of(line, place, table.root))
    stamps = _stamps(line, place)
    times: tuple[float, ...] | None = None
    if stamps is not None:
        times = tuple(stamps) if len(stamps) == len(frames) else None
    elif len({table.stream[frame] for frame in frames}) == 1:
        # Of two logs the times say nothing about each other.
        said = [table.time[frame] for frame in frames]
        times = tuple(time for time in said if time is not None) if None not in said else None
    return Entry(
        number=number,
        clip_id=text_of(line, place, "clip_id")
        or (derived_id(as_written(line)) if frames else f"line-{number}"),
        scene=text_of(line, place, "scene", "scene_id"),
        split=text_of(line, place, "split"),
        frames=frames,
        times=times,
        stamps=None if stamps is None else len(stamps),
    )


def _stamps(line: dict[str, Any], place: str) -> list[float] | None:
    stamps = line.get("timestamps")
    if stamps is None:
        return None
    if not isinstance(stamps, list) or not all(
        isinstance(stamp, (int, float)) and not isinstance(stamp, bool) and math.isfinite(stamp)
        for stamp in stamps
    ):
        raise UserError(f"{place}: 'timestamps' is not a list of microseconds")
    return stamps
