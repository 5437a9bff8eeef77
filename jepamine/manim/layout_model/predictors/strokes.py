"""Blobs, thin strokes and straight lines of masks, by shifts of them: what touches is taken apart.

An opening keeps the pixels that a shape covers wherever it fits. Up to eight masks of a frame are the bits of
one plane, so that a shift is one of all masks: an opening takes a thirtieth of the time of SciPy's.

Shapes: planes uint8 (H, W), a bit for each mask. Edges are (left, top, right, bottom) in pixels, y down, of
frames 256 wide.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Planes = NDArray[np.uint8]
Edges = tuple[int, int, int, int]
Steps = tuple[tuple[int, int], ...]

#: The masks that a plane holds.
BITS = 8
# Blobs are what squares of these sides fit into; the shortest stroke that is left without them.
BLOBS, STROKE = (3, 4, 5), 4
# Straight lines are looked for in so many directions, and are at least so long; gaps that are closed before
# others are, those of dashes and of what lies over a line, and the length from which these are lines.
DIRECTIONS, RUN, GAP, DASHED = 16, 9, 9, 17
# Lines are no wider than this on average, and the longest so many of a mask.
WIDEST, MOST_LINES = 4.5, 40
# What is straight for so long is no text.
LONG = 21


def packed(masks: Sequence[Mask]) -> Planes:
    """Return masks (H, W) as the bits of a plane, the first as 1."""
    plane = np.zeros(masks[0].shape, np.uint8)
    for bit, mask in enumerate(masks):
        plane |= mask.astype(np.uint8) << bit
    return plane


def parts(planes: Planes, grow: int = 0) -> Iterator[tuple[int, Edges, float]]:
    """Yield (bit, edges, mean width) of the connected parts of each mask, moved outwards by `grow` pixels.

    The mean width is the number of pixels divided by the diagonal.
    """
    from scipy import ndimage

    some = int(np.bitwise_or.reduce(planes, axis=None))
    for bit in range(BITS):
        if not some >> bit & 1:
            continue
        labels, count = ndimage.label(planes >> bit & 1, np.ones((3, 3)))
        areas = np.bincount(labels.ravel(), minlength=count + 1)[1:].tolist()
        for (down, across), area in zip(ndimage.find_objects(labels), areas, strict=True):
            length = float(np.hypot(down.stop - down.start, across.stop - across.start))
            edges = (across.start - grow, down.start - grow, across.stop + grow, down.stop + grow)
            yield bit, edges, area / length


def strokes(planes: Planes) -> Iterator[tuple[int, Edges]]:
    """Yield (bit, edges) of blobs, and of the strokes that are left without them."""
    for side in BLOBS:
        blobs = opened(planes, square(side))
        for bit, edges, _ in parts(blobs):
            yield bit, edges
        thin = planes & ~dilated(blobs, square(3))
        # Also a pixel longer: what joins a blob ends under it.
        for bit, edges, _ in parts(thin):
            left, top, right, bottom = edges
            if max(right - left, bottom - top) >= STROKE:
                yield bit, edges
                yield bit, (left - 1, top - 1, right + 1, bottom + 1)


def lines(planes: Planes, gaps: bool = False) -> Iterator[tuple[int, Edges]]:
    """Yield (bit, edges) of straight lines in all directions, of each mask the longest; with `gaps` those
    with gaps in them.
    """
    thin = planes & ~dilated(opened(planes, square(BLOBS[-1])), square(3))
    found: dict[tuple[int, Edges], float] = {}
    for number in range(DIRECTIONS):
        if gaps:
            bridge = direction(number, GAP)
            kept = opened(eroded(dilated(thin, bridge), bridge), direction(number, DASHED))
        else:
            kept = opened(thin, direction(number, RUN))
        for bit, edges, width in parts(kept):
            if width <= WIDEST:
                found[bit, edges] = float(np.hypot(edges[2] - edges[0], edges[3] - edges[1]))
    left = [MOST_LINES] * BITS
    for bit, edges in sorted(found, key=lambda line: -found[line]):
        left[bit] -= 1
        if left[bit] >= 0:
            yield bit, edges


def without_lines(mask: Mask) -> Mask:
    """Return what is left of a mask without its long lines: what stands in the cells of a table."""
    plane = packed([mask])
    left = plane.copy()
    for number in range(DIRECTIONS):
        left &= ~opened(plane, direction(number, LONG))
    return left.astype(bool)


def uneven(pixels: NDArray[np.float32], seen: Mask, least: float) -> Mask:
    """Return the pixels of a frame (H, W, 3) that differ by more than `least` from a neighbour that is `seen`
    (H, W) as they are.

    Of what is filled, these are whatever stands on it, with a pixel around that.
    """
    different = np.zeros(pixels.shape[:2], bool)
    for down, across in ((0, 1), (1, 0)):
        height, width = pixels.shape[0] - down, pixels.shape[1] - across
        step = np.abs(pixels[down:, across:] - pixels[:height, :width]).max(axis=2) > least
        step &= seen[down:, across:] & seen[:height, :width]
        different[down:, across:] |= step
        different[:height, :width] |= step
    return different


def square(side: int) -> Steps:
    """Return the steps (down, across) of a square."""
    low = -(side // 2)
    return tuple((down, across) for down in range(low, low + side) for across in range(low, low + side))


def direction(number: int, length: int) -> Steps:
    """Return the steps of a line of `length` pixels in direction `number` of `DIRECTIONS`."""
    turn = np.pi * number / DIRECTIONS
    # The longer axis has one pixel a step.
    along = (np.arange(length) - length // 2) / max(abs(np.cos(turn)), abs(np.sin(turn)))
    down, across = np.rint(along * np.sin(turn)), np.rint(along * np.cos(turn))
    return tuple(zip(down.astype(int).tolist(), across.astype(int).tolist(), strict=True))


def opened(planes: Planes, steps: Steps) -> Planes:
    """Return the pixels that a shape of `steps` covers wherever it fits into a mask."""
    inside = eroded(planes, steps)
    return dilated(inside, steps) if inside.any() else inside


def eroded(planes: Planes, steps: Steps) -> Planes:
    """Return where the shape of `steps` around a pixel fits into a mask; nothing is lit outside."""
    return _combined(planes, steps, np.bitwise_and, 255)


def dilated(planes: Planes, steps: Steps) -> Planes:
    """Return what the shape of `steps` covers, put on each pixel of a mask."""
    return _combined(planes, tuple((-down, -across) for down, across in steps), np.bitwise_or, 0)


def _combined(planes: Planes, steps: Steps, how: np.ufunc, initial: int) -> Planes:
    room = max(max(abs(down), abs(across)) for down, across in steps)
    height, width = planes.shape
    padded = np.zeros((height + 2 * room, width + 2 * room), np.uint8)
    padded[room : room + height, room : room + width] = planes
    result = np.full(planes.shape, initial, np.uint8)
    for down, across in steps:
        top, left = room + down, room + across
        how(result, padded[top : top + height, left : left + width], out=result)
    return result
