"""Clips: manifest lines, validated and read one at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from jepamine.data.manifest_lines import camera_lines, cameras_of, moments, recording_key
from jepamine.data.wrong_files import no_clips, require_manifest
from jepamine.errors import UserError
from jepamine.places import File, Place, below
from jepamine.protocols import Source
from jepamine.utils.json_files import parse_line, raw_lines

#: Consecutive frames of one tubelet.
TubeletSize = Annotated[int, Field(ge=1, le=64)]
#: Side in pixels to which frames are resized, before masking.
ImageSize = Annotated[int, Field(ge=16, le=2048)]
# Threads that read frames; 0: one per core.
Threads = Annotated[int, Field(ge=0, le=1024)]


@dataclass(frozen=True)
class Clip:
    """One manifest line: `place` is `file:line`, `line` the JSON object.

    `frames` are image files, on disk or in a store, or moments of a recording. `first_tubelet` is the index
    of the clip's first tubelet in the whole manifest.
    """

    clip_id: str
    frames: tuple[Place, ...]
    scene: str | None
    camera: str | None
    place: str
    line: dict[str, Any]
    first_tubelet: int
    tubelets: int


def read_clips(source: Source) -> Iterator[Clip]:
    """Yield the clips of a manifest in order, without opening frames.

    Raises UserError, with file and line, for the first line that is not a clip, and for a manifest that is
    missing or empty or evidently another kind of file.
    """
    for item in read_clips_or_errors(source):
        if isinstance(item, UserError):
            raise item
        yield item


def read_clips_or_errors(source: Source) -> Iterator[Clip | UserError]:
    """Yield what `read_clips` does, but for a line that is not a clip yield its error and continue."""
    require_manifest(source.manifest)
    empty = True
    for item in clips_of_lines(raw_lines(source.manifest), source):
        empty = False
        yield item
    if empty:
        raise no_clips(source.manifest)


def clips_of_lines(
    lines: Iterable[tuple[int, bytes]], source: Source, tubelets: int = 0
) -> Iterator[Clip | UserError]:
    """Yield the clip of each of `lines` of the manifest, (number, bytes), or the error of what is not one.

    `tubelets` are those of all lines before.
    """
    root = source.root or source.manifest.parent
    for number, raw in lines:
        place = f"{source.manifest}:{number}"
        try:
            line = parse_line(source.manifest, number, raw)
            # A run's own manifest records the clip's place in the user's manifest.
            place = str(line.get("place", place))
            clip = _clip(line, place, root, source.tubelet_size, tubelets)
        except UserError as error:
            yield error
            continue
        tubelets += clip.tubelets
        yield clip


def _clip(line: dict[str, Any], place: str, root: File, tubelet_size: int, running: int) -> Clip:
    frames = frames_of(line, place, root)
    if not frames:
        raise UserError(f"{place}: '{_paths_key(line)}' is empty: a clip without frames")
    count = len(frames) // max(len(cameras_of(line, place)), 1)
    if count % tubelet_size:
        raise UserError(
            f"{place}: {count} frames do not divide into tubelets of {tubelet_size}; drop or add a frame"
        )
    return Clip(
        clip_id=text_of(line, place, "clip_id") or derived_id(as_written(line)),
        frames=frames,
        scene=text_of(line, place, "scene", "scene_id"),
        camera=text_of(line, place, "camera"),
        place=place,
        line=line,
        first_tubelet=running,
        tubelets=len(frames) // tubelet_size,
    )


def frames_of(line: Mapping[str, Any], place: str, root: File) -> tuple[Place, ...]:
    """Return the frames of a manifest line in order: image files below `root`, or moments of a recording.

    Lines of recordings are those of `jepamine.data.manifest_lines`; a line `{"cameras": {camera: [paths]}}`
    means the frames of one camera after the other. Raises UserError, with `place`, if the line has none of
    these forms.
    """
    if cameras := cameras_of(line, place):
        return tuple(below(root, name) for names in cameras.values() for name in names)
    key = _paths_key(line)
    if key is None:
        return moments(line, place, root)
    names = line.get(key)
    if names is None:
        raise UserError(f"{place}: no key 'frame_paths' (or 'frames', or 'video')")
    if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
        raise UserError(f"{place}: '{key}' is not a list of paths")
    return tuple(below(root, name) for name in names)


def as_written(line: Mapping[str, Any]) -> list[str]:
    """Return the frames of a clip's line as the line writes them: paths, or VIDEO#t=SECONDS."""
    if cameras := cameras_of(line, ""):
        return [name for names in cameras.values() for name in names]
    key = _paths_key(line)
    if key is None:
        return [str(moment) for moment in moments(line, "", None)]
    return list(line[key])


def _paths_key(line: Mapping[str, Any]) -> str | None:
    """Return the key of a line's frame paths; None for a clip of a recording."""
    if "frame_paths" not in line and "frames" not in line and recording_key(line):
        return None
    return "frame_paths" if "frame_paths" in line else "frames"


def derived_id(frames: list[str]) -> str:
    """Return the id of a clip without one: the first frame's stem and a hash of the frames as written."""
    digest = hashlib.sha256("\n".join(frames).encode("utf-8", "surrogatepass")).hexdigest()
    return f"{Path(frames[0].partition('#t=')[0]).stem}-{digest[:12]}"


def text_of(line: Mapping[str, Any], place: str, *keys: str) -> str | None:
    """Return the first of `keys` that the line has, as text.

    Raises UserError if it is not text or integer.
    """
    for key in keys:
        value = line.get(key)
        if value is None:
            continue
        # Numbers are common here (a scene's index); anything else would be a mistake.
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            raise UserError(f"{place}: '{key}' is not text: {value!r}")
        return str(value) or None
    return None


def views(clip: Clip) -> list[Clip]:
    """Return the clip of each camera of a clip of several; any other clip alone.

    The frames and tubelets of a clip of several cameras are those of one camera after the other.
    """
    lines = camera_lines(clip.line, clip.clip_id, clip.place)
    if lines[0] is clip.line:
        return [clip]
    frames, tubelets = len(clip.frames) // len(lines), clip.tubelets // len(lines)
    return [
        replace(
            clip,
            clip_id=line["clip_id"],
            frames=clip.frames[number * frames : (number + 1) * frames],
            camera=line["camera"],
            line=line,
            first_tubelet=clip.first_tubelet + number * tubelets,
            tubelets=tubelets,
        )
        for number, line in enumerate(lines)
    ]
