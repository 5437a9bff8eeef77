"""The encoder `clip`: frozen CLIP, images and texts in one space, from a hub or a folder, by transformers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from jepamine.config.schema import Weights
from jepamine.encoders.frozen import Matmul, precision, precision_key
from jepamine.errors import UserError

if TYPE_CHECKING:
    import torch
    from torch import Tensor

# Config keys that do not affect the computation; embeddings stay valid when these change.
NOT_COMPUTATION = ("transformers_version", "_name_or_path", "architectures", "dtype")
MEAN = (0.48145466, 0.4578275, 0.40821073)
DEVIATION = (0.26862954, 0.26130258, 0.27577711)


class ClipEncoder:
    """A frozen CLIP (Radford et al. 2021, arXiv:2103.00020), 512 numbers per token for the default weights.

    Shapes: frames (N, T, H, W, 3) uint8 -> tokens (N, T * (1 + rows * columns), D) float32. The first token
    of each frame is its pooled feature; the patch tokens follow row by row. They pass through CLIP's last
    norm and projection as the pooled one does, so that all lie in the space of `text`.

    Frames are resized and cropped to a square as CLIP does; with `whole` the whole frame is squeezed into the
    square, which a layout needs. `revision` is a branch, tag or commit of the hub.

    Raises UserError if the weights are not available completely.
    """

    by_frame = True
    #: Its tokens are the frame's pooled feature and those of patches.
    pooled = False

    def __init__(
        self,
        device: torch.device,
        *,
        weights: Weights = "openai/clip-vit-base-patch32",
        revision: str | None = None,
        whole: bool = False,
        batch_size: Annotated[int, Field(ge=1)] = 16,
        matmul: Matmul = "highest",
    ) -> None:
        import transformers

        from jepamine.encoders.checkpoint import digest_of, layers_sha256, load_whole, name_of
        from jepamine.encoders.frozen import freeze

        architecture = transformers.CLIPConfig, transformers.CLIPModel
        model = load_whole(weights, *architecture, "CLIP", _spare, revision=revision)
        self._weights, self._revision, self.name = weights, revision, name_of(weights, revision)
        self.device, self.batch_size, self.whole = device, batch_size, whole
        self.matmul: Matmul = matmul
        self.weights_sha256 = layers_sha256(model)
        self.model: Any = freeze(model.to(device))
        vision = model.config.vision_config
        self.dim: int = model.config.projection_dim
        self.side: int = vision.image_size
        self.cells: int = vision.image_size // vision.patch_size
        digest = digest_of(vision.to_dict(), NOT_COMPUTATION)
        self.preprocessing = (
            f"CLIP {'whole' if whole else 'crop'} {self.side}; config {digest}" + precision_key(matmul)
        )

    def grid(self, shape: tuple[int, int, int]) -> tuple[int, int]:
        """Return (rows, columns) of a frame's patch tokens, its last ones; `shape` is (T, H, W).

        Raises UserError if a part of the frame would be cropped away.
        """
        if not self.whole and shape[1] != shape[2]:
            raise UserError(
                f"encoder.whole: CLIP crops {shape[1]} x {shape[2]} frames to a square, and cropped parts "
                "cannot be located; set it to true"
            )
        return self.cells, self.cells

    def __call__(self, frames: Tensor) -> Tensor:
        import torch

        from jepamine.encoders.frozen import to_device
        from jepamine.encoders.resizing import resizing_device

        count = len(frames)
        with torch.inference_mode(), precision(self.matmul):
            images = to_device(frames, resizing_device(self.device)).flatten(0, 1)
            pixels = to_device(preprocess(images, self.side, self.whole), self.device)
            states = self.model.vision_model(pixel_values=pixels).last_hidden_state
            # (N * T, 1 + patches, hidden) -> (N * T, 1 + patches, D); the first row is the pooled feature
            tokens = self.model.visual_projection(self.model.vision_model.post_layernorm(states))
            return tokens.reshape(count, -1, self.dim)  # type: ignore[no-any-return]

    def text(self, texts: Sequence[str]) -> Tensor:
        """Return the features of texts: float32 (N, D), as CLIP's `get_text_features`; truncated to 77
        tokens.

        Raises UserError if the checkpoint comes without its tokenizer.
        """
        import torch
        import transformers

        from jepamine.encoders.checkpoint import load_tokenizer

        tokenizer = load_tokenizer(self._weights, transformers.CLIPTokenizer, self._revision)
        words = tokenizer(list(texts), padding=True, truncation=True, return_tensors="pt").to(self.device)
        with torch.inference_mode():
            pooled = self.model.text_model(**words).pooler_output
            return self.model.text_projection(pooled)  # type: ignore[no-any-return]


def preprocess(images: Tensor, side: int, whole: bool = False) -> Tensor:
    """Preprocess as transformers' CLIPImageProcessor does, without the torchvision it needs.

    Shapes: images (N, H, W, 3) uint8 -> (N, 3, side, side) float32 on the same device. Short edge to `side`
    (bicubic, antialiased, on uint8), centre crop, / 255, CLIP's mean and standard deviation; with `whole`
    both edges to `side`, no crop.
    """
    import torch

    from jepamine.encoders.resizing import resize

    height, width = images.shape[1:3]
    short = min(height, width)
    size = (side, side) if whole else (int(side * height / short), int(side * width / short))
    # (N, H, W, 3) -> (N, 3, H', W')
    resized = resize(images.permute(0, 3, 1, 2), size, "bicubic")
    top, left = (size[0] - side) // 2, (size[1] - side) // 2
    cropped = resized[:, :, top : top + side, left : left + side].float() / 255
    mean, deviation = (torch.tensor(value, device=images.device).view(3, 1, 1) for value in (MEAN, DEVIATION))
    return (cropped - mean) / deviation


def _spare(layer: str) -> bool:
    # Older checkpoints hold the numbers 0, 1, 2, ... as layers.
    return layer.endswith("position_ids")
