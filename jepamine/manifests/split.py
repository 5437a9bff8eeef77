"""Split a manifest: mark each line as train or val."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jepamine.data.clips import Clip, as_written, derived_id, frames_of, text_of
from jepamine.data.drives import drive_in
from jepamine.data.splits import SplitClip, SplitClips, split
from jepamine.data.wrong_files import no_clips, require_manifest
from jepamine.errors import UserError, did_you_mean
from jepamine.places import File
from jepamine.utils.json_files import read_jsonl
from jepamine.utils.progress import notify


@dataclass(frozen=True)
class SplitLines:
    """The lines of a manifest, in order, with `keys` of their split; read each time they are gone through."""

    manifest: File
    keys: Sequence[dict[str, Any]]

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for (_, line), added in zip(read_jsonl(self.manifest), self.keys, strict=True):
            line.pop("val_tubelets", None)
            yield line | added


@dataclass
class _Seen:
    """What a pass over the lines found: keys, lines without a group, splits by count, each line's drive."""

    keys: set[str] = field(default_factory=set)
    missing: int = 0
    splits: Counter[str] = field(default_factory=Counter)
    # Numbers of the names: lines are many.
    drives: array[int] = field(default_factory=lambda: array("i"))
    names: dict[str | None, int] = field(default_factory=lambda: {None: 0})


def split_lines(manifest: File, by: str, fraction: float, seed: int) -> SplitLines:
    """Return the lines of `manifest` with "split": "train" or "val", otherwise unchanged.

    Clips with an equal value of the key `by` stay on one side; one without it is a group of its own. The
    key "drive" means `drive`, else `log`, else `scene` (`jepamine.data.drives`). About
    `fraction` of the clips are held out, whole groups, by `jepamine.data.splits.split`. An existing split is
    replaced, with a notice. No line stays in memory. Raises UserError for a key that no line has, a value
    that is not text, and a single group.
    """
    columns, seen = SplitClips(), _Seen()
    require_manifest(manifest)
    for number, line in read_jsonl(manifest):
        place = f"{manifest}:{number}"
        group = _group(line, by, place)
        # Without its line: `split` would follow the manifest's own.
        columns.add(Clip(_clip_id(line, place), (), group, None, place, {}, 0, 1))
        seen.keys.update(line)
        seen.missing += group is None
        seen.splits.update([str(line["split"])] if line.get("split") is not None else [])
        drive = _group(line, "drive", place)
        seen.drives.append(seen.names.setdefault(drive, len(seen.names)))
    clips = columns.rows()
    if not clips:
        raise no_clips(manifest)
    _check_groups(manifest, clips, by, seen)
    keys = split(clips, "scene", fraction, seed)
    _tell(clips, keys, by, seen)
    return SplitLines(manifest, keys)


def _group(line: dict[str, Any], by: str, place: str) -> str | None:
    if by == "clip_id":
        return _clip_id(line, place)
    if by == "drive":
        return drive_in(line, text_of(line, place, "scene", "scene_id"))
    return text_of(line, place, by, *(["scene_id"] if by == "scene" else []))


def _own(clip: SplitClip) -> str:
    return clip.clip_id if clip.scene is None else clip.scene


def _clip_id(line: dict[str, Any], place: str) -> str:
    if line.get("clip_id") is not None:
        return str(line["clip_id"])
    if not frames_of(line, place, Path()):
        raise UserError(f"{place}: neither a clip_id nor frames")
    return derived_id(as_written(line))


def _check_groups(manifest: File, clips: Sequence[SplitClip], by: str, seen: _Seen) -> None:
    if seen.missing == len(clips):
        wanted = "'drive', 'log' or 'scene'" if by == "drive" else f"'{by}'"
        keys = sorted(seen.keys)
        raise UserError(
            f"{manifest}: no clip has a key {wanted}{did_you_mean(by, keys)}; keys: {', '.join(keys)}"
        )
    if seen.missing:
        notify(f"{seen.missing} clips have no '{by}': each is a group of its own")
    if len(set(map(_own, clips))) == 1:
        raise UserError(
            f"{manifest}: every clip has the {by} '{clips[0].scene}', and a group is not divided; "
            "split --by another key, such as clip_id"
        )


def _tell(clips: Sequence[SplitClip], keys: Sequence[dict[str, Any]], by: str, seen: _Seen) -> None:
    if seen.splits:
        listed = ", ".join(f"{count} {part}" for part, count in seen.splits.items())
        notify(f"existing splits are replaced: {listed}")
    if "val_tubelets" in seen.keys:
        notify("'val_tubelets' is dropped: whole clips are held out now")
    sides: dict[str, set[str]] = {"train": set(), "val": set()}
    drives: dict[str, set[int]] = {"train": set(), "val": set()}
    for clip, key, drive in zip(clips, keys, seen.drives, strict=True):
        sides[key["split"]].add(_own(clip))
        drives[key["split"]].add(drive)
    both = len((drives["train"] & drives["val"]) - {seen.names[None]})
    if both:
        notify(
            f"warning: {both} drives have clips on both sides; neighbouring clips look alike (use --by drive)"
        )
    counts = Counter(key["split"] for key in keys)
    parts = (f"{counts[side]} clips of {len(groups)} groups {side}" for side, groups in sides.items())
    notify(f"split by {by}: {', '.join(parts)}")
