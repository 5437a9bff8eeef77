"""The bank: clean embeddings of a run's training clips, and which of them overlap a clip."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from jepamine.errors import UserError
from jepamine.mining.bank_columns import Arrays, ClipColumns, Place, rows_of
from jepamine.mining.distances import (
    unit,
)
from jepamine.mining.overlap import DIGEST, ExtentIndex
from jepamine.protocols import Extent
from jepamine.utils.columns import Stored, save_columns
from jepamine.utils.tensors import load_tensors

BANK = "bank.safetensors"


@dataclass(frozen=True)
class Bank:
    """One row per training clip: `vectors` float32 (M, D), the mean of the clip's clean tubelet embeddings.

    `contents` are hashes of the clips' frames, hex: they identify a training clip whatever its id or path.
    `extents` are what the clips cover, `places` where they come from; empty for the bank of an older run.
    """

    clip_ids: Sequence[str]
    contents: Sequence[str]
    vectors: NDArray[np.float32]
    extents: Sequence[Extent] = ()
    places: Sequence[Place] = ()

    def overlapping(self, content: bytes, extent: Extent) -> NDArray[np.int64]:
        """Return the rows of training clips that are the clip or share frames or time with it, sorted.

        Only those that are the clip itself if fewer than two rows would remain to compare it with.
        """
        own = np.array(self._rows.get(content.hex(), []), dtype=np.int64)
        rows = np.union1d(own, self._index.overlapping(extent))
        return rows if len(self.clip_ids) - len(rows) >= 2 else own[:1]

    def knows(self, camera: str | None) -> bool:
        """Return whether a training clip is by the camera; False for a clip without one."""
        return camera is not None and len(self.camera_rows(camera)) > 0

    def camera_rows(self, camera: str | None) -> NDArray[np.int64]:
        """Return the rows of the training clips by a camera, sorted."""
        return self._cameras.get(camera, np.empty(0, dtype=np.int64))

    @functools.cached_property
    def _cameras(self) -> dict[str | None, NDArray[np.int64]]:
        rows: dict[str | None, list[int]] = {}
        for row, place in enumerate(self.places):
            rows.setdefault(place.camera, []).append(row)
        return {camera: np.array(listed, dtype=np.int64) for camera, listed in rows.items()}

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


def save_bank(path: Path, vectors: NDArray[np.float32], clips: ClipColumns) -> None:
    """Write the bank of `clips`, with `vectors` float32 (M, D). Raises OSError if the disk is full."""
    own = np.ascontiguousarray(vectors, dtype="<f4")
    stored = Stored("F32", own.shape, [own.reshape(-1).view(np.uint8).data])
    save_columns(path, {"vectors": stored, **clips.stored()})


def load_bank(path: Path) -> Bank:
    """Read a bank. Raises UserError that names the file if it is missing or damaged."""
    tensors, metadata = load_tensors(path)
    try:
        vectors = tensors["vectors"].numpy()
        if "ids" in tensors:
            bank = _of_columns(vectors, {name: tensor.numpy() for name, tensor in tensors.items()})
        else:
            bank = _of_metadata(vectors, tensors, metadata)
    except (KeyError, ValueError, TypeError, IndexError):
        raise UserError(f"{path}: not a bank of clip embeddings") from None
    sizes = {len(bank.extents), len(bank.places)} - {0}
    if not len(vectors) == len(bank.clip_ids) == len(bank.contents) or not sizes <= {len(vectors)}:
        raise UserError(f"{path}: not a bank of clip embeddings")
    return bank


def _of_columns(vectors: NDArray[np.float32], arrays: Arrays) -> Bank:
    ids, contents, extents, places = rows_of(arrays)
    return Bank(ids, contents, vectors, extents, places)


def _of_metadata(
    vectors: NDArray[np.float32], tensors: Mapping[str, torch.Tensor], metadata: Mapping[str, Any]
) -> Bank:
    """Return the bank of an older run, whose facts are JSON. Raises KeyError or ValueError if damaged."""
    frames = tensors["frames"].numpy().tobytes() if "frames" in tensors else b""
    extents, start = [], 0
    for count, timeline, first, last in metadata.get("extents", []):
        end = start + count * DIGEST
        extents.append(Extent(frames[start:end], timeline, first, last))
        start = end
    if start != len(frames):
        raise ValueError("hashes of other frames")
    places = [Place(*place) for place in metadata.get("places", [])]
    return Bank(metadata["clip_ids"], metadata["contents"], vectors, extents, places)
