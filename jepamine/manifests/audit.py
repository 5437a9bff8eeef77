"""Audit a manifest by clip, also one that no run would accept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from jepamine.cluster.tasks import Cluster
from jepamine.data.wrong_files import require_manifest
from jepamine.manifests.cluster_audit import look_on_cluster
from jepamine.manifests.findings.clip_frames import (
    bad_files,
    cuts_in_tubelets,
    time_gaps,
    uneven_lengths,
    usual_length,
)
from jepamine.manifests.findings.contents import Contents
from jepamine.manifests.findings.duplicates import copies, duplicate_clips, duplicate_frames
from jepamine.manifests.findings.entries import (
    KINDS,
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
from jepamine.utils.json_files import raw_lines
from jepamine.utils.printing import command, near, table

# Clips listed of each kind in the table.
NAMED = 3


@dataclass(frozen=True)
class Audit:
    """The problems of a manifest's clips.

    `findings` has every kind of KINDS: ids of the clips in the manifest's order, each once. `details` are the
    single findings by kind and clip; `entries` are the clips they refer to by number.
    """

    source: Source
    max_gap: float
    entries: list[Entry]
    findings: dict[str, list[str]]
    details: list[Finding]

    @property
    def clips(self) -> int:
        """Return the number of clips in the manifest."""
        return len(self.entries)

    def json(self) -> dict[str, Any]:
        """Return {"clips": n, "findings": {kind: [clip_id...]}}."""
        return {"clips": self.clips, "findings": self.findings}


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
    details = examine(entries, frames, contents, max_gap, source.tubelet_size)
    findings: dict[str, dict[str, None]] = {kind: {} for kind in KINDS}
    for item in details:
        findings[item.kind][entries[item.clip].clip_id] = None
    return Audit(source, max_gap, entries, {kind: list(ids) for kind, ids in findings.items()}, details)


def examine(
    entries: Sequence[Entry], frames: FrameTable, contents: Contents, max_gap: float, tubelet_size: int
) -> list[Finding]:
    """Return all findings, by kind and clip. Frames that `contents` has not seen yet are read."""
    contents.look(entry.frames for entry in entries)
    same = copies(entries, contents)
    crossings = scene_crossings(entries, frames, same, contents.problems)
    boundaries = {item.clip: item.at for item in crossings}
    return [
        *time_gaps(entries, max_gap),
        *cuts_in_tubelets(entries, frames, contents, boundaries, max_gap, tubelet_size),
        *crossings,
        *split_leaks(entries, contents),
        *duplicate_clips(entries, same),
        *duplicate_frames(entries, contents, same),
        *bad_files(entries, contents, "missing_file"),
        *bad_files(entries, contents, "unreadable_file"),
        *uneven_lengths(entries, tubelet_size),
    ]


def audit_summary(result: Audit) -> str:
    """Return the table of an audit: kinds, counts, explanations, the first clips; and the next command."""
    source = result.source
    if not result.details:
        return f"{source.manifest}: {result.clips} clips, nothing found"
    usual = usual_length(result.entries, source.tubelet_size)
    rows: list[list[Any]] = [["kind", "clips", "what it means", "first (line)"]]
    examples = []
    for kind, meaning in KINDS.items():
        items = [item for item in result.details if item.kind == kind]
        lines: dict[str, int] = {}
        for item in items:
            entry = result.entries[item.clip]
            lines.setdefault(entry.clip_id, entry.number)
        examples_by_kind = [f"{clip_id} ({number})" for clip_id, number in list(lines.items())[:NAMED]]
        more = [f"and {len(lines) - NAMED} more"] if len(lines) > NAMED else []
        listed = meaning.format(gap=result.max_gap, usual=usual or "number")
        rows.append([kind, len(lines), listed, ", ".join([*examples_by_kind, *more]) or "-"])
        if items:
            number = result.entries[items[0].clip].number
            examples.append(f"  {source.manifest}:{number}: {kind}: {items[0].why}")
    bad = len({item.clip for item in result.details})
    head = f"{source.manifest}: {result.clips} clips, {bad} with findings"
    return "\n".join([head, "", table(rows), "", "The first of each:", *examples, "", *_next(result)])


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
