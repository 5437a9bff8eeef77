"""Where a layout may come from; apart from all else so that the command line can name it."""

from __future__ import annotations

from typing import Literal, get_args

#: What is given decides, or the description alone, the image alone, or the description's CLIP features.
LayoutFrom = Literal["auto", "text", "image", "clip-text"]
LAYOUTS: tuple[str, ...] = get_args(LayoutFrom)
