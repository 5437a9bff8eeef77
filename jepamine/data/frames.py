"""Frames from disk, stores or recordings: read, hashed, decoded once, ahead of the encoder; their masks."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from jepamine.data.images import content_digest, decode
from jepamine.data.known_content import Versions
from jepamine.data.recordings import Recordings
from jepamine.errors import UserError
from jepamine.places import File, Moment, Place, Url
from jepamine.utils.files import read_bytes
from jepamine.utils.processes import cores
from jepamine.utils.remote import READERS, end_waits_with

Item = TypeVar("Item")
Loaded = TypeVar("Loaded")


class Frame:
    """One image file, on disk or in a store, or one moment of a recording.

    `digest` reads it and `pixels` decodes it; each happens once, in whichever thread asks first. `versions`
    knows the digest of a file in a store that has not changed since it was last read.
    """

    def __init__(
        self,
        place: Place,
        size: tuple[int, int],
        recordings: Recordings | None = None,
        versions: Versions | None = None,
    ) -> None:
        self.place, self.size = place, size
        self._recordings = recordings or Recordings()
        self._versions = versions
        # Readers of a clip hold the recordings' turn already: a second lock, taken before it by a reader of a
        # single frame, would be a deadlock (seen: audit of a damaged video).
        moment = isinstance(place, Moment)
        self._lock: AbstractContextManager[object] = self._recordings.turn if moment else threading.Lock()
        self._digest: bytes | None = None
        self._content: bytes | None = None
        self._pixels: NDArray[np.uint8] | None = None
        # (width, height) of the image before resizing, once its pixels were read.
        self.full_size: tuple[int, int] | None = None

    def digest(self) -> bytes:
        """Return the SHA-256 of the file, or of the recording's and the time.

        Raises UserError if it cannot be read.
        """
        with self._lock:
            if self._digest is None:
                if isinstance(self.place, Moment):
                    self._digest = self._recordings.digest(self.place)
                else:
                    self._digest = self._file_digest(self.place)
            return self._digest

    def _file_digest(self, file: File) -> bytes:
        versions = self._versions if isinstance(file, Url) else None
        if versions and isinstance(file, Url) and (known := versions.known(file)):
            return known
        self._content = content = _read(file)
        digest = content_digest(content)
        if versions and isinstance(file, Url):
            versions.remember(file, digest, content)
        return digest

    def pixels(self) -> NDArray[np.uint8]:
        """Return RGB uint8 (H, W, 3), resized bicubically to `size`. Raises UserError for a damaged image."""
        self.digest()
        with self._lock:
            if self._pixels is None:
                height, width = self.size
                # Bicubic on RGB, as in the research notebook; Pillow's is antialiased.
                image = self._image()
                self.full_size = image.size
                resized = image.resize((width, height), Image.Resampling.BICUBIC)
                self._pixels = np.asarray(resized)
                self._content = None
            return self._pixels

    def image(self) -> Image.Image:
        """Return the whole image, RGB, without caching. Raises UserError for a damaged image."""
        with self._lock:
            return self._image()

    def _image(self) -> Image.Image:
        if isinstance(self.place, Moment):
            return self._recordings.image(self.place)
        content = _read(self.place) if self._content is None else self._content
        return decode(content, f"frame {self.place}")


class Frames:
    """`Frame`s by their place; the last `keep` of them are cached, for clips that overlap."""

    def __init__(self, size: tuple[int, int], keep: int = 256, versions: Versions | None = None) -> None:
        self.size, self.keep = size, keep
        self._lock = threading.Lock()
        self._frames: OrderedDict[Place, Frame] = OrderedDict()
        self._versions = versions
        self._recordings = Recordings(versions)
        self._readers: ThreadPoolExecutor | None = None
        self._stopped = threading.Event()

    def __getitem__(self, place: Place) -> Frame:
        with self._lock:
            frame = self._frames.pop(place, None)
            frame = frame or Frame(place, self.size, self._recordings, self._versions)
            self._frames[place] = frame
            if len(self._frames) > self.keep:
                self._frames.popitem(last=False)
            return frame

    def digests(self, frames: Sequence[Frame]) -> tuple[bytes, ...]:
        """Return the digests of the frames of a clip; those in stores are read at the same time.

        Raises UserError as `Frame.digest` does.
        """
        if not any(isinstance(frame.place, Url) for frame in frames):
            return tuple(frame.digest() for frame in frames)
        with self._lock:
            if self._stopped.is_set():
                raise UserError("reading was stopped")
            if self._readers is None:
                self._readers = ThreadPoolExecutor(READERS, "store", end_waits_with, (self._stopped,))
            waiting = [self._readers.submit(frame.digest) for frame in frames]
        try:
            return tuple(future.result() for future in waiting)
        finally:
            # After an error: the clip's other frames are of no use.
            for future in waiting:
                future.cancel()

    def stop(self) -> None:
        """End all reads from stores, for good: a process ends only when all of its threads have.

        Without this, 6 clips of 16 frames of a store that failed were tried again for 37 s after the error.
        """
        with self._lock:
            self._stopped.set()
            if self._readers is not None:
                self._readers.shutdown(wait=False, cancel_futures=True)

    def pixels(self, frames: Sequence[Frame]) -> NDArray[np.uint8]:
        """Return the frames of a clip, RGB uint8 (frames, H, W, 3).

        Raises UserError as `Frame.pixels` does.
        """
        # A video is read forward: two threads taking turns frame by frame would seek for each.
        recorded = any(isinstance(frame.place, Moment) for frame in frames)
        with self._recordings.turn if recorded else nullcontext():
            return np.stack([frame.pixels() for frame in frames])


def ahead(
    items: Iterable[Item], load: Callable[[Item], Loaded], threads: int = 2, depth: int | None = None
) -> Iterator[tuple[Item, Loaded | UserError]]:
    """Yield (item, load(item)) in order, loading up to `depth` items ahead in `threads` threads.

    0 threads are one per core; the depth is twice the threads by default, within 4 and 64. A UserError from
    `load` is yielded in its item's place.
    """
    threads = threads or cores()
    depth = depth or min(max(2 * threads, 4), 64)

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
        # Not joined: an abandoned generator may be collected inside any thread, also one that is just
        # starting and holds a lock of `threading` that a join needs (seen: a test run deadlocked).
        pool.shutdown(wait=False, cancel_futures=True)


def _read(path: File) -> bytes:
    try:
        return read_bytes(path, f"frame {path}")
    except ValueError as error:
        raise UserError(f"frame {str(path)!r}: not a possible file name: {error}") from None


def hide(frames: NDArray[np.uint8], mask: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Return a copy of `frames` with 0 where `mask` is True.

    Shapes: frames (N, T, H, W, 3) uint8; mask (N, T, rows, columns) bool, cells of H/rows x W/columns.
    The mask must have passed `check`.
    """
    count, length, height, width, _ = frames.shape
    rows, columns = mask.shape[2:]
    # Rows of pixels as they lie in memory, against (N, T, rows, 1, W * 3): two frames of 224 x 224 take
    # 0.04 ms, 0.17 ms with a mask that is broadcast over the pixels of a cell.
    kept = np.repeat(~mask, width // columns * 3, axis=3)[:, :, :, None]
    lines = frames.reshape(count, length, rows, height // rows, width * 3)
    hidden: NDArray[np.uint8] = (lines * kept).reshape(frames.shape)
    return hidden


def check(mask: NDArray[np.bool_], shape: tuple[int, int, int]) -> None:
    """Raise UserError unless `mask`, from a plugin, is a mask of a `shape` (T, H, W) tubelet."""
    length, height, width = shape
    if not isinstance(mask, np.ndarray) or mask.dtype != bool or mask.ndim != 3 or len(mask) != length:
        actual = (
            f"{mask.dtype} of shape {mask.shape}" if isinstance(mask, np.ndarray) else type(mask).__name__
        )
        raise UserError(f"the masking plugin returned {actual}; expected bool ({length}, rows, columns)")
    rows, columns = mask.shape[1:]
    if not rows or not columns or height % rows or width % columns:
        raise UserError(
            f"the masking plugin's {rows} x {columns} cells do not tile {height} x {width} pixels"
        )
