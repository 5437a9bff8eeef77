"""Read submitted images: base64 or bytes, inspected before they are decoded."""

from __future__ import annotations

import base64
import binascii
import io
import re
from typing import Any

from PIL import Image, UnidentifiedImageError
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from jepamine.errors import UserError, first_line

#: Accepted formats; Pillow knows more, some through external programs.
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
#: The largest number of pixels: 16 megapixels take 50 MB once decoded.
MOST_PIXELS = 2**24
_DATA_URL = re.compile(r"data:[^,]{0,200};base64,", re.IGNORECASE)


def from_text(text: str) -> bytes:
    """Return the bytes of an image in base64 or a data URL. Raises UserError if it is neither."""
    head = _DATA_URL.match(text[:300])
    if head is None and re.match(r"[a-z]+:", text[:20], re.IGNORECASE):
        raise UserError("image: send the image itself, in base64 or as a data URL, not its address")
    try:
        return base64.b64decode("".join(text[head.end() if head else 0 :].split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise UserError(f"image: not base64: {first_line(error)}") from None


def inspected(content: bytes) -> bytes:
    """Return the same bytes. Raises UserError unless they are an image of FORMATS within MOST_PIXELS."""
    if not content:
        raise UserError("image: it is empty")
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            width, height = image.size
    except UnidentifiedImageError:
        raise UserError(f"image: not one of {', '.join(FORMATS)}") from None
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise UserError(f"image: too large: {first_line(error)}") from None
    # Pillow raises many types for damaged files, SyntaxError and struct.error among them.
    except Exception as error:
        raise UserError(f"image: damaged: {first_line(error)}") from None
    if width * height > MOST_PIXELS:
        raise UserError(f"image: {width} x {height} pixels are too many; the limit is {MOST_PIXELS:,}")
    return content


_BINARY = {"schema": {"type": "string", "format": "binary"}}
#: For the OpenAPI document of routes that call `uploaded`.
UPLOAD: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {"image": {"type": "string", "format": "binary"}},
                    "required": ["image"],
                }
            },
            "image/png": _BINARY,
            "image/jpeg": _BINARY,
            "application/octet-stream": _BINARY,
        },
    }
}


async def uploaded(request: Request) -> bytes:
    """Return the bytes of the image. Raises UserError for a form without one, HTTPException 415 otherwise."""
    kind = request.headers.get("content-type", "application/octet-stream").partition(";")[0].strip().lower()
    if kind.startswith("image/") or kind == "application/octet-stream":
        return await request.body()
    if kind != "multipart/form-data":
        raise HTTPException(
            415,
            "send the image itself (for example Content-Type: image/png), or as the field 'image' of a form",
        )
    async with request.form(max_files=1, max_fields=4) as form:
        file = form.get("image")
        if not isinstance(file, UploadFile):
            raise UserError("image: upload it as the file of the form's field 'image'")
        return await file.read()
