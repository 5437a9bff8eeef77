"""Find clips by the number of their frames, by their files, and by what neighbouring frames show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from jepamine.manifests.findings.contents import Contents
from jepamine.manifests.findings.entries import Entry, Finding, between
from jepamine.utils.spilled import SpilledMap


def time_gaps(entries: Iterable[Entry], max_gap: float) -> Iterator[Finding]:
    """Find clips whose neighbouring frames are more than `max_gap` seconds apart, or run backwards in time.

    Times are the line's `timestamps`, else those of a video's frames, or of names LOG__CAMERA__TIME.
    """
    for index, entry in enumerate(entries):
        gaps = _gaps(entry, max_gap)
        if gaps:
            number, step = next(iter(gaps.items()))
            why = f"{step / 1e6:.3g} s" if step > 0 else f"time runs back by {-step / 1e6:.3g} s"
            yield Finding("time_gap", index, f"{why} {between(number)}{_more(gaps)}", tuple(gaps))


def cuts_in_tubelets(
    entries: Iterable[Entry],
    contents: Contents,
    crossings: SpilledMap[Sequence[int]],
    max_gap: float,
    tubelet_size: int,
) -> Iterator[Finding]:
    """Find clips with a tubelet whose frames are not neighbours.

    Between them is a hard cut, another camera or scene (`crossings`: clip to boundaries), or a gap in time.
    `at` holds the clip's other such boundaries too, those between tubelets.
    """
    for index, entry in enumerate(entries):
        whys = dict.fromkeys(contents.cuts(entry.frames), "a hard cut")
        whys |= dict.fromkeys(_gaps(entry, max_gap), "a gap in time")
        whys |= dict.fromkeys(_other_cameras(entry, contents), "another camera")
        whys |= dict.fromkeys(crossings.get(index) or (), "another scene")
        inside = {number: whys[number] for number in sorted(whys) if number % tubelet_size}
        if inside:
            number, why = next(iter(inside.items()))
            why = f"{why} {between(number)}{_more(inside)}"
            yield Finding("cut_in_tubelet", index, why, tuple(sorted(whys)))


def size_changes(entries: Iterable[Entry], contents: Contents) -> Iterator[Finding]:
    """Find clips in which the size of the frames changes, of which an encoder sees a jump."""
    for index, entry in enumerate(entries):
        if sizes := contents.sizes(entry.frames):
            starts = [number for number, _ in sizes[1:]]
            (one, other) = (f"{width} x {height}" for _, (width, height) in sizes[:2])
            why = f"{one} and {other} {between(starts[0])}{_more(dict.fromkeys(starts))}"
            yield Finding("size_change", index, why, tuple(starts))


def _gaps(entry: Entry, max_gap: float) -> dict[int, float]:
    """Return the number of the frame after each gap -> its length, in microseconds."""
    times = entry.times or ()
    steps = {number: times[number] - times[number - 1] for number in range(1, len(times))}
    return {number: step for number, step in steps.items() if step > max_gap * 1e6 or step < 0}


def _other_cameras(entry: Entry, contents: Contents) -> list[int]:
    frames, table = entry.frames, contents.table
    return [
        number
        for number in range(1, len(frames))
        if table.stream(frames[number]) != table.stream(frames[number - 1])
        and table.place(frames[number]) == table.place(frames[number - 1])
        and not any(frame in contents.problems for frame in frames[number - 1 : number + 1])
    ]


def _more(items: Mapping[int, object]) -> str:
    return f", and {len(items) - 1} more" if len(items) > 1 else ""


def usual_length(entries: Iterable[Entry], tubelet_size: int) -> int | None:
    """Return the most common number of frames, the larger of a tie; whole tubelets only."""
    counts = Counter(len(entry.frames) for entry in entries)
    whole = [length for length in counts if length and length % tubelet_size == 0]
    return max(whole, key=lambda length: (counts[length], length), default=None)


def uneven_lengths(entries: Iterable[Entry], tubelet_size: int) -> Iterator[Finding]:
    """Find clips without whole tubelets, with timestamps for other frames, or not as long as most.

    Only a length that is not a fault in itself `stays`.
    """
    usual = usual_length(entries, tubelet_size)
    for index, entry in enumerate(entries):
        count = len(entry.frames)
        whole = bool(count) and count % tubelet_size == 0
        if entry.stamps not in (None, count):
            why = f"{count} frames, but {entry.stamps} timestamps"
        elif not whole:
            why = f"{count} frames, not whole tubelets of {tubelet_size}"
        elif count != usual:
            why = f"{count} frames, not {usual}"
        else:
            continue
        yield Finding("uneven_length", index, why, stays=whole and entry.stamps in (None, count))


def bad_files(entries: Iterable[Entry], contents: Contents, kind: str) -> Iterator[Finding]:
    """Find clips with a frame that is missing (`kind` "missing_file") or unreadable ("unreadable_file")."""
    for index, entry in enumerate(entries) if contents.problems else ():
        found = ((number, contents.problems.get(frame)) for number, frame in enumerate(entry.frames))
        bad = {number: problem[1] for number, problem in found if problem and problem[0] == kind}
        if bad:
            yield Finding(kind, index, next(iter(bad.values())) + _more(bad), tuple(bad))
