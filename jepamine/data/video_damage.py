"""Find signs of damage in a video: what its container and its packets say of themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

from jepamine.data.asf_packets import asf_size
from jepamine.data.avi_chunks import avi_intervals, avi_size
from jepamine.data.container_structure import broken_at
from jepamine.data.matroska import read_matroska
from jepamine.data.movie_box import read_movie
from jepamine.data.movie_fragments import fragment_signs
from jepamine.data.movie_track import track_signs
from jepamine.data.packet_scan import Packet, Scan
from jepamine.data.picture_order import missing_pictures
from jepamine.data.video_clocks import MARKED, by_lavf, clock_signs

# Format of FFmpeg -> what reads the size that a file says it has.
SIZES = {"avi": avi_size, "asf": asf_size}
# Formats of FFmpeg without a clock, and suffixes of files that are known to have none.
RAW = {"h264", "hevc", "mjpeg", "m4v", "mpegvideo"}
RAW_SUFFIXES = {".h264", ".264", ".avc", ".hevc", ".h265", ".265", ".mjpeg", ".mjpg", ".m4v", ".m2v", ".m1v"}
# Packets before a clock that restarts in which FFmpeg notices it.
JOINT = 3
# FFmpeg's number of frames in the header of an AVI that it could not go back to.
NEVER_WRITTEN = 1 << 30


def damage(path: Path, container: Any, video: Any, found: Scan, *, clock: bool, joined: int) -> str:
    """Return a notice of the signs of damage in a video; empty if there are none.

    `clock`: its times are its own, and those of one recording. `joined`: frames that are the end of others.
    """
    found_signs = [
        *_signs(path, container, video, found, joined),
        *(clock_signs(container, video, found) if clock else ()),
    ]
    signs = "; ".join(found_signs)
    return f"{path}: damaged or cut: {signs}; frames nearby may be shown early or late" if signs else ""


def _signs(path: Path, container: Any, video: Any, found: Scan, joined: int) -> Iterator[str]:
    form = container.format.name
    names = set(form.split(","))
    if form in RAW and path.suffix.lower() not in RAW_SUFFIXES:
        yield f"it is a bare {form} stream without a clock, which its name does not say"
    if form in RAW and not begins_bare(path, form):
        yield f"it does not begin as a bare {form} stream does"
    # The times of AVI are the numbers of its packets, those without content (frames repeated) included.
    # With B-frames FFmpeg writes every second packet without content, also after the last.
    stamps = sorted({packet.dts for packet in found.packets if packet.dts is not None})
    steps = [after - before for before, after in pairwise(stamps)]
    count = stamps[-1] + round(median(steps or [1])) if form == "avi" and stamps else found.count
    # MXF counts frames as its units of time.
    stated = (video.duration or 0) if form == "mxf" else video.frames
    if count < stated < NEVER_WRITTEN:
        yield f"{stated} frames by its header, {count} found"
    corrupt = [number for number, packet in enumerate(found.packets) if packet.corrupt]
    count = sum(not _joined(found.packets[number : number + JOINT + 1]) for number in corrupt)
    if count:
        yield f"{count} incomplete packets"
    yield from _picture_signs(found)
    unmarked = _unmarked(found.packets) if names & MARKED and found.order.codec in ("h264", "hevc") else 0
    if unmarked:
        yield f"{unmarked} key frames are not marked as such"
    if joined:
        yield f"{joined} frames became the end of the frame before (a damaged start code)"
    yield from _header_signs(path, container, video, found)
    matroska = read_matroska(path) if "matroska" in form else None
    broken = matroska.broken if matroska else broken_at(path, form)
    if matroska:
        yield from matroska.signs()
    if broken is not None:
        yield f"its elements do not follow from each other at byte {broken}"
    size, stated = path.stat().st_size, SIZES[form](path) if form in SIZES else None
    if stated is not None and stated > size:
        yield f"{stated} bytes by its header, {size} found"


def begins_bare(path: Path, form: str) -> bool:
    """Return whether a file begins with a start code, or with an image: readers look for the next one."""
    with path.open("rb") as file:
        head = file.read(64)
    if form == "mjpeg":
        return head.startswith(b"\xff\xd8\xff")
    if any(box in head for box in (b"mdat", b"moov")):  # an MP4 whose first box is damaged
        return False
    return head.startswith(b"\0\0") and head.lstrip(b"\0").startswith(b"\1")


def _joined(packets: Sequence[Packet]) -> bool:
    """Return whether the clock of consecutive packets restarts: there FFmpeg finds its counter broken."""
    stamps = [packet.dts for packet in packets if packet.dts is not None]
    return any(after < before for before, after in pairwise(stamps))


def _header_signs(path: Path, container: Any, video: Any, found: Scan) -> Iterator[str]:
    form = container.format.name
    intervals = avi_intervals(path) if form == "avi" else None
    if intervals and not 0.9 < intervals[0] / intervals[1] < 1.1:
        main, own = intervals
        yield f"its frames are {main:.3f} s apart by its header, {own:.3f} s by that of the stream"
    if "mov" in form.split(","):
        cut = any(packet.discard for packet in found.packets)
        exact = by_lavf(container)
        movie, length = read_movie(path)
        yield from track_signs(movie, length, video.id, exact=exact, cut=cut)
        yield from fragment_signs(path, movie, found.packets, video.time_base, size=found.size, exact=exact)


def _picture_signs(found: Scan) -> Iterator[str]:
    numbers, codec = [packet.number for packet in found.packets], found.order.codec
    known = [number for number in numbers if number is not None]
    lost = max(missing_pictures(numbers, codec), found.order.skipped, found.order.same_idr)
    if lost:
        yield f"{lost} frames are missing by the numbers that they have in the stream"
    repeated = len(known) - len(set(known)) if found.order.repeated is None else found.order.repeated
    if repeated:
        yield f"{repeated} frames have the number of another in the stream"
    if codec in ("mpeg2video", "hevc") and known and len(known) < len(numbers):
        yield f"{len(numbers) - len(known)} packets have no picture"
    if found.order.odd:
        yield f"{found.order.odd} units have a head that no encoder writes"
    if found.order.crowded:
        yield f"{found.order.crowded} packets have more than one picture"
    if found.order.halved:
        yield f"{found.order.halved} pictures lack a part of their header"
    if found.order.contradicting:
        yield "its headers differ although the size of its frames does not"
    if len(found.order.rates) > 1:
        yield "its headers state several frame rates"
    if found.forbidden:
        yield f"{found.forbidden} packets have bytes that belong into none"


def _unmarked(packets: Sequence[Packet]) -> int:
    """Return how many pictures at which the numbers start again are not marked as key frames."""
    count, last = 0, 0
    for packet in packets:
        if packet.number is not None:
            count += packet.number[0] != last and not packet.key
            last = packet.number[0]
    return count
