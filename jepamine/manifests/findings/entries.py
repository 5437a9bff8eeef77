"""The lines of a manifest as finders see them, also such as no run accepts, and what they find."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise
from operator import attrgetter
from statistics import median
from typing import Any

from jepamine.data.clips import as_written, derived_id, frames_of, text_of
from jepamine.data.drives import MICROSECONDS, Unit, drive_in, unit_of
from jepamine.data.manifest_lines import camera_lines, cameras_of
from jepamine.data.wrong_files import no_clips
from jepamine.errors import UserError
from jepamine.manifests.findings.frame_table import FrameTable
from jepamine.places import File
from jepamine.utils.json_files import is_number, parse_line
from jepamine.utils.progress import notify
from jepamine.utils.spilled import SpilledList

# Broken lines that are reported one by one.
LISTED = 20
# Clips whose timestamps decide the unit of all.
UNIT_BY = 100_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. `frames` are numbers of the frame table, `times` their times if known.

    Times are microseconds, except those of `timestamps`, which are as written. `stamps` is the number of
    timestamps, None if the line has no such key.
    """

    number: int
    clip_id: str
    scene: str | None
    drive: str | None
    split: str | None
    frames: tuple[int, ...]
    times: tuple[float, ...] | None
    stamps: int | None


_FIELDS = attrgetter("number", "clip_id", "scene", "drive", "split", "frames", "times", "stamps")


def _entry_of(written: Sequence[Any]) -> Entry:
    number, clip_id, scene, drive, split, frames, times, stamps = written
    times = None if times is None else tuple(times)
    return Entry(number, clip_id, scene, drive, split, tuple(frames), times, stamps)


def numbered_lines(
    lines: Iterable[tuple[int, bytes]], manifest: File
) -> Iterator[tuple[int, dict[str, Any] | UserError]]:
    """Yield (line number, line) of `lines` of a manifest, or the error for what is not a JSON object.

    A line of several cameras is yielded as a line for each (`jepamine.data.manifest_lines.camera_lines`).
    Raises UserError if there is no line.
    """
    empty = True
    for number, raw in lines:
        empty = False
        try:
            line = parse_line(manifest, number, raw)
            place = f"{manifest}:{number}"
            if not cameras_of(line, place):
                yield number, line
                continue
            clip_id = text_of(line, place, "clip_id") or derived_id(as_written(line))
            yield from ((number, each) for each in camera_lines(line, clip_id, place))
        except UserError as error:
            yield number, error
    if empty:
        raise no_clips(manifest)


def read_entries(
    lines: Iterable[tuple[int, dict[str, Any] | UserError]], manifest: File, table: FrameTable
) -> Sequence[Entry]:
    """Return the entries of numbered lines; their frames are added to `table`.

    A line without frames, or with an odd number, is an entry. Raises one UserError for all lines that are
    not, listing the first 20: errors, lines without frames, and those whose id, scene, split or timestamps
    have a wrong type.
    """
    entries, errors, broken = SpilledList(_FIELDS, _entry_of), list[str](), 0
    for number, line in lines:
        try:
            if isinstance(line, UserError):
                raise line
            entries.append(_entry(number, line, f"{manifest}:{number}", table))
        except UserError as error:
            broken += 1
            errors += [str(error)] if broken <= LISTED else []
    if errors:
        more = [f"and {broken - LISTED} lines more"] if broken > LISTED else []
        raise UserError("\n".join([*errors, *more]))
    return entries


def _entry(number: int, line: dict[str, Any], place: str, table: FrameTable) -> Entry:
    places = frames_of(line, place, table.root)
    frames = tuple(map(table.number, places))
    stamps = _stamps(line, place)
    scene = text_of(line, place, "scene", "scene_id")
    times: tuple[float, ...] | None = None
    if stamps is not None:
        times = tuple(stamps) if len(stamps) == len(frames) else None
    elif len({*map(table.stream, frames)}) == 1:
        # Times of two logs cannot be compared.
        stated_times = [*map(table.time, places)]
        times = tuple(time for time in stated_times if time is not None) if None not in stated_times else None
    return Entry(
        number=number,
        clip_id=text_of(line, place, "clip_id")
        or (derived_id(as_written(line)) if frames else f"line-{number}"),
        scene=scene,
        drive=drive_in(line, scene),
        split=text_of(line, place, "split"),
        frames=frames,
        times=times,
        stamps=None if stamps is None else len(stamps),
    )


def _stamps(line: dict[str, Any], place: str) -> list[float] | None:
    stamps = line.get("timestamps")
    if stamps is None:
        return None
    if not isinstance(stamps, list) or not all(map(is_number, stamps)):
        raise UserError(f"{place}: 'timestamps' is not a list of microseconds")
    return stamps


def stamp_unit(entries: Sequence[Entry], manifest: File) -> Unit:
    """Return the unit of all timestamps of a manifest; a notice says so if it is not microseconds."""
    stamped = (entry.times for entry in entries if entry.stamps is not None and entry.times)
    stamps = list(islice(stamped, UNIT_BY))
    unit = unit_of(stamps)
    if unit is not MICROSECONDS:
        steps = [after - before for times in stamps for before, after in pairwise(times) if after > before]
        apart = f" (frames are {median(steps) * unit.microseconds / 1e6:.3g} s apart)" if steps else ""
        notify(f"{manifest}: 'timestamps' should be microseconds; taken as {unit.name}{apart}")
    return unit


def in_microseconds(entries: Sequence[Entry], unit: Unit) -> Sequence[Entry]:
    """Return `entries` with the times of their timestamps, given in `unit`, as microseconds."""
    if unit is MICROSECONDS:
        return entries
    scaled = (
        replace(entry, times=tuple(time * unit.microseconds for time in entry.times))
        if entry.stamps is not None and entry.times
        else entry
        for entry in entries
    )
    return SpilledList(_FIELDS, _entry_of, scaled)


@dataclass(frozen=True)
class Finding:
    """A problem of one clip. `clip` is its index among the clips, from 0.

    `at` are numbers of frames, from 0: those that a new clip would start with (time_gap, cut_in_tubelet,
    size_change, scene_crossing), or the faulty ones (duplicate_frame, missing_file, unreadable_file). `to` is
    the remedy: the scene of every part (scene_crossing), the split to move to (split_leak). `stays` marks the
    clip of several that may stay unchanged.
    """

    kind: str
    clip: int
    why: str
    at: tuple[int, ...] = ()
    to: tuple[str | None, ...] = ()
    stays: bool = False


def between(number: int) -> str:
    """Describe the boundary before frame `number`, counting from 1 as people do."""
    return f"between frames {number} and {number + 1}"
