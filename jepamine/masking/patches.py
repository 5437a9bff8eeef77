"""Random patch masks: `patches` draws over both frames of a tubelet, `tubes` hides the same patches in each.

A V-JEPA token spans both frames of a tubelet. With `patches` at ratio 0.75 a token's place is hidden in both
frames with probability 0.56 only, so about 44 % of the tokens still see a frame; `tubes` leaves 25 %.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from jepamine.errors import UserError

if TYPE_CHECKING:
    import numpy as np

    from jepamine.protocols import Mask

Ratio = Annotated[float, Field(ge=0, le=1)]
PatchSize = Annotated[int, Field(ge=1)]
Seed = Annotated[int, Field(ge=0)]
Seeding = Literal["clip", "index"]


def patches(
    shape: tuple[int, int, int],
    *,
    ratio: Ratio = 0.75,
    seeding: Seeding = "clip",
    seed: Seed = 42,
    patch_size: PatchSize = 16,
) -> Mask:
    """Hide round(ratio * T * H/P * W/P) patches of a tubelet, drawn by `default_rng(s).permutation`.

    `shape` is (T, H, W) in frames and pixels; a tubelet's mask is bool (T, H/P, W/P), True = hidden. With
    seeding "clip", s is a hash of (seed, clip id, tubelet number) and depends on nothing else; with "index"
    it is seed + the tubelet's index in the manifest.
    """
    frames, rows, columns = grid(shape, patch_size)

    def mask(clip_id: str, tubelet: int, running: int) -> np.ndarray:
        drawn = draw(frames * rows * columns, ratio, tubelet_seed(seeding, seed, clip_id, tubelet, running))
        return drawn.reshape(frames, rows, columns)

    return mask


def tubes(
    shape: tuple[int, int, int],
    *,
    ratio: Ratio = 0.75,
    seeding: Seeding = "clip",
    seed: Seed = 42,
    patch_size: PatchSize = 16,
) -> Mask:
    """Hide round(ratio * H/P * W/P) places, drawn once per tubelet, in every frame of it."""
    frames, rows, columns = grid(shape, patch_size)

    def mask(clip_id: str, tubelet: int, running: int) -> np.ndarray:
        drawn = draw(rows * columns, ratio, tubelet_seed(seeding, seed, clip_id, tubelet, running))
        return drawn.reshape(1, rows, columns).repeat(frames, axis=0)

    return mask


def grid(shape: tuple[int, int, int], patch_size: int) -> tuple[int, int, int]:
    """Return (T, rows, columns) of the patches of `shape` (T, H, W).

    Raises UserError if patches do not tile the frame.
    """
    frames, height, width = shape
    if height % patch_size or width % patch_size:
        raise UserError(f"masking.patch_size: {patch_size} does not divide the image size {height} x {width}")
    return frames, height // patch_size, width // patch_size


def draw(count: int, ratio: float, seed: int) -> np.ndarray:
    """Return bool (count,), True at the first round(ratio * count) of `default_rng(seed).permutation`."""
    import numpy as np

    hidden = np.zeros(count, dtype=bool)
    hidden[np.random.default_rng(seed).permutation(count)[: round(ratio * count)]] = True
    return hidden


def tubelet_seed(seeding: Seeding, seed: int, clip_id: str, tubelet: int, running: int) -> int:
    """Return the seed of one tubelet's mask; for "clip" 8 bytes of a SHA-256, equal on every machine."""
    if seeding == "index":
        return seed + running
    digest = hashlib.sha256(f"{seed}\n{clip_id}\n{tubelet}".encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "little")
