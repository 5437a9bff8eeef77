"""Encode the pixels of clips: batches, and the waits for the device.

Legend of shapes: n tubelets or frames, T frames of a tubelet, H x W pixels, L tokens, D dimensions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from jepamine.protocols.encoders import DeviceEncoder, Encoder

# Batches between two waits for a device; while it computes one, the next is prepared on the CPU.
BATCHES = 4


def on_accelerator(encoder: Encoder) -> bool:
    """Return whether the encoder computes on a device beside the CPU."""
    return isinstance(encoder, DeviceEncoder) and encoder.device.type != "cpu"


def encode(encoder: Encoder, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Encode pixels (n, T, H, W, 3) uint8 into the mean of the encoder's tokens, (n, D) float32."""
    (means,) = encode_all(encoder, [pixels])
    return means


def encode_all(
    encoder: Encoder, arrays: Sequence[NDArray[np.uint8]], accelerated: bool | None = None
) -> Iterator[NDArray[np.float32]]:
    """Yield what `encode` returns for each of `arrays`, in their order.

    On a CPU each array has its own batches, as the bits of a matrix product depend on its number of rows, and
    is yielded as soon as it is encoded. Elsewhere batches are filled across arrays, and the device is waited
    for once: whatever an array's neighbours are, it is equal to about 1e-5. `accelerated` is
    `on_accelerator`, for callers that know it: the check takes 0.04 ms.
    """
    if not (on_accelerator(encoder) if accelerated is None else accelerated):
        for array in arrays:
            yield torch.cat(_queue(encoder, [array])).numpy()
        return
    groups: dict[object, list[int]] = defaultdict(list)
    for number, array in enumerate(arrays):
        groups[array.shape[1:]].append(number)
    queued = [_queue(encoder, [arrays[number] for number in group]) for group in groups.values()]
    results: dict[int, NDArray[np.float32]] = {}
    for group, means in zip(groups.values(), queued, strict=True):
        ends = np.cumsum([len(arrays[number]) for number in group])
        results |= zip(group, np.split(torch.cat(means).cpu().numpy(), ends[:-1]), strict=True)
    for number in range(len(arrays)):
        yield results[number]


@torch.inference_mode()
def _queue(encoder: Encoder, arrays: Sequence[NDArray[np.uint8]]) -> list[Tensor]:
    """Return the means over tokens, (n, L, D) -> (n, D), of each batch; an accelerator only queues them."""
    return [
        encoder(torch.from_numpy(batch)).float().mean(dim=1) for batch in _batches(arrays, encoder.batch_size)
    ]


def _batches(arrays: Sequence[NDArray[np.uint8]], size: int) -> Iterator[NDArray[np.uint8]]:
    """Yield the rows of `arrays` in batches of `size`; the last may be smaller."""
    held: list[NDArray[np.uint8]] = []
    count = 0
    for array in arrays:
        start = 0
        while start < len(array):
            held.append(array[start : start + size - count])
            start += len(held[-1])
            count += len(held[-1])
            if count == size:
                yield held[0] if len(held) == 1 else np.concatenate(held)
                held, count = [], 0
    if held:
        yield held[0] if len(held) == 1 else np.concatenate(held)
