"""Follow the fragments of MP4 files that are written piece by piece, as dashcams and browsers do.

Readers pass over a box that they do not know, a damaged fragment too. Source: ISO/IEC 14496-12 (8.8).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from struct import unpack_from

from jepamine.data.movie_box import LARGEST, boxes, fits, is_fragmented, top_level
from jepamine.data.packet_scan import Packet

# Boxes that such files consist of.
KNOWN = {
    *(b"ftyp", b"styp", b"moov", b"moof", b"mdat", b"mfra", b"sidx", b"ssix", b"free", b"skip", b"wide"),
    *(b"udta", b"uuid", b"meta", b"emsg", b"prft", b"pdin", b"pnot"),
}
# Boxes of fragments, and of their tracks.
WITHIN = {
    *(b"mfhd", b"traf", b"tfhd", b"tfdt", b"trun", b"sbgp", b"sgpd", b"subs", b"saiz", b"saio", b"senc"),
    *(b"pssh", b"meta", b"uuid", b"free", b"skip", b"udta"),
}
# Of so many fragments one may begin at another time than the one before ends.
FEW = 5


def fragment_signs(
    path: Path, movie: bytes, packets: Sequence[Packet], base: Fraction, *, size: int, exact: bool
) -> Iterator[str]:
    """Yield what is wrong with the fragments of a file, whose video has these packets, `base` s a unit.

    `movie` is the content of its movie box, `size` are the bytes of all packets that were found; `exact`: its
    writer is known to write nothing else.
    """
    if not is_fragmented(movie):
        return
    fragments, indexed, held = set[int](), set[int](), 0
    length = path.stat().st_size
    with path.open("rb") as file:
        for kind, at, start, stop in top_level(file, length):
            file.seek(start)
            content = file.read(min(stop - start, LARGEST)) if kind in (b"moof", b"mfra") else b""
            within = boxes(content) if kind == b"moof" else ()
            known = kind in KNOWN and stop <= length
            if not known or not fits(content) or any(inner not in WITHIN for inner, _ in within):
                yield f"its boxes do not follow from each other at byte {at}"
                return
            held += stop - start if kind == b"mdat" else 0
            fragments |= {at} if kind == b"moof" else set()
            indexed |= _indexed(content) if kind == b"mfra" else set()
    if indexed - fragments:
        yield f"its index has a fragment at byte {min(indexed - fragments)}, where there is none"
    if size > held or (exact and size < held):
        yield f"{held} bytes of frames by its boxes, {size} found"
    apart = list(_apart(packets, 0.1 if exact else 0.5))
    # Some writers guess how long the last frame of a fragment is shown.
    if apart and len(apart) <= max(1, len(fragments) // FEW):
        end, begin = (float(time * base) for time in apart[0])
        yield f"its frames are shown to {end:.3f} s, and the next ones from {begin:.3f} s on"


def _apart(packets: Sequence[Packet], allowed: float) -> Iterator[tuple[int, int]]:
    """Yield the (end, begin), in times of decoding, of packets that do not follow each other.

    `allowed` is what may be between them, as a part of a packet's duration.
    """
    for before, after in pairwise(packets):
        if before.dts is not None and after.dts is not None and before.duration:
            end = before.dts + before.duration
            if abs(after.dts - end) > allowed * before.duration:
                yield end, after.dts


def _indexed(content: bytes) -> set[int]:
    """Return the places of fragments that the index at a file's end (tfra boxes) has."""
    places = set[int]()
    at = 0
    while at + 8 <= len(content):
        size, kind = unpack_from(">I4s", content, at)
        if size < 8:
            break
        if kind == b"tfra":
            wide, widths, count = (
                content[at + 8],
                content[at + 19],
                int.from_bytes(content[at + 20 : at + 24]),
            )
            numbers = sum((widths >> by & 3) + 1 for by in (0, 2, 4))
            step = (16 if wide else 8) + numbers
            for row in range(at + 24, min(at + 24 + count * step, at + size - step + 1), step):
                places.add(unpack_from(">Q" if wide else ">I", content, row + (8 if wide else 4))[0])
        at += size
    return places
