"""Frames from disk or video: read, hashed and decoded once, ahead of the encoder, in threads."""

from __future__ import annotations

import hashlib
import io
import os
import threading
import warnings
import zlib
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from jepamine.data.video import Moment, Videos
from jepamine.errors import UserError, first_line
from jepamine.utils.files import read_bytes

# Pillow warns at 89 million pixels and raises at twice that. No camera frame is so large, so the warning is
# an error too (a decompression bomb would take gigabytes).
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)

# EXIF orientation -> the transposition that makes the stored picture upright.
ORIENTATIONS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

Item = TypeVar("Item")
Loaded = TypeVar("Loaded")


class Frame:
    """One image file, or one moment of a video.

    `digest` reads it and `pixels` decodes it; each happens once, in whichever thread asks first.
    """

    def __init__(self, place: Path | Moment, size: tuple[int, int], videos: Videos | None = None) -> None:
        self.place, self.size = place, size
        self._videos = videos or Videos()
        self._lock = threading.Lock()
        self._digest: bytes | None = None
        self._content: bytes | None = None
        self._pixels: NDArray[np.uint8] | None = None

    def digest(self) -> bytes:
        """Return the SHA-256 of the file, or of the video's and the time. Raises UserError if unreadable."""
        with self._lock:
            if self._digest is None:
                if isinstance(self.place, Moment):
                    self._digest = self._videos.digest(self.place)
                else:
                    self._content = _read(self.place)
                    salt = b"upright, 16 bits scaled" if _decoded_otherwise(self._content) else b""
                    self._digest = hashlib.sha256(self._content + salt).digest()
            return self._digest

    def pixels(self) -> NDArray[np.uint8]:
        """Return RGB uint8 (H, W, 3), resized bicubically to `size`. Raises UserError for a damaged image."""
        self.digest()
        with self._lock:
            if self._pixels is None:
                height, width = self.size
                # Bicubic on RGB, as in the research notebook; Pillow's is antialiased.
                resized = self._image().resize((width, height), Image.Resampling.BICUBIC)
                self._pixels = np.asarray(resized)
                self._content = None
            return self._pixels

    def image(self) -> Image.Image:
        """Return the whole image, RGB, without caching. Raises UserError for a damaged image."""
        with self._lock:
            return self._image()

    def _image(self) -> Image.Image:
        if isinstance(self.place, Moment):
            return self._videos.image(self.place)
        content = _read(self.place) if self._content is None else self._content
        return decode(content, f"frame {self.place}")


class Frames:
    """`Frame`s by their place; the last `keep` of them are cached, for clips that overlap."""

    def __init__(self, size: tuple[int, int], keep: int = 256) -> None:
        self.size, self.keep = size, keep
        self._lock = threading.Lock()
        self._frames: OrderedDict[Path | Moment, Frame] = OrderedDict()
        self._videos = Videos()

    def __getitem__(self, place: Path | Moment) -> Frame:
        with self._lock:
            frame = self._frames.pop(place, None) or Frame(place, self.size, self._videos)
            self._frames[place] = frame
            if len(self._frames) > self.keep:
                self._frames.popitem(last=False)
            return frame

    def pixels(self, frames: Sequence[Frame]) -> NDArray[np.uint8]:
        """Return the frames of a clip, RGB uint8 (frames, H, W, 3).

        Raises UserError as `Frame.pixels` does.
        """
        # A video is read forward: two threads taking turns frame by frame would seek for each.
        turn = (
            self._videos.turn if any(isinstance(frame.place, Moment) for frame in frames) else nullcontext()
        )
        with turn:
            return np.stack([frame.pixels() for frame in frames])


def cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


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


def _read(path: Path) -> bytes:
    try:
        return read_bytes(path, f"frame {path}")
    except ValueError as error:
        raise UserError(f"frame {str(path)!r}: not a possible file name: {error}") from None


def decode(content: bytes, name: Path | str, longest: int | None = None) -> Image.Image:
    """Decode the content of an image file into an RGB image.

    Raises UserError, with `name`, if it is damaged or has a side of more than `longest` pixels.
    """
    if content[:4] == b"\x89PNG" and not _png_is_sound(content):
        raise UserError(f"{name}: damaged: the checksum of its pixels is wrong")
    try:
        with Image.open(io.BytesIO(content)) as image:
            if longest is not None and max(image.size) > longest:
                size = f"{image.width} x {image.height}"
                raise UserError(f"{name}: {size} pixels are too many; the limit is {longest} per side")
            return rgb(image)
    except UserError as error:
        raise UserError(str(error) if str(error).startswith(f"{name}: ") else f"{name}: {error}") from None
    except UnidentifiedImageError:
        raise UserError(f"{name}: not an image") from None
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise UserError(f"{name}: too large to be a frame: {first_line(error)}") from None
    # Pillow's decoders raise many types for damaged files, SyntaxError and struct.error among them.
    except Exception as error:
        raise UserError(f"{name}: damaged or truncated: {first_line(error)}") from None


def _png_is_sound(content: bytes) -> bool:
    """Return whether the checksums of a PNG's pixels are right: Pillow does not look at them."""
    data, at = memoryview(content), 8
    while at + 12 <= len(data):
        end = at + 8 + int.from_bytes(data[at : at + 4], "big")
        whole_pixels = content[at + 4 : at + 8] == b"IDAT" and end + 4 <= len(data)
        if whole_pixels and zlib.crc32(data[at + 4 : end]) != int.from_bytes(data[end : end + 4], "big"):
            return False
        at = end + 4
    return True


def rgb(image: Image.Image) -> Image.Image:
    """Return an opened image as 8-bit RGB, upright: its EXIF orientation is applied.

    Grey of more than 8 bits is scaled by the full range of its samples, alike for all frames. Raises
    UserError for pixels without such a range (floats, 32-bit integers) or without a conversion to RGB.
    """
    image.load()
    turn = _orientation(image)
    mode = image.mode
    if mode.startswith("I;16") or (mode == "I" and image.format in ("PNG", "PPM")):
        samples = np.asarray(image).astype(np.float64) / _largest_sample(image)
        image = Image.fromarray(np.round(255 * samples.clip(0, 1)).astype(np.uint8))
    elif mode in ("I", "F", "LAB"):
        raise UserError(f"pixels of mode {mode} cannot be shown in 8-bit RGB; convert the image")
    shown = image.convert("RGB")
    return shown if turn is None else shown.transpose(turn)


def _orientation(image: Image.Image) -> Image.Transpose | None:
    """Return the transposition that makes an image upright; None for none, or EXIF that cannot be read."""
    try:
        return ORIENTATIONS.get(image.getexif().get(0x0112, 1))
    # Cameras write broken EXIF into good pictures.
    except Exception:
        return None


def _largest_sample(image: Image.Image) -> int:
    bits = getattr(image, "tag_v2", {}).get(258, (16,))  # BitsPerSample of a TIFF
    return int((1 << (bits[0] if isinstance(bits, tuple) else bits)) - 1)


def _decoded_otherwise(content: bytes) -> bool:
    """Return whether earlier versions decoded an image differently: its stored embeddings are stale."""
    grey_16_png = content[:4] == b"\x89PNG" and content[24:26] == b"\x10\x00"
    tiff_or_netpbm = content[:4] in (b"II*\0", b"MM\0*") or content[:2] in (b"P5", b"P2")
    if grey_16_png or tiff_or_netpbm:
        return True
    if not any(mark in content for mark in (b"Exif\0\0", b"eXIf", b"EXIF")):
        return False
    try:
        with Image.open(io.BytesIO(content)) as image:
            return _orientation(image) is not None
    # What is wrong with it is reported when it is decoded.
    except Exception:
        return False
