"""The encoder `vjepa2` on a small V-JEPA 2 with random weights, through the real loading code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file
from transformers import VJEPA2Config, VJEPA2ForVideoClassification, VJEPA2Model
from transformers.utils import logging

from jepamine.encoders.vjepa2 import VJepa2Encoder, preprocess
from jepamine.errors import UserError

CPU = torch.device("cpu")
SMALL: dict[str, Any] = {
    "crop_size": 64,
    "frames_per_clip": 2,
    "hidden_size": 48,
    "num_attention_heads": 4,
    "num_hidden_layers": 2,
    "mlp_ratio": 2.0,
    "pred_hidden_size": 24,
    "pred_num_attention_heads": 2,
    "pred_num_hidden_layers": 1,
}


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    logging.disable_progress_bar()
    torch.manual_seed(0)
    VJEPA2Model(VJEPA2Config(**SMALL)).save_pretrained(tmp_path / "small-vjepa2")
    return tmp_path / "small-vjepa2"


@pytest.fixture
def frames() -> torch.Tensor:
    rng = np.random.default_rng(0)
    return torch.from_numpy(rng.integers(0, 256, (3, 2, 224, 224, 3), dtype=np.uint8))


def changed(checkpoint: Path, change) -> None:
    weights = load_file(checkpoint / "model.safetensors")
    change(weights)
    save_file(weights, checkpoint / "model.safetensors", metadata={"format": "pt"})


def test_tokens_are_the_vision_features_of_transformers(checkpoint, frames):
    encoder = VJepa2Encoder(CPU, weights=str(checkpoint))
    tokens = encoder(frames)
    assert tokens.shape == (3, 16, 48)
    assert encoder.dim == 48
    model = VJEPA2Model.from_pretrained(checkpoint).eval()
    with torch.no_grad():
        expected = model.get_vision_features(pixel_values_videos=preprocess(frames, 64))
    assert torch.equal(tokens, expected)


def test_its_own_predictor_is_never_run(checkpoint, frames):
    encoder = VJepa2Encoder(CPU, weights=str(checkpoint))

    def never(*_: object, **__: object) -> None:
        raise AssertionError("the predictor ran")

    encoder.model.predictor.forward = never
    encoder(frames)


def test_it_is_frozen_whatever_is_called_around_it(checkpoint, frames):
    encoder = VJepa2Encoder(CPU, weights=str(checkpoint))
    around = torch.nn.Sequential(encoder.model)
    around.train()
    assert not any(part.training for part in encoder.model.modules())
    assert not any(parameter.requires_grad for parameter in encoder.model.parameters())
    assert not encoder(frames).requires_grad


def test_preprocessing_is_resize_crop_and_normalise(frames):
    got = preprocess(frames, 256)
    assert got.shape == (3, 2, 3, 256, 256)
    image = Image.fromarray(frames[1, 1].numpy()).resize((292, 292), Image.Resampling.BILINEAR)
    cropped = np.asarray(image.crop((18, 18, 274, 274)), dtype=np.float32) / 255
    expected = (cropped - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    # Pillow and torch may round a pixel to either neighbour.
    assert np.abs(got[1, 1].permute(1, 2, 0).numpy() - expected).max() < 1.01 / 255 / 0.224


def test_preprocessing_of_wide_frames_keeps_the_middle():
    wide = torch.zeros(1, 2, 64, 128, 3, dtype=torch.uint8)
    wide[:, :, :, 32:96] = 255
    got = preprocess(wide, 64)
    assert got.shape == (1, 2, 3, 64, 64)
    assert got[0, 0, 0, 32].min() > 2  # (1 - 0.485) / 0.229: white through and through


def test_tokens_are_a_grid_over_the_middle_of_the_frame(checkpoint, frames):
    encoder = VJepa2Encoder(CPU, weights=str(checkpoint))
    rows, columns = encoder.grid((2, 224, 224))
    assert (rows, columns) == (4, 4) and encoder(frames).shape[1] == rows * columns
    # 64 of 73 pixels, from the fourth or fifth on; of wide frames 64 of 146 in width.
    assert encoder.view((2, 224, 224)) == (4 / 73, 4 / 73, 68 / 73, 68 / 73)
    assert encoder.view((2, 64, 128)) == (41 / 146, 4 / 73, 105 / 146, 68 / 73)


def test_the_sha256_is_that_of_the_weights_file(checkpoint):
    import hashlib

    expected = hashlib.sha256((checkpoint / "model.safetensors").read_bytes()).hexdigest()
    assert VJepa2Encoder(CPU, weights=str(checkpoint)).weights_sha256 == expected


def test_a_fine_tuned_checkpoint_gives_its_encoder(tmp_path, frames):
    logging.disable_progress_bar()
    torch.manual_seed(0)
    model = VJEPA2ForVideoClassification(VJEPA2Config(**SMALL, num_pooler_layers=1, num_labels=3)).eval()
    model.save_pretrained(tmp_path / "tuned")
    tokens = VJepa2Encoder(CPU, weights=str(tmp_path / "tuned"))(frames)
    with torch.no_grad():
        expected = model.vjepa2.get_vision_features(pixel_values_videos=preprocess(frames, 64))
    assert torch.equal(tokens, expected)


def test_a_checkpoint_in_shards_loads(checkpoint, frames, tmp_path):
    model = VJEPA2Model.from_pretrained(checkpoint)
    model.save_pretrained(tmp_path / "shards", max_shard_size="50KB")
    assert len(list((tmp_path / "shards").glob("*.safetensors"))) > 1
    whole, shards = (VJepa2Encoder(CPU, weights=str(path)) for path in (checkpoint, tmp_path / "shards"))
    assert torch.equal(whole(frames), shards(frames))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda weights: weights.pop("encoder.layernorm.weight"), "1 layers missing"),
        (lambda weights: weights.update(extra=torch.zeros(2)), "1 unknown layers (such as extra)"),
        (
            lambda weights: weights.update({"encoder.layernorm.weight": torch.zeros(7)}),
            "encoder.weights: ",
        ),
    ],
)
def test_weights_that_do_not_fit_are_refused(change, message, checkpoint):
    changed(checkpoint, change)
    with pytest.raises(UserError) as caught:
        VJepa2Encoder(CPU, weights=str(checkpoint))
    assert message in str(caught.value)
    assert str(checkpoint) in str(caught.value)


@pytest.mark.parametrize("keep", [0, 100, 20_000])
def test_a_truncated_file_is_refused(keep, checkpoint):
    path = checkpoint / "model.safetensors"
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(UserError, match="cannot load"):
        VJepa2Encoder(CPU, weights=str(checkpoint))


@pytest.mark.parametrize(
    ("key", "value"), [("hidden_size", "wide"), ("num_hidden_layers", [2]), ("patch_size", 0)]
)
def test_a_config_with_a_value_of_the_wrong_kind_is_one_line(key, value, checkpoint):
    config = json.loads((checkpoint / "config.json").read_text()) | {key: value}
    (checkpoint / "config.json").write_text(json.dumps(config))
    with pytest.raises(UserError, match=r"encoder\.weights: cannot load") as caught:
        VJepa2Encoder(CPU, weights=str(checkpoint))
    assert "\n" not in str(caught.value)


def test_another_architecture_is_refused(checkpoint):
    config = json.loads((checkpoint / "config.json").read_text()) | {"model_type": "vit"}
    (checkpoint / "config.json").write_text(json.dumps(config))
    with pytest.raises(UserError, match="not a V-JEPA 2 checkpoint"):
        VJepa2Encoder(CPU, weights=str(checkpoint))


def test_without_network_the_error_says_what_to_do(monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(UserError, match="hf download nobody/nothing --local-dir FOLDER"):
        VJepa2Encoder(CPU, weights="nobody/nothing")


def test_a_run_with_it_goes_through_the_command_line(jepamine, recipe, checkpoint, tmp_path):
    words = ["--set", f'encoder={{plugin="vjepa2", weights="{checkpoint}"}}', "--epochs", 1]
    result = jepamine("run", recipe, *words)
    assert result.exit_code == 0, result.output
    record = json.loads((tmp_path / "experiments" / "small" / "record.json").read_text())
    assert record["encoder"]["name"] == str(checkpoint)
