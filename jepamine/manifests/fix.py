"""A manifest mended: what an audit finds is divided, shortened, moved or dropped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jepamine.errors import UserError
from jepamine.manifests.audit import examine
from jepamine.manifests.findings.contents import Contents
from jepamine.manifests.findings.entries import numbered_lines, read_entries
from jepamine.manifests.findings.finding import Finding
from jepamine.manifests.findings.frame_table import FrameTable
from jepamine.manifests.findings.repairs import Deed, Numbered, mend
from jepamine.manifests.paths import full, placed
from jepamine.protocols import Source
from jepamine.utils.files import check_output, json_lines, write_atomic
from jepamine.utils.shell import command, near
from jepamine.utils.tables import table

# Mending shows what was hidden, so it goes in turns; what is still found after so many is dropped.
TURNS = 12


@dataclass(frozen=True)
class Fixed:
    """A mended manifest: its lines, what was done, how many clips there were, and by kind what is left."""

    lines: list[dict[str, Any]]
    deeds: list[Deed]
    before: int
    left: dict[str, int]


def fix_manifest(source: Source, output: Path, max_gap: float = 1.0, drop: Collection[str] = ()) -> Fixed:
    """Mend the manifest of `source` into the file `output`, whole or not at all.

    In a folder other than the one that paths are relative to, they become absolute. Raises UserError as
    `audit` does, where `output` is the manifest itself, and where no clip is left.
    """
    check_output(output, source.manifest)
    fixed = fix(source, max_gap, drop)
    if not fixed.lines:
        raise UserError(
            f"{source.manifest}: no clip is left after mending, and {output} is not written; "
            f"the first to go: {fixed.deeds[0].clip_id} (line {fixed.deeds[0].number}) "
            f"{fixed.deeds[0].done}"
        )
    base = source.root or source.manifest.parent
    stays = full(base) == full(output).parent
    write_atomic(output, json_lines([line if stays else placed(line, None, base) for line in fixed.lines]))
    return fixed


def fix(source: Source, max_gap: float = 1.0, drop: Collection[str] = ()) -> Fixed:
    """Mend what an audit of `source` finds; of the kinds in `drop` every clip is dropped instead.

    Clips are divided at gaps, cuts and scene crossings, lose frames that they repeat, and those that another
    scene has, and what is less than a tubelet at their end; those of missing or unreadable files go, and all
    but the first of several with the same frames; one that shares only its id gets another. Then scenes in
    several splits move to the one that has most of their clips. A length that is merely unusual stays, unless
    `drop` says so.
    """
    lines: list[Numbered] = []
    given = list(numbered_lines(source.manifest))
    frames = FrameTable(source.root or source.manifest.parent)
    contents = Contents(frames)
    entries = read_entries(given, source.manifest, frames)
    for entry, (number, line) in zip(entries, given, strict=True):
        assert isinstance(line, dict)
        # Written down: a derived id hangs on the frames, and those may change.
        lines.append((number, {**line, "clip_id": line.get("clip_id") or entry.clip_id}))
    deeds: list[Deed] = []
    turn = 0
    while True:
        found = examine(entries, frames, contents, max_gap, source.tubelet_size)
        stage = _stage(found, drop)
        if not stage:
            break
        everything = {item.kind for item in stage} if turn >= TURNS else drop
        turn += 1
        lines = mend(lines, entries, stage, everything, contents, source.tubelet_size, deeds)
        entries = read_entries(lines, source.manifest, frames)
    left = Counter(item.kind for item in found)
    return Fixed([line for _, line in lines], deeds, len(given), dict(left))


def _stage(found: Sequence[Finding], drop: Collection[str]) -> list[Finding]:
    """What is to be mended first: single clips, then their lengths, then splits, which hang on the rest."""
    todo = [item for item in found if not item.stays]
    stages = (
        [item for item in todo if item.kind != "split_leak"],
        [item for item in found if item.kind == "uneven_length" and "uneven_length" in drop],
        todo,
    )
    return next(filter(None, stages), [])


def fix_summary(fixed: Fixed, output: Path) -> str:
    """What was done to which clip, what is left, and what to type next."""
    rows: list[list[Any]] = [["clip", "line", "done"]]
    rows += [[deed.clip_id, deed.number, deed.done] for deed in fixed.deeds]
    told = [table(rows), ""] if fixed.deeds else ["nothing to mend", ""]
    told.append(f"{output}: {len(fixed.lines)} clips, from {fixed.before}")
    if fixed.left.get("uneven_length"):
        told.append(
            f"{fixed.left['uneven_length']} clips are not as long as most, and stay; "
            "--drop uneven_length drops them"
        )
    told.append("Next:")
    for words in (["manifest", "audit"], ["run", "recipes/clips.toml", "--set"]):
        last = near(output) if words[0] == "manifest" else f"dataset.manifest={near(output)}"
        told.append(f"  {command(*words, last)}")
    return "\n".join(told)
