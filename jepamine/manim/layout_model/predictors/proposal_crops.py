"""What the predictor `layout-proposals` sees of each proposed box: two crops and some numbers.

Crops show the difference from the ground, so that black and white grounds look alike: three signed channels
and the contrast. One crop holds the box, the other its surroundings.

Shapes: N frames, K proposals, crops of S x S pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from jepamine.manim.layout_model.predictors.proposal_boxes import MARKS, Floats, Mask, propose
from jepamine.manim.layout_model.predictors.proposals import contrast_from_ground, ground_colour
from jepamine.manim.layouts import FRAME_HEIGHT, FRAME_WIDTH
from jepamine.protocols import Tensors

Bytes = NDArray[np.uint8]
# Ground around the frame, in pixels, for crops that reach beyond it.
AROUND = 96
# The difference 0 as a byte, and the largest as a byte.
ZERO, SPAN = 128, 127


@dataclass(frozen=True)
class Region:
    """The region of a crop: `times` the sides of a box, which are at least `least` pixels, plus `margin`."""

    size: int
    times: float
    margin: float
    least: float


#: The box with its edge; what is around it.
NEAR, WIDE = Region(24, 1.3, 4, 4), Region(16, 3, 12, 8)


@dataclass(frozen=True)
class Candidates:
    """The proposals of one frame.

    `near` and `wide` uint8 (K, S, S, 4), `boxes` float32 (K, 4) in Manim units, `marks` bool (K, `MARKS`),
    `filled` float32 (K,), the share of each box that is lit; `lit` bool (H, W), the pixels of the frame that
    are.
    """

    near: Bytes
    wide: Bytes
    boxes: NDArray[np.float32]
    marks: Mask
    filled: NDArray[np.float32]
    lit: Mask


#: Given boxes (K, 4) in Manim units, return the rows of those to keep.
Choice = Callable[[NDArray[np.float32]], NDArray[np.int64]]


def candidates(pixels: NDArray[np.float32], hidden: Mask, choice: Choice | None = None) -> Candidates:
    """Return the proposals of a frame (H, W, 3) in 0 .. 1, of which `hidden` (H, W) is unknown; all of them,
    or those of `choice`.
    """
    lit, least = contrast_from_ground(pixels, hidden)
    edges, marks = propose(pixels, lit, least)
    boxes = edges_in_units(edges, hidden.shape[1])
    if choice is not None:
        rows = choice(boxes)
        edges, marks, boxes = edges[rows], marks[rows], boxes[rows]
    shown = np.empty((*hidden.shape, 4), np.uint8)
    difference = (pixels - ground_colour(pixels, hidden)) * ~hidden[..., None]
    shown[..., :3] = (difference * SPAN + ZERO).round().clip(0, 255)
    shown[..., 3] = (lit * 255).round().clip(0, 255)
    seen = lit > least
    filled = [
        seen[max(int(top), 0) : int(np.ceil(bottom)), max(int(left), 0) : int(np.ceil(right))].mean()
        for left, top, right, bottom in edges
    ]
    near, wide = crops(shown, edges, NEAR), crops(shown, edges, WIDE)
    return Candidates(near, wide, boxes, marks, np.array(filled, np.float32), seen)


def edges_in_units(edges: Floats, width: int) -> NDArray[np.float32]:
    """Return boxes, float32 (K, 4) x, y, width, height in Manim units, of edges (K, 4) in pixels of a frame
    `width` pixels wide.
    """
    unit = width / FRAME_WIDTH
    low, high = edges[:, :2] / unit, edges[:, 2:] / unit
    centres = (low + high) / 2 * np.array([1, -1]) + np.array([-FRAME_WIDTH / 2, FRAME_HEIGHT / 2])
    return np.concatenate([centres, high - low], axis=1).astype(np.float32)


def crops(shown: Bytes, edges: Floats, region: Region) -> Bytes:
    """Return a region of each box (K, 4) in a frame (H, W, 4), resized to (K, S, S, 4)."""
    height, width = (side + 2 * AROUND for side in shown.shape[:2])
    whole = np.full((height, width, 4), ZERO, np.uint8)
    whole[..., 3] = 0
    whole[AROUND:-AROUND, AROUND:-AROUND] = shown
    # Four channels that Pillow does not mix; all crops are pasted below one another, as converting each of
    # them takes twice as long as resizing it.
    frame = Image.frombytes("CMYK", (width, height), whole.tobytes())
    size = region.size
    sheet = Image.new("CMYK", (size, size * len(edges)))
    for row, box in enumerate(edges):
        centre = (box[:2] + box[2:]) / 2 + AROUND
        half = (np.maximum(box[2:] - box[:2], region.least) * region.times + region.margin) / 2
        low, high = np.maximum(centre - half, 0), np.minimum(centre + half, (width, height))
        area = (*low.tolist(), *high.tolist())
        # Means do not miss a thin line in a large box; small boxes are enlarged smoothly.
        how = Image.Resampling.BOX if min(high - low) >= size else Image.Resampling.BILINEAR
        sheet.paste(frame.resize((size, size), how, box=area), (0, row * size))
    return np.array(sheet).reshape(len(edges), size, size, 4)


def candidate_tensors(found: Sequence[Candidates]) -> Tensors:
    """Return the proposals of N frames as tensors of K rows, the most of any frame, at least one.

    `near`, `wide` uint8 (N, K, S, S, 4), `places` float32 (N, K, 4) in units, `marks` float32 (N, K,
    `MARKS`), `filled` float32 (N, K), `present` bool (N, K), and `lit` bool (N, H, W).
    """
    rows = max(1, *(len(each.boxes) for each in found))
    tensors = empty_tensors(len(found), rows, found[0].lit.shape)
    for frame, each in enumerate(found):
        fill(tensors, frame, each)
    return tensors


def empty_tensors(count: int, rows: int, shape: tuple[int, ...]) -> Tensors:
    """Return the tensors of `candidate_tensors` for N = `count` frames of the `shape` (H, W), K = `rows`
    proposals, all absent.
    """
    shapes: dict[str, tuple[tuple[int, ...], type[np.generic]]] = {
        "near": ((NEAR.size, NEAR.size, 4), np.uint8),
        "wide": ((WIDE.size, WIDE.size, 4), np.uint8),
        "places": ((4,), np.float32),
        "marks": ((MARKS,), np.float32),
        "filled": ((), np.float32),
        "present": ((), np.bool_),
    }
    tensors = {name: np.zeros((count, rows, *each), kind) for name, (each, kind) in shapes.items()}
    tensors["lit"] = np.zeros((count, *shape), np.bool_)
    return {name: torch.from_numpy(tensor) for name, tensor in tensors.items()}


def fill(tensors: Tensors, frame: int, each: Candidates) -> None:
    """Put the proposals of one frame into `tensors`."""
    count = len(each.boxes)
    values = (each.near, each.wide, each.boxes, each.marks, each.filled)
    for name, value in zip(("near", "wide", "places", "marks", "filled"), values, strict=True):
        tensors[name][frame, :count] = torch.from_numpy(value)
    tensors["present"][frame, :count] = True
    tensors["lit"][frame] = torch.from_numpy(each.lit)


def shown_as_floats(crop: Tensor) -> Tensor:
    """Return crops uint8 (..., S, S, 4) as float32 (..., 4, S, S): differences in -1 .. 1, contrast in 0 ..
    1.
    """
    floats = crop.float().movedim(-1, -3)
    return torch.cat([(floats[..., :3, :, :] - ZERO) / SPAN, floats[..., 3:, :, :] / 255], dim=-3)
