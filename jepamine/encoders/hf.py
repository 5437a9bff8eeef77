"""The encoder `hf`: any vision model of transformers, from a hub or a folder."""

from __future__ import annotations

import inspect
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from jepamine.config.schema import Weights
from jepamine.encoders.frozen import Matmul, precision, precision_key
from jepamine.errors import UserError, first_line
from jepamine.utils.printing import words

if TYPE_CHECKING:
    import torch
    from torch import Tensor

# Layers of heads (classification, masked pretraining), which features do not need.
HEADS = words(
    "classifier cls_classifier distillation_classifier decoder encoder_to_decoder fc_norm mask_token "
    "embeddings.mask_token"
)


class HuggingFaceEncoder:
    """A frozen vision model of transformers, such as DINOv2, DINOv3, SigLIP 2, I-JEPA, VideoMAE, CLIP, ViT.

    Frames (N, T, H, W, 3) uint8 are prepared as the checkpoint's `preprocessor_config.json` describes. With
    `output` "tokens" the model's last hidden states are returned, float32 (N, L, D), without register tokens:
    an image model's for each frame, L = T * (class token if any + patches), a video model's for the tubelet.
    With "pooled" it is one token per frame (L = T), or per tubelet: the projected feature of a model with
    text, else the pooler's, else the class token, else the mean.

    `revision` is a branch, tag or commit of the hub; `whole` squeezes whole frames into the model's size
    instead of cropping them. Code that comes with a checkpoint is never run. Raises UserError with the next
    step if the checkpoint is not available completely or is no vision model.
    """

    def __init__(
        self,
        device: torch.device,
        *,
        weights: Weights,
        revision: str | None = None,
        output: Literal["tokens", "pooled"] = "tokens",
        whole: bool = False,
        batch_size: Annotated[int, Field(ge=1)] = 8,
        matmul: Matmul = "highest",
    ) -> None:
        import transformers

        from jepamine.encoders.checkpoint import (
            NOT_COMPUTATION,
            digest_of,
            layers_sha256,
            load_whole,
            name_of,
        )
        from jepamine.encoders.frozen import freeze
        from jepamine.encoders.image_processor import Processor

        model = load_whole(
            weights,
            transformers.AutoConfig,
            transformers.AutoModel,
            "vision",
            lambda layer: layer.startswith(HEADS) or layer.endswith("position_ids"),
            revision=revision,
            optional=("pooler",),
        )
        _require_vision(model, weights)
        self._processor = Processor(weights, revision, whole)
        self._weights, self._revision, self._output, self._whole = weights, revision, output, whole
        self.name = name_of(weights, revision)
        self.device, self.batch_size = device, batch_size
        self.matmul: Matmul = matmul
        self.weights_sha256 = layers_sha256(model)
        self.model: Any = freeze(model.to(device))
        self._vision: Any = getattr(self.model, "vision_model", self.model)
        self._config: Any = getattr(model.config, "vision_config", model.config)
        self.by_frame = not hasattr(self._config, "num_frames")
        self.pooled = output == "pooled"
        self._table: Any = getattr(getattr(model, "embeddings", None), "position_embeddings", None)
        facts = digest_of(model.config.to_diff_dict(), NOT_COMPUTATION) + digest_of(self._processor.facts)
        self.preprocessing = f"{self._processor.facts['image_processor_type']} {output}; config {facts}"
        self.preprocessing += precision_key(matmul)
        self.dim: int = self._dim()

    def grid(self, shape: tuple[int, int, int]) -> tuple[int, int]:
        """Return (rows, columns) of the patch tokens, the last ones of each frame; `shape` is (T, H, W).

        Raises UserError if tokens have no place in the frame.
        """
        import torch

        if self.pooled:
            raise UserError("encoder.output: 'pooled' features have no place in the frame; use 'tokens'")
        return self._places(self._processor(torch.zeros(1, *shape[1:], 3, dtype=torch.uint8)))

    def view(self, shape: tuple[int, int, int]) -> tuple[float, float, float, float]:
        """Return (left, top, right, bottom) of what is not cropped away, 0 to 1; `shape` is (T, H, W)."""
        return self._processor.view(*shape[1:])

    def __call__(self, frames: Tensor) -> Tensor:
        import torch

        count, length = frames.shape[:2]
        with torch.inference_mode(), precision(self.matmul):
            inputs = self._processor.on(self.device, frames.flatten(0, 1).cpu())
            if not self.by_frame:
                pixels = inputs["pixel_values"]
                inputs = {"pixel_values": pixels.reshape(count, length, *pixels.shape[1:])}
                self._fit_length(length)
            tokens = self._pooled(inputs) if self.pooled else self._tokens(inputs)
            return tokens.reshape(count, -1, tokens.shape[-1]).float()

    def text(self, texts: Sequence[str]) -> Tensor:
        """Return the features of texts, float32 (N, D), as the model's `get_text_features`.

        Longer texts are truncated. Raises UserError if the model has no text, the checkpoint no tokenizer, or
        the encoder's `output` is not "pooled": other tokens are in another space.
        """
        import torch
        import transformers

        from jepamine.encoders.checkpoint import load_tokenizer

        if not hasattr(self.model, "get_text_features"):
            raise UserError(
                f"encoder.weights: '{self.name}' has no text features; use a CLIP or SigLIP 2 checkpoint"
            )
        if not self.pooled:
            raise UserError(
                "encoder.output: only 'pooled' features are in the space of texts; set it to 'pooled'"
            )
        tokenizer = load_tokenizer(self._weights, transformers.AutoTokenizer, self._revision)
        config = self.model.config
        limit = config.text_config.max_position_embeddings
        # SigLIP was trained on texts padded to the full length, without a mask.
        siglip = config.model_type.startswith("siglip")
        padding: Any = "max_length" if siglip else True
        words = tokenizer(
            list(texts), padding=padding, truncation=True, max_length=limit, return_tensors="pt"
        )
        inputs = {"input_ids": words["input_ids"]}
        if not siglip:
            inputs["attention_mask"] = words["attention_mask"]
        with torch.inference_mode():
            inputs = {name: value.to(self.device) for name, value in inputs.items()}
            return self.model.get_text_features(**inputs).pooler_output.float()  # type: ignore[no-any-return]

    def _tokens(self, inputs: dict[str, Tensor]) -> Tensor:
        """Return the last hidden states without registers, (frames or tubelets, L, D)."""
        import torch

        states = self._vision(**inputs).last_hidden_state
        if states.ndim == 4:  # (n, D, h, w)
            return states.flatten(2).transpose(1, 2)  # type: ignore[no-any-return]
        registers = int(getattr(self._config, "num_register_tokens", 0) or 0)
        return torch.cat([states[:, :1], states[:, 1 + registers :]], dim=1) if registers else states

    def _pooled(self, inputs: dict[str, Tensor]) -> Tensor:
        """Return one feature per frame or tubelet, (n, D)."""
        if hasattr(self.model, "get_image_features"):
            return self.model.get_image_features(**inputs).pooler_output  # type: ignore[no-any-return]
        output = self._vision(**inputs)
        pooled = getattr(output, "pooler_output", None)
        if pooled is not None:
            return pooled.flatten(1)  # type: ignore[no-any-return]
        states = output.last_hidden_state
        if states.ndim == 4:
            return states.mean(dim=(2, 3))  # type: ignore[no-any-return]
        has_class = self.by_frame and states.shape[1] > math.prod(self._places(inputs))
        return states[:, 0] if has_class else states.mean(dim=1)  # type: ignore[no-any-return]

    def _places(self, inputs: dict[str, Tensor]) -> tuple[int, int]:
        """Return (rows, columns) of the patches of prepared frames."""
        import torch

        if "spatial_shapes" in inputs:
            rows, columns = inputs["spatial_shapes"][0].tolist()
            return rows, columns
        height, width = inputs["pixel_values"].shape[-2:]
        patch = getattr(self._config, "patch_size", None)
        if patch is not None and not hasattr(self._config, "depths"):
            sides = [patch, patch] if isinstance(patch, int) else list(patch)[-2:]
            return height // sides[0], width // sides[1]
        with torch.inference_mode():
            pixels = inputs["pixel_values"][:1].to(self.device)
            states = self._vision(pixel_values=pixels).last_hidden_state
        if states.ndim == 4:
            return int(states.shape[2]), int(states.shape[3])
        stride = round((height * width / states.shape[1]) ** 0.5)
        return height // stride, width // stride

    def _fit_length(self, length: int) -> None:
        """Let a video model see tubelets of `length` frames. Raises UserError if it cannot."""
        config = self._config
        most, step = int(config.num_frames), int(getattr(config, "tubelet_size", 1))
        if config.model_type == "videomae" and length <= most and length % step == 0:
            # Its table of sinusoids is by place, time first: shorter videos take the beginning.
            places = self._table.shape[1] * length // most
            self.model.embeddings.position_embeddings = self._table[:, :places]
        elif length != most:
            lengths = f"{step}, {2 * step}, ... {most}" if config.model_type == "videomae" else str(most)
            raise UserError(
                f"encoder.weights: '{self.name}' encodes videos of {lengths} frames, not {length}; "
                "set dataset.tubelet_size"
            )

    def _dim(self) -> int:
        """Return D; encodes a black frame, which also shows whether the model works with its processor."""
        import torch

        length = 1 if self.by_frame else int(self._config.num_frames)
        try:
            return int(self(torch.zeros(1, length, 224, 224, 3, dtype=torch.uint8)).shape[-1])
        except UserError:
            raise
        # Whatever a model raises that does not fit the sizes of its image processor.
        except Exception as error:
            raise UserError(
                f"encoder.weights: '{self.name}' cannot encode a frame prepared as its "
                f"preprocessor_config.json describes: {first_line(error)}"
            ) from error


def _require_vision(model: Any, weights: str) -> None:
    kind = model.config.model_type
    if kind == "vjepa2":
        raise UserError(f"encoder.plugin: '{weights}' is a V-JEPA 2 checkpoint; use the encoder 'vjepa2'")
    vision = getattr(model, "vision_model", model)
    if "pixel_values" not in inspect.signature(vision.forward).parameters:
        raise UserError(f"encoder.weights: '{weights}' is not a vision checkpoint, but of the type '{kind}'")
