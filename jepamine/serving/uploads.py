"""An image that is uploaded: as the body itself, or as a form's field."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from jepamine.errors import UserError

_BINARY = {"schema": {"type": "string", "format": "binary"}}
#: For the OpenAPI of whoever calls `uploaded`.
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
    """The bytes of the image. Raises UserError where a form has none, HTTPException 415 for other content."""
    kind = request.headers.get("content-type", "application/octet-stream").partition(";")[0].strip().lower()
    if kind.startswith("image/") or kind == "application/octet-stream":
        return await request.body()
    if kind != "multipart/form-data":
        raise HTTPException(
            415, "send the image as it is (Content-Type: image/png, say), or as the field 'image' of a form"
        )
    async with request.form(max_files=1, max_fields=4) as form:
        file = form.get("image")
        if not isinstance(file, UploadFile):
            raise UserError("image: upload it as the file of the form's field 'image'")
        return await file.read()
