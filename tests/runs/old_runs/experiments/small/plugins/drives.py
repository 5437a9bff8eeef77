from pathlib import Path

from jepamine.clips import Source


def drives(*, manifest: Path):
    return Source(manifest)
