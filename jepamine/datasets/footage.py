"""The datasets `clips` (a JSONL manifest) and `folders` (one folder per scene, frames in name order)."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from jepamine.data.clips import ImageSize, Threads, TubeletSize
from jepamine.data.wrong_files import require_folder
from jepamine.errors import UserError, did_you_mean
from jepamine.manifests.frame_folders import frame_folders, no_frames
from jepamine.manifests.new_lines import Skipped
from jepamine.manifests.tracks import folder_clip_id
from jepamine.manifests.windows import Cutter
from jepamine.places import File, Url
from jepamine.protocols import Source
from jepamine.utils.files import NOT_REGULAR, write_atomic
from jepamine.utils.json_files import json_lines
from jepamine.utils.local_cache import local


def clips(
    *,
    manifest: File,
    root: File | None = None,
    tubelet_size: TubeletSize = 2,
    image_size: ImageSize = 224,
    threads: Threads = 0,
) -> Source:
    """Use the lines of `manifest`; frame paths are relative to `root`, else to the manifest's folder."""
    if isinstance(manifest, Url):
        local(manifest)  # raises if there is none
    elif not manifest.is_file():
        neighbours = (
            [file.name for file in manifest.parent.glob("*.jsonl")] if manifest.parent.is_dir() else []
        )
        missing = f"no such file{did_you_mean(manifest.name, neighbours)}"
        reason = NOT_REGULAR if manifest.exists() else missing
        reason = "is a folder" if manifest.is_dir() else reason
        raise UserError(
            f"[dataset] manifest: {manifest}: {reason}; set yours: --set dataset.manifest=FILE.jsonl"
        )
    return Source(
        manifest, root, tubelet_size=tubelet_size, image_size=(image_size, image_size), threads=threads
    )


def folders(
    data_dir: Path,
    *,
    root: Path,
    window: Annotated[int, Field(ge=2)] = 16,
    stride: Annotated[int, Field(ge=1)] = 16,
    camera: str | None = None,
    label_maps: bool = False,
    tubelet_size: TubeletSize = 2,
    image_size: ImageSize = 224,
    threads: Threads = 0,
) -> Source:
    """Cut every folder below `root` that holds frames into clips of `window` frames, `stride` apart.

    A folder is a scene, named by its path below `root` (`root` itself by its own name); its frames are taken
    in name order, numbers in names by value, and no clip spans a change of their size. `window` is rounded
    down to whole tubelets; the rest of a folder becomes a shorter clip of whole tubelets. Label maps
    (segmentation masks) are skipped unless `label_maps`. Skipped frames are counted.
    The manifest is written to `data_dir`. Raises UserError if there are no frames.
    """
    if window < tubelet_size:
        raise UserError(f"dataset.window: {window} frames are less than a tubelet of {tubelet_size}")
    require_folder(root, "dataset.root")
    camera_key = {"camera": camera} if camera else {}
    lines: list[dict[str, Any]] = []
    skipped = Skipped()
    cutter = Cutter(window, stride, max_gap=0, tubelet_size=tubelet_size)
    for scene, frames in frame_folders(root, skipped, label_maps):
        spans = cutter.cut([str(path) for path in frames])
        names = [path.relative_to(root).as_posix() for path in frames]
        lines += [
            {
                "clip_id": folder_clip_id(scene, span.start),
                "scene": scene,
                "frame_paths": names[span.start : span.stop],
                **camera_key,
            }
            for span in spans
        ]
    skipped.notify()
    cutter.notify()
    if not lines:
        raise UserError(f"dataset.root: {no_frames(root)}")
    content = json_lines(lines)
    manifest = data_dir / f"folders-{hashlib.sha256(str(root).encode() + content).hexdigest()[:12]}.jsonl"
    write_atomic(manifest, content)
    return Source(
        manifest, root, tubelet_size=tubelet_size, image_size=(image_size, image_size), threads=threads
    )
