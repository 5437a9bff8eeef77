"""Find duplicate clips and duplicate frames."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Sequence

from jepamine.manifests.findings.contents import Contents
from jepamine.manifests.findings.entries import Entry, Finding


def copies(entries: Sequence[Entry], contents: Contents) -> dict[int, int]:
    """Return clip -> the first clip with the same frames, or frames of the same content, in order."""
    firsts: dict[tuple[int, ...], int] = {}
    originals = {}
    for index, entry in enumerate(entries):
        if not entry.frames:
            continue
        first = firsts.setdefault(tuple(contents.same(frame) for frame in entry.frames), index)
        if first != index:
            originals[index] = first
    return originals


def duplicate_clips(entries: Sequence[Entry], same: dict[int, int]) -> list[Finding]:
    """Find clips that share their id, or all their frames (`same`, from `copies`), with another.

    The first of several stays. One that shares nothing but its id has that id in `to`.
    """
    ids: defaultdict[Hashable, list[int]] = defaultdict(list)
    for index, entry in enumerate(entries):
        ids[entry.clip_id].append(index)
    copy_of: dict[int, int] = {}
    for copy, first in same.items():
        copy_of.setdefault(first, copy)
    findings = []
    for index, entry in enumerate(entries):
        sharing = ids[entry.clip_id]
        if index in same:
            why = f"the same frames as '{entries[same[index]].clip_id}' (line {entries[same[index]].number})"
            findings.append(Finding("duplicate_clip", index, why))
        elif len(sharing) > 1:
            earlier = sharing[1] if sharing[0] == index else sharing[0]
            why = f"the same id as line {entries[earlier].number}"
            findings.append(
                Finding("duplicate_clip", index, why, to=(entry.clip_id,), stays=sharing[0] == index)
            )
        elif index in copy_of:
            copied = entries[copy_of[index]]
            why = f"the same frames as '{copied.clip_id}' (line {copied.number})"
            findings.append(Finding("duplicate_clip", index, why, stays=True))
    return findings


def duplicate_frames(entries: Sequence[Entry], contents: Contents, same: Collection[int]) -> list[Finding]:
    """Find clips that contain a frame twice, or one that a clip of another scene has under another path.

    Frames are compared by content. The first clip keeps what it shares with another scene. Clips that are
    copies of others (`same`) are skipped.
    """
    homes: dict[int, tuple[str, int]] = {}
    shared: set[int] = set()
    alone = [(index, entry) for index, entry in enumerate(entries) if index not in same]
    for _, entry in alone:
        for frame in entry.frames if entry.scene is not None else ():
            scene, first = homes.setdefault(contents.same(frame), (str(entry.scene), frame))
            if scene != entry.scene and first != frame:
                shared.add(contents.same(frame))
    findings = []
    for index, entry in alone:
        again = repeats(entry, contents)
        elsewhere, keeps = [], 0
        for number, frame in enumerate(entry.frames):
            content = contents.same(frame)
            if content in shared and entry.scene is not None:
                scene, first = homes[content]
                if scene == entry.scene or first == frame:
                    keeps += 1
                else:
                    elsewhere.append(number)
        at = tuple(sorted({*again, *elsewhere}))
        if again:
            why = f"frame {again[0] + 1} occurs earlier in the clip"
        elif elsewhere:
            why = (
                f"frame {elsewhere[0] + 1} is also in scene '{homes[contents.same(entry.frames[at[0]])][0]}'"
            )
        elif keeps:
            why = f"{keeps} frames are in another scene under other names"
        else:
            continue
        findings.append(Finding("duplicate_frame", index, why, at, stays=not at))
    return findings


def repeats(entry: Entry, contents: Contents) -> list[int]:
    """Return the numbers of the frames whose content occurs earlier in the clip."""
    contents_before: set[int] = set()
    numbers = []
    for number, frame in enumerate(entry.frames):
        content = contents.same(frame)
        if content in contents_before:
            numbers.append(number)
        contents_before.add(content)
    return numbers
