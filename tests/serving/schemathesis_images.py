"""Schemathesis hooks that generate images; loaded through SCHEMATHESIS_HOOKS."""

import io

import schemathesis
from hypothesis import strategies
from PIL import Image


def picture(width: int, height: int, grey: int, kind: str) -> bytes:
    """Return a grey image file."""
    file = io.BytesIO()
    Image.new("RGB", (width, height), (grey, grey, grey)).save(file, kind)
    return file.getvalue()


side = strategies.integers(1, 40)
for kind in ("png", "jpeg"):
    pictures = strategies.builds(picture, side, side, strategies.integers(0, 255), strategies.just(kind))
    schemathesis.openapi.media_type(f"image/{kind}", strategies.binary(max_size=100) | pictures)
