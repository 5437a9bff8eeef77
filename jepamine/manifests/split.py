"""Split a manifest: mark each line as train or val."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

from jepamine.data.clips import Clip, as_written, derived_id, frames_of, text_of
from jepamine.data.drives import drive_in
from jepamine.data.splits import split, split_clips
from jepamine.data.wrong_files import require_manifest
from jepamine.errors import UserError, did_you_mean
from jepamine.places import File
from jepamine.utils.json_files import read_jsonl
from jepamine.utils.progress import notify


def split_lines(manifest: File, by: str, fraction: float, seed: int) -> list[dict[str, Any]]:
    """Return the lines of `manifest` in order, with "split": "train" or "val", otherwise unchanged.

    Clips with an equal value of the key `by` stay on one side; one without it is a group of its own. The
    key "drive" means `drive`, else `log`, else `scene` (`jepamine.data.drives`). About
    `fraction` of the clips are held out, whole groups, by `jepamine.data.splits.split`. An existing split is
    replaced, with a notice. Raises UserError for a key that no line has, a value that is not text, and a
    single group.
    """
    clips: list[Clip] = []
    missing = 0
    require_manifest(manifest)
    for number, line in read_jsonl(manifest):
        place = f"{manifest}:{number}"
        group = _group(line, by, place)
        missing += group is None
        clips.append(Clip(_clip_id(line, place), (), group, None, place, line, 0, 1))
    if not clips:
        raise UserError(f"{manifest}: contains no clip")
    _check_groups(manifest, clips, by, missing)
    # Without existing splits: `split` would follow the manifest's own.
    existing = split(split_clips(replace(clip, line={}) for clip in clips), "scene", fraction, seed)
    lines = [
        {key: value for key, value in clip.line.items() if key != "val_tubelets"} | new
        for clip, new in zip(clips, existing, strict=True)
    ]
    _tell(clips, lines, by)
    return lines


def _group(line: dict[str, Any], by: str, place: str) -> str | None:
    if by == "clip_id":
        return _clip_id(line, place)
    if by == "drive":
        return drive_in(line, text_of(line, place, "scene", "scene_id"))
    return text_of(line, place, by, *(["scene_id"] if by == "scene" else []))


def _own(clip: Clip) -> str:
    return clip.clip_id if clip.scene is None else clip.scene


def _clip_id(line: dict[str, Any], place: str) -> str:
    if line.get("clip_id") is not None:
        return str(line["clip_id"])
    if not frames_of(line, place, Path()):
        raise UserError(f"{place}: neither a clip_id nor frames")
    return derived_id(as_written(line))


def _check_groups(manifest: File, clips: list[Clip], by: str, missing: int) -> None:
    if missing == len(clips):
        wanted = "'drive', 'log' or 'scene'" if by == "drive" else f"'{by}'"
        keys = sorted({key for clip in clips for key in clip.line})
        raise UserError(
            f"{manifest}: no clip has a key {wanted}{did_you_mean(by, keys)}; keys: {', '.join(keys)}"
        )
    if missing:
        notify(f"{missing} clips have no '{by}': each is a group of its own")
    if len({_own(clip) for clip in clips}) == 1:
        raise UserError(
            f"{manifest}: every clip has the {by} '{clips[0].scene}', and a group is not divided; "
            "split --by another key, such as clip_id"
        )


def _tell(clips: list[Clip], lines: list[dict[str, Any]], by: str) -> None:
    before = Counter(str(clip.line["split"]) for clip in clips if clip.line.get("split") is not None)
    if before:
        listed = ", ".join(f"{count} {part}" for part, count in before.items())
        notify(f"existing splits are replaced: {listed}")
    if any("val_tubelets" in clip.line for clip in clips):
        notify("'val_tubelets' is dropped: whole clips are held out now")
    sides: dict[str, set[str]] = {"train": set(), "val": set()}
    drives: dict[str, set[str]] = {"train": set(), "val": set()}
    for clip, line in zip(clips, lines, strict=True):
        sides[line["split"]].add(_own(clip))
        drive = _group(clip.line, "drive", clip.place)
        if drive is not None:
            drives[line["split"]].add(drive)
    both = len(drives["train"] & drives["val"])
    if both:
        notify(
            f"warning: {both} drives have clips on both sides; neighbouring clips look alike (use --by drive)"
        )
    counts = Counter(line["split"] for line in lines)
    parts = (f"{counts[side]} clips of {len(groups)} groups {side}" for side, groups in sides.items())
    notify(f"split by {by}: {', '.join(parts)}")
