"""The dataset `folders`: one folder a scene, frames in name order."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from jepamine.clips import Source
from jepamine.datasets.sizes import ImageSize, TubeletSize
from jepamine.errors import UserError
from jepamine.files import json_lines, write_atomic
from jepamine.progress import tell

IMAGE_SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff", ".ppm"}


def folders(
    data_dir: Path,
    *,
    root: Path,
    window: Annotated[int, Field(ge=2)] = 16,
    stride: Annotated[int, Field(ge=1)] = 16,
    camera: str | None = None,
    tubelet_size: TubeletSize = 2,
    image_size: ImageSize = 224,
) -> Source:
    """Cut every folder below `root` that holds frames into clips of `window` frames, `stride` apart.

    A folder is a scene, named by its path below `root` (`root` itself by its own name); its frames are taken
    in name order, numbers in names by their value. `window` is rounded down to whole tubelets, and what is
    left at a folder's end becomes a shorter clip of whole tubelets. The manifest lands
    in `data_dir`. Raises UserError where there are no frames.
    """
    if window < tubelet_size:
        raise UserError(f"dataset.window: {window} frames are less than a tubelet of {tubelet_size}")
    if not root.is_dir():
        raise UserError(f"dataset.root: no folder {root}")
    lines: list[dict[str, Any]] = []
    for folder in sorted({root, *(path for path in root.rglob("*") if path.is_dir())}):
        frames = sorted(filter(_is_frame, folder.iterdir()), key=_name_order)
        scene = folder.relative_to(root).as_posix() if folder != root else root.name
        scene_lines = _windows(scene, frames, root, window, stride, tubelet_size)
        if frames and not scene_lines:
            tell(f"warning: {folder}: {len(frames)} frame is less than a tubelet; left out")
        lines += [line | ({"camera": camera} if camera else {}) for line in scene_lines]
    if not lines:
        raise UserError(f"dataset.root: no frames ({', '.join(sorted(IMAGE_SUFFIXES))}) below {root}")
    content = json_lines(lines)
    manifest = data_dir / f"folders-{hashlib.sha256(str(root).encode() + content).hexdigest()[:12]}.jsonl"
    write_atomic(manifest, content)
    return Source(manifest, root, tubelet_size=tubelet_size, image_size=(image_size, image_size))


def _is_frame(path: Path) -> bool:
    return path.is_file() and path.suffix.lower() in IMAGE_SUFFIXES and not path.name.startswith(".")


def _name_order(path: Path) -> list[tuple[int, str]]:
    # Numbers by value: frame_10 comes after frame_9 also where nobody padded them with zeros.
    return [(int(part) if part.isdecimal() else -1, part) for part in re.split(r"(\d+)", path.name)]


def _windows(
    scene: str, frames: list[Path], root: Path, window: int, stride: int, tubelet_size: int
) -> list[dict[str, Any]]:
    window -= window % tubelet_size
    lines = []
    for start in range(0, len(frames), stride):
        chunk = frames[start : start + window]
        chunk = chunk[: len(chunk) - len(chunk) % tubelet_size]
        # With overlapping windows the last ones hold nothing that an earlier one does not.
        if not chunk or (start and start + len(chunk) <= start - stride + window):
            continue
        lines.append(
            {
                "clip_id": f"{scene}__{start:06d}",
                "scene": scene,
                "frame_paths": [path.relative_to(root).as_posix() for path in chunk],
            }
        )
    return lines
