"""Tell which frames of a damaged video are good, and what became of them.

A frame is good if it could be read: no byte of its packet is damaged, nor of those that it may refer to (the
packets before it back to the key frame, but for those that no other refers to, and the parameter sets in the
header), or a decoder makes the right picture of them all the same. Good frames may be refused or reported,
and a notice may say that frames nearby are early or late. Without one, none may be lost, shown at another's
time, or changed. A damaged packet that passes the decoder is nobody's fault: no video has checksums of its
pictures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np

from jepamine.data.recordings import Recordings, recorded_times
from jepamine.errors import UserError
from jepamine.places import Moment

# Bytes by which a part of a packet is found again: containers divide packets into parts.
KEY = 12
# Bytes behind a header that decoders may read (AV_INPUT_BUFFER_PADDING_SIZE).
PADDING = 64


class Part(NamedTuple):
    """Bytes of a packet or header from its byte `at` on, which are those of the file in `range`."""

    at: int
    range: range


@dataclass(frozen=True)
class Payload:
    """A packet or header: its `content`, the `parts` of it that are in the file."""

    content: bytes
    parts: list[Part]

    def damaged(self, damage: Damage) -> bytes:
        """Return what is left of the content after damage of the file."""
        pieces, at = [], 0
        for part in self.parts:
            pieces += [self.content[at : part.at], damage.kept(part.range)]
            at = part.at + len(part.range)
        return b"".join([*pieces, self.content[at:]])


@dataclass(frozen=True)
class SoundVideo:
    """A sound video: its `content`, and for each frame its time, picture and bytes with what it refers to.

    `packets` are those of the stream, `header` is that of its codec; `shown` are the packets of the frames.
    """

    content: bytes
    times: list[int]
    pictures: list[np.ndarray]
    needed: list[list[range]]
    codec: str
    header: Payload
    packets: list[Payload]
    shown: list[int]

    @property
    def step(self) -> int:
        """The shortest time between two frames."""
        return min(after - before for before, after in pairwise(self.times))

    def good(self, damaged: bytes) -> list[bool]:
        """Return which frames are good in the damaged content."""
        damage = Damage.of(self.content, damaged)
        whole = [not any(damage.meets(part) for part in parts) for parts in self.needed]
        packets = [each.damaged(damage) for each in self.packets]
        decoded = decode(self.codec, self.header.damaged(damage), packets)
        sound = self._decoded
        return [own or sound[n] == decoded.get(n) for own, n in zip(whole, self.shown, strict=True)]

    @cached_property
    def _decoded(self) -> dict[int, bytes]:
        sound = decode(self.codec, self.header.content, [each.content for each in self.packets])
        assert set(self.shown) == set(sound), "the decoder needs what is not in the packets"
        return sound


def decode(codec: str, header: bytes, packets: Sequence[bytes]) -> dict[int, bytes]:
    """Return the pictures (bytes of RGB) by the number of their packets, without those after an error.

    They are again from the next key frame on: until then a decoder may show what was in memory.
    """
    import av

    context = av.CodecContext.create(codec, "r")
    # Decoders read on behind the header, where PyAV leaves what was in memory.
    context.extradata, context.thread_count = header + bytes(PADDING) if header else None, 1
    pictures: dict[int, bytes] = {}
    sound = True
    for number, content in enumerate([*packets, None]):
        packet = None if content is None else av.Packet(content)
        if packet is not None:
            packet.pts = number
        try:
            frames = context.decode(packet)
        except av.FFmpegError:
            sound, frames = False, []
        for frame in frames:
            sound = (sound or frame.key_frame) and not frame.is_corrupt
            if sound and frame.pts is not None:
                pictures[frame.pts] = frame.to_ndarray(format="rgb24").tobytes()
    return pictures


def sound_video(path: Path) -> SoundVideo:
    """Read a sound video: its frames, and where in the file each frame's packet is."""
    import av

    content = path.read_bytes()
    packets: list[Payload] = []
    shown: list[int] = []
    starts: list[int] = []
    referred: list[bool] = []
    headed: list[bool] = []
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        headers, codec = bytes(stream.codec_context.extradata or b""), stream.codec_context.name
        for packet in container.demux(stream):
            if packet.size:
                payload = bytes(packet)
                headed.append(bool(headers) and headers in payload)
                after = packets[-1].parts[-1].range.stop if packets else 0
                after = after if packet.pos is None else max(after, packet.pos)
                packets.append(Payload(payload, parts_of(payload, content, after)))
                starts.append(len(starts) if packet.is_keyframe or not starts else starts[-1])
                referred.append(not packet.is_disposable)
                packet.pts = len(packets) - 1
            shown += [frame.pts for frame in packet.decode()]
    found = content.find(headers[:KEY]) >= 0
    header = Payload(headers, parts_of(headers, content, 0) if headers and found else [])
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
        own = [part.range for other in (*before, number) for part in packets[other].parts]
        head = [] if headed[starts[number]] else [part.range for part in header.parts]
        needed.append([*head, *own])
    return SoundVideo(content, times, pictures, needed, codec, header, packets, shown)


def parts_of(payload: bytes, content: bytes, after: int) -> list[Part]:
    """Return the parts of `payload` that are in `content`, in order, from `after` on."""
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
        parts.append(Part(at, range(found, found + length)))
        at, place = at + length, found + length
    return parts


@dataclass(frozen=True)
class Damage:
    """Damage of a file: its `content` afterwards, and where it differs.

    `places` of changed bytes or, where bytes were lost or put between, `cut`: (start, stop) of those lost.
    """

    content: bytes
    size: int
    places: list[int]
    cut: tuple[int, int] | None = None

    @staticmethod
    def of(sound: bytes, damaged: bytes) -> Damage:
        """Compare a damaged file with the sound one."""
        size = len(sound)
        if size == len(damaged):
            pairs = enumerate(zip(sound, damaged, strict=True))
            return Damage(damaged, size, [number for number, (one, other) in pairs if one != other])
        shorter = min(size, len(damaged))
        start = next((n for n in range(shorter) if sound[n] != damaged[n]), shorter)
        end = next((n for n in range(shorter - start) if sound[-1 - n] != damaged[-1 - n]), shorter - start)
        return Damage(damaged, size, [], (start, size - end))

    def meets(self, part: range) -> bool:
        """Return whether a byte of `part` was changed or lost, or bytes put between two of them."""
        if self.cut is None:
            return any(place in part for place in self.places)
        start, stop = self.cut
        between = start < stop or start > part.start
        return part.start < max(stop, start + 1) and start < part.stop and between

    def kept(self, part: range) -> bytes:
        """Return what became of the bytes of `part`."""
        if self.cut is None or not self.meets(part):
            shift = len(self.content) - self.size if self.cut and part.start >= self.cut[1] else 0
            return self.content[part.start + shift : part.stop + shift]
        start, stop = self.cut
        shift = len(self.content) - self.size
        before, after = range(part.start, min(start, part.stop)), range(max(stop, part.start), part.stop)
        between = self.content[start : stop + shift] if part.start <= start else b""
        kept = self.content[before.start : max(before.stop, before.start)]
        return kept + between + self.content[after.start + shift : max(after.stop, after.start) + shift]


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
    # Where none is shown, all may be errors at times that are not those of the sound video.
    shift = sorted(known)[len(known) // 2] if known else min(shown) - sound.times[0]
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
