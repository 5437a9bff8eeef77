"""Batches of tubelets: of one clip on a CPU, filled across clips on another device."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from jepamine.data.encoding import encode, encode_all


class Rows:
    """Means over rows of pixels; the arithmetic of a tubelet does not depend on its batch."""

    name, weights_sha256, preprocessing, dim, batch_size = "rows", "0" * 64, "none", 3, 4

    def __init__(self, device: str) -> None:
        self.device = torch.device(device)
        self.batches: list[tuple[int, ...]] = []

    def __call__(self, frames: torch.Tensor) -> torch.Tensor:
        self.batches.append(tuple(frames.shape[:2]))
        return frames.double().flatten(1, 3).float()


def arrays(*shapes: tuple[int, int]) -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    return [rng.integers(0, 256, (rows, length, 8, 8, 3), dtype=np.uint8) for rows, length in shapes]


@pytest.mark.parametrize(
    ("device", "shapes", "batches"),
    [
        ("cpu", [(1, 2), (1, 2), (6, 2)], [(1, 2), (1, 2), (4, 2), (2, 2)]),
        # No computation happens on it here: the encoder only says that its calls are queued.
        ("cuda", [(1, 2), (1, 2), (6, 2)], [(4, 2), (4, 2)]),
        ("cuda", [(3, 2), (5, 1), (3, 2), (1, 1)], [(4, 2), (2, 2), (4, 1), (2, 1)]),
        ("cuda", [(9, 2)], [(4, 2), (4, 2), (1, 2)]),
        ("cuda", [], []),
    ],
)
def test_batches_are_filled_across_arrays_of_one_shape_except_on_a_cpu(device, shapes, batches):
    encoder, given = Rows(device), arrays(*shapes)
    together = list(encode_all(encoder, given))
    assert encoder.batches == batches
    alone = [encode(Rows("cpu"), array) for array in given]
    assert [array.tobytes() for array in together] == [array.tobytes() for array in alone]
    assert [array.shape for array in together] == [(rows, 3) for rows, _ in shapes]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_a_queued_copy_to_a_gpu_arrives():
    from jepamine.encoders.frozen import to_device

    pixels = torch.arange(12.0).reshape(3, 4)
    assert torch.equal(to_device(pixels, torch.device("cuda")).cpu(), pixels)
