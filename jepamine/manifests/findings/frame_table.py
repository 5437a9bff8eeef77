"""Number the frames that a manifest names, and read what their names alone reveal."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace

from jepamine.data.recordings import recorded_times
from jepamine.data.video import EARLY
from jepamine.errors import MissingPackageError, UserError
from jepamine.manifests.folder_layouts import parse_name
from jepamine.places import File, Moment, Place, as_below, file_of


def _video_place(moment: Moment) -> str:
    return str(moment.file) if moment.stream is None else f"{moment.file}, stream {moment.stream}"


class FrameTable:
    """Frames by number, each once. Made for millions: paths are kept as text.

    A frame's place is the log in its name, else its folder, or its video; its stream is the place, or the
    log and camera of its name. Both are numbers.
    """

    def __init__(self, root: File) -> None:
        self.root = root
        self.frames: list[str | Moment] = []
        self.place: list[int] = []
        self.stream: list[int] = []
        # Microseconds, if the name holds them, or the video does.
        self.time: list[int | None] = []
        self.logs: dict[int, str] = {}
        self.place_names: list[str] = []
        self._numbers: dict[str | Moment, int] = {}
        self._places: dict[tuple[str, ...], int] = {}
        self._streams: dict[tuple[str, ...], int] = {}
        self._times: dict[tuple[File, int | str | None], list[int]] = {}

    def number(self, frame: Place) -> int:
        """Return the number of a frame. Moments at which a video shows the same frame are the same.

        Raises UserError if videos cannot be read at all.
        """
        key = self._shown(frame) if isinstance(frame, Moment) else str(frame)
        existing = self._numbers.get(key)
        if existing is None:
            existing = self._numbers[key] = len(self.frames)
            self.frames.append(key)
            self._say(key)
        return existing

    def open(self, number: int) -> Place:
        """Return the frame with this number."""
        frame = self.frames[number]
        return file_of(frame) if isinstance(frame, str) else frame

    def scene_name(self, place: int) -> str:
        """Return the name of a scene of which only the place is known.

        The log, or the folder below the root.
        """
        if place in self.logs:
            return self.logs[place]
        folder, root = file_of(self.place_names[place]), self.root
        inside = as_below(folder, root)
        return folder.absolute().name if inside in (None, ".") else str(inside)

    def _say(self, key: str | Moment) -> None:
        folder, _, name = (_video_place(key), "", "") if isinstance(key, Moment) else key.rpartition("/")
        parsed = parse_name(name)
        words = ("log", parsed[0]) if parsed else ("folder", folder)
        place = self._places.setdefault(words, len(self._places))
        if place == len(self.place_names):
            self.place_names.append(words[1])
            if parsed:
                self.logs[place] = parsed[0]
        stream = (*words, parsed[1]) if parsed else words
        self.place.append(place)
        self.stream.append(self._streams.setdefault(stream, len(self._streams)))
        if isinstance(key, Moment):
            self.time.append(key.microseconds)
        else:
            self.time.append(parsed[2] if parsed else None)

    def _shown(self, moment: Moment) -> Moment:
        key = (moment.file, moment.stream)
        if key not in self._times:
            try:
                self._times[key], end = recorded_times(*key)
                self._times[key].append(end)
            except MissingPackageError:
                raise
            except UserError:
                # Reported when the frame itself is read.
                self._times[key] = []
        times = self._times[key]
        if not times or moment.microseconds >= times[-1]:
            return moment
        shown = times[max(bisect_right(times, moment.microseconds + EARLY, hi=len(times) - 1) - 1, 0)]
        return replace(moment, microseconds=shown)
