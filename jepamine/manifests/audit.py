"""Audit a manifest by clip, also one that no run would accept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

from jepamine.cluster.tasks import Cluster
from jepamine.data.wrong_files import require_manifest
from jepamine.manifests.cluster_audit import look_on_cluster
from jepamine.manifests.findings import KINDS
from jepamine.manifests.findings.clip_frames import (
    bad_files,
    cuts_in_tubelets,
    size_changes,
    time_gaps,
    uneven_lengths,
    usual_length,
)
from jepamine.manifests.findings.contents import Contents
from jepamine.manifests.findings.duplicates import copies, duplicate_clips, duplicate_frames
from jepamine.manifests.findings.entries import (
    Entry,
    Finding,
    in_microseconds,
    numbered_lines,
    read_entries,
    stamp_unit,
)
from jepamine.manifests.findings.frame_table import FrameTable
from jepamine.manifests.findings.scene_crossings import scene_crossings
from jepamine.manifests.findings.split_leaks import split_leaks
from jepamine.protocols import Source
from jepamine.utils.json_files import json_text, raw_lines
from jepamine.utils.printing import command, near, table
from jepamine.utils.spilled import SpilledList, SpilledMap

# Clips listed of each kind in the table.
NAMED = 3


@dataclass(frozen=True)
class Audit:
    """The problems of a manifest's clips.

    `details` are the single findings by kind and clip; `entries` are the clips they refer to by number. Both
    are in temporary files where they are many.
    """

    source: Source
    max_gap: float
    entries: Sequence[Entry]
    details: Sequence[Finding]

    @property
    def clips(self) -> int:
        """Return the number of clips in the manifest."""
        return len(self.entries)

    @property
    def bad(self) -> int:
        """Return the number of clips with findings."""
        found = bytearray(self.clips)
        for item in self.details:
            found[item.clip] = 1
        return found.count(1)

    def found(self) -> Iterator[tuple[str, Iterator[tuple[Finding, Entry]]]]:
        """Yield each kind that was found, and of each id its first finding and clip, in the manifest's order.

        Those of a kind are read before the next kind is asked for.
        """
        for kind, items in groupby(self.details, attrgetter("kind")):
            yield kind, self._first(items)

    def _first(self, items: Iterable[Finding]) -> Iterator[tuple[Finding, Entry]]:
        known = SpilledMap[int]()
        for item in items:
            entry = self.entries[item.clip]
            if entry.clip_id not in known:
                known[entry.clip_id] = 1
                yield item, entry

    @property
    def findings(self) -> dict[str, list[str]]:
        """Return the ids of the clips of every kind of KINDS in the manifest's order, each once."""
        found = {kind: [entry.clip_id for _, entry in items] for kind, items in self.found()}
        return {kind: found.get(kind, []) for kind in KINDS}

    def json(self) -> Iterator[str]:
        """Yield the pieces of {"clips": n, "findings": {kind: [clip_id...]}}, indented as all JSON is."""
        yield f'{{\n  "clips": {self.clips},\n  "findings": {{'
        found = self.found()
        ahead = next(found, None)
        for number, kind in enumerate(KINDS):
            yield f'{"," if number else ""}\n    "{kind}": ['
            count = 0
            if ahead and ahead[0] == kind:
                for count, (_, entry) in enumerate(ahead[1], 1):
                    yield f"{',' if count > 1 else ''}\n      {json_text(entry.clip_id)}"
                ahead = next(found, None)
            yield "\n    ]" if count else "]"
        yield "\n  }\n}"


def audit(source: Source, max_gap: float = 1.0, cluster: Cluster | None = None) -> Audit:
    """Audit the manifest of `source`; every frame is read once, with progress on stderr.

    Frames of a clip more than `max_gap` seconds apart are a gap. With a `cluster` its workers read
    them. Raises UserError if the manifest cannot be read, and one for all lines that are
    not clips (broken JSON, no frames).
    """
    frames = FrameTable(source.root or source.manifest.parent)
    require_manifest(source.manifest)
    lines = numbered_lines(raw_lines(source.manifest), source.manifest)
    entries = read_entries(lines, source.manifest, frames)
    entries = in_microseconds(entries, stamp_unit(entries, source.manifest))
    contents = Contents(frames)
    if cluster:
        look_on_cluster(contents, entries, source, cluster)
    found = examine(entries, contents, max_gap, source.tubelet_size)
    return Audit(source, max_gap, entries, kept(found))


def kept(findings: Iterable[Finding]) -> SpilledList[Finding]:
    """Return findings as a list of which little stays in memory."""
    return SpilledList(_FIELDS, _finding_of, findings)


_FIELDS = attrgetter("kind", "clip", "why", "at", "to", "stays")


def _finding_of(written: Sequence[Any]) -> Finding:
    kind, clip, why, at, to, stays = written
    return Finding(kind, clip, why, tuple(at), tuple(to), stays)


def examine(
    entries: Sequence[Entry], contents: Contents, max_gap: float, tubelet_size: int
) -> Iterator[Finding]:
    """Yield all findings, by kind and clip. Frames that `contents` has not seen yet are read."""
    contents.look(entries)
    same = copies(entries, contents)
    crossings = kept(scene_crossings(entries, contents.table, same, contents.problems))
    boundaries = SpilledMap[Sequence[int]]()
    for item in crossings:
        boundaries[item.clip] = item.at
    yield from time_gaps(entries, max_gap)
    yield from cuts_in_tubelets(entries, contents, boundaries, max_gap, tubelet_size)
    yield from size_changes(entries, contents)
    yield from crossings
    yield from split_leaks(entries, contents)
    yield from duplicate_clips(entries, same)
    yield from duplicate_frames(entries, contents, same)
    yield from bad_files(entries, contents, "missing_file")
    yield from bad_files(entries, contents, "unreadable_file")
    yield from uneven_lengths(entries, tubelet_size)


def audit_summary(result: Audit) -> str:
    """Return the table of an audit: kinds, counts, explanations, the first clips; and the next command."""
    source = result.source
    if not result.details:
        return f"{source.manifest}: {result.clips} clips, nothing found"
    usual = usual_length(result.entries, source.tubelet_size)
    rows: list[list[Any]] = [["kind", "clips", "what it means", "first (line)"]]
    examples = []
    by_kind = {kind: _listed(result, items) for kind, items in result.found()}
    for kind, meaning in KINDS.items():
        count, named, first = by_kind.get(kind, (0, [], ""))
        more = [f"and {count - NAMED} more"] if count > NAMED else []
        listed = meaning.format(gap=result.max_gap, usual=usual or "number")
        rows.append([kind, count, listed, ", ".join([*named, *more]) or "-"])
        examples += [first] if count else []
    head = f"{source.manifest}: {result.clips} clips, {result.bad} with findings"
    return "\n".join([head, "", table(rows), "", "The first of each:", *examples, "", *_next(result)])


def _listed(result: Audit, items: Iterable[tuple[Finding, Entry]]) -> tuple[int, list[str], str]:
    """Return the number of ids among findings of a kind, the first of them, and the first reason."""
    count, named, first = 0, list[str](), ""
    for count, (item, entry) in enumerate(items, 1):
        first = first or f"  {result.source.manifest}:{entry.number}: {item.kind}: {item.why}"
        named += [f"{entry.clip_id} ({entry.number})"] if count <= NAMED else []
    return count, named, first


def _next(result: Audit) -> list[str]:
    source = result.source
    fixed = source.manifest.with_name(f"{source.manifest.stem}-fixed{source.manifest.suffix}")
    words = ["manifest", "fix", near(source.manifest), "--output", near(fixed)]
    words += ["--root", near(source.root)] if source.root else []
    words += ["--max-gap", f"{result.max_gap:g}"] if result.max_gap != 1 else []
    if all(item.stays for item in result.details):
        # What `fix` leaves alone by default: it would find nothing to repair.
        words += [
            word for kind in sorted({item.kind for item in result.details}) for word in ("--drop", kind)
        ]
        return ["They can be used unchanged. To drop them:", f"  {command(*words)}"]
    return ["Fix it:", f"  {command(*words)}"]
