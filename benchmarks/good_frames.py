"""Tell which frames of a damaged video are good, and what became of them.

A frame is good if no byte of its packet, nor of those that it may refer to, is damaged: the packets before it
back to the key frame, but for those that no other refers to, and the parameter sets in the header. Good
frames may be refused or reported, and a notice may say that frames nearby are early or late. Without one,
none may be lost, shown at another's time, or changed. A damaged packet that passes the decoder is nobody's
fault: no video has checksums of its pictures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from jepamine.data.recordings import Recordings, recorded_times
from jepamine.errors import UserError
from jepamine.places import Moment

# Bytes by which a part of a packet is found again: containers divide packets into parts.
KEY = 12


@dataclass(frozen=True)
class SoundVideo:
    """A sound video: its `content`, and for each frame its time, picture and bytes with what it refers to."""

    content: bytes
    times: list[int]
    pictures: list[np.ndarray]
    needed: list[list[range]]

    @property
    def step(self) -> int:
        """The shortest time between two frames."""
        return min(after - before for before, after in pairwise(self.times))

    def good(self, damaged: bytes) -> list[bool]:
        """Return which frames are good in the damaged content."""
        changed = changed_bytes(self.content, damaged)
        return [not any(_meets(part, changed) for part in parts) for parts in self.needed]


def sound_video(path: Path) -> SoundVideo:
    """Read a sound video: its frames, and where in the file each frame's packet is."""
    import av

    content = path.read_bytes()
    packets: list[list[range]] = []
    shown: list[int] = []
    starts: list[int] = []
    referred: list[bool] = []
    headed: list[bool] = []
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        headers = bytes(stream.codec_context.extradata or b"")
        for packet in container.demux(stream):
            if packet.size:
                headed.append(bool(headers) and headers in bytes(packet))
                after = packets[-1][0].start if packets else 0
                packets.append(parts_of(bytes(packet), content, after))
                starts.append(len(starts) if packet.is_keyframe or not starts else starts[-1])
                referred.append(not packet.is_disposable)
                packet.pts = len(packets) - 1
            shown += [frame.pts for frame in packet.decode()]
    head = parts_of(headers, content, 0) if headers and content.find(headers[:KEY]) >= 0 else []
    recordings, times = Recordings(), recorded_times(path)[0]
    pictures = [np.asarray(recordings.image(Moment(path, time))) for time in times]
    recordings.close()
    assert len(shown) == len(times), f"{path}: {len(shown)} frames at {len(times)} times"
    needed = []
    for number in shown:
        first = starts[number]
        if first and shown.index(number) < shown.index(first):
            # Shown before its key frame: it refers to the frames before that, too (an open GOP).
            first = starts[first - 1]
        before = [other for other in range(first, number) if referred[other]]
        own = [part for other in (*before, number) for part in packets[other]]
        needed.append(own if headed[starts[number]] else [*head, *own])
    return SoundVideo(content, times, pictures, needed)


def parts_of(payload: bytes, content: bytes, after: int) -> list[range]:
    """Return the ranges of `content` that hold `payload`, in order, from `after` on."""
    parts, at, place = [], 0, after
    while at < len(payload):
        found = content.find(payload[at : at + KEY], place)
        if found < 0:
            # Part of a header that the demuxer made, or too short a rest.
            at += 1
            continue
        length = 0
        while (
            at + length < len(payload)
            and payload[at + length : at + length + 1] == content[found + length : found + length + 1]
        ):
            length += 1
        parts.append(range(found, found + length))
        at, place = at + length, found + length
    return parts


def changed_bytes(sound: bytes, damaged: bytes) -> list[int] | tuple[int, int]:
    """Return the places of changed bytes of `sound`, or (start, stop) of what was lost or put between."""
    if len(sound) == len(damaged):
        return [
            number for number, (one, other) in enumerate(zip(sound, damaged, strict=True)) if one != other
        ]
    shorter = min(len(sound), len(damaged))
    start = next((n for n in range(shorter) if sound[n] != damaged[n]), shorter)
    end = next((n for n in range(shorter - start) if sound[-1 - n] != damaged[-1 - n]), shorter - start)
    return start, len(sound) - end


def _meets(part: range, changed: Sequence[int]) -> bool:
    if isinstance(changed, tuple):
        start, stop = changed
        return (
            part.start < max(stop, start + 1) and start < part.stop and (start < stop or start > part.start)
        )
    return any(place in part for place in changed)


Shown = Mapping[int, np.ndarray | None]


def shown_frames(path: Path) -> Shown:
    """Return the picture at each time of a video's index; None where an error is reported."""
    try:
        times, _ = recorded_times(path)
    except UserError:
        return {}
    recordings, shown = Recordings(), dict[int, np.ndarray | None]()
    for time in times:
        try:
            shown[time] = np.asarray(recordings.image(Moment(path, time)))
        except UserError:
            shown[time] = None
    recordings.close()
    return shown


def fates(sound: SoundVideo, good: Sequence[bool], shown: Shown) -> Counter[str]:
    """Return how many frames have each fate: good ones kept, reported, lost, moved, changed; damaged ones.

    A clock that moves all frames alike moves none among the others.
    """
    shifts = [
        [time - own for time, other in shown.items() if other is not None and _same(other, picture)]
        for own, picture in zip(sound.times, sound.pictures, strict=True)
    ]
    known = [min(each, key=abs) for each, whole in zip(shifts, good, strict=True) if each and whole]
    shift = sorted(known)[len(known) // 2] if known else 0
    counts: Counter[str] = Counter()
    for own, whole, found in zip(sound.times, good, shifts, strict=True):
        near = [time for time in shown if 2 * abs(time - own - shift) < sound.step]
        if any(2 * abs(each - shift) < sound.step for each in found):
            fate = "kept"
        elif any(shown[time] is None for time in near):
            fate = "reported"
        elif found:
            fate = "moved"
        else:
            fate = "changed" if near else "lost"
        counts[f"{'good' if whole else 'damaged'} {fate}"] += 1
    return counts


def silent(counts: Mapping[str, int]) -> dict[str, int]:
    """Return the good frames that are lost, moved or changed."""
    return {key: counts[key] for key in ("good lost", "good moved", "good changed") if counts.get(key)}


def _same(one: np.ndarray, other: np.ndarray) -> bool:
    return one.shape == other.shape and bool(np.array_equal(one, other))
