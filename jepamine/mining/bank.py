"""The bank: clean embeddings of a run's training clips, and which of them overlap a clip."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from jepamine.errors import UserError
from jepamine.mining.distances import (
    unit,
)
from jepamine.mining.overlap import DIGEST, ExtentIndex
from jepamine.protocols import Extent
from jepamine.utils.tensors import load_tensors, save_tensors

BANK = "bank.safetensors"


@dataclass(frozen=True)
class Place:
    """Where a training clip comes from; `order` sorts the clips of a drive whose times are unknown."""

    drive: str | None = None
    camera: str | None = None
    order: str = ""


@dataclass(frozen=True)
class Bank:
    """One row per training clip: `vectors` float32 (M, D), the mean of the clip's clean tubelet embeddings.

    `contents` are hashes of the clips' frames, hex: they identify a training clip whatever its id or path.
    `extents` are what the clips cover, `places` where they come from; empty for the bank of an older run.
    """

    clip_ids: list[str]
    contents: list[str]
    vectors: NDArray[np.float32]
    extents: list[Extent] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)

    def overlapping(self, content: bytes, extent: Extent) -> NDArray[np.int64]:
        """Return the rows of training clips that are the clip or share frames or time with it, sorted.

        Only those that are the clip itself if fewer than two rows would remain to compare it with.
        """
        own = np.array(self._rows.get(content.hex(), []), dtype=np.int64)
        rows = np.union1d(own, self._index.overlapping(extent))
        return rows if len(self.clip_ids) - len(rows) >= 2 else own[:1]

    def overlapping_rows(self, rows: NDArray[np.int64]) -> list[NDArray[np.int64]]:
        """Return `overlapping` of the training clips in `rows`."""
        extents = self.extents or [Extent()] * len(self.clip_ids)
        return [self.overlapping(bytes.fromhex(self.contents[row]), extents[row]) for row in rows]

    @functools.cached_property
    def _rows(self) -> dict[str, list[int]]:
        rows: dict[str, list[int]] = {}
        for row, content in enumerate(self.contents):
            rows.setdefault(content, []).append(row)
        return rows

    @functools.cached_property
    def _index(self) -> ExtentIndex:
        return ExtentIndex(self.extents)

    @functools.cached_property
    def unit(self) -> NDArray[np.float32]:
        """Return the vectors at unit length, float32 (M, D)."""
        return unit(self.vectors)


def save_bank(path: Path, bank: Bank) -> None:
    """Write a bank as safetensors. Raises OSError if the disk is full."""
    frames = b"".join(extent.frames for extent in bank.extents)
    save_tensors(
        path,
        {
            "vectors": torch.from_numpy(bank.vectors),
            "frames": torch.from_numpy(np.frombuffer(frames, dtype=np.uint8).copy()),
        },
        {
            "clip_ids": bank.clip_ids,
            "contents": bank.contents,
            "extents": [
                [len(extent.frames) // DIGEST, extent.timeline, extent.start, extent.end]
                for extent in bank.extents
            ],
            "places": [[place.drive, place.camera, place.order] for place in bank.places],
        },
    )


def load_bank(path: Path) -> Bank:
    """Read a bank. Raises UserError that names the file if it is missing or damaged."""
    tensors, metadata = load_tensors(path)
    ids, contents = metadata.get("clip_ids", []), metadata.get("contents", [])
    if "vectors" not in tensors or not len(tensors["vectors"]) == len(ids) == len(contents):
        raise UserError(f"{path}: not a bank of clip embeddings")
    frames = tensors["frames"].numpy().tobytes() if "frames" in tensors else b""
    extents, start = [], 0
    for count, timeline, first, last in metadata.get("extents", []):
        end = start + count * DIGEST
        extents.append(Extent(frames[start:end], timeline, first, last))
        start = end
    places = [Place(*place) for place in metadata.get("places", [])]
    if start != len(frames) or len(extents) not in (0, len(ids)) or len(places) not in (0, len(ids)):
        raise UserError(f"{path}: not a bank of clip embeddings")
    return Bank(ids, contents, tensors["vectors"].numpy(), extents, places)
