"""Compare the clocks of a video: times of display and decoding, the header, and the numbers of pictures."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from statistics import median
from typing import Any

from jepamine.data.frame_pace import first_off_pace, holes, off_decoding_pace, off_pace, other_pace
from jepamine.data.packet_scan import Packet, Scan
from jepamine.data.picture_order import missing_pictures

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


def by_lavf(container: Any) -> bool:
    """Return whether FFmpeg wrote a container, by the container's own word ("Lavf59.27.100")."""
    names = {name.lower(): str(value) for name, value in container.metadata.items()}
    return names.get("encoder", "").startswith("Lavf")


def clock_signs(container: Any, video: Any, found: Scan) -> Iterator[str]:
    """Yield where the times of packets contradict each other, the header, or the order of pictures."""
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
        if names & EXACT and by_lavf(container):
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
    stamps = [packet.dts for packet in found.packets if packet.dts is not None]
    if "asf" in names and sorted(stamps) != stamps:
        yield "its times do not rise, although its frames are in the order in which they are shown"
    if "asf" in names and min(times) < 0:
        yield f"a frame at {float(min(times) * base):.3f} s, before its start"
    microseconds = [round(Fraction(time * base * 1_000_000)) for time in sorted(set(times))]
    single, decoding = off_pace(microseconds), list[int]()
    if names & TWICE_TIMED and not single:
        decoding = off_decoding_pace(microseconds, [round(Fraction(t * base * 1_000_000)) for t in stamps])
    if names & EXACT and by_lavf(container) and not decoding:
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
