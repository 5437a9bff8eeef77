"""Find leaks between splits: drives, or frames, on both sides."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from jepamine.manifests.findings.contents import Contents
from jepamine.manifests.findings.entries import Entry, Finding


def split_leaks(entries: Sequence[Entry], contents: Contents) -> list[Finding]:
    """Find clips whose drive, or some of whose frames, are also in clips of another split.

    `to` is the split of most clips of the group connected by drives or frames, of a tie the first.
    """
    drives: dict[str, str] = {}
    frames: dict[int, str] = {}
    leaking_drives: set[str] = set()
    leaking_frames: set[int] = set()
    marked = [(index, entry, entry.split) for index, entry in enumerate(entries) if entry.split is not None]
    for _, entry, split in marked:
        if entry.drive is not None and drives.setdefault(entry.drive, split) != split:
            leaking_drives.add(entry.drive)
        for frame in {contents.same(frame) for frame in entry.frames}:
            if frames.setdefault(frame, split) != split:
                leaking_frames.add(frame)
    if not leaking_drives and not leaking_frames:
        return []
    groups = _Groups()
    findings = []
    for index, entry, split in marked:
        own = {contents.same(frame) for frame in entry.frames}
        shared = own & leaking_frames
        by_drive = entry.drive in leaking_drives
        # Also what does not leak yet but would once a part of the group has moved.
        groups.join(index, entry.drive, own)
        if by_drive or shared:
            why = f"split '{split}'; " + (
                f"{'scene' if entry.drive == entry.scene else 'drive'} '{entry.drive}' is also in another"
                if by_drive
                else f"{len(shared)} frames are also in another"
            )
            findings.append((index, split, why))
    sides: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for index, _, split in marked:
        sides[groups.of(index)][split] += 1
    side = {group: counts.most_common(1)[0][0] for group, counts in sides.items()}
    return [
        Finding("split_leak", index, why, to=(to,), stays=to == split)
        for index, split, why in findings
        for to in [side[groups.of(index)]]
    ]


class _Groups:
    """Clips connected by drives or frames; a group is named by one of its clips."""

    def __init__(self) -> None:
        self._up: dict[int, int] = {}
        self._holders: dict[tuple[str, str | int], int] = {}

    def of(self, index: int) -> int:
        root = index
        while self._up[root] != root:
            root = self._up[root]
        while self._up[index] != root:
            self._up[index], index = root, self._up[index]
        return root

    def join(self, index: int, drive: str | None, frames: set[int]) -> None:
        self._up[index] = index
        keys: list[tuple[str, str | int]] = [("frame", frame) for frame in frames]
        for key in keys if drive is None else [("drive", drive), *keys]:
            self._up[self.of(index)] = self.of(self._holders.setdefault(key, index))
