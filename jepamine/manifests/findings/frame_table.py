"""Number the frames that a manifest names, and read what their names alone reveal."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from pathlib import Path

from jepamine.data.video import EARLY, Moment
from jepamine.data.video_index import frame_times, load_av
from jepamine.errors import UserError
from jepamine.manifests.layouts import parse_name


def _video_place(moment: Moment) -> str:
    return str(moment.video) if moment.stream is None else f"{moment.video}, stream {moment.stream}"


class FrameTable:
    """Frames by number, each once. Made for millions: paths are kept as text.

    A frame's place is the log in its name, else its folder, or its video; its stream is the place, or the
    log and camera of its name. Both are numbers.
    """

    def __init__(self, root: Path) -> None:
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
        self._times: dict[tuple[Path, int | None], list[int]] = {}

    def number(self, frame: Path | Moment) -> int:
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

    def open(self, number: int) -> Path | Moment:
        """Return the frame with this number."""
        frame = self.frames[number]
        return Path(frame) if isinstance(frame, str) else frame

    def scene_name(self, place: int) -> str:
        """Return the name of a scene of which only the place is known.

        The log, or the folder below the root.
        """
        if place in self.logs:
            return self.logs[place]
        folder = Path(self.place_names[place])
        if folder == self.root or not folder.is_relative_to(self.root):
            return folder.absolute().name
        return folder.relative_to(self.root).as_posix()

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
        key = (moment.video, moment.stream)
        if key not in self._times:
            load_av()
            try:
                self._times[key], end = frame_times(*key)
                self._times[key].append(end)
            except UserError:
                # Reported when the frame itself is read.
                self._times[key] = []
        times = self._times[key]
        if not times or moment.microseconds >= times[-1]:
            return moment
        shown = times[max(bisect_right(times, moment.microseconds + EARLY, hi=len(times) - 1) - 1, 0)]
        return replace(moment, microseconds=shown)
