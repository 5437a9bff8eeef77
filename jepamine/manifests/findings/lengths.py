"""Clips by their number of frames, and by their files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from jepamine.manifests.findings.contents import Contents
from jepamine.manifests.findings.entries import Entry
from jepamine.manifests.findings.finding import Finding


def usual_length(entries: Sequence[Entry], tubelet_size: int) -> int | None:
    """The number of frames that most clips have, of equally many the larger; whole tubelets only."""
    counts = Counter(len(entry.frames) for entry in entries)
    whole = [length for length in counts if length and length % tubelet_size == 0]
    return max(whole, key=lambda length: (counts[length], length), default=None)


def uneven_lengths(entries: Sequence[Entry], tubelet_size: int) -> list[Finding]:
    """Clips of no whole tubelets, with timestamps for other frames than theirs, or not as long as most.

    Only a length that is no fault in itself `stays`.
    """
    usual = usual_length(entries, tubelet_size)
    found = []
    for index, entry in enumerate(entries):
        count = len(entry.frames)
        whole = bool(count) and count % tubelet_size == 0
        if entry.stamps not in (None, count):
            why = f"{count} frames, but {entry.stamps} timestamps"
        elif not whole:
            why = f"{count} frames, no whole tubelets of {tubelet_size}"
        elif count != usual:
            why = f"{count} frames, not {usual}"
        else:
            continue
        found.append(Finding("uneven_length", index, why, stays=whole and entry.stamps in (None, count)))
    return found


def bad_files(entries: Sequence[Entry], contents: Contents, kind: str) -> list[Finding]:
    """Clips with a frame that is missing (`kind` "missing_file"), or cannot be read ("unreadable_file")."""
    found = []
    for index, entry in enumerate(entries) if contents.problems else ():
        at = tuple(
            number
            for number, frame in enumerate(entry.frames)
            if contents.problems.get(frame, ("", ""))[0] == kind
        )
        if at:
            why = contents.problems[entry.frames[at[0]]][1]
            found.append(Finding(kind, index, why + (f", and {len(at) - 1} more" if len(at) > 1 else ""), at))
    return found
