"""Frames from disk: each read, hashed and decoded once, ahead of the encoder, in threads."""

from __future__ import annotations

import hashlib
import io
import threading
import warnings
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from jepamine.errors import UserError, first_line

# Pillow warns at 89 million pixels and raises at twice that; no camera frame is so large, so the warning is
# an error too (a decompression bomb would take gigabytes).
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)

Item = TypeVar("Item")
Loaded = TypeVar("Loaded")


class Frame:
    """One image file. `digest` reads it, `pixels` decodes it; each happens once, whichever thread asks."""

    def __init__(self, path: Path, size: tuple[int, int]) -> None:
        self.path, self.size = path, size
        self._lock = threading.Lock()
        self._digest: bytes | None = None
        self._content: bytes | None = None
        self._pixels: NDArray[np.uint8] | None = None

    def digest(self) -> bytes:
        """SHA-256 of the file's content. Raises UserError where it cannot be read."""
        with self._lock:
            if self._digest is None:
                self._content = _read(self.path)
                self._digest = hashlib.sha256(self._content).digest()
            return self._digest

    def pixels(self) -> NDArray[np.uint8]:
        """RGB uint8 (H, W, 3), resized bicubically to `size`. Raises UserError where it is no whole image."""
        self.digest()
        with self._lock:
            if self._pixels is None:
                assert self._content is not None
                self._pixels = _decode(self._content, self.path, self.size)
                self._content = None
            return self._pixels


class Frames:
    """Gives `Frame`s by path and keeps the last `keep` of them, for clips that overlap."""

    def __init__(self, size: tuple[int, int], keep: int = 256) -> None:
        self.size, self.keep = size, keep
        self._lock = threading.Lock()
        self._frames: OrderedDict[Path, Frame] = OrderedDict()

    def __getitem__(self, path: Path) -> Frame:
        with self._lock:
            frame = self._frames.pop(path, None) or Frame(path, self.size)
            self._frames[path] = frame
            if len(self._frames) > self.keep:
                self._frames.popitem(last=False)
            return frame


def ahead(
    items: Iterable[Item], load: Callable[[Item], Loaded], threads: int = 2, depth: int = 4
) -> Iterator[tuple[Item, Loaded | UserError]]:
    """Yield (item, load(item)) in order, loading up to `depth` items ahead in `threads` threads.

    A UserError from `load` is yielded in its item's place.
    """

    def guarded(item: Item) -> Loaded | UserError:
        try:
            return load(item)
        except UserError as error:
            return error

    pool = ThreadPoolExecutor(threads, thread_name_prefix="frames")
    waiting: deque[tuple[Item, Future[Loaded | UserError]]] = deque()
    try:
        for item in items:
            waiting.append((item, pool.submit(guarded, item)))
            if len(waiting) > depth:
                first, future = waiting.popleft()
                yield first, future.result()
        while waiting:
            first, future = waiting.popleft()
            yield first, future.result()
    finally:
        # Not waited for: an abandoned generator may be collected inside any thread, also one that is just
        # starting and holds a lock of `threading` which a join needs (seen: a test run stood still).
        pool.shutdown(wait=False, cancel_futures=True)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise UserError(f"frame {path}: no such file") from None
    except OSError as error:
        raise UserError(f"frame {path}: cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise UserError(f"frame {str(path)!r}: no file can have this name: {error}") from None


def _decode(content: bytes, path: Path, size: tuple[int, int]) -> NDArray[np.uint8]:
    height, width = size
    try:
        with Image.open(io.BytesIO(content)) as image:
            # Bicubic on RGB, as the research notebook; Pillow's is antialiased.
            resized = image.convert("RGB").resize((width, height), Image.Resampling.BICUBIC)
            return np.asarray(resized)
    except UnidentifiedImageError:
        raise UserError(f"frame {path}: not an image") from None
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise UserError(f"frame {path}: absurdly large: {first_line(error)}") from None
    # Pillow's decoders raise many kinds for damaged files, SyntaxError and struct.error among them.
    except Exception as error:
        raise UserError(f"frame {path}: damaged or truncated: {first_line(error)}") from None
