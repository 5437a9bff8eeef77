"""Linear layers in 8 bits for inference on a CPU.

Weights are int8, one scale an output channel; activations are quantized as they come, one scale a row
(torchao's Int8DynamicActivationInt8WeightConfig; torch.ao's own quantization is deprecated).
"""

from __future__ import annotations

from typing import Any

from torch import nn

from jepamine.errors import UserError


def quantize(module: nn.Module) -> nn.Module:
    """Quantize the linear layers of `module`, in place; convolutions stay as they are.

    Raises UserError where torchao is missing or the module is not on the CPU.
    """
    try:
        from torchao.quantization import Int8DynamicActivationInt8WeightConfig, quantize_
    except ImportError:
        raise UserError("--int8 needs torchao: pip install -e '.[int8]'") from None
    if any(parameter.device.type != "cpu" for parameter in module.parameters()):
        raise UserError("--int8 is for the CPU; leave it out, or set the recipe's device to cpu")
    quantize_(module, Int8DynamicActivationInt8WeightConfig())
    return module


def size(module: nn.Module) -> int:
    """The bytes that a module's parameters and buffers take in memory."""
    found = {id(tensor): _bytes(tensor) for tensor in (*module.parameters(), *module.buffers())}
    return sum(found.values())


def _bytes(tensor: Any) -> int:
    if hasattr(tensor, "__tensor_flatten__"):
        parts = [getattr(tensor, name) for name in tensor.__tensor_flatten__()[0]]
        return sum(_bytes(part) for part in parts if part is not None)
    return int(tensor.numel() * tensor.element_size())
