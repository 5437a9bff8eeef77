"""Repair a manifest: divide, shorten, move or drop clips with findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from jepamine.data.wrong_files import require_manifest
from jepamine.errors import UserError
from jepamine.manifests.audit import examine, kept
from jepamine.manifests.findings.contents import Contents
from jepamine.manifests.findings.entries import (
    Finding,
    in_microseconds,
    numbered_lines,
    read_entries,
    stamp_unit,
)
from jepamine.manifests.findings.frame_table import FrameTable
from jepamine.manifests.findings.repairs import Numbered, Repair, no_repairs, numbered, repair
from jepamine.manifests.new_lines import full, placed
from jepamine.places import File
from jepamine.protocols import Source
from jepamine.utils.columns import Rows
from jepamine.utils.files import check_output
from jepamine.utils.json_files import raw_lines, write_json_lines
from jepamine.utils.printing import command, near, table_lines

# A repair can reveal further findings, so it runs in rounds; what is still found after so many is dropped.
TURNS = 12


@dataclass(frozen=True)
class Fixed:
    """A repaired manifest: its lines, what was done, the number of clips before, and what remains by kind.

    Lines and repairs are in temporary files where they are many.
    """

    lines: Sequence[dict[str, Any]]
    repairs: Sequence[Repair]
    before: int
    left: dict[str, int]


def fix_manifest(source: Source, output: File, max_gap: float = 1.0, drop: Collection[str] = ()) -> Fixed:
    """Repair the manifest of `source` into the file `output`, completely or not at all.

    In a folder other than the one that paths are relative to, they become absolute. Raises UserError as
    `audit` does, if `output` is the manifest itself, and if no clip remains.
    """
    check_output(output, source.manifest)
    fixed = fix(source, max_gap, drop)
    if not fixed.lines:
        raise UserError(
            f"{source.manifest}: no clip remains after repairs, so {output} is not written; "
            f"the first dropped: {fixed.repairs[0].clip_id} (line {fixed.repairs[0].number}) "
            f"{fixed.repairs[0].done}"
        )
    base = source.root or source.manifest.parent
    stays = full(base) == full(output).parent
    lines = (line if stays else placed(line, None, base) for line in fixed.lines)
    write_json_lines(output, lines)
    return fixed


def fix(source: Source, max_gap: float = 1.0, drop: Collection[str] = ()) -> Fixed:
    """Repair what an audit of `source` finds; clips of the kinds in `drop` are dropped instead.

    Clips are divided at gaps, cuts and scene crossings; frames that they repeat or that another scene has,
    and incomplete tubelets at their end, are removed; clips of missing or unreadable files are dropped, and
    all but the first of several with the same frames; one that shares only its id gets a new one. Then
    drives in several splits move to the one that has most of their clips. A merely unusual length stays,
    unless `drop` has it.
    """
    require_manifest(source.manifest)
    frames = FrameTable(source.root or source.manifest.parent)
    contents = Contents(frames)
    entries = read_entries(_lines(source), source.manifest, frames)
    unit = stamp_unit(entries, source.manifest)
    entries = in_microseconds(entries, unit)
    # Ids made explicit: a derived one depends on the frames, and those may change.
    lines: Sequence[Numbered] = numbered(
        (number, {**line, "clip_id": line.get("clip_id") or entry.clip_id})
        for entry, (number, line) in zip(entries, _lines(source), strict=True)
        if isinstance(line, dict)
    )
    before, repairs, turn = len(lines), no_repairs(), 0
    while True:
        findings = kept(examine(entries, contents, max_gap, source.tubelet_size))
        stage = _stage(findings, drop)
        if not stage:
            break
        everything = {item.kind for item in stage} if turn >= TURNS else drop
        turn += 1
        lines = repair(lines, entries, stage, everything, contents, source.tubelet_size, repairs)
        entries = in_microseconds(read_entries(lines, source.manifest, frames), unit)
    remaining = Counter(item.kind for item in findings)
    return Fixed(Rows(len(lines), lambda row: lines[row][1]), repairs, before, dict(remaining))


def _lines(source: Source) -> Iterator[tuple[int, dict[str, Any] | UserError]]:
    return numbered_lines(raw_lines(source.manifest), source.manifest)


def _stage(findings: Sequence[Finding], drop: Collection[str]) -> Sequence[Finding]:
    """Return what to repair first.

    Single clips, then their lengths, then splits, which depend on the rest.
    """
    stages: tuple[Callable[[Finding], bool], ...] = (
        lambda item: not item.stays and item.kind != "split_leak",
        lambda item: item.kind == "uneven_length" and "uneven_length" in drop,
        lambda item: not item.stays,
    )
    wanted = next((stage for stage in stages if any(map(stage, findings))), None)
    return kept(filter(wanted, findings)) if wanted else []


def fix_summary(fixed: Fixed, output: File) -> Iterator[str]:
    """Yield the lines that say what was done to which clip, what remains, and the next command."""
    if fixed.repairs:
        yield from table_lines(Rows(len(fixed.repairs) + 1, partial(_row, fixed.repairs)))
    else:
        yield "nothing to repair"
    yield from ("", f"{output}: {len(fixed.lines)} clips, from {fixed.before}")
    if fixed.left.get("uneven_length"):
        yield (
            f"{fixed.left['uneven_length']} clips are shorter or longer than most, and stay; "
            "--drop uneven_length drops them"
        )
    yield "Next:"
    for words in (["manifest", "audit"], ["run", "recipes/clips.toml", "--set"]):
        last = near(output) if words[0] == "manifest" else f"dataset.manifest={near(output)}"
        yield f"  {command(*words, last)}"


def _row(repairs: Sequence[Repair], number: int) -> list[Any]:
    if not number:
        return ["clip", "line", "done"]
    return [repairs[number - 1].clip_id, repairs[number - 1].number, repairs[number - 1].done]
