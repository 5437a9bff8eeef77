"""Tracks: the frames of one scene and camera in order, with their times if these are known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from jepamine.manifests.folder_layouts import NAMED, Shot
from jepamine.manifests.name_patterns import LAYOUT as PATTERN
from jepamine.manifests.windows import Cutter
from jepamine.utils.progress import notify

# Cameras that the report lists by name.
LISTED = 6


@dataclass(frozen=True)
class Track:
    """Frames of one scene and camera in order; `times` in microseconds, if they are known, from `clock`."""

    layout: str
    scene: str
    drive: str | None
    camera: str | None
    frames: list[str]
    times: list[int] | None = None
    clock: str = ""
    numbers: tuple[int | None, ...] = ()

    def clip_id(self, start: int) -> str:
        """Return the id of the clip that starts with frame number `start`."""
        if self.layout == NAMED and self.times is not None:
            return f"{self.scene}__{self.camera}__{self.times[start]}"
        # The frames of a pattern's drive are of several cameras, those of a folder are not.
        camera = f"__{self.camera}" if self.layout == PATTERN and self.camera is not None else ""
        return folder_clip_id(f"{self.scene}{camera}", start)


def folder_clip_id(scene: str, start: int) -> str:
    """Return the id of the clip that starts with frame number `start` of a folder."""
    return f"{scene}__{start:06d}"


def tracks_of(shots: Iterable[Shot], fps: float | None = None) -> list[Track]:
    """Return the tracks of `shots`, each in the order of time, else of number, else as given.

    Where no times are known, `fps` gives them: a frame's number divided by `fps`, or its place in the track
    if not all names have a number. Reports frames left out because another has the same time or number.
    """
    groups: dict[tuple[str, str, str | None], list[Shot]] = {}
    for shot in shots:
        groups.setdefault((shot.layout, shot.scene, shot.camera), []).append(shot)
    twice: list[Shot] = []
    tracks = [_track(group, fps, twice) for group in groups.values()]
    if twice:
        key = "log, camera and time" if twice[0].layout == NAMED else "drive, camera and time or number"
        notify(f"frames skipped: {len(twice)} (another has the same {key}), the first {twice[0].path}")
    named = [track for track in tracks if track.layout == NAMED]
    return [track for track in tracks if track.layout != NAMED] + sorted(
        named, key=lambda track: (track.scene, track.camera or "")
    )


def _track(shots: list[Shot], fps: float | None, twice: list[Shot]) -> Track:
    first = shots[0]
    keys = [shot.number if shot.time is None else shot.time for shot in shots]
    if first.layout in (NAMED, PATTERN) and None not in keys:
        unique: dict[int, Shot] = {}
        for shot, key in zip(shots, keys, strict=True):
            if key is not None and unique.setdefault(key, shot) is not shot:
                twice.append(shot)
        shots = [unique[key] for key in sorted(unique)]
    elif all(shot.time is not None for shot in shots):
        shots = sorted(shots, key=lambda shot: shot.time or 0)
    times = [shot.time for shot in shots if shot.time is not None]
    clock = first.clock
    if len(times) < len(shots):
        times, clock = (_counted(shots, fps), f"--fps {fps:g}") if fps else ([], "")
    paths = [str(shot.path) for shot in shots]
    numbers = tuple(shot.number for shot in shots)
    return Track(first.layout, first.scene, first.drive, first.camera, paths, times or None, clock, numbers)


def _counted(shots: Sequence[Shot], fps: float) -> list[int]:
    numbers = [shot.number for shot in shots if shot.number is not None]
    rising = len(numbers) == len(shots) and numbers == sorted(set(numbers))
    return [round(number * 1e6 / fps) for number in (numbers if rising else range(len(shots)))]


def track_lines(track: Track, cutter: Cutter) -> Iterator[dict[str, Any]]:
    """Yield the manifest lines of the clips that `cutter` cuts a track into."""
    for span in cutter.cut(track.frames, track.times, track.numbers):
        part = slice(span.start, span.stop)
        line: dict[str, Any] = {"clip_id": track.clip_id(span.start), "scene": track.scene}
        if track.drive is not None:
            line["drive"] = track.drive
        if track.camera is not None:
            line["camera"] = track.camera
        if track.times is not None:
            line["timestamps"] = track.times[part]
        yield line | {"frame_paths": track.frames[part]}


def report(tracks: Sequence[Track]) -> None:
    """Report on stderr, for each layout, the drives, cameras and times found; and frames without an order."""
    for layout in dict.fromkeys(track.layout for track in tracks):
        own = [track for track in tracks if track.layout == layout]
        drives = len({track.drive or track.scene for track in own})
        cameras = sorted({track.camera for track in own if track.camera is not None})
        listed = ", ".join(cameras[:LISTED]) + f" and {len(cameras) - LISTED} more" * (len(cameras) > LISTED)
        notify(
            f"layout {layout}: {drives} drive{'s' * (drives != 1)}, "
            f"{f'cameras {listed}' if cameras else 'no cameras'}, {_clocks(own)}"
        )

    unordered = [
        frame
        for track in tracks
        if track.times is None
        for frame, number in zip(track.frames, track.numbers, strict=True)
        if number is None
    ]
    if unordered:
        notify(
            f"names with neither a time nor a number: {len(unordered)}, in the order of letters, "
            f"the first {unordered[0]}"
        )


def _clocks(tracks: Sequence[Track]) -> str:
    clocks = dict.fromkeys(track.clock for track in tracks if track.clock)
    timed = sum(track.times is not None for track in tracks)
    if not timed:
        return "no times (--fps adds them)"
    part = "" if timed == len(tracks) else f" ({timed} of {len(tracks)} tracks)"
    return f"times from {' and '.join(clocks)}{part}"
