"""What every encoder needs to run: frozen weights in eval mode, and frames on its device."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import torch
    from torch import Tensor

Module = TypeVar("Module", bound="torch.nn.Module")


def freeze(module: Module) -> Module:
    """Turn off gradients of `module` and keep it in eval mode: a later `.train()` changes nothing.

    `.train()` of an enclosing module calls its children's, so the method itself is replaced.
    """
    module.requires_grad_(False)
    module.eval()
    for part in module.modules():
        part.train = lambda mode=True, part=part: part  # type: ignore[method-assign,misc]
    return module


def to_device(pixels: Tensor, device: torch.device) -> Tensor:
    """Return `pixels` on `device`. The copy to a CUDA device is queued, from pinned memory.

    The CPU then prepares the next batch while the device copies and computes: a copy from memory that is not
    pinned waits for all that was queued before.
    """
    if device.type != "cuda" or pixels.device.type != "cpu":
        return pixels.to(device)
    return pixels.pin_memory().to(device, non_blocking=True)
