"""Find clips by their number of frames, and by their files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from jepamine.manifests.findings.contents import Contents
from jepamine.manifests.findings.entries import Entry
from jepamine.manifests.findings.finding import Finding


def usual_length(entries: Sequence[Entry], tubelet_size: int) -> int | None:
    """Return the most common number of frames, the larger of a tie; whole tubelets only."""
    counts = Counter(len(entry.frames) for entry in entries)
    whole = [length for length in counts if length and length % tubelet_size == 0]
    return max(whole, key=lambda length: (counts[length], length), default=None)


def uneven_lengths(entries: Sequence[Entry], tubelet_size: int) -> list[Finding]:
    """Find clips without whole tubelets, with timestamps for other frames, or not as long as most.

    Only a length that is not a fault in itself `stays`.
    """
    usual = usual_length(entries, tubelet_size)
    findings = []
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
        findings.append(Finding("uneven_length", index, why, stays=whole and entry.stamps in (None, count)))
    return findings


def bad_files(entries: Sequence[Entry], contents: Contents, kind: str) -> list[Finding]:
    """Find clips with a frame that is missing (`kind` "missing_file") or unreadable ("unreadable_file")."""
    findings = []
    for index, entry in enumerate(entries) if contents.problems else ():
        at = tuple(
            number
            for number, frame in enumerate(entry.frames)
            if contents.problems.get(frame, ("", ""))[0] == kind
        )
        if at:
            why = contents.problems[entry.frames[at[0]]][1]
            findings.append(
                Finding(kind, index, why + (f", and {len(at) - 1} more" if len(at) > 1 else ""), at)
            )
    return findings
