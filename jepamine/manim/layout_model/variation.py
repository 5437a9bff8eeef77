"""Vary the frames of a batch in training: other colours, other places.

Drawn from torch's global generator on the CPU, whose state is in every checkpoint.
"""

from __future__ import annotations

import torch
from torch import Tensor

from jepamine.manim.layout_model.targets import NOTHING
from jepamine.manim.layouts import FRAME_HEIGHT, FRAME_WIDTH
from jepamine.protocols import Tensors

# Of frames in other colours: the share that is inverted, and the least of the brightness that stays.
INVERTED, DARKEST = 0.15, 0.55
# Pixels beyond a box that may still be paint of its object.
MARGIN = 3


def varied(batch: Tensors, share: float) -> Tensors:
    """Return the batch with a share of its frames recoloured, and a share moved; without frames, as it is."""
    if not share or "frames" not in batch:
        return batch
    frames, boxes = moved(batch["frames"], batch["boxes"], batch["types"] != NOTHING, share)
    return batch | {"frames": recolored(frames, share), "boxes": boxes}


def recolored(frames: Tensor, share: float) -> Tensor:
    """Return frames uint8 (N, H, W, 3), a share of them with channels exchanged, darkened, at times inverted.

    Colours say little about what an object is; the other frames keep Manim's usual ones frequent.
    """
    count = len(frames)
    order = torch.rand(count, 3).argsort(dim=1)
    inverted = torch.rand(count) < INVERTED
    gain = DARKEST + (1 - DARKEST) * torch.rand(count)
    changed = frames.clone()
    for place in torch.nonzero(torch.rand(count) < share)[:, 0].tolist():
        pixels = frames[place][..., order[place].to(frames.device)].float() * float(gain[place])
        changed[place] = (255 - pixels if inverted[place] else pixels).round().to(torch.uint8)
    return changed


def moved(frames: Tensor, boxes: Tensor, present: Tensor, share: float) -> tuple[Tensor, Tensor]:
    """Return frames uint8 (N, H, W, 3) and boxes (N, K, 4) in units, a share of them moved by whole pixels.

    Only as far as no object leaves the frame; what leaves it on one side, ground, enters on the other.
    """
    unit = frames.shape[2] / FRAME_WIDTH
    low, high = boxes[..., :2] - boxes[..., 2:] / 2, boxes[..., :2] + boxes[..., 2:] / 2
    low = torch.where(present[..., None], low, torch.inf).amin(dim=1)
    high = torch.where(present[..., None], high, -torch.inf).amax(dim=1)
    half = low.new_tensor([FRAME_WIDTH / 2, FRAME_HEIGHT / 2])
    # Pixels that the scene may move to the left and down, to the right and up.
    down, up = ((room * unit).floor() - MARGIN for room in (low + half, half - high))
    steps = torch.rand(len(frames), 2).to(low.device) * (down + up + 1) - down
    still = (torch.rand(len(frames)) >= share).to(low.device)[:, None] | (down < 1) | (up < 1)
    steps = torch.where(still, 0.0, steps.floor()).nan_to_num(0.0, 0.0, 0.0)
    turned = torch.stack(
        [
            frame.roll((-int(up_by), int(right_by)), (0, 1))
            for frame, (right_by, up_by) in zip(frames, steps.tolist(), strict=True)
        ]
    )
    return turned, torch.cat([boxes[..., :2] + steps[:, None] / unit, boxes[..., 2:]], dim=-1)
