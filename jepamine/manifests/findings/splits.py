"""Find leaks between splits: scenes, or frames, on both sides."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from jepamine.manifests.findings.contents import Contents
from jepamine.manifests.findings.entries import Entry
from jepamine.manifests.findings.finding import Finding


def split_leaks(entries: Sequence[Entry], contents: Contents) -> list[Finding]:
    """Find clips whose scene, or some of whose frames, are also in clips of another split.

    `to` is the split of most clips of the group connected by scenes or frames, of a tie the first.
    """
    scenes: dict[str, str] = {}
    frames: dict[int, str] = {}
    leaking_scenes: set[str] = set()
    leaking_frames: set[int] = set()
    marked = [(index, entry, entry.split) for index, entry in enumerate(entries) if entry.split is not None]
    for _, entry, split in marked:
        if entry.scene is not None and scenes.setdefault(entry.scene, split) != split:
            leaking_scenes.add(entry.scene)
        for frame in {contents.same(frame) for frame in entry.frames}:
            if frames.setdefault(frame, split) != split:
                leaking_frames.add(frame)
    if not leaking_scenes and not leaking_frames:
        return []
    groups = _Groups()
    findings = []
    for index, entry, split in marked:
        own = {contents.same(frame) for frame in entry.frames}
        shared = own & leaking_frames
        by_scene = entry.scene in leaking_scenes
        # Also what does not leak yet but would once a part of the group has moved.
        groups.join(index, entry.scene, own)
        if by_scene or shared:
            why = f"split '{split}'; " + (
                f"scene '{entry.scene}' is also in another"
                if by_scene
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
    """Clips connected by scenes or frames; a group is named by one of its clips."""

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

    def join(self, index: int, scene: str | None, frames: set[int]) -> None:
        self._up[index] = index
        keys: list[tuple[str, str | int]] = [("frame", frame) for frame in frames]
        for key in keys if scene is None else [("scene", scene), *keys]:
            self._up[self.of(index)] = self.of(self._holders.setdefault(key, index))
