"""Image files decoded to upright 8-bit RGB: the one way in which any image becomes pixels."""

from __future__ import annotations

import ctypes
import hashlib
import importlib
import io
import warnings
import zlib
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image, UnidentifiedImageError

from jepamine.errors import UserError, first_line
from jepamine.places import File

# Pillow warns at 89 million pixels and raises at twice that. No camera frame is so large, so the warning is
# an error too (a decompression bomb would take gigabytes).
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)
# What Pillow warns of (EXIF that cannot be read, odd palettes) stops no frame from being shown.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")

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
# Those that exchange width and height.
SIDEWAYS = {ORIENTATIONS[number] for number in (5, 6, 7, 8)}


def _silence_libtiff() -> None:
    """Keep libtiff from writing lines of its own to stderr: Pillow raises an error for what it cannot decode.

    The handlers are of the library, for all threads; where it was linked in another way there are none.
    """
    library = ctypes.CDLL(importlib.import_module("PIL._imaging").__file__)
    for name in ("TIFFSetErrorHandler", "TIFFSetWarningHandler"):
        setter = getattr(library, name, None)
        if setter is not None:
            setter.restype, setter.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
            setter(None)


_silence_libtiff()


def open_image(path: Path) -> Image.Image:
    """Open an image file, without decoding it. Raises what Pillow raises: many types."""
    return Image.open(path)


def content_digest(content: bytes) -> bytes:
    """Return the SHA-256 of an image file's content; another one if earlier versions decoded it otherwise."""
    salt = b"upright, 16 bits scaled" if _decoded_otherwise(content) else b""
    return hashlib.sha256(content + salt).digest()


def decode(content: bytes, name: File | str, longest: int | None = None) -> Image.Image:
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


def image_size(file: Path | BinaryIO) -> tuple[int, int] | None:
    """Return (width, height) of an image file, upright, without decoding it; None if it cannot be read."""
    try:
        with Image.open(file) as image:
            turned = _orientation(image) in SIDEWAYS
            return image.size[::-1] if turned else image.size
    # Pillow's readers raise many types; whoever reads the frame reports what is wrong.
    except Exception:
        return None


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
