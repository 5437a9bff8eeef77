"""Repair clips with findings."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count, product
from operator import attrgetter
from string import ascii_lowercase
from typing import Any

from jepamine.manifests.findings.contents import Contents
from jepamine.manifests.findings.duplicates import repeats
from jepamine.manifests.findings.entries import Entry, Finding
from jepamine.manifests.new_lines import LISTS
from jepamine.utils.spilled import SpilledList, SpilledMap


def parts(
    frames: int, starts: Collection[int], gone: Collection[int], holes: Collection[int], tubelet_size: int
) -> list[list[int]]:
    """Return what remains of a clip of `frames` frames, as numbers of frames: parts of whole tubelets.

    The clip is divided before `starts`, and at those `gone` frames that leave `holes`. An incomplete
    tubelet at the end of a part is dropped.
    """
    result: list[list[int]] = [[]]
    for number in range(frames):
        if number in starts or (number in gone and number in holes):
            result.append([])
        if number not in gone:
            result[-1].append(number)
    whole = (part[: len(part) - len(part) % tubelet_size] for part in result)
    return [part for part in whole if part]


def part_of(line: dict[str, Any], numbers: Sequence[int], frames: int) -> dict[str, Any]:
    """Return the line of a clip of the frames `numbers` of a line with `frames` frames.

    Frames of a video are consecutive. Timestamps are kept if there is one per frame.
    """
    if not of_video(line):
        key = next(key for key in LISTS if key in line)
        timestamps: dict[str, Any] = {key: [line[key][number] for number in numbers]}
    else:
        start = line["start"] + numbers[0] / line["fps"]
        timestamps = {"start": round(start, 6), "end": round(start + len(numbers) / line["fps"], 6)}
    stamps = line.get("timestamps")
    if isinstance(stamps, list) and len(stamps) == frames:
        timestamps["timestamps"] = [stamps[number] for number in numbers]
    return line | timestamps


def of_video(line: dict[str, Any]) -> bool:
    """Return whether a line names the frames of a video rather than files."""
    return not any(key in line for key in LISTS)


def in_scene(line: dict[str, Any], scene: str) -> dict[str, Any]:
    """Return the line with another scene, under the key that names it."""
    key = "scene_id" if line.get("scene") is None and line.get("scene_id") is not None else "scene"
    return line | {key: scene}


def part_ids(clip_id: str, count: int, taken: Container[str]) -> list[str]:
    """Return ids for the parts of a clip: ID__a, ID__b, ..., skipping those that are `taken`."""
    names = (f"{clip_id}__{letters}" for letters in _letters())
    free = (name for name in names if name not in taken)
    return [next(free) for _ in range(count)]


def other_id(clip_id: str, taken: Container[str]) -> str:
    """Return a new id for a clip whose own is another's: ID__2, ID__3, ..."""
    return next(name for number in count(2) if (name := f"{clip_id}__{number}") not in taken)


def _letters() -> Iterator[str]:
    for length in count(1):
        yield from map("".join, product(ascii_lowercase, repeat=length))


DROPPED = {"missing_file", "unreadable_file"}
DIVIDED = ("time_gap", "cut_in_tubelet", "size_change", "scene_crossing")

# Line number of the manifest, and a line.
Numbered = tuple[int, dict[str, Any]]


@dataclass(frozen=True)
class Repair:
    """What was done to a clip that comes from line `number` of the manifest."""

    clip_id: str
    number: int
    done: str


def numbered(lines: Iterable[Numbered]) -> SpilledList[Numbered]:
    """Return lines as a list of which little stays in memory."""
    return SpilledList(list, tuple, lines)


def no_repairs() -> SpilledList[Repair]:
    """Return an empty list of repairs, of which little will stay in memory."""
    return SpilledList(attrgetter("clip_id", "number", "done"), lambda written: Repair(*written))


def repair(
    lines: Sequence[Numbered],
    entries: Sequence[Entry],
    findings: Sequence[Finding],
    drop: Collection[str],
    contents: Contents,
    tubelet_size: int,
    repairs: SpilledList[Repair],
) -> SpilledList[Numbered]:
    """Return the lines with findings repaired and clips of the kinds in `drop` dropped; adds to `repairs`."""
    # Clip -> the numbers of its findings.
    by_clip, taken = SpilledMap[list[int]](), SpilledMap[int]()
    for place, item in enumerate(findings):
        by_clip[item.clip] = [*(by_clip.get(item.clip) or []), place]
    for entry in entries:
        taken[entry.clip_id] = 1
    repaired_lines = numbered(())
    for index, ((number, line), entry) in enumerate(zip(lines, entries, strict=True)):
        items = [findings[place] for place in by_clip.get(index) or []]
        if not items:
            repaired_lines.append((number, line))
            continue
        why = next((item.why for item in items if _goes(item, drop)), None)
        if why is None:
            replacements, done = _repaired(line, entry, items, contents, tubelet_size, taken)
            why = "; ".join(dict.fromkeys(item.why for item in items))
        else:
            replacements, done = [], "dropped"
        for new in replacements:
            taken[str(new["clip_id"])] = 1
            repaired_lines.append((number, new))
        repairs.append(Repair(entry.clip_id, number, f"{done}: {why}"))
    return repaired_lines


def _goes(item: Finding, drop: Collection[str]) -> bool:
    return item.kind in drop or item.kind in DROPPED or (item.kind == "duplicate_clip" and not item.to)


def _repaired(
    line: dict[str, Any],
    entry: Entry,
    items: Sequence[Finding],
    contents: Contents,
    tubelet_size: int,
    taken: Container[str],
) -> tuple[list[dict[str, Any]], str]:
    """Return (replacement of a line, description)."""
    of = {item.kind: item for item in items}
    count, done = len(entry.frames), []
    if "split_leak" in of:
        line = line | {"split": of["split_leak"].to[0]}
        done.append(f"moved to split '{line['split']}'")
    if "duplicate_clip" in of:
        line = line | {"clip_id": other_id(entry.clip_id, taken)}
        done.append(f"now '{line['clip_id']}'")
    if entry.stamps not in (None, count):
        line = {key: value for key, value in line.items() if key != "timestamps"}
        done.append("timestamps dropped")
    crossing, repeated = of.get("scene_crossing"), of.get("duplicate_frame")
    starts = {at for kind in DIVIDED if kind in of for at in of[kind].at}
    gone = set(repeated.at) if repeated else set()
    # A frame shown twice leaves no hole, but a clip of a video cannot skip it.
    holes = gone if of_video(line) else gone.difference(repeats(entry, contents))
    remaining = parts(count, starts, gone, holes, tubelet_size)
    replacements = [part_of(line, part, count) if len(part) < count else line for part in remaining]
    renamed: list[str] = []
    if crossing:
        for place, part in enumerate(remaining):
            scene = crossing.to[sum(start <= part[0] for start in crossing.at)]
            if scene is not None and scene != entry.scene:
                replacements[place] = in_scene(replacements[place], scene)
                renamed.append(scene)
    if len(replacements) > 1:
        ids = part_ids(str(line["clip_id"]), len(replacements), taken)
        replacements = [new | {"clip_id": clip_id} for new, clip_id in zip(replacements, ids, strict=True)]
        names = (
            f"'{new['clip_id']}' ({len(part)})" for new, part in zip(replacements, remaining, strict=True)
        )
        done.append(f"divided into {', '.join(names)} of {count} frames")
    elif not replacements:
        done.append("dropped, no tubelet remains")
    elif len(remaining[0]) < count:
        done.append(f"cut to {len(remaining[0])} of {count} frames")
    if renamed:
        which = "part of it " if len(renamed) < len(replacements) else ""
        done.append(f"{which}now in scene {', '.join(map(repr, dict.fromkeys(renamed)))}")
    return replacements, ", ".join(done)
