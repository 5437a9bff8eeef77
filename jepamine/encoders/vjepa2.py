"""The encoder `vjepa2`: any V-JEPA 2 checkpoint, from a hub or a folder, through transformers."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from jepamine.config.schema import Weights
from jepamine.encoders.frozen import Matmul, precision, precision_key
from jepamine.errors import UserError
from jepamine.utils.files import sha256_file

if TYPE_CHECKING:
    import torch
    from torch import Tensor

# Heads of fine-tuned checkpoints (video classification), which the encoder does not use.
HEADS = ("pooler.", "classifier.")
# Config keys that do not affect the computation; embeddings stay valid when these change.
NOT_COMPUTATION = ("transformers_version", "_name_or_path", "architectures", "dtype", "id2label", "label2id")


class VJepa2Encoder:
    """A frozen V-JEPA 2 (Assran et al. 2025, arXiv:2506.09985); its own predictor is never run.

    Shapes: frames (N, T, H, W, 3) uint8 -> tokens (N, T/2 * (crop/16)^2, D) float32; 256 tokens of D = 1024
    for a tubelet of two frames and `facebook/vjepa2-vitl-fpc64-256`. `revision` is a branch, tag or commit of
    the hub.

    Raises UserError with the next step if the weights are not available completely: offline, an unknown name,
    missing or extra layers, other shapes. Weights are never initialised at random.
    """

    def __init__(
        self,
        device: torch.device,
        *,
        weights: Weights = "facebook/vjepa2-vitl-fpc64-256",
        revision: str | None = None,
        batch_size: Annotated[int, Field(ge=1)] = 8,
        matmul: Matmul = "highest",
    ) -> None:
        import transformers

        from jepamine.encoders.checkpoint import digest_of, load_whole, name_of
        from jepamine.encoders.frozen import freeze

        self.name = name_of(weights, revision)
        model = load_whole(
            weights,
            transformers.VJEPA2Config,
            transformers.VJEPA2Model,
            "V-JEPA 2",
            lambda layer: layer.startswith(HEADS),
            revision=revision,
        )
        self.model: Any = freeze(model.to(device))
        config = self.model.config
        self.matmul: Matmul = matmul
        self.weights_sha256 = _weights_sha256(weights, revision)
        self.batch_size = batch_size
        self.device = device
        self.dim: int = config.hidden_size
        self.crop: int = config.crop_size
        # The config's numbers shape the computation beside the weights (heads, RoPE grid, norm epsilon).
        digest = digest_of(config.to_diff_dict(), NOT_COMPUTATION)
        self.preprocessing = f"VJEPA2VideoProcessor crop {self.crop}; config {digest}" + precision_key(matmul)

    def grid(self, shape: tuple[int, int, int]) -> tuple[int, int]:
        """Return (rows, columns) of a tubelet's tokens over `view`; `shape` is (T, H, W)."""
        side = self.crop // self.model.config.patch_size
        return side, side

    def view(self, shape: tuple[int, int, int]) -> tuple[float, float, float, float]:
        """Return (left, top, right, bottom) of the centre crop, 0 to 1; `shape` is (T, H, W)."""
        height, width = _resized(shape[1], shape[2], self.crop)
        top, left = _corner(height, width, self.crop)
        return left / width, top / height, (left + self.crop) / width, (top + self.crop) / height

    def __call__(self, frames: Tensor) -> Tensor:
        import torch

        from jepamine.encoders.frozen import to_device
        from jepamine.encoders.resizing import resizing_device

        with torch.inference_mode(), precision(self.matmul):
            pixels = preprocess(to_device(frames, resizing_device(self.device)), self.crop)
            pixels = to_device(pixels, self.device)
            return self.model.get_vision_features(pixel_values_videos=pixels)  # type: ignore[no-any-return]


def preprocess(frames: Tensor, crop: int) -> Tensor:
    """Preprocess as transformers' VJEPA2VideoProcessor does, without the torchvision it needs.

    Shapes: frames (N, T, H, W, 3) uint8 -> (N, T, 3, crop, crop) float32 on the same device. Short edge to
    int(crop * 256 / 224) (bilinear, antialiased, on uint8), centre crop, / 255, ImageNet mean and standard
    deviation.
    """
    import torch

    from jepamine.encoders.resizing import resize

    count, length, height, width, _ = frames.shape
    size = _resized(height, width, crop)
    # (N, T, H, W, 3) -> (N * T, 3, H', W')
    images = frames.reshape(-1, height, width, 3).permute(0, 3, 1, 2)
    images = resize(images, size, "bilinear")
    top, left = _corner(*size, crop)
    images = images[:, :, top : top + crop, left : left + crop]
    mean = torch.tensor([0.485, 0.456, 0.406], device=images.device).view(3, 1, 1)
    deviation = torch.tensor([0.229, 0.224, 0.225], device=images.device).view(3, 1, 1)
    return ((images.float() / 255 - mean) / deviation).view(count, length, 3, crop, crop)


def _resized(height: int, width: int, crop: int) -> tuple[int, int]:
    """Return (height, width) of a frame before it is cropped."""
    edge, short = int(crop * 256 / 224), min(height, width)
    return int(edge * height / short), int(edge * width / short)


def _corner(height: int, width: int, crop: int) -> tuple[int, int]:
    """Return (top, left) of the centre crop."""
    return round((height - crop) / 2), round((width - crop) / 2)


def _weights_sha256(weights: str, revision: str | None) -> str:
    """Return the SHA-256 of the weights file; of the files' hashes if the checkpoint is sharded."""
    folder = Path(weights)
    if not folder.is_dir():
        from transformers.utils.hub import cached_file

        config = cached_file(weights, "config.json", revision=revision, local_files_only=True)
        folder = Path(config).parent if config else folder
    files = sorted(folder.glob("model*.safetensors"))
    if not files:
        raise UserError(f"encoder.weights: no model*.safetensors in {folder}")
    digests = [sha256_file(file) for file in files]
    return digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()
