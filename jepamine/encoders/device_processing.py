"""The steps of an image processor on a GPU: resize, crop, rescale and normalise, as its configuration says.

Legend of shapes: N images, H x W pixels given, h x w pixels that the model gets.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from jepamine.encoders.resizing import PILLOW_BITS, Mode, resize_by_products

if TYPE_CHECKING:
    from torch import Tensor

# Pillow's numbers of the filters that have a counterpart here.
FILTERS: dict[int, Mode] = {2: "bilinear", 3: "bicubic"}


def process(frames: Tensor, facts: Mapping[str, Any]) -> Tensor | None:
    """Return frames uint8 (N, H, W, 3) as an image processor with these facts does, float32 (N, 3, h, w).

    On the frames' device. None where the facts ask for what only the processor itself can do: other filters,
    or sizes that follow other rules. What further settings change is not seen: compare a frame with the
    processor's own.
    """
    images = frames.permute(0, 3, 1, 2)
    if facts.get("do_resize"):
        size = _size(facts.get("size") or {}, images.shape[2], images.shape[3])
        mode = FILTERS.get(int(facts.get("resample") or 0))
        if size is None or mode is None:
            return None
        images = resize_by_products(images, size, mode, PILLOW_BITS)
    if facts.get("do_center_crop"):
        crop = facts.get("crop_size") or {}
        height, width = int(crop.get("height") or 0), int(crop.get("width") or 0)
        top, left = (images.shape[2] - height) // 2, (images.shape[3] - width) // 2
        if not height or not width or top < 0 or left < 0:
            return None
        images = images[:, :, top : top + height, left : left + width]
    return scale(images.float(), facts)


def scale(pixels: Tensor, facts: Mapping[str, Any]) -> Tensor:
    """Rescale and normalise pixels float32 (N, 3, h, w) as the facts say."""
    if facts.get("do_rescale"):
        pixels = pixels * facts["rescale_factor"]
    if facts.get("do_normalize"):
        mean, deviation = (
            pixels.new_tensor(facts[key]).view(-1, 1, 1) for key in ("image_mean", "image_std")
        )
        pixels = (pixels - mean) / deviation
    return pixels


def _size(size: Mapping[str, Any], height: int, width: int) -> tuple[int, int] | None:
    """Return (h, w) of a frame after resizing: fixed, or by its short edge."""
    if size.get("height") and size.get("width"):
        return int(size["height"]), int(size["width"])
    if size.get("shortest_edge") and not size.get("longest_edge"):
        edge, short = int(size["shortest_edge"]), min(height, width)
        return int(edge * height / short), int(edge * width / short)
    return None
