"""Write the frames that a scene's process painted as a video."""

from __future__ import annotations

import base64
import io
import zlib
from collections.abc import Sequence

import numpy as np

from jepamine.errors import UserError
from jepamine.manim.validation.filming import RATE, SIZE


def mp4(frames: Sequence[tuple[int, str]]) -> bytes:
    """Encode frames, (how often it is shown, compressed RGB in base64), as H.264 in MP4.

    The frames come from a process that ran untrusted code: they are bytes of one length, nothing is parsed.
    Raises UserError without PyAV, without frames, or if a frame has another size.
    """
    try:
        import av
    except ImportError:
        raise UserError("a video needs PyAV: pip install 'jepamine[video]'") from None
    if not frames:
        raise UserError("the scene has no animation and no wait: there is nothing to film")
    width, height = SIZE
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for times, packed in frames:
            pixels = _unpacked(packed, width * height * 3)
            for _ in range(times):
                picture = np.frombuffer(pixels, dtype=np.uint8).reshape(height, width, 3)
                container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    return buffer.getvalue()


def _unpacked(packed: str, size: int) -> bytes:
    # One byte more than expected shows that there are more, without unpacking them.
    try:
        pixels = zlib.decompressobj().decompress(base64.b64decode(packed, validate=True), size + 1)
    except (zlib.error, ValueError):
        pixels = b""
    if len(pixels) != size:
        raise UserError("the code broke the process that painted its frames: one has another size")
    return pixels
