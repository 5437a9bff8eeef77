"""Read all packets of a video once: their times, numbers and sizes, without decoding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from jepamine.data.codec_units import forbidden_bytes, several_jpegs
from jepamine.data.picture_order import PictureOrder
from jepamine.data.picture_shapes import coded_shape


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
    """The packets of a stream with content, the `count` of all, and the `end` of the last one of all (s).

    `order` has read their numbers; `forbidden`: how many have bytes that no encoder writes; `size`: the bytes
    of all packets of the container.
    """

    packets: list[Packet]
    count: int
    end: float
    order: PictureOrder
    forbidden: int = 0
    size: int = 0


def scan(container: Any, video: Any) -> Scan:
    """Read all packets of `container`, keeping those of the stream `video` without their content."""
    context = video.codec_context
    order = PictureOrder(context.codec.canonical_name, context.extradata)
    jpegs = container.format.name == "mjpeg"
    packets, count, end, forbidden, size = list[Packet](), 0, 0.0, 0, 0
    for packet in container.demux():
        size += packet.size
        if packet.pts is not None:
            end = max(end, float((packet.pts + (packet.duration or 0)) * packet.time_base))
        if packet.stream.index != video.index:
            continue
        count += packet.dts is not None or packet.size > 0
        if packet.size:
            number = order.number(packet)
            times = (packet.pts, packet.dts, packet.duration or 0)
            content = bytes(packet)
            forbidden += (order.started and forbidden_bytes(content)) or (jpegs and several_jpegs(content))
            shape = None
            if packet.is_keyframe:
                shape = order.shape or coded_shape(order.codec, content)
            kinds = (packet.is_keyframe, packet.is_discard, packet.is_corrupt)
            packets.append(Packet(*times, *kinds, number, shape))
    return Scan(packets, count, end, order, forbidden, size)
