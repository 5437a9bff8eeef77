"""Find leaks between splits: drives, or frames, on both sides."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence

from jepamine.manifests.findings.contents import Contents
from jepamine.manifests.findings.entries import Entry, Finding
from jepamine.utils.spilled import SpilledMap, add_one


def split_leaks(entries: Sequence[Entry], contents: Contents) -> Iterator[Finding]:
    """Find clips whose drive, or some of whose frames, are also in clips of another split.

    `to` is the split of most clips of the group connected by drives or frames, of a tie the first.
    """
    leaking_drives, leaking_frames = SpilledMap[int](), SpilledMap[int]()
    drives, frames = SpilledMap[str](), SpilledMap[str]()
    for _, entry, split in _marked(entries):
        if entry.drive is not None and drives.setdefault(entry.drive, split) != split:
            leaking_drives[entry.drive] = 1
        for content in {contents.content(frame) for frame in entry.frames}:
            if frames.setdefault(content, split) != split:
                leaking_frames[content] = 1
    if not leaking_drives and not leaking_frames:
        return
    groups = _Groups()
    for index, entry, _ in _marked(entries):
        # Also what does not leak yet but would once a part of the group has moved.
        groups.join(index, entry.drive, {contents.content(frame) for frame in entry.frames})
    # Group -> split -> its clips, in the order of the splits' first clips.
    sides = SpilledMap[dict[str, int]]()
    for index, _, split in _marked(entries):
        add_one(sides, groups.of(index), split)
    for index, entry, split in _marked(entries):
        shared = sum(content in leaking_frames for content in {*map(contents.content, entry.frames)})
        by_drive = entry.drive is not None and entry.drive in leaking_drives
        if by_drive or shared:
            why = f"split '{split}'; " + (
                f"{'scene' if entry.drive == entry.scene else 'drive'} '{entry.drive}' is also in another"
                if by_drive
                else f"{shared} frames are also in another"
            )
            counts = sides.get(groups.of(index)) or {split: 1}
            to = max(counts, key=lambda side: counts[side])
            yield Finding("split_leak", index, why, to=(to,), stays=to == split)


def _marked(entries: Iterable[Entry]) -> Iterator[tuple[int, Entry, str]]:
    """Yield (number, clip, split) of the clips that name a split."""
    return ((index, entry, entry.split) for index, entry in enumerate(entries) if entry.split is not None)


class _Groups:
    """Clips connected by drives or frames; a group is named by one of its clips."""

    def __init__(self) -> None:
        self._up = array("q")
        self._drives, self._frames = SpilledMap[int](), SpilledMap[int]()

    def of(self, index: int) -> int:
        root = index
        while self._up[root] != root:
            root = self._up[root]
        while self._up[index] != root:
            self._up[index], index = root, self._up[index]
        return root

    def join(self, index: int, drive: str | None, frames: Iterable[bytes]) -> None:
        """Add a clip, numbered higher than those before."""
        self._up.extend(range(len(self._up), index + 1))
        if drive is not None:
            self._connect(index, self._drives.setdefault(drive, index))
        for frame in frames:
            self._connect(index, self._frames.setdefault(frame, index))

    def _connect(self, index: int, other: int) -> None:
        self._up[self.of(index)] = self.of(other)
