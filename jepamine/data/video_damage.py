"""Find signs of damage in the packets of a video: what they say of themselves, and clocks that disagree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from jepamine.data.picture_order import PictureOrder, missing_pictures
from jepamine.data.picture_shapes import coded_shape

# Formats of FFmpeg without a clock, and suffixes of files that are known to have none.
RAW = {"h264", "hevc", "mjpeg", "m4v", "mpegvideo"}
RAW_SUFFIXES = {".h264", ".264", ".avc", ".hevc", ".h265", ".265", ".mjpeg", ".mjpg", ".m4v", ".m2v", ".m1v"}
# Formats whose header says how long the recording is; others estimate it from their content.
HEADED = {"mov", "matroska", "flv"}
# Formats that do not say how long a frame is shown: only a hole in an even pace tells that one is missing.
UNTIMED = {"mpegts", "mpeg", "asf"}
# Containers round times to milliseconds.
ROUNDING = 2_000
# A frame that is off an even pace says something only among this many others.
EVEN = 5


class Packet(NamedTuple):
    """A packet of a stream without its content; times in the stream's units, None if it has none.

    `number` is that of `PictureOrder`, `shape` the size of key frames where it is known.
    """

    pts: int | None
    dts: int | None
    duration: int
    key: bool
    discard: bool
    corrupt: bool
    number: tuple[int, int] | None
    shape: tuple[int, ...] | None


@dataclass(frozen=True)
class Scan:
    """The packets of a stream with content, the `count` of all, and the `end` of the last one of all (s)."""

    packets: list[Packet]
    count: int
    end: float


def scan(container: Any, video: Any) -> Scan:
    """Read all packets of `container`, keeping those of the stream `video` without their content."""
    context = video.codec_context
    order = PictureOrder(context.codec.canonical_name, context.extradata)
    packets, count, end = list[Packet](), 0, 0.0
    for packet in container.demux():
        if packet.pts is not None:
            end = max(end, float((packet.pts + (packet.duration or 0)) * packet.time_base))
        if packet.stream.index != video.index:
            continue
        count += packet.dts is not None or packet.size > 0
        if packet.size:
            number = order.number(packet)
            times = (packet.pts, packet.dts, packet.duration or 0)
            shape = None
            if packet.is_keyframe:
                shape = order.shape or coded_shape(order.codec, bytes(packet))
            kinds = (packet.is_keyframe, packet.is_discard, packet.is_corrupt)
            packets.append(Packet(*times, *kinds, number, shape))
    return Scan(packets, count, end)


def damage(path: Path, container: Any, video: Any, found: Scan, *, clock: bool) -> str:
    """Return a notice of the signs of damage in a video; empty if there are none.

    `clock`: its times are its own, and those of one recording.
    """
    found_signs = [
        *_signs(path, container, video, found),
        *(_clock(container, video, found) if clock else ()),
    ]
    signs = "; ".join(found_signs)
    return f"{path}: damaged or cut: {signs}; frames nearby may be shown early or late" if signs else ""


def _signs(path: Path, container: Any, video: Any, found: Scan) -> Iterator[str]:
    form = container.format.name
    if form in RAW and path.suffix.lower() not in RAW_SUFFIXES:
        yield f"it is a bare {form} stream without a clock, which its name does not say"
    # The times of AVI are the numbers of its packets, those without content (frames repeated) included.
    last = max((packet.dts + 1 for packet in found.packets if packet.dts is not None), default=0)
    count = last if form == "avi" else found.count
    if video.frames > count:
        yield f"{video.frames} frames by its header, {count} found"
    corrupt = sum(packet.corrupt for packet in found.packets)
    if corrupt:
        yield f"{corrupt} incomplete packets"
    lost = missing_pictures([packet.number for packet in found.packets])
    if lost:
        yield f"{lost} frames are missing by the numbers that they have in the stream"


def _clock(container: Any, video: Any, found: Scan) -> Iterator[str]:
    times = [packet.pts for packet in found.packets if packet.pts is not None]
    base, names = video.time_base, set(container.format.name.split(","))
    if len(set(times)) < len(times):
        yield f"{len(times) - len(set(times))} frames have the time of another"
    steps = [after - before for before, after in pairwise(sorted(set(times)))]
    step = float(median(steps) * base) if steps else 0.0
    if names & HEADED and container.duration:
        header, end = container.duration / 1e6, found.end - min(0.0, float(min(times) * base))
        if "mov" in names and video.duration:
            header = float(video.duration * base)
            end = float(_span(found.packets) * base)
        if header - end > 2 * step + 0.1:
            yield f"{header:.3f} s by its header, {end:.3f} s found"
    microseconds = [round(Fraction(time * base * 1_000_000)) for time in sorted(set(times))]
    for time in off_pace(microseconds)[:1]:
        yield f"the frame at {time / 1e6:.3f} s is off the even pace of the others"
    for time in holes(microseconds)[:1] if names & UNTIMED else ():
        yield f"no frame at {time / 1e6:.3f} s, where the even pace of the others has one"


def _span(packets: Sequence[Packet]) -> int:
    stamps = [packet.dts for packet in packets if packet.dts is not None]
    return max(stamps) - min(stamps) + packets[-1].duration if stamps else 0


def off_pace(times: Sequence[int]) -> list[int]:
    """Return the times (microseconds, rising) that alone are off an even pace, kept by those around them."""
    steps = [after - before for before, after in pairwise(times)]
    if len(steps) < EVEN:
        return []
    usual = median(steps)
    off = [
        times[number]
        for number in range(1, len(steps))
        if abs(steps[number] - usual) > ROUNDING
        and abs(steps[number - 1] - usual) > ROUNDING
        and abs(times[number + 1] - times[number - 1] - 2 * usual) <= ROUNDING
    ]
    even = sum(abs(step - usual) <= ROUNDING for step in steps)
    return off if even + 2 * len(off) == len(steps) and len(off) * EVEN <= even else []


def holes(times: Sequence[int]) -> list[int]:
    """Return the times (microseconds) of frames that are missing from a pace that is even otherwise."""
    steps = [after - before for before, after in pairwise(times)]
    if len(steps) < EVEN:
        return []
    usual = median(steps)
    even = sum(abs(step - usual) <= ROUNDING for step in steps)
    long = [number for number, step in enumerate(steps) if step > usual + ROUNDING]
    whole = all(abs(steps[number] - round(steps[number] / usual) * usual) <= ROUNDING for number in long)
    if not whole or even + len(long) != len(steps) or len(long) * EVEN > even:
        return []
    return [round(times[number] + usual) for number in long]
