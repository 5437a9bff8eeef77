"""Clips: the lines of a manifest, checked and read one at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jepamine.errors import UserError
from jepamine.files import parse_line, raw_lines


@dataclass(frozen=True)
class Source:
    """Where clips stand and how their frames are cut; what a dataset plugin returns.

    `manifest` is a JSONL file whose frame paths are relative to `root`, or to the manifest's folder where
    `root` is None. `image_size` is (height, width) in pixels to which frames are resized.
    """

    manifest: Path
    root: Path | None = None
    labels: Path | None = None
    tubelet_size: int = 2
    image_size: tuple[int, int] = (224, 224)


@dataclass(frozen=True)
class Clip:
    """One manifest line. `place` is `file:line`, `line` the object as it stands there.

    `first_tubelet` is the running number, over the whole manifest, of the clip's first tubelet.
    """

    clip_id: str
    frames: tuple[Path, ...]
    scene: str | None
    camera: str | None
    place: str
    line: dict[str, Any]
    first_tubelet: int
    tubelets: int


def read_clips(source: Source) -> Iterator[Clip]:
    """Yield the clips of a manifest in its order. Frames are not opened.

    Raises UserError, with file and line, for the first line that is not a clip, and for a manifest that is
    missing or holds no clip at all.
    """
    for item in read_clips_or_errors(source):
        if isinstance(item, UserError):
            raise item
        yield item


def read_clips_or_errors(source: Source) -> Iterator[Clip | UserError]:
    """As `read_clips`, but a line that is not a clip is yielded as its error, and reading goes on."""
    root = source.root or source.manifest.parent
    running = 0
    empty = True
    for number, raw in raw_lines(source.manifest):
        empty = False
        place = f"{source.manifest}:{number}"
        try:
            line = parse_line(source.manifest, number, raw)
            # A run's own manifest says where in the user's a clip stood.
            place = str(line.get("place", place))
            clip = _clip(line, place, root, source.tubelet_size, running)
        except UserError as error:
            yield error
            continue
        running += clip.tubelets
        yield clip
    if empty:
        raise UserError(f"{source.manifest}: holds no clip")


def _clip(line: dict[str, Any], place: str, root: Path, tubelet_size: int, running: int) -> Clip:
    key = "frame_paths" if "frame_paths" in line else "frames"
    names = line.get(key)
    if names is None:
        raise UserError(f"{place}: no key 'frame_paths' (or 'frames')")
    if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
        raise UserError(f"{place}: '{key}' is not a list of paths")
    if not names:
        raise UserError(f"{place}: '{key}' is empty: a clip without frames")
    if len(names) % tubelet_size:
        raise UserError(
            f"{place}: {len(names)} frames cannot be cut into tubelets of {tubelet_size}; drop or add a frame"
        )
    return Clip(
        clip_id=_text(line, place, "clip_id") or derived_id(names),
        frames=tuple(root / name for name in names),
        scene=_text(line, place, "scene", "scene_id"),
        camera=_text(line, place, "camera"),
        place=place,
        line=line,
        first_tubelet=running,
        tubelets=len(names) // tubelet_size,
    )


def derived_id(frame_paths: list[str]) -> str:
    """The id of a clip that has none: the first frame's stem and a hash of its paths as written."""
    digest = hashlib.sha256("\n".join(frame_paths).encode("utf-8", "surrogatepass")).hexdigest()
    return f"{Path(frame_paths[0]).stem}-{digest[:12]}"


def _text(line: dict[str, Any], place: str, *keys: str) -> str | None:
    for key in keys:
        value = line.get(key)
        if value is None:
            continue
        # Numbers are common here (a scene's index); anything else would be a mistake.
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            raise UserError(f"{place}: '{key}' is not text: {value!r}")
        return str(value) or None
    return None
