"""The dataset `clips`: a JSONL manifest that the user brings."""

from __future__ import annotations

from pathlib import Path

from jepamine.clips import Source
from jepamine.datasets.sizes import ImageSize, TubeletSize


def clips(
    *, manifest: Path, root: Path | None = None, tubelet_size: TubeletSize = 2, image_size: ImageSize = 224
) -> Source:
    """Clips from the lines of `manifest`; frame paths relative to `root`, else to the manifest's folder."""
    return Source(manifest, root, tubelet_size=tubelet_size, image_size=(image_size, image_size))
