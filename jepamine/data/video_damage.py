"""Find signs of damage in the packets of a video: what they say of themselves, and clocks that disagree."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

from jepamine.data.asf_packets import asf_size
from jepamine.data.avi_chunks import avi_intervals, avi_size
from jepamine.data.container_structure import broken_at
from jepamine.data.frame_pace import first_off_pace, holes, off_decoding_pace, off_pace, other_pace
from jepamine.data.matroska import read_matroska
from jepamine.data.movie_fragments import fragment_signs
from jepamine.data.movie_track import track_signs
from jepamine.data.packet_scan import Packet, Scan
from jepamine.data.picture_order import missing_pictures

# Format of FFmpeg -> what reads the size that a file says it has.
SIZES = {"avi": avi_size, "asf": asf_size}
# Formats of FFmpeg without a clock, and suffixes of files that are known to have none.
RAW = {"h264", "hevc", "mjpeg", "m4v", "mpegvideo"}
RAW_SUFFIXES = {".h264", ".264", ".avc", ".hevc", ".h265", ".265", ".mjpeg", ".mjpg", ".m4v", ".m2v", ".m1v"}
# Formats whose header says how long the recording is; others estimate it from their content.
HEADED = {"mov", "matroska", "flv", "asf"}
# Of these, formats in which FFmpeg counts to the millisecond, and what rounding makes of it (s); other
# writers leave out the last frame, or count whole seconds.
EXACT, ROUNDED = {"matroska", "flv"}, 0.003
# Formats that do not say how long a frame is shown: only a hole in an even pace tells that one is missing.
UNTIMED = {"mpegts", "mpeg", "asf"}
# Formats that have times of decoding of their own, beside those of display.
TWICE_TIMED = {"mov", "mpegts", "flv"}
# Formats that mark key frames, and have the time of every frame.
MARKED = {"mov", "matroska", "flv"}
# Codecs that show frames in the order of their packets.
UNORDERED = {"vp8", "vp9", "mjpeg"}
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
        *(_clock(container, video, found) if clock else ()),
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
        yield from track_signs(path, video.id, exact=_by_lavf(container), cut=cut)
        yield from fragment_signs(path, found.packets, video.time_base)


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
    count, last = 0, None
    for packet in packets:
        if packet.number is not None:
            count += packet.number[0] != last and not packet.key
            last = packet.number[0]
    return count


def _by_lavf(container: Any) -> bool:
    """Return whether FFmpeg wrote a container, by the container's own word ("Lavf59.27.100")."""
    names = {name.lower(): str(value) for name, value in container.metadata.items()}
    return names.get("encoder", "").startswith("Lavf")


def _clock(container: Any, video: Any, found: Scan) -> Iterator[str]:
    times = [packet.pts for packet in found.packets if packet.pts is not None]
    base, names = video.time_base, set(container.format.name.split(","))
    if names & MARKED and len(times) < len(found.packets):
        yield f"{len(found.packets) - len(times)} frames have no time"
    if len(set(times)) < len(times):
        yield f"{len(times) - len(set(times))} frames have the time of another"
    steps = [after - before for before, after in pairwise(sorted(set(times)))]
    step = float(median(steps) * base) if steps else 0.0
    if names & HEADED and container.duration:
        header, end = container.duration / 1e6, found.end - min(0.0, float(min(times) * base))
        # FLV and its older codec do not say how long the last frame is shown.
        end += 0.0 if any(packet.duration for packet in found.packets) else step
        if "mov" in names and video.duration:
            header = float(video.duration * base)
            end = float(_span(found.packets) * base)
        # Edit lists of MP4 and MOV show less than there is.
        apart = header - end if "mov" in names else abs(header - end)
        if names & EXACT and _by_lavf(container):
            # To the end of the last frame, or by some writers of FLV to its start.
            apart = min(apart, abs(header - end + step)) if "flv" in names else apart
            allowed = ROUNDED
        else:
            allowed = 2 * step + 0.1
        if apart > allowed:
            yield f"{header:.3f} s by its header, {end:.3f} s found"
    if "matroska" in names:
        stated = float(median(packet.duration for packet in found.packets) * base)
        pace = other_pace([float(time * base) for time in sorted(set(times))], stated)
        if pace:
            yield f"its frames are {pace:.3f} s apart, by its header {stated:.3f} s"
    if found.order.codec in UNORDERED and sorted(times) != times:
        yield "its times do not rise, although its codec shows frames in the order of their packets"
    late = _disordered(found)
    if late:
        yield f"{late} frames have times in another order than their numbers in the stream"
    if "asf" in names and min(times) < 0:
        yield f"a frame at {float(min(times) * base):.3f} s, before its start"
    microseconds = [round(Fraction(time * base * 1_000_000)) for time in sorted(set(times))]
    single, decoding = off_pace(microseconds), list[int]()
    if names & TWICE_TIMED and not single:
        stamps = [packet.dts for packet in found.packets if packet.dts is not None]
        decoding = off_decoding_pace(microseconds, [round(Fraction(t * base * 1_000_000)) for t in stamps])
    if names & EXACT and _by_lavf(container) and not decoding:
        single += first_off_pace(microseconds)
    for time in single[:1]:
        yield f"the frame at {time / 1e6:.3f} s is off the even pace of the others"
    for time in decoding[:1]:
        yield f"the frame at {time / 1e6:.3f} s is off the even pace at which frames are decoded"
    for time in _lost(found, microseconds, base)[:1] if names & UNTIMED else ():
        yield f"no frame at {time / 1e6:.3f} s, where the even pace of the others has one"


def _disordered(found: Scan) -> int:
    """Return how many pictures of H.264 and HEVC have an earlier time than the one numbered before."""
    if found.order.codec == "mpeg2video":
        # Their numbers may begin anew without a header.
        return 0
    known = sorted(
        (packet.number, packet.pts)
        for packet in found.packets
        if packet.number is not None and packet.pts is not None
    )
    return sum(one < other and later < earlier for (one, earlier), (other, later) in pairwise(known))


def _lost(found: Scan, times: Sequence[int], base: Fraction) -> list[int]:
    """Return the holes in an even pace, except those between pictures that are neighbours by their numbers.

    A camera leaves out frames before it encodes them. The first or last frame alone rather has a wrong time.
    """
    numbers = {
        round(Fraction(packet.pts * base * 1_000_000)): packet.number
        for packet in found.packets
        if packet.pts is not None
    }
    # Where start codes of MPEG-2 are damaged, pictures are lost although the numbers go on.
    codec = found.order.codec
    whole = codec != "mpeg2video" and not found.forbidden and not missing_pictures([*numbers.values()], codec)
    lost = []
    for time in holes(times):
        place = bisect_left(times, time)
        before, after = (numbers[times[place + step]] for step in (-1, 0))
        alone = place in (1, len(times) - 1)
        if alone or not (whole and before and after and before[0] == after[0]):
            lost.append(time)
    return lost


def _span(packets: Sequence[Packet]) -> int:
    stamps = [packet.dts for packet in packets if packet.dts is not None]
    return max(stamps) - min(stamps) + packets[-1].duration if stamps else 0
