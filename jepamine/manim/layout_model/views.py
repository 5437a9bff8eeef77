"""What a predictor sees of an example: its clean frame, or one of its masked ones."""

from __future__ import annotations

import torch
from torch import Tensor

from jepamine.protocols import Encoder, Tensors


def draw_view(batch: Tensors, masked: float, encoder: Encoder) -> tuple[Tensor, Tensor]:
    """(tokens float32 (N, L, D), hidden bool (N, rows, columns)) of a random view of each example.

    A share `masked` of them, on average, is a masked one. Drawn by torch's global generator, whose state is
    in every checkpoint.
    """
    count, views = batch["hidden"].shape[:2]
    drawn = torch.randint(1, views, (count,))
    return view(batch, torch.where(torch.rand(count) < masked, drawn, 0), encoder)


def view(batch: Tensors, which: Tensor, encoder: Encoder) -> tuple[Tensor, Tensor]:
    """As `draw_view`, of the views `which`, int64 (N,); 0 is the clean one."""
    device = batch["hidden"].device
    rows, which = torch.arange(len(which), device=device), which.to(device)
    hidden = batch["hidden"][rows, which]
    if "tokens" in batch:
        return batch["tokens"][rows, which], hidden
    # (N, H, W, 3) -> (N, T = 1, H, W, 3)
    return encoder(hide_cells(batch["frames"], hidden)[:, None]), hidden


def hide_cells(frames: Tensor, hidden: Tensor) -> Tensor:
    """A copy of frames uint8 (N, H, W, 3) with 0 where `hidden` bool (N, rows, columns) is True."""
    count, height, width, _ = frames.shape
    rows, columns = hidden.shape[1:]
    cells = frames.view(count, rows, height // rows, columns, width // columns, 3)
    return (cells * ~hidden[:, :, None, :, None, None]).view(frames.shape)
