"""Follow the elements of Matroska and WebM files, and compare what they say of the same frame.

An element says where the next one begins; blocks and the index (cues) both have the times of key frames.
Sources: RFC 8794 (elements), RFC 9559 (5.1: their ids, 10: blocks).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

# What holds others (a group: a block and what belongs to it; cues: the index).
EBML, SEGMENT, CLUSTER, INFO, TRACKS = 0x1A45DFA3, 0x18538067, 0x1F43B675, 0x1549A966, 0x1654AE6B
TRACK, GROUP, CUES, CUE, CUE_PLACE = 0xAE, 0xA0, 0x1C53BB6B, 0xBB, 0xB7
FILLING = {0xEC, 0xBF}
# The parts of a segment: seek head, attachments, chapters, tags, and those above.
LEVEL_1 = {0x114D9B74, 0x1941A469, 0x1043A770, 0x1254C367, INFO, TRACKS, CLUSTER, CUES}
# Numbers in a cluster, which have 8 bytes at most: time, position, previous size.
NUMBERS = {0xE7, 0xA7, 0xAB}
# What else is in a cluster: blocks, silent tracks. In a group: a block, additions, duration, priority,
# references, state of the codec, padding, slices.
IN_CLUSTER = {*NUMBERS, 0xA3, GROUP, 0x5854}
IN_GROUP = {0xA1, 0x75A1, 0x9B, 0xFA, 0xFB, 0xFD, 0xA4, 0x75A2, 0x8E}
# What elements that hold others may hold; any that fit where it is None.
HELD: dict[int, set[int] | None] = {
    0: {EBML, SEGMENT},
    SEGMENT: LEVEL_1,
    CLUSTER: IN_CLUSTER | LEVEL_1,
    INFO: None,
    TRACKS: None,
    TRACK: None,
    GROUP: IN_GROUP,
    CUES: None,
    CUE: None,
    CUE_PLACE: None,
}
# Where such an element is one: elsewhere its id is that of another.
AROUND = {
    SEGMENT: 0,
    CLUSTER: SEGMENT,
    INFO: SEGMENT,
    TRACKS: SEGMENT,
    TRACK: TRACKS,
    GROUP: CLUSTER,
    CUES: SEGMENT,
    CUE: CUES,
    CUE_PLACE: CUE,
}
# Numbers that are read: units of time (ns), tracks of the header, times of clusters and of the index.
SCALE, TRACK_NUMBER, TIME, CUE_TIME, CUE_TRACK = 0x2AD7B1, 0xD7, 0xE7, 0xB3, 0xF7
BLOCKS = {0xA3, 0xA1}
# Units by which writers round times differently.
ROUNDED = 2


@dataclass
class Matroska:
    """What is in a file: times of `blocks` by track, (track, time) of its `cues`, and its `tracks`.

    Times are in units of `scale` nanoseconds. `broken` is the place (byte) of the first element that nothing
    before leads to, or that has no end; nothing behind it is read.
    """

    broken: int | None = None
    scale: int = 1_000_000
    tracks: set[int] = field(default_factory=set)
    blocks: dict[int, set[int]] = field(default_factory=dict)
    cues: list[tuple[int, int]] = field(default_factory=list)
    # Times of the cluster and the cue that are being read.
    cluster_time: int = 0
    cue_time: int = 0

    def signs(self) -> Iterator[str]:
        """Yield what elements contradict in others."""
        if self.broken is not None:
            return
        foreign = sum(len(times) for track, times in self.blocks.items() if track not in self.tracks)
        if foreign:
            yield f"{foreign} blocks belong to no track of its header"
        for track, time in self.cues:
            near = range(time - ROUNDED, time + ROUNDED + 1)
            if self.blocks.get(track, set()).isdisjoint(near):
                yield f"its index has a frame at {time * self.scale / 1e9:.3f} s, where there is none"
                return


def read_matroska(path: Path) -> Matroska:
    """Return what is in a Matroska or WebM file."""
    found = Matroska()
    with path.open("rb") as file:
        found.broken = _walk(file, path.stat().st_size, found)
    return found


def _walk(file: BinaryIO, size: int, found: Matroska) -> int | None:
    # What is open, and where it ends; the file first. Unknown ends are those of what is around.
    open_ = [(0, size)]
    while (at := file.tell()) < size:
        while len(open_) > 1 and at == open_[-1][1]:
            open_.pop()
        around, outer = open_[-1]
        allowed = HELD[around]
        element = _element(file)
        if element is None or (allowed is not None and element[0] not in allowed | FILLING):
            return at
        id_, length = element
        if around == CLUSTER and id_ in LEVEL_1:
            # Only a cluster of unknown size ends so.
            if outer != open_[-2][1]:
                return at
            open_.pop()
            around, outer = open_[-1]
        end = outer if length is None else file.tell() + length
        if end > outer or (length is None and id_ not in (SEGMENT, CLUSTER)):
            return at
        if around == CLUSTER and id_ in NUMBERS and end - file.tell() > 8:
            return at
        if AROUND.get(id_) == around:
            open_.append((id_, end))
        else:
            _note(file, id_, end, found)
            file.seek(end)
    return None


def _note(file: BinaryIO, id_: int, end: int, found: Matroska) -> None:
    """Add the element at the file's place, which ends at `end`, to what was found."""
    if id_ in BLOCKS:
        number = _number(file, keep=False)
        if number:
            time = found.cluster_time + int.from_bytes(file.read(2), signed=True)
            found.blocks.setdefault(number[0], set()).add(time)
    elif id_ in (SCALE, TRACK_NUMBER, TIME, CUE_TIME, CUE_TRACK):
        value = int.from_bytes(file.read(min(8, end - file.tell())))
        if id_ == SCALE:
            found.scale = value
        elif id_ == TRACK_NUMBER:
            found.tracks.add(value)
        elif id_ == TIME:
            found.cluster_time = value
        elif id_ == CUE_TIME:
            found.cue_time = value
        else:
            found.cues.append((value, found.cue_time))


def _element(file: BinaryIO) -> tuple[int, int | None] | None:
    """Return the (id, size) of the element at the file's place, whose content is next.

    The size is None if it is unknown. Without an element the result is None.
    """
    id_ = _number(file, keep=True)
    length = None if id_ is None else _number(file, keep=False)
    if id_ is None or length is None:
        return None
    value, width = length
    return id_[0], None if value == (1 << 7 * width) - 1 else value


def _number(file: BinaryIO, *, keep: bool) -> tuple[int, int] | None:
    """Return a number of variable width and its width, with its leading bit if `keep`; None if it is none."""
    first = file.read(1)
    if not first or not first[0]:
        return None
    width = 9 - first[0].bit_length()
    rest = file.read(width - 1)
    if len(rest) < width - 1 or (keep and width > 4):
        return None
    value = int.from_bytes(first + rest)
    return (value if keep else value & ((1 << 7 * width) - 1)), width
