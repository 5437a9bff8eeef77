"""Find duplicate clips and duplicate frames."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from jepamine.manifests.findings.contents import Contents
from jepamine.manifests.findings.entries import Entry, Finding
from jepamine.utils.spilled import SpilledMap


def copies(entries: Iterable[Entry], contents: Contents) -> Sequence[int]:
    """Return, for each clip, the first with the same frames, or frames of the same content, in order.

    That is the clip itself if no earlier one has them.
    """
    firsts = SpilledMap[int]()
    originals = array("q")
    for index, entry in enumerate(entries):
        key = hashlib.sha256(b" ".join(map(contents.content, entry.frames))).digest()
        originals.append(firsts.setdefault(key, index) if entry.frames else index)
    return originals


def duplicate_clips(entries: Sequence[Entry], same: Sequence[int]) -> Iterator[Finding]:
    """Find clips that share their id, or all their frames (`same`, from `copies`), with another.

    The first of several stays. One that shares nothing but its id has that id in `to`.
    """
    # The first two clips of each id, and the first copy of each clip.
    ids, copy_of = SpilledMap[list[int]](), SpilledMap[int]()
    for index, entry in enumerate(entries):
        sharing = ids.setdefault(entry.clip_id, [index])
        if len(sharing) == 1 and sharing != [index]:
            ids[entry.clip_id] = [*sharing, index]
        if same[index] != index:
            copy_of.setdefault(same[index], index)
    for index, entry in enumerate(entries):
        sharing = ids.get(entry.clip_id) or [index]
        copy = copy_of.get(index)
        if same[index] != index:
            first = entries[same[index]]
            why = f"the same frames as '{first.clip_id}' (line {first.number})"
            yield Finding("duplicate_clip", index, why)
        elif len(sharing) > 1:
            earlier = sharing[1] if sharing[0] == index else sharing[0]
            why = f"the same id as line {entries[earlier].number}"
            yield Finding("duplicate_clip", index, why, to=(entry.clip_id,), stays=sharing[0] == index)
        elif copy is not None:
            copied = entries[copy]
            why = f"the same frames as '{copied.clip_id}' (line {copied.number})"
            yield Finding("duplicate_clip", index, why, stays=True)


def duplicate_frames(entries: Sequence[Entry], contents: Contents, same: Sequence[int]) -> Iterator[Finding]:
    """Find clips that contain a frame twice, or one that a clip of another scene has under another path.

    Frames are compared by content. The first clip keeps what it shares with another scene. Clips that are
    copies of others (`same`) are skipped.
    """
    # Content -> the scene and the frame that had it first.
    homes, shared = SpilledMap[Sequence[Any]](), SpilledMap[int]()
    for index, entry in enumerate(entries):
        for frame in entry.frames if entry.scene is not None and same[index] == index else ():
            content = contents.content(frame)
            scene, first = homes.setdefault(content, (entry.scene, frame))
            if scene != entry.scene and first != frame:
                shared[content] = 1
    for index, entry in enumerate(entries):
        if same[index] != index:
            continue
        again = repeats(entry, contents)
        elsewhere, keeps = dict[int, str](), 0
        for number, frame in enumerate(entry.frames) if shared and entry.scene is not None else ():
            content = contents.content(frame)
            if content not in shared:
                continue
            scene, first = homes.setdefault(content, (entry.scene, frame))
            if scene == entry.scene or first == frame:
                keeps += 1
            else:
                elsewhere[number] = scene
        at = tuple(sorted({*again, *elsewhere}))
        if again:
            why = f"frame {again[0] + 1} occurs earlier in the clip"
        elif elsewhere:
            why = f"frame {at[0] + 1} is also in scene '{elsewhere[at[0]]}'"
        elif keeps:
            why = f"{keeps} frames are in another scene under other names"
        else:
            continue
        yield Finding("duplicate_frame", index, why, at, stays=not at)


def repeats(entry: Entry, contents: Contents) -> list[int]:
    """Return the numbers of the frames whose content occurs earlier in the clip."""
    contents_before: set[bytes] = set()
    numbers = []
    for number, frame in enumerate(entry.frames):
        content = contents.content(frame)
        if content in contents_before:
            numbers.append(number)
        contents_before.add(content)
    return numbers
