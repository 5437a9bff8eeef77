"""Clean and masked embeddings of clips: each tubelet is encoded once, the results kept in a store.

Image encoders encode each distinct frame once, however clips overlap; masks differ by tubelet.

Legend of shapes: N tubelets of a clip, T frames of a tubelet, H x W pixels, L tokens, D dimensions.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from jepamine.data.clips import Clip
from jepamine.data.embedding_store import NOTE, Store, stores_root
from jepamine.data.encoding import BATCHES, encode_all, on_accelerator
from jepamine.data.frames import Frames, ahead, hide
from jepamine.data.known_content import FOLDER as VERSIONS
from jepamine.data.known_content import KnownFrames, Versions
from jepamine.data.pixel_statistics import FOLDER
from jepamine.data.prepared_clips import Prepared, pixels_of, prepare
from jepamine.errors import UserError
from jepamine.protocols import Encoder, FrameEncoder, Mask, Source
from jepamine.utils.files import optional_write
from jepamine.utils.json_files import write_json


@dataclass(frozen=True)
class Embedded:
    """A clip and its embeddings: clean and masked float32 (N, D), fraction of hidden patches float32 (N,).

    Where clips were embedded without masks, `masked` and `fraction` are empty. `content` is a hash of the
    frames, `digests` one of each; `frames()` returns them: uint8 (N, T, H, W, 3).
    """

    clip: Clip
    clean: NDArray[np.float32]
    masked: NDArray[np.float32]
    fraction: NDArray[np.float32]
    content: bytes
    digests: tuple[bytes, ...]
    frames: Callable[[], NDArray[np.uint8]]


@dataclass(frozen=True)
class Unreadable:
    """A clip that could not be embedded, and why; `clip` is None if the line itself is not a clip."""

    clip: Clip | None
    error: UserError


_Item = tuple[Clip | UserError, Prepared | UserError]
_Encode = Callable[[Sequence[NDArray[np.uint8]]], Iterator[NDArray[np.float32]]]
# Clips that wait for each other at most, however little there is to encode.
WINDOW = 64


def store_folder(experiments: Path, encoder: Encoder) -> Path:
    """Return the folder of an encoder's embeddings, created with a note of the encoder.

    Its name is the encoder's and a hash of what the embeddings depend on: weights and preprocessing.
    """
    words = f"{encoder.weights_sha256}\n{encoder.preprocessing}"
    name = re.sub(r"[^A-Za-z0-9.]+", "-", Path(encoder.name).name).strip("-.")
    folder = stores_root(experiments) / f"{name}-{hashlib.sha256(words.encode()).hexdigest()[:12]}"
    if not (folder / NOTE).exists():
        note = {key: getattr(encoder, key) for key in ("name", "weights_sha256", "preprocessing", "dim")}
        with optional_write(folder):
            write_json(folder / NOTE, note)
    return folder


def embed_clips(
    items: Iterable[Clip | UserError], source: Source, mask: Mask | None, encoder: Encoder, store: Store
) -> Iterator[Embedded | Unreadable]:
    """Yield the embeddings of every clip in order, or the reason why a clip cannot be read.

    Frames are read and decoded ahead of the encoder. On a CPU each clip is encoded by itself, in batches of
    `encoder.batch_size` tubelets: neighbouring clips and restarts do not change a bit of its embeddings,
    except by an image encoder's rounding (it encodes only the frames that no earlier clip had). For other
    devices see `encode_all`. Each embedding is in the store before it is yielded. Without a `mask` only clean
    ones are computed.
    """
    frames = Frames(source.image_size, versions=Versions(store.beside(VERSIONS)))
    known = KnownFrames(source.known) if source.known else None
    by_frame = isinstance(encoder, FrameEncoder) and encoder.by_frame
    accelerated = on_accelerator(encoder)
    full = BATCHES * encoder.batch_size if accelerated else 0
    encode = functools.partial(encode_all, encoder, accelerated=accelerated)
    store.beside(FOLDER)  # opened here and not in the threads

    def load(item: Clip | UserError) -> Prepared:
        if isinstance(item, UserError):
            raise item
        try:
            digests = known.digests(item) if known else None
            return prepare(item, frames, source, mask, store, by_frame, digests)
        except UserError as error:
            raise UserError(f"{item.place}: {error}") from None

    try:
        for window in _windows(ahead(items, load, source.threads), full):
            found = _encode_missing(window, frames, source, encode, store)
            for item, loaded in window:
                if isinstance(item, UserError) or isinstance(loaded, UserError):
                    clip = None if isinstance(item, UserError) else item
                    yield Unreadable(clip, loaded if isinstance(loaded, UserError) else UserError(str(item)))
                else:
                    yield _embedded(
                        item, loaded, found, functools.partial(pixels_of, item, frames, source), source
                    )
    finally:
        frames.stop()


def _windows(items: Iterable[_Item], full: int) -> Iterator[list[_Item]]:
    """Yield the clips that are encoded together: one on a CPU, else `full` tubelets or more."""
    window: list[_Item] = []
    waiting = 0
    for item, loaded in items:
        window.append((item, loaded))
        if isinstance(loaded, Prepared) and loaded.pixels is not None:
            waiting += len(loaded.pixels) * (1 if loaded.mask is None else 2)
        if waiting >= full or len(window) == WINDOW:
            yield window
            window, waiting = [], 0
    if window:
        yield window


def _encode_missing(
    window: Sequence[_Item], frames: Frames, source: Source, encode: _Encode, store: Store
) -> dict[bytes, NDArray[np.float32]]:
    """Return key -> array of all embeddings of a window; those that the store lacks are encoded and put."""
    found: dict[bytes, NDArray[np.float32]] = {}
    wanted: list[tuple[list[bytes], NDArray[np.uint8]]] = []
    planned: set[bytes] = set()

    def lacks(key: bytes) -> bool:
        if key not in found and key not in planned and (array := store.get(key)) is not None:
            found[key] = array
        return key not in found

    for item, loaded in window:
        if isinstance(item, UserError) or isinstance(loaded, UserError):
            continue
        if loaded.statistics is not None:
            store.beside(FOLDER).put(loaded.clean_key, loaded.statistics)
        clean = [loaded.clean_key] if lacks(loaded.clean_key) else []  # whole also of earlier versions
        if clean and loaded.frame_keys:
            clean = [key for key in dict.fromkeys(loaded.frame_keys) if lacks(key)]
        masked = [loaded.masked_key] if loaded.mask is not None and lacks(loaded.masked_key) else []
        new = [key for key in (*clean, *masked) if key not in planned]
        if not new:
            continue
        planned |= set(new)
        # Without pixels the store held all when the clip was loaded, but something is damaged.
        pixels = pixels_of(item, frames, source) if loaded.pixels is None else loaded.pixels
        clean = [key for key in clean if key in new]
        if clean and loaded.frame_keys:
            singles = pixels.reshape(-1, 1, *pixels.shape[2:])  # (N * T, 1, H, W, 3)
            wanted.append((clean, singles[[loaded.frame_keys.index(key) for key in clean]]))
        elif clean:
            wanted.append((clean, pixels))
        if loaded.mask is not None and loaded.masked_key in new:
            wanted.append(([loaded.masked_key], hide(pixels, loaded.mask)))
    for (keys, _), array in zip(wanted, encode([part for _, part in wanted]), strict=True):
        for key, rows in zip(keys, [array] if len(keys) == 1 else array[:, None], strict=True):
            store.put(key, rows)
            found[key] = rows
    return found


def _embedded(
    clip: Clip,
    loaded: Prepared,
    found: Mapping[bytes, NDArray[np.float32]],
    read: Callable[[], NDArray[np.uint8]],
    source: Source,
) -> Embedded | Unreadable:
    clean = found.get(loaded.clean_key)
    if clean is None:
        vectors = np.concatenate([found[key] for key in loaded.frame_keys])  # (N * T, D)
        clean = _tubelet_means(vectors, source.tubelet_size)
    masked, fraction = clean[:0], np.empty(0)
    if loaded.mask is not None:
        masked = found[loaded.masked_key]
        fraction = loaded.mask.reshape(len(clean), -1).mean(axis=1, dtype=np.float64)
    if not (np.isfinite(clean).all() and np.isfinite(masked).all()):
        return Unreadable(
            clip, UserError(f"{clip.place}: the encoder returned embeddings that are not finite")
        )
    return Embedded(clip, clean, masked, fraction.astype(np.float32), loaded.clean_key, loaded.digests, read)


def _tubelet_means(vectors: NDArray[np.float32], tubelet_size: int) -> NDArray[np.float32]:
    """Return the means (N, D) of the embeddings of each tubelet's frames, (N * T, D)."""
    means: NDArray[np.float32] = vectors.reshape(-1, tubelet_size, vectors.shape[1]).mean(axis=1)
    return means
