"""Encoders are frozen, always."""

from __future__ import annotations

from typing import TypeVar

import torch

Module = TypeVar("Module", bound=torch.nn.Module)


def freeze(module: Module) -> Module:
    """Take gradients off `module` and put it in eval mode for good: a later `.train()` changes nothing.

    `.train()` of an enclosing module calls its children's, so it is the method itself that is replaced.
    """
    module.requires_grad_(False)
    module.eval()
    for part in module.modules():
        part.train = lambda mode=True, part=part: part  # type: ignore[method-assign,misc]
    return module
