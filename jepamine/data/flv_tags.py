"""Follow the tags of FLV files, each of which says where the next one begins, and what it is.

Source: Adobe's Flash Video File Format Specification, version 10.1, annex E; Enhanced RTMP, version 2.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

# Tags: sound, video, data; the bit of encrypted ones. The bit of a file's header that says it has sound.
SOUND, VIDEO, TAGS, ENCRYPTED, SOUND_FLAG = 8, 9, {8, 9, 18}, 0x20, 4
# Bytes at the begin of a video tag that are read, its kind that holds a command, H.264 among its codecs.
VIDEO_HEAD, COMMAND, AVC = 8, 5, 7
# Up to one tag of sound in so many, where the header has no sound, is damage.
FEW = 5


def broken_flv(path: Path) -> int | None:
    """Return the place (byte) of the first tag that is none, or that others contradict; None for none."""
    with path.open("rb") as file:
        return _broken(file, path.stat().st_size)


def _broken(file: BinaryIO, size: int) -> int | None:
    head = file.read(9)
    at = int.from_bytes(head[5:9]) + 4
    broken, sounds, kinds, codecs = list[int](), list[int](), set[bool](), set[bytes]()
    tags = 0
    while at < size:
        file.seek(at)
        tag = file.read(11 + VIDEO_HEAD)
        length = int.from_bytes(tag[1:4]) + 11
        file.seek(at + length)
        after = file.read(4)
        if len(after) < 4 or tag[0] & ~ENCRYPTED not in TAGS:
            return at
        if tag[0] == VIDEO:
            content = tag[11:length]
            codec = flv_codec(content)
            codecs |= {codec} if codec else set()
            kinds |= {content[0] > 127} if content else set()
            if codec is None or len(codecs) > 1 or len(kinds) > 1:
                return at
        sounds += [at] if tag[0] == SOUND else []
        tags += 1
        broken += [at] if int.from_bytes(after) != length else []
        at += length + 4
    # Some writers leave the flag out.
    if not head[4:5] or (not head[4] & SOUND_FLAG and 0 < FEW * len(sounds) < tags):
        return min(sounds, default=0)
    # Some writers count otherwise, always.
    return broken[0] if broken and 2 * len(broken) < tags else None


def flv_codec(content: bytes) -> bytes | None:
    """Return what the content of a video tag says of its codec (b"": nothing); None if no writer makes it."""
    if not content:
        return b""
    kind = content[0] >> 4 & 7
    if content[0] > 127:
        # E-RTMP: the codec has four characters, but for packets with several tracks and the like.
        return content[1:5] if content[0] & 15 < 6 else b""
    if not 0 < kind <= COMMAND or (kind == COMMAND and len(content) > 2):
        return None
    if content[0] & 15 == AVC and len(content) > 5:
        header, begin = content[1] == 0, content[5]
        # The configuration has version 1; frames begin with the size of a unit, or a start code.
        if content[1] > 2 or (header and begin != 1) or (content[1] == 1 and begin):
            return None
    return bytes([content[0] & 15])
