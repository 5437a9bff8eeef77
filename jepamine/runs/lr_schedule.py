"""AdamW with linear warm-up and cosine decay of the learning rate."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import torch

WARM_UP = 0.1


def rate(done: int, steps: int) -> float:
    """Return the factor of the learning rate after `done` of `steps` steps: linear warm-up, cosine decay."""
    warm = max(round(WARM_UP * steps), 1)
    if done < warm:
        return (done + 1) / warm
    return 0.5 * (1 + math.cos(math.pi * min((done - warm) / max(steps - warm, 1), 1)))


def adamw(
    parameters: Iterable[torch.nn.Parameter], lr: float, weight_decay: float, steps: int
) -> torch.optim.Optimizer:
    """Return AdamW over `steps` steps. The step count is AdamW's own state, which checkpoints hold."""
    optimizer = torch.optim.AdamW(parameters, lr=lr, weight_decay=weight_decay, fused=True)

    def before(optimizer: torch.optim.Optimizer, *_: Any) -> None:
        done = next((int(state["step"]) for state in optimizer.state.values() if "step" in state), 0)
        for group in optimizer.param_groups:
            group["lr"] = lr * rate(done, steps)

    optimizer.register_step_pre_hook(before)
    return optimizer
