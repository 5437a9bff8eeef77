"""The encoder `pixels`: nothing but the frame."""

from __future__ import annotations

import torch

from jepamine.encoders.pixels import Pixels


def test_tokens_are_the_pixels_row_by_row():
    frames = torch.randint(0, 256, (2, 1, 4, 6, 3), dtype=torch.uint8, generator=torch.manual_seed(0))
    encoder = Pixels(torch.device("cpu"))
    tokens = encoder(frames)
    rows, columns = encoder.grid((1, 4, 6))
    assert (tokens.shape, tokens.dtype, encoder.dim) == ((2, 24, 3), torch.float32, 3)
    assert (rows, columns) == (4, 6)
    assert torch.equal((tokens.view(2, rows, columns, 3) * 255).round().to(torch.uint8), frames[:, 0])
