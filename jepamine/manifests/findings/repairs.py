"""What becomes of the clips in which something is found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import count, product
from string import ascii_lowercase
from typing import Any

from jepamine.manifests.findings.contents import Contents
from jepamine.manifests.findings.duplicates import repeats
from jepamine.manifests.findings.entries import Entry
from jepamine.manifests.findings.finding import Finding
from jepamine.manifests.paths import LISTS


def parts(
    frames: int, starts: Collection[int], gone: Collection[int], holes: Collection[int], tubelet_size: int
) -> list[list[int]]:
    """What is left of a clip of `frames` frames, as numbers of frames: parts of whole tubelets.

    It is divided before `starts`, and at those of the frames that are `gone` which leave `holes`. What is
    less than a tubelet at a part's end goes too.
    """
    found: list[list[int]] = [[]]
    for number in range(frames):
        if number in starts or (number in gone and number in holes):
            found.append([])
        if number not in gone:
            found[-1].append(number)
    whole = (part[: len(part) - len(part) % tubelet_size] for part in found)
    return [part for part in whole if part]


def part_of(line: dict[str, Any], numbers: Sequence[int], frames: int) -> dict[str, Any]:
    """The line of a clip of the frames `numbers` of a line with `frames` frames.

    Of a video they follow one another. Timestamps go along where there is one a frame.
    """
    if not of_video(line):
        key = next(key for key in LISTS if key in line)
        said: dict[str, Any] = {key: [line[key][number] for number in numbers]}
    else:
        begin = line["start"] + numbers[0] / line["fps"]
        said = {"start": round(begin, 6), "end": round(begin + len(numbers) / line["fps"], 6)}
    stamps = line.get("timestamps")
    if isinstance(stamps, list) and len(stamps) == frames:
        said["timestamps"] = [stamps[number] for number in numbers]
    return line | said


def of_video(line: dict[str, Any]) -> bool:
    """Whether a line names the frames of a video rather than files."""
    return not any(key in line for key in LISTS)


def in_scene(line: dict[str, Any], scene: str) -> dict[str, Any]:
    """The line with another scene, under the key that names it."""
    key = "scene_id" if line.get("scene") is None and line.get("scene_id") is not None else "scene"
    return line | {key: scene}


def part_ids(clip_id: str, wanted: int, taken: Collection[str]) -> list[str]:
    """Ids for the parts of a clip: ID__a, ID__b, ...; those that are `taken` are passed over."""
    names = (f"{clip_id}__{letters}" for letters in _letters())
    free = (name for name in names if name not in taken)
    return [next(free) for _ in range(wanted)]


def other_id(clip_id: str, taken: Collection[str]) -> str:
    """An id for a clip whose own is another's: ID__2, ID__3, ..."""
    return next(name for number in count(2) if (name := f"{clip_id}__{number}") not in taken)


def _letters() -> Iterator[str]:
    for length in count(1):
        yield from map("".join, product(ascii_lowercase, repeat=length))


DROPPED = {"missing_file", "unreadable_file"}
DIVIDED = ("time_gap", "cut_in_tubelet", "scene_crossing")

# Line number of the manifest, and a line.
Numbered = tuple[int, dict[str, Any]]


@dataclass(frozen=True)
class Deed:
    """What was done to a clip that comes from the manifest's line `number`."""

    clip_id: str
    number: int
    done: str


def mend(
    lines: Sequence[Numbered],
    entries: Sequence[Entry],
    found: Sequence[Finding],
    drop: Collection[str],
    contents: Contents,
    tubelet_size: int,
    deeds: list[Deed],
) -> list[Numbered]:
    """The lines with what was `found` mended, clips of the kinds in `drop` dropped; adds to `deeds`."""
    by_clip: defaultdict[int, list[Finding]] = defaultdict(list)
    for item in found:
        by_clip[item.clip].append(item)
    taken = {entry.clip_id for entry in entries}
    mended: list[Numbered] = []
    for index, (number, line) in enumerate(lines):
        items, entry = by_clip.get(index), entries[index]
        if items is None:
            mended.append((number, line))
            continue
        why = next((item.why for item in items if _goes(item, drop)), None)
        if why is None:
            made, done = _mended(line, entry, items, contents, tubelet_size, taken)
            why = "; ".join(dict.fromkeys(item.why for item in items))
        else:
            made, done = [], "dropped"
        taken |= {str(new["clip_id"]) for new in made}
        mended += [(number, new) for new in made]
        deeds.append(Deed(entry.clip_id, number, f"{done}: {why}"))
    return mended


def _goes(item: Finding, drop: Collection[str]) -> bool:
    return item.kind in drop or item.kind in DROPPED or (item.kind == "duplicate_clip" and not item.to)


def _mended(
    line: dict[str, Any],
    entry: Entry,
    items: Sequence[Finding],
    contents: Contents,
    tubelet_size: int,
    taken: Collection[str],
) -> tuple[list[dict[str, Any]], str]:
    """(what a line becomes, in words)."""
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
        done.append("timestamps left out")
    crossing, repeated = of.get("scene_crossing"), of.get("duplicate_frame")
    starts = {at for kind in DIVIDED if kind in of for at in of[kind].at}
    gone = set(repeated.at) if repeated else set()
    # A frame shown twice leaves no hole, but a clip of a video cannot leave it out.
    holes = gone if of_video(line) else gone.difference(repeats(entry, contents))
    left = parts(count, starts, gone, holes, tubelet_size)
    made = [part_of(line, part, count) if len(part) < count else line for part in left]
    renamed: list[str] = []
    if crossing:
        for place, part in enumerate(left):
            scene = crossing.to[sum(start <= part[0] for start in crossing.at)]
            if scene is not None and scene != entry.scene:
                made[place] = in_scene(made[place], scene)
                renamed.append(scene)
    if len(made) > 1:
        ids = part_ids(str(line["clip_id"]), len(made), taken)
        made = [new | {"clip_id": clip_id} for new, clip_id in zip(made, ids, strict=True)]
        named = (f"'{new['clip_id']}' ({len(part)})" for new, part in zip(made, left, strict=True))
        done.append(f"divided into {', '.join(named)} of {count} frames")
    elif not made:
        done.append("dropped, no tubelet is left")
    elif len(left[0]) < count:
        done.append(f"cut to {len(left[0])} of {count} frames")
    if renamed:
        which = "part of it " if len(renamed) < len(made) else ""
        done.append(f"{which}now in scene {', '.join(map(repr, dict.fromkeys(renamed)))}")
    return made, ", ".join(done)
