"""Images that clients send, in JSON, as a body or in a form: checked before they are decoded."""

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

#: The accepted formats; Pillow reads more, some with external programs.
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
#: The maximum number of pixels: 16 megapixels decode to 50 MB.
MAX_PIXELS = 2**24
_DATA_URL = re.compile(r"data:[^,]{0,200};base64,", re.IGNORECASE)
_FILE = {"type": "string", "format": "binary"}
#: The OpenAPI request body of routes that call `uploaded_image`.
UPLOAD_SCHEMA: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {"type": "object", "properties": {"image": _FILE}, "required": ["image"]}
            },
            **{
                media_type: {"schema": _FILE}
                for media_type in ("image/png", "image/jpeg", "application/octet-stream")
            },
        },
    }
}


def decode_image(text: str) -> bytes:
    """Return the bytes of an image in base64 or a data URL. Raises UserError for anything else."""
    head = _DATA_URL.match(text[:300])
    if head is None and re.match(r"[a-z]+:", text[:20], re.IGNORECASE):
        raise UserError("image: send the image itself, in base64 or as a data URL, not its address")
    try:
        return base64.b64decode("".join(text[head.end() if head else 0 :].split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise UserError(f"image: not base64: {first_line(error)}") from None


def check_image(content: bytes) -> None:
    """Check that `content` is an image in one of FORMATS with at most MAX_PIXELS; raises UserError if not."""
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
    if width * height > MAX_PIXELS:
        raise UserError(f"image: {width} x {height} pixels are too many; the limit is {MAX_PIXELS:,}")


async def uploaded_image(request: Request) -> bytes:
    """Return the image that is the request's body or the field `image` of its form.

    Raises UserError if a form has no such file, HTTPException 415 for other content.
    """
    media_type = request.headers.get("content-type", "application/octet-stream").partition(";")[0]
    media_type = media_type.strip().lower()
    if media_type.startswith("image/") or media_type == "application/octet-stream":
        return await request.body()
    if media_type != "multipart/form-data":
        raise HTTPException(
            415, "send the image itself (for example Content-Type: image/png) or as the form field 'image'"
        )
    async with request.form(max_files=1, max_fields=4) as form:
        file = form.get("image")
        if not isinstance(file, UploadFile):
            raise UserError("image: upload it as a file in the form field 'image'")
        return await file.read()
