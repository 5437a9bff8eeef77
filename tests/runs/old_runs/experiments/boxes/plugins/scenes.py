from pathlib import Path

from jepamine.clips import Source


def scenes(*, manifest: Path):
    return Source(manifest, tubelet_size=1, image_size=(48, 96))
