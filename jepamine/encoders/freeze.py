"""Freeze an encoder for good."""

from __future__ import annotations

from typing import TypeVar

import torch

Module = TypeVar("Module", bound=torch.nn.Module)


def freeze(module: Module) -> Module:
    """Turn off gradients of `module` and keep it in eval mode: a later `.train()` changes nothing.

    `.train()` of an enclosing module calls its children's, so the method itself is replaced.
    """
    module.requires_grad_(False)
    module.eval()
    for part in module.modules():
        part.train = lambda mode=True, part=part: part  # type: ignore[method-assign,misc]
    return module
