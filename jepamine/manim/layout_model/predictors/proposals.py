"""Propose boxes from the pixels of a frame: what is lit and connected, or near enough, or of one colour.

On a flat ground they are exact where the map of a predictor is not; the refinement decides which of them are
objects.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from jepamine.manim.layouts import FRAME_HEIGHT, FRAME_WIDTH

# A pixel that differs by more than this from the ground, in 0 .. 1, belongs to an object.
LIT = 0.08
# A ground is flat if at most MOST_LIT of the frame differs from its most frequent colour, or at least FLAT of
# it is that colour, nearly (SAME); others, such as shaded paper, are the median of 9 x 9 blocks of BLOCK
# pixels. Noise is NOISE medians of the difference.
MOST_LIT, FLAT, SAME, BLOCK, NOISE = 0.2, 0.3, 0.01, 4, 5.0


def contrast_from_ground(
    pixels: NDArray[np.float32], hidden: NDArray[np.bool_]
) -> tuple[NDArray[np.float32], float]:
    """Return how much each pixel (H, W, 3) differs from the ground, (H, W), and from where it is lit.

    Nothing is lit where no ground is found, as in a frame full of noise.
    """
    lit, least = contrast(pixels, hidden), LIT
    if (lit > LIT).mean() <= MOST_LIT or (lit[~hidden] < SAME).mean() >= FLAT:
        return lit, least
    lit = local_contrast(pixels, hidden)
    least = max(LIT, NOISE * float(np.median(lit)))
    return (lit, least) if (lit > least).mean() <= MOST_LIT else (lit, np.inf)


def contrast(pixels: NDArray[np.float32], hidden: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return how much each pixel (H, W, 3) differs from the ground, the most frequent colour: (H, W)."""
    difference: NDArray[np.float32] = np.abs(pixels - ground_colour(pixels, hidden)).max(axis=2) * ~hidden
    return difference


def ground_colour(pixels: NDArray[np.float32], hidden: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return the most frequent colour (3,) of what is not hidden of a frame (H, W, 3); black if all is."""
    seen = pixels[~hidden]
    if not len(seen):
        return np.zeros(3, np.float32)
    coarse = (seen * 31.99).astype(np.int64) @ np.array([1024, 32, 1])
    colour: NDArray[np.float32] = np.median(seen[coarse == np.bincount(coarse).argmax()], axis=0)
    return colour


def local_contrast(pixels: NDArray[np.float32], hidden: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return how much each pixel (H, W, 3) differs from the ground near it: (H, W)."""
    from scipy import ndimage

    height, width = (side // BLOCK for side in hidden.shape)
    blocks = pixels[: height * BLOCK, : width * BLOCK].reshape(height, BLOCK, width, BLOCK, 3)
    ground = ndimage.median_filter(np.median(blocks, axis=(1, 3)), (9, 9, 1), mode="nearest")
    zoom = (hidden.shape[0] / height, hidden.shape[1] / width, 1)
    smooth = ndimage.zoom(ground, zoom, order=1, grid_mode=True, mode="nearest")
    difference: NDArray[np.float32] = np.abs(pixels - smooth).max(axis=2) * ~hidden
    return difference


Floats = NDArray[np.float64]
# Gaps in pixels, across and down, that are closed before parts are connected: letters to words, words to
# lines, lines to blocks.
GAPS = ((0, 0), (1, 1), (2, 1), (4, 1), (6, 2), (9, 3), (5, 5))
# Those of what has one colour, cut by strokes of another.
GAPS_OF_COLOURS = ((0, 0), (2, 2))
# Colours that are looked at one by one, and the share of the lit pixels that each must have; two are one
# colour up to this difference in 0 .. 1.
COLOURS, LEAST_SHARE, ALIKE = 6, 0.03, 0.12
# The most boxes of a frame, the largest that are not the whole frame.
MOST = 150


def proposals(picture: Tensor) -> tuple[Tensor, Tensor]:
    """Return (scene int64 (m,), boxes (m, 4) in units) proposed for pictures (N, H, W, 3 + mask)."""
    found = [proposed(frame[..., :3], frame[..., -1] > 0.5) for frame in picture.float().cpu().numpy()]
    scene = torch.repeat_interleave(torch.arange(len(found)), torch.tensor([len(boxes) for boxes in found]))
    return scene.to(picture.device), torch.from_numpy(np.concatenate(found)).to(picture)


def proposed(pixels: NDArray[np.float32], hidden: NDArray[np.bool_]) -> Floats:
    """Return boxes (n, 4) in units of a frame (H, W, 3) in 0 .. 1 whose part `hidden` (H, W) is unknown."""
    lit, least = contrast_from_ground(pixels, hidden)
    seen = lit > least
    if not seen.any():
        return np.empty((0, 4))
    edges = {box for gap in GAPS for box in connected_edges(seen, gap)}
    for one in colour_masks(pixels, seen, lit):
        edges |= {box for gap in GAPS_OF_COLOURS for box in connected_edges(one, gap)}
    left, top, right, bottom = np.array(sorted(edges, key=_area)[-MOST:], float).T / (
        pixels.shape[1] / FRAME_WIDTH
    )
    return np.stack(
        [
            (left + right) / 2 - FRAME_WIDTH / 2,
            FRAME_HEIGHT / 2 - (top + bottom) / 2,
            right - left,
            bottom - top,
        ],
        axis=1,
    )


def _area(edges: tuple[int, int, int, int]) -> int:
    return (edges[2] - edges[0]) * (edges[3] - edges[1])


def connected_edges(
    lit: NDArray[np.bool_], gap: tuple[int, int], grow: int = 0
) -> list[tuple[int, int, int, int]]:
    """Return (left, top, right, bottom) of the lit pixels that gaps of `gap` pixels at most keep apart."""
    from scipy import ndimage

    wide = lit
    if any(gap):
        wide = ndimage.maximum_filter(lit, (2 * gap[1] + 1, 2 * gap[0] + 1))
    parts, _ = ndimage.label(wide, np.ones((3, 3)))
    found = ndimage.find_objects(np.where(lit, parts, 0))
    # Single pixels are noise, or the edges of something.
    return [
        (across.start - grow, down.start - grow, across.stop + grow, down.stop + grow)
        for down, across in filter(None, found)
        if across.stop - across.start + down.stop - down.start > 2 - 4 * grow
        and min(across.stop - across.start, down.stop - down.start) > -2 * grow
    ]


def colour_masks(
    pixels: NDArray[np.float32], seen: NDArray[np.bool_], lit: NDArray[np.float32]
) -> list[NDArray[np.bool_]]:
    """Return the pixels of each frequent colour, bool (H, W); only bright ones tell their colour."""
    bright = seen & (lit > 0.5 * np.quantile(lit[seen], 0.95))
    coarse = (pixels * 7.99).astype(np.int64) @ np.array([64, 8, 1])
    counts = np.bincount(coarse[bright], minlength=512)
    masks: list[NDArray[np.bool_]] = []
    taken: list[NDArray[np.float32]] = []
    for code in counts.argsort()[::-1][:COLOURS]:
        if counts[code] < max(LEAST_SHARE * bright.sum(), 4):
            break
        colour = np.median(pixels[bright & (coarse == code)], axis=0)
        if all(np.abs(colour - other).max() > ALIKE for other in taken):
            taken.append(colour)
            masks.append(seen & (np.abs(pixels - colour).max(axis=2) < ALIKE))
    return masks if len(masks) > 1 else []
