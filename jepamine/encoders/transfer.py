"""Copy prepared frames to an encoder's device without waiting for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch
    from torch import Tensor


def to_device(pixels: Tensor, device: torch.device) -> Tensor:
    """Return `pixels` on `device`. The copy to a CUDA device is queued, from pinned memory.

    The CPU then prepares the next batch while the device copies and computes: a copy from memory that is not
    pinned waits for all that was queued before.
    """
    if device.type != "cuda" or pixels.device.type != "cpu":
        return pixels.to(device)
    return pixels.pin_memory().to(device, non_blocking=True)
