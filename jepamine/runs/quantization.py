"""Quantize linear layers to 8 bits for inference on a CPU.

Weights are int8, one scale per output channel; activations are quantized dynamically, one scale per row
(torchao's Int8DynamicActivationInt8WeightConfig; torch.ao's own quantization is deprecated).
"""

from __future__ import annotations

from typing import Any

from torch import nn

from jepamine.errors import UserError


def quantize(module: nn.Module) -> nn.Module:
    """Quantize the linear layers of `module` in place; convolutions stay unchanged.

    Raises UserError if torchao is missing or the module is not on the CPU.
    """
    try:
        from torchao.quantization import Int8DynamicActivationInt8WeightConfig, quantize_
    except ImportError:
        raise UserError("--int8 requires torchao: pip install -e '.[int8]'") from None
    if any(parameter.device.type != "cpu" for parameter in module.parameters()):
        raise UserError("--int8 works on the CPU only; omit it, or set the recipe's device to cpu")
    quantize_(module, Int8DynamicActivationInt8WeightConfig())
    return module


def size(module: nn.Module) -> int:
    """Return the bytes that a module's parameters and buffers take in memory."""
    tensors = {id(tensor): _bytes(tensor) for tensor in (*module.parameters(), *module.buffers())}
    return sum(tensors.values())


def _bytes(tensor: Any) -> int:
    if hasattr(tensor, "__tensor_flatten__"):
        parts = [getattr(tensor, name) for name in tensor.__tensor_flatten__()[0]]
        return sum(_bytes(part) for part in parts if part is not None)
    return int(tensor.numel() * tensor.element_size())
