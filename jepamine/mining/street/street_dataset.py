"""The dataset `street`: generated, labelled street scenes, so that a first run needs no footage."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

from pydantic import Field

from jepamine.data.clips import ImageSize, Threads, TubeletSize
from jepamine.protocols import Source
from jepamine.utils.files import sha256_file, write_atomic
from jepamine.utils.locks import exclusive
from jepamine.utils.progress import progress

# Part of the folder's name: raise it when the generator draws differently, so that old frames are not reused.
GENERATOR = 1


def street(
    data_dir: Path,
    *,
    clips: Annotated[int, Field(ge=1, le=1_000_000)] = 80,
    event_rate: Annotated[float, Field(ge=0, le=1)] = 0.1,
    seed: Annotated[int, Field(ge=0)] = 0,
    frames: Annotated[int, Field(ge=2, le=64, multiple_of=2)] = 8,
    tubelet_size: TubeletSize = 2,
    image_size: ImageSize = 224,
    threads: Threads = 0,
) -> Source:
    """Draw `clips` clips of `frames` JPEG frames into `data_dir`, or reuse them: same settings, same bytes.

    A share `event_rate` of the clips holds a rare event; `labels.jsonl` says which, and of what kind.
    """
    folder = data_dir / f"street-v{GENERATOR}-c{clips}-e{event_rate:g}-s{seed}-f{frames}"
    manifest, marker = folder / "manifest.jsonl", folder / "complete"
    lock = data_dir / f"{folder.name}.lock"
    with exclusive(lock, f"{folder}: another process is drawing these scenes; waiting for it", wait=True):
        if not (marker.is_file() and manifest.is_file() and marker.read_text() == sha256_file(manifest)):
            _draw(folder, marker, clips, event_rate, seed, frames)
    return Source(
        manifest,
        labels=folder / "labels.jsonl",
        tubelet_size=tubelet_size,
        image_size=(image_size, image_size),
        threads=threads,
    )


def _draw(folder: Path, marker: Path, clips: int, event_rate: float, seed: int, frames: int) -> None:
    """Draw the clips into a new folder, in place of one that is not complete."""
    from jepamine.mining.street.generate import generate

    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with progress("draw street", clips, "clips") as bar:
        generate(folder, clips=clips, event_rate=event_rate, seed=seed, frames=frames, on_clip=bar.step)
    # The marker is written last: a killed process leaves no marker, and the next one draws again.
    write_atomic(marker, sha256_file(folder / "manifest.jsonl").encode())
