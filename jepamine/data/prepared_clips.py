"""Clips prepared for an encoder: frames read, masks drawn, and the keys of their embeddings in a store.

Legend of shapes: N tubelets of a clip, T frames of a tubelet, H x W pixels."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jepamine.data.clips import Clip
from jepamine.data.embedding_store import Store
from jepamine.data.frames import Frame, Frames, check
from jepamine.data.pixel_statistics import FOLDER, pixel_statistics
from jepamine.protocols import Mask, Source


@dataclass(frozen=True)
class Prepared:
    mask: NDArray[np.bool_] | None  # (N, T, rows, columns)
    digests: tuple[bytes, ...]
    clean_key: bytes
    frame_keys: list[bytes]  # empty unless the encoder is one of frames
    masked_key: bytes
    pixels: NDArray[np.uint8] | None  # (N, T, H, W, 3); None if the store holds both embeddings
    statistics: NDArray[np.float32] | None  # (N, 4); None if not decoded, or in the store


def pixels_of(clip: Clip, frames: Frames, source: Source) -> NDArray[np.uint8]:
    return _tubelets(frames, [frames[place] for place in clip.frames], source)


def content_key(source: Source, digests: Sequence[bytes]) -> bytes:
    """Return the key of a clip's clean embeddings: a hash of its frames and of how they are prepared."""
    return hashlib.sha256(_shape(source) + b"".join(digests)).digest()


def _shape(source: Source) -> bytes:
    return json.dumps([source.image_size, source.tubelet_size]).encode()


def _draw(clip: Clip, source: Source, mask: Mask) -> NDArray[np.bool_]:
    """Return the masks of a clip's tubelets, (N, T, rows, columns)."""
    masks = [mask(clip.clip_id, number, clip.first_tubelet + number) for number in range(clip.tubelets)]
    for tubelet_mask in masks:
        check(tubelet_mask, (source.tubelet_size, *source.image_size))
    return np.stack(masks)


def prepare(
    clip: Clip,
    frames: Frames,
    source: Source,
    mask: Mask | None,
    store: Store,
    by_frame: bool,
    known: tuple[bytes, ...] | None,
) -> Prepared:
    drawn = None if mask is None else _draw(clip, source, mask)
    held = [] if known else [frames[place] for place in clip.frames]
    digests = known or frames.digests(held)
    content = b"".join(digests)
    shape = _shape(source)
    clean_key = content_key(source, digests)
    cells = b"" if drawn is None else json.dumps(drawn.shape).encode() + np.packbits(drawn).tobytes()
    masked_key = hashlib.sha256(shape + content + cells).digest()
    size = json.dumps(source.image_size).encode()
    frame_keys = [hashlib.sha256(b"frame" + size + digest).digest() for digest in digests] if by_frame else []
    clean_stored = clean_key in store or (bool(frame_keys) and all(key in store for key in frame_keys))
    stored = clean_stored and (drawn is None or masked_key in store)
    if known and not stored:  # its frames may have changed since they were hashed
        return prepare(clip, frames, source, mask, store, by_frame, None)
    pixels = None if stored else _tubelets(frames, held, source)
    wanted = pixels is not None and clean_key not in store.beside(FOLDER)
    statistics = pixel_statistics(pixels) if pixels is not None and wanted else None
    return Prepared(drawn, digests, clean_key, frame_keys, masked_key, pixels, statistics)


def _tubelets(frames: Frames, held: list[Frame], source: Source) -> NDArray[np.uint8]:
    return frames.pixels(held).reshape(-1, source.tubelet_size, *source.image_size, 3)
