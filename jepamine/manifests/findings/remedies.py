"""Manifest lines mended: divided, shortened, renamed. A line itself is never changed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import count, product
from string import ascii_lowercase
from typing import Any

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
