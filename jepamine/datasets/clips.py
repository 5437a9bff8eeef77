"""The dataset `clips`: a JSONL manifest provided by the user."""

from __future__ import annotations

from jepamine.data.clips import ImageSize, Threads, TubeletSize
from jepamine.errors import UserError, did_you_mean
from jepamine.places import File, Url
from jepamine.protocols import Source
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
        reason = (
            "is a folder" if manifest.is_dir() else f"no such file{did_you_mean(manifest.name, neighbours)}"
        )
        raise UserError(
            f"[dataset] manifest: {manifest}: {reason}; set yours: --set dataset.manifest=FILE.jsonl"
        )
    return Source(
        manifest, root, tubelet_size=tubelet_size, image_size=(image_size, image_size), threads=threads
    )
