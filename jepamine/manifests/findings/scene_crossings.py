"""Find clips that cross scenes: by the logs in frames' names, by other clips, and by folder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from jepamine.manifests.findings.entries import Entry, Finding, between
from jepamine.manifests.findings.frame_table import FrameTable
from jepamine.utils.spilled import SpilledMap, add_one


def scene_crossings(
    entries: Sequence[Entry], table: FrameTable, copies: Sequence[int], bad: SpilledMap[Any]
) -> Iterator[Finding]:
    """Find clips whose frames are of several scenes, or all of another scene.

    A clip equal to an earlier one, which `copies` has for it, and `bad` frames, which cannot be read, are no
    evidence about scenes.
    """
    scenes = Scenes(entries, table, copies, bad)
    for index, entry in enumerate(entries):
        starts = scenes.boundaries(entry)
        to = scenes.of_parts(entry, starts)
        if starts:
            names = [scenes.described(frame) for frame in scenes.sides(entry, starts[0])]
            why = f"{names[0]} and {names[1]} {between(starts[0])}"
            yield Finding("scene_crossing", index, why, tuple(starts), to)
        elif to[:1] != (entry.scene,) and copies[index] == index and entry.frames:
            why = f"its scene is '{entry.scene}'; other clips have its frames in '{to[0]}'"
            yield Finding("scene_crossing", index, why, (), to)


def _voters(entries: Sequence[Entry], copies: Sequence[int]) -> Iterator[tuple[Entry, str]]:
    """Yield the clips that name a scene, with it; copies of others do not count."""
    for index, entry in enumerate(entries):
        if entry.scene is not None and copies[index] == index:
            yield entry, entry.scene


def _agree(scenes: SpilledMap[str | None], key: Hashable, scene: str) -> None:
    if scenes.setdefault(key, scene) != scene:
        scenes[key] = None


class Scenes:
    """The scene that each frame belongs to, by the clips of a manifest.

    A place (log or folder) belongs to a scene if all clips entirely in it agree. Elsewhere a frame belongs
    to the scene that most of its clips name, of a tie to the first.
    """

    def __init__(
        self, entries: Sequence[Entry], table: FrameTable, copies: Sequence[int], bad: SpilledMap[Any]
    ) -> None:
        self.table, self._bad = table, bad
        # The scene of the clips within a place, or that span two, or that have a frame; None for several.
        self._within, self._spanning = SpilledMap[str | None](), SpilledMap[str | None]()
        self._claims = SpilledMap[str]()
        self._contested = SpilledMap[dict[str, int]]()
        for entry, scene in _voters(entries, copies):
            places = tuple(sorted({table.place(frame) for frame in entry.frames if frame not in bad}))
            if len(places) == 1:
                _agree(self._within, places[0], scene)
            elif len(places) == 2:
                _agree(self._spanning, places, scene)
            for frame in set(entry.frames):
                if self._claims.setdefault(frame, scene) != scene:
                    self._contested[frame] = {}
        for entry, scene in _voters(entries, copies) if self._contested else ():
            for frame in set(entry.frames):
                if frame in self._contested:
                    add_one(self._contested, frame, scene)

    def owner(self, frame: int) -> str | None:
        """Return the scene that a frame belongs to, None if no clip names one."""
        within = self._within.get(self.table.place(frame))
        if within is not None:
            return within
        if votes := self._contested.get(frame):
            # In the order of the first counts, and so the manifest's.
            return max(votes, key=lambda scene: votes[scene])
        return self._claims.get(frame)

    def boundaries(self, entry: Entry) -> list[int]:
        """Return the numbers of the frames of a clip that start another scene."""
        frames = entry.frames
        if not self._contested and len({*map(self.table.place, frames)}) < 2:
            return []
        good = [number for number, frame in enumerate(frames) if frame not in self._bad]
        return [n for last, n in pairwise(good) if self._differ(entry, frames[last], frames[n])]

    def of_parts(self, entry: Entry, starts: Sequence[int]) -> tuple[str | None, ...]:
        """Return the scene of each part of a clip that is divided before the frames `starts`."""
        if entry.scene is None or not entry.frames:
            return (None,) * (len(starts) + 1)
        # A boundary precedes a good frame, but the first part may start with a bad one.
        first = next((frame for frame in entry.frames if frame not in self._bad), entry.frames[0])
        firsts = [first, *(entry.frames[start] for start in starts)]
        sure = [self.owner(frame) == entry.scene and self._known(entry, frame) for frame in firsts]
        # If no part is certainly the clip's own scene, the first is.
        home = self.table.place(firsts[sure.index(True) if any(sure) else 0])
        return tuple(
            self.owner(frame)
            if owners or self.table.place(frame) == home or self.owner(frame) != entry.scene
            else self.table.scene_name(self.table.place(frame))
            for frame, owners in zip(firsts, sure, strict=True)
        )

    def sides(self, entry: Entry, start: int) -> tuple[int, int]:
        """Return the frames on either side of a boundary before frame `start`."""
        before = [frame for frame in entry.frames[:start] if frame not in self._bad]
        return before[-1], entry.frames[start]

    def described(self, frame: int) -> str:
        """Return a frame's scene, log or folder, for a message."""
        owner, place = self.owner(frame), self.table.place(frame)
        where = f"{'log' if self.table.is_log(place) else 'folder'} '{self.table.scene_name(place)}'"
        return where if owner is None else f"scene '{owner}' ({where})"

    def _known(self, entry: Entry, frame: int) -> bool:
        place = self.table.place(frame)
        return place in self._within or self._names_scene(entry, place)

    def _differ(self, entry: Entry, left: int, right: int) -> bool:
        first, second = self.table.place(left), self.table.place(right)
        if first != second and self.table.is_log(first) and self.table.is_log(second):
            return True
        owners = self.owner(left), self.owner(right)
        if None not in owners and owners[0] != owners[1]:
            return True
        return first != second and self._folders_tell(entry, first, second)

    def _folders_tell(self, entry: Entry, first: int, second: int) -> bool:
        """Return whether two folders are two scenes, if no clip claims so."""
        if first in self._within and second in self._within:
            return False
        if self._names_scene(entry, first) and self._names_scene(entry, second):
            return False
        # Several scenes spread over both: left and right, for example.
        pair = tuple(sorted((first, second)))
        if pair in self._spanning and self._spanning.get(pair) is None:
            return False
        # One folder per moment, not per scene.
        places = Counter(map(self.table.place, entry.frames))
        return len(entry.frames) == 2 or max(places[first], places[second]) > 1

    def _names_scene(self, entry: Entry, place: int) -> bool:
        name = self.table.scene_name(place)
        return entry.scene is not None and (entry.scene == name or entry.scene in name.split("/"))
