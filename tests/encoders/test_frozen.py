"""`[encoder] matmul`: the precision of float32 products, part of the store's key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import (
    CLIPConfig,
    CLIPModel,
    ViTConfig,
    ViTImageProcessorPil,
    ViTModel,
    VJEPA2Config,
    VJEPA2Model,
)
from transformers.utils import logging

from jepamine.data.embeddings import store_folder
from jepamine.encoders.clip import ClipEncoder
from jepamine.encoders.efficientnet import EfficientNetLite0
from jepamine.encoders.frozen import Pixels, precision
from jepamine.encoders.hf import HuggingFaceEncoder
from jepamine.encoders.vjepa2 import VJepa2Encoder

CPU = torch.device("cpu")
TINY: dict[str, Any] = {
    "hidden_size": 32,
    "num_attention_heads": 2,
    "num_hidden_layers": 1,
    "intermediate_size": 32,
}


def state() -> tuple[str, bool]:
    return torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32


def make(kind: str, folder: Path, **settings):
    """An encoder of each kind, with small random weights where it takes a folder."""
    logging.disable_progress_bar()
    torch.manual_seed(0)
    if kind == "efficientnet":
        return EfficientNetLite0(CPU, **settings)
    if kind == "vjepa2":
        tiny: dict[str, Any] = {key: value for key, value in TINY.items() if key != "intermediate_size"}
        predictor: dict[str, Any] = {f"pred_{key}": value for key, value in tiny.items()}
        VJEPA2Model(VJEPA2Config(crop_size=32, frames_per_clip=2, **tiny, **predictor)).save_pretrained(
            folder
        )
        return VJepa2Encoder(CPU, weights=str(folder), **settings)
    if kind == "clip":
        config = CLIPConfig(vision_config={**TINY, "image_size": 32, "patch_size": 16}, text_config=TINY)
        CLIPModel(config).save_pretrained(folder)
        return ClipEncoder(CPU, weights=str(folder), **settings)
    ViTModel(ViTConfig(**TINY, image_size=32, patch_size=16)).save_pretrained(folder)
    ViTImageProcessorPil(size={"height": 32, "width": 32}).save_pretrained(folder)
    return HuggingFaceEncoder(CPU, weights=str(folder), **settings)


@pytest.mark.parametrize("kind", ["efficientnet", "vjepa2", "clip", "hf"])
def test_an_encoder_computes_in_its_precision_and_each_has_a_store(kind, tmp_path):
    before = state()
    frames = torch.zeros((1, 2, 64, 64, 3), dtype=torch.uint8)
    seen, folders = [], []
    for matmul in ("highest", "high"):
        encoder = make(kind, tmp_path / "weights", matmul=matmul)
        plain = make(kind, tmp_path / "weights")
        network = encoder.network if kind == "efficientnet" else encoder.model
        layers = (part for part in network.modules() if isinstance(part, torch.nn.Conv2d | torch.nn.Conv3d))
        next(layers).register_forward_pre_hook(lambda *_: seen.append(state()))
        encoder(frames)
        folders.append(store_folder(tmp_path, encoder).name)
        assert (encoder.preprocessing == plain.preprocessing) == (matmul == "highest")
    assert seen == [("highest", False), ("high", True)]
    assert len(set(folders)) == 2
    assert state() == before


def test_the_precision_is_put_back_after_an_error():
    before = state()
    with pytest.raises(ZeroDivisionError), precision("high"):
        raise ZeroDivisionError
    assert state() == before


def test_another_word_is_an_error_of_the_recipe(jepamine, recipe):
    result = jepamine("run", recipe, "--set", 'encoder={plugin="efficientnet-lite0",matmul="medium"}')
    assert result.exit_code == 1
    assert "matmul" in result.stderr and "'highest' or 'high'" in result.stderr


def test_tokens_are_the_pixels_row_by_row():
    frames = torch.randint(0, 256, (2, 1, 4, 6, 3), dtype=torch.uint8, generator=torch.manual_seed(0))
    encoder = Pixels(torch.device("cpu"))
    tokens = encoder(frames)
    rows, columns = encoder.grid((1, 4, 6))
    assert (tokens.shape, tokens.dtype, encoder.dim) == ((2, 24, 3), torch.float32, 3)
    assert (rows, columns) == (4, 6)
    assert torch.equal((tokens.view(2, rows, columns, 3) * 255).round().to(torch.uint8), frames[:, 0])
