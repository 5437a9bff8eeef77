"""Number the frames that a manifest names, and read what their names alone reveal."""

from __future__ import annotations

import json
from array import array
from bisect import bisect_right
from dataclasses import replace
from typing import Any

from jepamine.data.recordings import recorded_times
from jepamine.data.video import EARLY
from jepamine.errors import MissingPackageError, UserError
from jepamine.manifests.folder_layouts import parse_name
from jepamine.places import File, Moment, Place, as_below, file_of
from jepamine.utils.spilled import SpilledList, SpilledMap


def _video_place(moment: Moment) -> str:
    return str(moment.file) if moment.stream is None else f"{moment.file}, stream {moment.stream}"


class FrameTable:
    """Frames by number, each once. Made for many millions: in memory are 4 bytes of a frame.

    A frame's place is the log in its name, else its folder, or its video; its stream is the place, or the
    log and camera of its name. Both are numbers.
    """

    def __init__(self, root: File) -> None:
        self.root = root
        self._keys = SpilledList(_written, _read)
        self._streams_of_frames = array("i")
        self._places_of_streams = array("i")
        # Name of each place, and whether that is a log.
        self._names: SpilledList[list[Any]] = SpilledList(list, list)
        self._numbers = SpilledMap[int]()
        self._places = SpilledMap[int]()
        self._streams = SpilledMap[int]()
        # The times of a recording's images as bytes, and those that were asked for last.
        self._times = SpilledMap[bytes](in_memory=1)
        self._last: tuple[tuple[File, int | str | None], array[int]] | None = None

    def number(self, frame: Place) -> int:
        """Return the number of a frame. Moments at which a video shows the same frame are the same.

        Raises UserError if videos cannot be read at all.
        """
        key = self._shown(frame) if isinstance(frame, Moment) else str(frame)
        number = self._numbers.setdefault(json.dumps(_written(key)), len(self._keys))
        if number == len(self._keys):
            self._keys.append(key)
            self._add(key)
        return number

    def key(self, number: int) -> str | Moment:
        """Return the path or the moment of the frame with this number."""
        return self._keys[number]

    def open(self, number: int) -> Place:
        """Return the frame with this number."""
        frame = self.key(number)
        return file_of(frame) if isinstance(frame, str) else frame

    def stream(self, frame: int) -> int:
        """Return the stream of a frame."""
        return self._streams_of_frames[frame]

    def place(self, frame: int) -> int:
        """Return the place of a frame."""
        return self._places_of_streams[self._streams_of_frames[frame]]

    def time(self, frame: Place) -> int | None:
        """Return the microseconds that the frame's name holds, or the video does; None if they do not."""
        if isinstance(frame, Moment):
            return self._shown(frame).microseconds
        parsed = parse_name(str(frame).rpartition("/")[2])
        return parsed[2] if parsed else None

    def is_log(self, place: int) -> bool:
        """Return whether a place is the log in frames' names."""
        return bool(self._names[place][1])

    def scene_name(self, place: int) -> str:
        """Return the name of a scene of which only the place is known.

        The log, or the folder below the root.
        """
        name, is_log = self._names[place]
        if is_log:
            return str(name)
        folder, root = file_of(name), self.root
        inside = as_below(folder, root)
        return folder.absolute().name if inside in (None, ".") else str(inside)

    def _add(self, key: str | Moment) -> None:
        folder, _, name = (_video_place(key), "", "") if isinstance(key, Moment) else key.rpartition("/")
        parsed = parse_name(name)
        words = ["log", parsed[0]] if parsed else ["folder", folder]
        place = self._places.setdefault(json.dumps(words), len(self._names))
        if place == len(self._names):
            self._names.append([words[1], bool(parsed)])
        named = json.dumps([*words, parsed[1]] if parsed else words)
        stream = self._streams.setdefault(named, len(self._places_of_streams))
        if stream == len(self._places_of_streams):
            self._places_of_streams.append(place)
        self._streams_of_frames.append(stream)

    def _shown(self, moment: Moment) -> Moment:
        times = self._times_of((moment.file, moment.stream))
        if not times or moment.microseconds >= times[-1]:
            return moment
        shown = times[max(bisect_right(times, moment.microseconds + EARLY, hi=len(times) - 1) - 1, 0)]
        return replace(moment, microseconds=shown)

    def _times_of(self, key: tuple[File, int | str | None]) -> array[int]:
        """Return the times of a recording's images and its end; empty if it cannot be read."""
        if self._last and self._last[0] == key:
            return self._last[1]
        name = json.dumps(_written(Moment(key[0], 0, key[1])))
        known = self._times.get(name)
        times = array("q", known or b"")
        if known is None:
            try:
                images, end = recorded_times(*key)
                times.extend([*images, end])
            except MissingPackageError:
                raise
            except UserError:
                # Reported when the frame itself is read.
                times = array("q")
            self._times[name] = times.tobytes()
        self._last = key, times
        return times


def _written(key: str | Moment) -> Any:
    return key if isinstance(key, str) else [str(key.file), key.microseconds, key.stream]


def _read(written: Any) -> str | Moment:
    return written if isinstance(written, str) else Moment(file_of(written[0]), *written[1:])
