"""Clean and masked embeddings of clips: each tubelet is encoded once, the results kept in a store.

Image encoders encode each distinct frame once, however clips overlap; masks differ by tubelet.

Legend of shapes: N tubelets of a clip, T frames of a tubelet, H x W pixels, L tokens, D dimensions.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from jepamine.data.clips import Clip
from jepamine.data.embedding_store import NOTE, Store, stores_root
from jepamine.data.frames import Frame, Frames, ahead
from jepamine.data.known_frames import KnownFrames
from jepamine.data.masks import check, hide
from jepamine.data.pixel_statistics import FOLDER, pixel_statistics
from jepamine.errors import UserError
from jepamine.protocols import Encoder, FrameEncoder, Mask, Source
from jepamine.utils.files import optional_write, write_json


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


@dataclass(frozen=True)
class _Loaded:
    mask: NDArray[np.bool_] | None  # (N, T, rows, columns)
    digests: tuple[bytes, ...]
    clean_key: bytes
    frame_keys: list[bytes]  # empty unless the encoder is one of frames
    masked_key: bytes
    pixels: NDArray[np.uint8] | None  # (N, T, H, W, 3); None if the store holds both embeddings
    statistics: NDArray[np.float32] | None  # (N, 4); None if not decoded, or in the store


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

    Frames are read and decoded ahead of the encoder. Each clip is encoded by itself, in batches of
    `encoder.batch_size` tubelets: neighbouring clips and restarts do not change a bit of its embeddings,
    except by an image encoder's rounding (it encodes only the frames that no earlier clip had). Each
    embedding is in the store before it is yielded. Without a `mask` only clean ones are computed.
    """
    frames = Frames(source.image_size)
    known = KnownFrames(source.known) if source.known else None
    by_frame = isinstance(encoder, FrameEncoder) and encoder.by_frame
    store.beside(FOLDER)  # opened here and not in the threads

    def load(item: Clip | UserError) -> _Loaded:
        if isinstance(item, UserError):
            raise item
        try:
            digests = known.digests(item) if known else None
            return _load(item, frames, source, mask, store, by_frame, digests)
        except UserError as error:
            raise UserError(f"{item.place}: {error}") from None

    for item, loaded in ahead(items, load, source.threads):
        if isinstance(loaded, UserError) or isinstance(item, UserError):
            clip = None if isinstance(item, UserError) else item
            yield Unreadable(clip, loaded if isinstance(loaded, UserError) else UserError(str(item)))
            continue

        def read(clip: Clip = item) -> NDArray[np.uint8]:
            return _tubelets(frames, [frames[place] for place in clip.frames], source)

        if loaded.statistics is not None:
            store.beside(FOLDER).put(loaded.clean_key, loaded.statistics)
        clean = _stored_clean(loaded, source.tubelet_size, store)
        masked = None if loaded.mask is None else store.get(loaded.masked_key)
        if clean is None or (masked is None and loaded.mask is not None):
            pixels = loaded.pixels
            if pixels is None:  # the store held it when the clip was loaded, but it is damaged
                pixels = read()
            if clean is None:
                clean = _encode_clean(encoder, pixels, loaded, store)
            if masked is None and loaded.mask is not None:
                masked = encode(encoder, hide(pixels, loaded.mask))
                store.put(loaded.masked_key, masked)
        fraction = np.empty(0)
        if loaded.mask is not None:
            fraction = loaded.mask.reshape(len(clean), -1).mean(axis=1, dtype=np.float64)
        masked = clean[:0] if masked is None else masked
        if not (np.isfinite(clean).all() and np.isfinite(masked).all()):
            yield Unreadable(
                item, UserError(f"{item.place}: the encoder returned embeddings that are not finite")
            )
            continue
        yield Embedded(
            item, clean, masked, fraction.astype(np.float32), loaded.clean_key, loaded.digests, read
        )


def encode(encoder: Encoder, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Encode pixels (N, T, H, W, 3) uint8 into the mean of the encoder's tokens, (N, D) float32."""
    means = []
    for batch in torch.split(torch.from_numpy(pixels), encoder.batch_size):
        with torch.inference_mode():
            # (n, L, D) -> (n, D)
            means.append(encoder(batch).float().mean(dim=1).cpu())
    return torch.cat(means).numpy()


def _stored_clean(loaded: _Loaded, tubelet_size: int, store: Store) -> NDArray[np.float32] | None:
    """Return the stored clean embeddings (N, D) of a clip: its own, or those of its frames; else None."""
    clean = store.get(loaded.clean_key)  # also of an image encoder, by an earlier version
    if clean is not None or not loaded.frame_keys:
        return clean
    vectors: list[NDArray[np.float32]] = []
    for key in loaded.frame_keys:
        vector = store.get(key)  # (1, D)
        if vector is None:
            return None
        vectors.append(vector)
    return _tubelet_means(np.concatenate(vectors), tubelet_size)


def _encode_clean(
    encoder: Encoder, pixels: NDArray[np.uint8], loaded: _Loaded, store: Store
) -> NDArray[np.float32]:
    """Encode a clip's pixels (N, T, H, W, 3), of an image encoder only the frames that the store lacks."""
    if not loaded.frame_keys:
        clean = encode(encoder, pixels)
        store.put(loaded.clean_key, clean)
        return clean
    found = {key: store.get(key) for key in loaded.frame_keys}
    vectors = {key: vector for key, vector in found.items() if vector is not None}
    missing = [key for key in found if key not in vectors]
    if missing:
        singles = pixels.reshape(-1, 1, *pixels.shape[2:])  # (N * T, 1, H, W, 3)
        places = [loaded.frame_keys.index(key) for key in missing]
        for key, vector in zip(missing, encode(encoder, singles[places]), strict=True):
            store.put(key, vector[None])
            vectors[key] = vector[None]
    return _tubelet_means(np.concatenate([vectors[key] for key in loaded.frame_keys]), pixels.shape[1])


def _tubelet_means(vectors: NDArray[np.float32], tubelet_size: int) -> NDArray[np.float32]:
    """Return the means (N, D) of the embeddings of each tubelet's frames, (N * T, D)."""
    means: NDArray[np.float32] = vectors.reshape(-1, tubelet_size, vectors.shape[1]).mean(axis=1)
    return means


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


def _load(
    clip: Clip,
    frames: Frames,
    source: Source,
    mask: Mask | None,
    store: Store,
    by_frame: bool,
    known: tuple[bytes, ...] | None,
) -> _Loaded:
    drawn = None if mask is None else _draw(clip, source, mask)
    held = [] if known else [frames[place] for place in clip.frames]
    digests = known or tuple(frame.digest() for frame in held)
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
        return _load(clip, frames, source, mask, store, by_frame, None)
    pixels = None if stored else _tubelets(frames, held, source)
    wanted = pixels is not None and clean_key not in store.beside(FOLDER)
    statistics = pixel_statistics(pixels) if pixels is not None and wanted else None
    return _Loaded(drawn, digests, clean_key, frame_keys, masked_key, pixels, statistics)


def _tubelets(frames: Frames, held: list[Frame], source: Source) -> NDArray[np.uint8]:
    return frames.pixels(held).reshape(-1, source.tubelet_size, *source.image_size, 3)
