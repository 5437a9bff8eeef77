"""Find pictures of H.264 and HEVC whose last bytes are no part of them: a lost picture, joined to them.

`joined_pictures` finds one by its head. Where that is damaged too, the decoder alone tells: no byte that it
reads can be replaced without a change, as an entropy code has another meaning for each sequence of bits.
Sources: ITU-T H.264 (7.4.1, 9.3.1.2), H.265 (7.4.2.2).
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

START = re.compile(rb"\0\0\x01")
# The part of a slice, and the fewest bytes, that are replaced. More bits than those of a block, which may be
# cropped, and than any two decoders would need.
PART, LEAST = 8, 16
# What fills up a slice (cabac_zero_words).
FILLING = b"\0\0\x03"


def unread_ends(av: Any, path: Path, keys: Sequence[bool]) -> int:
    """Return how many sequences of a raw stream end with a picture whose last bytes decoders do not read.

    `av` is PyAV, `keys` says which packets begin a sequence. A sequence that lost a picture is shorter than
    others: the longest ones are not decoded, and neither is the last, after which nothing moves.
    """
    starts = [*(number for number, key in enumerate(keys) if key or not number), len(keys)]
    lengths = {before: after - before for before, after in pairwise(starts)}
    longest = max(lengths.values(), default=0)
    wanted = {start: length for start, length in lengths.items() if length < longest}
    wanted.pop(starts[-2] if keys else 0, None)
    if not wanted:
        return 0
    found, sequence, left = 0, list[bytes](), 0
    with av.open(str(path), options={"protocol_whitelist": "file"}) as container:
        stream = container.streams.video[0]
        for number, packet in enumerate(each for each in container.demux(stream) if each.size):
            left = wanted.get(number, left)
            if left:
                sequence.append(bytes(packet))
                left -= 1
                if not left:
                    found += _unread(av, stream.codec_context.name, sequence)
                    sequence = []
    return found


def _unread(av: Any, codec: str, sequence: Sequence[bytes]) -> bool:
    """Return whether the last picture of a sequence stays the same when its last bytes are replaced."""
    other = replaced_end(codec, sequence[-1])
    if other is None:
        return False
    shown = _last_picture(av, codec, [*sequence[:-1], other])
    return shown is not None and shown == _last_picture(av, codec, sequence)


def replaced_end(codec: str, packet: bytes) -> bytes | None:
    """Return a packet with other bytes at the end of its last slice; None if that is too short."""
    starts = [match.start() for match in START.finditer(packet)]
    for start, stop in reversed(list(pairwise([*starts, len(packet)]))):
        unit = packet[start:stop]
        is_slice = unit[3:4] and (unit[3] & 31 in (1, 5) if codec == "h264" else unit[3] >> 1 & 63 < 32)
        if not is_slice:
            continue
        unit = unit.rstrip(b"\0")
        while unit.endswith(FILLING):
            unit = unit[: -len(FILLING)].rstrip(b"\0")
        count = max(LEAST, len(unit) // PART)
        if len(unit) < 2 * count:
            return None
        # Without zeros there is no start code among them.
        others = bytes(random.Random(0).choices(range(1, 256), k=count))
        return packet[: start + len(unit) - count] + others + packet[start + len(unit) :]
    return None


def _last_picture(av: Any, codec: str, sequence: Sequence[bytes]) -> bytes | None:
    """Return the picture of the last packet; None if there is none, or the decoder tells of damage."""
    context = av.CodecContext.create(codec, "r")
    # With more threads H.264 leaves blocks as they were in memory.
    context.thread_count = 1
    last = None
    for number, content in enumerate([*sequence, None]):
        packet = None if content is None else av.Packet(content)
        if packet is not None:
            packet.pts = number
        try:
            frames = context.decode(packet)
        except av.FFmpegError:
            continue
        for frame in frames:
            if frame.pts == len(sequence) - 1 and not frame.is_corrupt:
                last = frame.to_ndarray(format="rgb24").tobytes()
    return last
