"""Edges of boxes to a fraction of a pixel, by how bright their outermost pixels are.

Manim smooths its edges: a pixel that an object covers by a third has a third of its contrast.

Shapes: a frame of H x W pixels, K boxes. Edges are (left, top, right, bottom) in pixels, y down.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
# The outermost pixel is compared with the brightest of so many from the edge.
NEAR = 3


def exact_edges(lit: NDArray[np.float32], least: float, edges: Floats) -> Floats:
    """Return the edges of what is lit by more than `least` in each of the boxes (K, 4) of a frame (H, W).

    A box without such pixels is left as it is.
    """
    height, width = lit.shape
    exact = edges.copy()
    for row, (left, top, right, bottom) in enumerate(edges.astype(int).tolist()):
        left, top = max(left, 0), max(top, 0)
        window = lit[top : min(bottom, height), left : min(right, width)]
        if not window.size:
            continue
        for axis, start in ((0, left), (1, top)):
            profile = window.max(axis=axis)
            bright = np.flatnonzero(profile > least)
            if not len(bright):
                break
            first, last = int(bright[0]), int(bright[-1])
            head, tail = profile[first : first + NEAR], profile[max(last + 1 - NEAR, 0) : last + 1]
            exact[row, axis] = start + first + 1 - float(head[0] / head.max())
            exact[row, axis + 2] = start + last + float(tail[-1] / tail.max())
    return exact
