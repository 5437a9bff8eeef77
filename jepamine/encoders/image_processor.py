"""Prepare frames for a checkpoint as its own image processor does, without torchvision."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from jepamine.encoders.device_processing import process, scale
from jepamine.errors import UserError, first_line

if TYPE_CHECKING:
    import torch
    from torch import Tensor

KEY = "encoder.weights"
# Image processors that transformers has for torchvision only, and that `_resize_floats` stands in for.
FLOATS_FIRST = ("DINOv3ViTImageProcessor",)
# How far pixels prepared on a GPU may be from those of the CPU, in standard deviations.
EQUAL = 1e-5


class Processor:
    """The image processor that a checkpoint's `preprocessor_config.json` describes.

    Called with frames uint8 (N, H, W, 3) it returns the arguments of the model, `pixel_values` float32
    (N, 3, h, w) in most cases. transformers' processor for Pillow does it; for DINOv3, which has none, the
    same is done with torch. With `whole`, frames are squeezed to the model's input size instead of cropped.

    `facts` is the configuration with all its defaults. Raises UserError if the file is missing or names a
    processor that requires torchvision.
    """

    def __init__(self, weights: str, revision: str | None, whole: bool = False) -> None:
        import transformers
        from transformers.models.auto.image_processing_auto import get_image_processor_config

        config = dict(get_image_processor_config(weights, revision=revision, trust_remote_code=False))
        if not config:
            raise UserError(
                f"{KEY}: '{weights}' has no preprocessor_config.json, which gives the size and mean of its "
                "images; download the complete checkpoint"
            )
        name = str(config.get("image_processor_type") or config.get("feature_extractor_type") or "")
        name = name.removesuffix("Fast").removesuffix("Pil").replace("FeatureExtractor", "ImageProcessor")
        self._floats_first = name in FLOATS_FIRST
        kind = getattr(transformers, "ViTImageProcessorPil" if self._floats_first else f"{name}Pil", None)
        if kind is None:
            raise UserError(
                f"{KEY}: the image processor '{name}' of '{weights}' is not supported: transformers has it "
                "for torchvision only, or not at all; use another checkpoint"
            )
        if self._floats_first:
            config.setdefault("resample", 2)
            config.setdefault("image_mean", [0.485, 0.456, 0.406])
            config.setdefault("image_std", [0.229, 0.224, 0.225])
        try:
            self._processor = kind(**config)
        except Exception as error:
            raise UserError(f"{KEY}: preprocessor_config.json of '{weights}': {first_line(error)}") from error
        self.facts: dict[str, Any] = self._processor.to_dict() | {"image_processor_type": name}
        self._changes = _squeezed(self.facts) if whole else {}
        self.facts |= self._changes
        self._exact: dict[tuple[int, ...], bool] = {}

    def view(self, height: int, width: int) -> tuple[float, float, float, float]:
        """Return the part of frames of this size that the model sees, (left, top, right, bottom), 0 to 1.

        Measured on frames whose grey is the place, so that it holds for whatever the processor does.
        """
        import numpy as np
        import torch

        if not self.facts.get("do_center_crop"):
            return 0.0, 0.0, 1.0, 1.0
        across = (torch.arange(width) + 0.5).mul(255 / width).round().expand(height, width)
        down = (torch.arange(height) + 0.5).mul(255 / height).round().expand(width, height).T
        greys = torch.stack([torch.zeros(height, width), torch.full((height, width), 255.0), across, down])
        frames = greys.to(torch.uint8)[..., None].expand(-1, -1, -1, 3).contiguous()
        black, white, columns, rows = self(frames)["pixel_values"].mean(dim=1)

        def ends(grey: Tensor, dim: int) -> tuple[float, float]:
            shares = ((grey - black) / (white - black)).mean(dim=dim).numpy()
            # Without the margins, where a processor may have padded the frame.
            inside = slice(len(shares) // 4, len(shares) - len(shares) // 4)
            slope, start = np.polyfit((np.arange(len(shares)) + 0.5)[inside], shares[inside], 1)
            return float(start), float(start + slope * len(shares))

        (left, right), (top, bottom) = ends(columns, 0), ends(rows, 1)
        return left, top, right, bottom

    def __call__(self, frames: Tensor) -> dict[str, Tensor]:
        if self._floats_first:
            return {"pixel_values": self._resize_floats(frames)}
        batch = self._processor(
            list(frames.numpy()), return_tensors="pt", input_data_format="channels_last", **self._changes
        )
        batch = _unpadded({name: value for name, value in batch.items() if name != "pixel_mask"})
        if batch["pixel_values"].ndim == 5:  # processors of videos return (1, N, 3, h, w)
            batch["pixel_values"] = batch["pixel_values"][0]
        return batch

    def on(self, device: torch.device, frames: Tensor) -> dict[str, Tensor]:
        """Return the arguments of a model on `device`, for frames uint8 (N, H, W, 3) on the CPU.

        They are prepared on a CUDA device if noise of the frames' size comes out as on the CPU, to EQUAL.
        """
        from jepamine.encoders.frozen import to_device
        from jepamine.encoders.resizing import resizing_device

        if resizing_device(device).type != "cpu" and self._same_on(device, frames.shape[1:]):
            processed = self._by_steps(to_device(frames, device))
            if processed is not None:
                return {"pixel_values": processed}
        return {name: to_device(value, device) for name, value in self(frames).items()}

    def _same_on(self, device: torch.device, shape: tuple[int, ...]) -> bool:
        import torch

        if shape not in self._exact:
            noise = torch.randint(0, 256, (2, *shape), generator=torch.Generator().manual_seed(0))
            wanted = self(noise.to(torch.uint8))
            found = self._by_steps(noise.to(device, torch.uint8))
            pixels = wanted["pixel_values"]
            self._exact[shape] = (
                set(wanted) == {"pixel_values"}
                and found is not None
                and found.shape == pixels.shape
                and float((found.cpu() - pixels).abs().max()) <= EQUAL
            )
        return self._exact[shape]

    def _by_steps(self, frames: Tensor) -> Tensor | None:
        return self._resize_floats(frames) if self._floats_first else process(frames, self.facts)

    def _resize_floats(self, frames: Tensor) -> Tensor:
        """Rescale, then resize floats and normalise, as DINOv3's processor does."""
        from torch.nn.functional import interpolate

        facts = self.facts
        pixels = scale(frames.permute(0, 3, 1, 2).float(), facts | {"do_normalize": False})
        if facts["do_resize"]:
            mode = {0: "nearest", 2: "bilinear", 3: "bicubic"}[int(facts["resample"])]
            size = (facts["size"]["height"], facts["size"]["width"])
            pixels = interpolate(pixels, size=size, mode=mode, antialias=True, align_corners=False)
        return scale(pixels, facts | {"do_rescale": False})


def _squeezed(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that squeeze a whole frame into the size that the model gets."""
    if "max_num_patches" in facts:  # NaFlex: keeps the frame whole and its aspect ratio
        return {}
    sides = _sides(facts["crop_size"] if facts.get("do_center_crop") else facts.get("size"))
    if not sides:
        raise UserError("encoder.whole: this checkpoint has no fixed image size; leave it out")
    return {"do_center_crop": False, "size": {"height": sides[0], "width": sides[-1]}}


def _sides(size: Any) -> list[int]:
    """Return [height, width] of a size, or [the short edge]."""
    values = dict(size or {})
    keys = ("height", "width") if values.get("height") else ("shortest_edge",)
    return [int(values[key]) for key in keys if values.get(key)]


def _unpadded(batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Drop the padding of NaFlex patches: frames have one size, so each has as many patches."""
    shapes = batch.get("spatial_shapes")
    if shapes is None:
        return batch
    patches = int(shapes[0].prod())
    return batch | {name: batch[name][:, :patches] for name in ("pixel_values", "pixel_attention_mask")}
