"""The precision of an encoder's matrix products and convolutions on a GPU: float32 throughout, or TF32."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    pass

# PyTorch's names: "highest" is float32 throughout, "high" allows TF32, with 10 bits of mantissa, on GPUs.
Matmul = Literal["highest", "high"]


def precision_key(matmul: Matmul) -> str:
    """Return what is added to an encoder's `preprocessing`: embeddings of both precisions are kept apart.

    Empty for "highest", whose embeddings keep the key from when there was no choice.
    """
    return "" if matmul == "highest" else f"; matmul {matmul}"


@contextmanager
def precision(matmul: Matmul) -> Iterator[None]:
    """Compute the block's matrix products and convolutions in this precision; others are as before.

    "highest" also turns off TF32 in cuDNN's convolutions, which PyTorch allows by default.
    """
    import torch

    before = torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32
    torch.set_float32_matmul_precision(matmul)
    torch.backends.cudnn.allow_tf32 = matmul != "highest"
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before[0])
        torch.backends.cudnn.allow_tf32 = before[1]
