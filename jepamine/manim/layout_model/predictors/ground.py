"""Tell the objects of a frame from its ground, by how much their pixels differ from it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# A pixel that differs by more than this from the ground, in 0 .. 1, belongs to an object.
LIT = 0.08
# A ground is flat if at most this share of the frame differs from its most frequent colour; others, such as
# shaded paper, are the median of 9 x 9 blocks of BLOCK pixels. Noise is NOISE medians of the difference.
MOST_LIT, BLOCK, NOISE = 0.2, 4, 5.0


def contrast_from_ground(
    pixels: NDArray[np.float32], hidden: NDArray[np.bool_]
) -> tuple[NDArray[np.float32], float]:
    """Return how much each pixel (H, W, 3) differs from the ground, (H, W), and from where it is lit.

    Nothing is lit where no ground is found, as in a frame full of noise.
    """
    lit, least = contrast(pixels, hidden), LIT
    if (lit > LIT).mean() > MOST_LIT:
        lit = local_contrast(pixels, hidden)
        least = max(LIT, NOISE * float(np.median(lit)))
    return (lit, least) if (lit > least).mean() <= MOST_LIT else (lit, np.inf)


def contrast(pixels: NDArray[np.float32], hidden: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return how much each pixel (H, W, 3) differs from the ground, the most frequent colour: (H, W)."""
    seen = pixels[~hidden]
    if not len(seen):
        return np.zeros(hidden.shape, np.float32)
    coarse = (seen * 31.99).astype(np.int64) @ np.array([1024, 32, 1])
    ground = np.median(seen[coarse == np.bincount(coarse).argmax()], axis=0)
    difference: NDArray[np.float32] = np.abs(pixels - ground).max(axis=2) * ~hidden
    return difference


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
