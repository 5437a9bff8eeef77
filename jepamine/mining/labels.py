"""Label files, where the clips that they label come from, and the fields to audit of these origins."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jepamine.data.drives import natural_order
from jepamine.errors import UserError, did_you_mean
from jepamine.utils.json_files import is_number, read_jsonl

# Where a clip comes from, as far as manifests record it. A ranking that separates these proves nothing.
SOURCE_KEYS = ("dataset", "source", "log", "drive", "camera", "time_of_day", "weather")
# The task of labels that are given as `binary_label`.
BINARY = "binary_label"


@dataclass(frozen=True, slots=True)
class Origin:
    """A clip's scene and its known sources, such as {"camera": "CAM_FRONT"}.

    `order` sorts the clips of a scene by time where their lines have timestamps or frames.
    """

    scene: str | None
    sources: dict[str, str]
    order: str | None = None


def origin(*lines: Mapping[str, Any]) -> Origin:
    """Return the origin of a clip by its lines (manifest, score file, label file); the first one counts."""
    sources: dict[str, str] = {}
    scene, order = None, None
    for line in lines:
        values = line.get("scene") if line.get("scene") is not None else line.get("scene_id")
        scene = values if scene is None else scene
        order = _order(line) if order is None else order
        for table in (line, line.get("sources"), line.get("metadata")):
            if isinstance(table, Mapping):
                for key in SOURCE_KEYS:
                    if isinstance(table.get(key), (str, int)):
                        sources.setdefault(key, str(table[key]))
    return Origin(None if scene is None else sys.intern(str(scene)), sources, order)


def merged(first: Origin, second: Origin) -> Origin:
    """Return `first`, completed by `second`."""
    if second == Origin(None, {}):
        return first
    scene = second.scene if first.scene is None else first.scene
    order = second.order if first.order is None else first.order
    return Origin(scene, {**second.sources, **first.sources}, order)


def _order(line: Mapping[str, Any]) -> str | None:
    stamps = line.get("timestamps")
    if isinstance(stamps, list) and stamps and is_number(stamps[0]):
        return f"{stamps[0]:024.3f}"
    if is_number(line.get("start")):
        return f"{line['start']:024.6f}"
    frames = line.get("frame_paths") or line.get("frames")
    first = line.get("first_frame") or (frames[0] if isinstance(frames, list) and frames else None)
    return natural_order(first) if isinstance(first, str) else None


def scene_of(scene: str | None, clip_id: str) -> str:
    """Return the scene of a clip; a clip without one is a scene of its own."""
    return scene or f"clip {clip_id}"


@dataclass(frozen=True)
class LabelFile:
    """`tasks`: task -> clip_id -> 0 or 1, null left out; `origins`: of clips whose label lines have any."""

    path: Path
    tasks: dict[str, dict[str, int]] = field(default_factory=dict)
    origins: dict[str, Origin] = field(default_factory=dict)

    @property
    def ids(self) -> set[str]:
        """Return the clips that have a label of any task."""
        return set().union(*self.tasks.values())


def read_tasks(path: Path) -> LabelFile:
    """Read the labels of every task: `binary_label` and each tag of `labels`.

    Raises UserError, with file and line, for a line without clip_id or label, a value other than 0, 1 and
    null, and a clip that is labelled twice and differently.
    """
    labels = LabelFile(path)
    seen: dict[str, dict[str, int]] = {}
    for number, clip_id, tags, line in label_lines(path):
        for task, value in tags.items():
            if value is None:
                labels.tasks.setdefault(task, {})
                continue
            column, first = labels.tasks.setdefault(task, {}), seen.setdefault(task, {})
            _check_repeat(path, number, task, clip_id, value, column.get(clip_id), first.get(clip_id))
            column[clip_id] = value
            first.setdefault(clip_id, number)
        place = origin(line)
        if place.scene is not None or place.sources:
            labels.origins.setdefault(clip_id, place)
    return labels


def read_labels(path: Path) -> tuple[dict[str, int], dict[str, dict[str, Any]]]:
    """Return (clip_id -> `binary_label`, clip_id -> its line); clips labelled null are left out.

    Raises UserError as `read_tasks` does, and for a line without `binary_label`.
    """
    labels: dict[str, int] = {}
    lines: dict[str, dict[str, Any]] = {}
    first: dict[str, int] = {}
    for number, clip_id, tags, line in label_lines(path):
        if BINARY not in tags:
            raise UserError(f"{path}:{number}: no key '{BINARY}'{did_you_mean(BINARY, line)}")
        value = tags[BINARY]
        if value is None:
            continue
        _check_repeat(path, number, BINARY, clip_id, value, labels.get(clip_id), first.get(clip_id))
        labels[clip_id], lines[clip_id] = value, line
        first.setdefault(clip_id, number)
    return labels, lines


def label_lines(path: Path) -> Iterator[tuple[int, str, dict[str, int | None], dict[str, Any]]]:
    """Yield (line number, clip_id, task -> 0, 1 or None, line) for each line of a label file."""
    for number, line in read_jsonl(path):
        place = f"{path}:{number}"
        if "clip_id" not in line:
            raise UserError(f"{place}: no key 'clip_id'{did_you_mean('clip_id', line)}")
        tags = line.get("labels")
        if tags is not None and not isinstance(tags, dict):
            raise UserError(f"{place}: 'labels' is not an object: {tags!r}")
        if tags is None and BINARY not in line:
            raise UserError(f"{place}: no key '{BINARY}'{did_you_mean(BINARY, line)}")
        values = {str(tag): value for tag, value in (tags or {}).items()}
        values |= {BINARY: line[BINARY]} if BINARY in line else {}
        for task, value in values.items():
            if value is not None and value not in (0, 1):
                raise UserError(f"{place}: {task} is {value!r}; expected 0, 1 or null")
        labels = {task: None if value is None else int(value) for task, value in values.items()}
        yield number, str(line["clip_id"]), labels, line


def _check_repeat(
    path: Path, number: int, task: str, clip_id: str, value: int, former: int | None, line: int | None
) -> None:
    if former is not None and former != value:
        raise UserError(
            f"{path}:{number}: clip '{clip_id}' is labelled {value}, but {former} on line {line}"
            + ("" if task == BINARY else f" ({task})")
        )


def audit_fields(origins: list[Origin], scenes: list[str]) -> dict[str, list[str | None]]:
    """Return the fields that the audit looks at: sources, scene, and the position in the drive."""
    keys = list(dict.fromkeys(key for place in origins for key in place.sources))
    fields: dict[str, list[str | None]] = {key: [place.sources.get(key) for place in origins] for key in keys}
    if len(set(scenes)) < len(scenes):
        fields["scene"] = list(scenes)
    if all(place.order is not None for place in origins):
        fields["position"] = _positions(origins, scenes)
    return fields


def _positions(origins: list[Origin], scenes: list[str]) -> list[str | None]:
    """Return "first", "middle" or "last" for each clip by its place in its drive, for each camera.

    None in drives of fewer than three clips; a scene without a drive is one.
    """
    drives: dict[tuple[str, str | None], list[int]] = {}
    for number, (place, scene) in enumerate(zip(origins, scenes, strict=True)):
        drive = place.sources.get("drive") or place.sources.get("log") or scene
        drives.setdefault((drive, place.sources.get("camera")), []).append(number)
    positions: list[str | None] = [None] * len(origins)
    for members in drives.values():
        if len(members) >= 3:
            members.sort(key=lambda number: origins[number].order or "")
            for number in members:
                positions[number] = "middle"
            positions[members[0]], positions[members[-1]] = "first", "last"
    return positions
