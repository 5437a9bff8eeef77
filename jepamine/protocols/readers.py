"""What a reader of recordings gives: the images of one stream by time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from PIL import Image


class Recording(Protocol):
    """A stream of a video or log: what a `reader` gives for its `path`, `stream` and `name` (in errors).

    `times`: when frames begin, microseconds, rising; `end`: when the last one ends. After `close`, `image`
    opens the file again; it raises UserError for a frame that cannot be decoded, and after `end`.
    """

    times: Sequence[int]
    end: int

    def image(self, microseconds: int) -> Image.Image: ...  # the frame shown then, RGB, upright

    def close(self) -> None: ...
