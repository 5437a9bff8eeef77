"""The encoder `clip` on a small CLIP with random weights, through the real loading code."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file
from transformers import CLIPConfig, CLIPImageProcessorPil, CLIPModel, CLIPTokenizer
from transformers.utils import logging

from jepamine.encoders.clip import ClipEncoder, preprocess
from jepamine.errors import UserError

CPU = torch.device("cpu")
LAYERS = {"hidden_size": 24, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
TEXT = LAYERS | {"vocab_size": 12, "max_position_embeddings": 16, "eos_token_id": 11, "bos_token_id": 10}
VISION = LAYERS | {"image_size": 32, "patch_size": 8}


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    logging.disable_progress_bar()
    torch.manual_seed(0)
    folder = tmp_path / "small-clip"
    CLIPModel(CLIPConfig(text_config=TEXT, vision_config=VISION, projection_dim=16)).save_pretrained(folder)
    words = ["r", "e", "d", "d</w>", "o", "t</w>", "re", "red</w>", "do", "dot</w>"]
    words += ["<|startoftext|>", "<|endoftext|>"]
    (folder / "vocab.json").write_text(json.dumps({word: place for place, word in enumerate(words)}))
    (folder / "merges.txt").write_text("#version: 0.2\nr e\nre d</w>\nd o\ndo t</w>\n")
    return folder


@pytest.fixture
def frames() -> torch.Tensor:
    rng = np.random.default_rng(0)
    return torch.from_numpy(rng.integers(0, 256, (3, 1, 32, 32, 3), dtype=np.uint8))


def test_the_first_token_is_the_pooled_feature_of_transformers_and_patches_follow(checkpoint, frames):
    encoder = ClipEncoder(CPU, weights=str(checkpoint))
    tokens = encoder(frames)
    assert (tokens.shape, encoder.dim, encoder.grid((1, 32, 32))) == ((3, 1 + 16, 16), 16, (4, 4))
    model = CLIPModel.from_pretrained(checkpoint).eval()
    with torch.no_grad():
        features = model.get_image_features(preprocess(frames[:, 0], 32))
    assert torch.allclose(tokens[:, 0], features.pooler_output, atol=1e-6)
    assert not torch.allclose(tokens[:, 1], tokens[:, 2])


def test_both_frames_of_a_tubelet_are_encoded(checkpoint, frames):
    encoder = ClipEncoder(CPU, weights=str(checkpoint))
    both = encoder(torch.cat([frames, frames.flip(0)], dim=1))
    single = encoder(frames)
    assert both.shape == (3, 34, 16)
    assert torch.allclose(both[0, 17:], single[2], atol=1e-5)


def test_text_features_are_those_of_transformers(checkpoint):
    encoder = ClipEncoder(CPU, weights=str(checkpoint))
    texts = ["red dot", "dot"]
    model = CLIPModel.from_pretrained(checkpoint).eval()
    words = CLIPTokenizer.from_pretrained(checkpoint)(texts, padding=True, return_tensors="pt")
    with torch.no_grad():
        expected = model.get_text_features(**words).pooler_output
    assert encoder.text(texts).shape == (2, 16)
    assert torch.allclose(encoder.text(texts), expected, atol=1e-6)


def test_preprocessing_is_that_of_clips_image_processor():
    rng = np.random.default_rng(1)
    pixels = rng.integers(0, 256, (48, 80, 3), dtype=np.uint8)
    processor = CLIPImageProcessorPil(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32})
    expected = np.asarray(processor(Image.fromarray(pixels))["pixel_values"][0])
    got = preprocess(torch.from_numpy(pixels)[None], 32)[0].numpy()
    # Pillow and torch may round a pixel to either neighbour.
    assert np.abs(got - expected).max() < 1.01 / 255 / 0.26


def test_the_whole_frame_is_squeezed_where_it_must_be_placed(checkpoint):
    wide = torch.zeros(1, 1, 18, 32, 3, dtype=torch.uint8)
    wide[:, :, :, :4] = 255
    assert preprocess(wide[:, 0], 32, whole=True)[0, 0, :, 0].min() > 1.5
    assert preprocess(wide[:, 0], 32)[0, 0].max() < 0
    encoder = ClipEncoder(CPU, weights=str(checkpoint), whole=True)
    assert encoder.grid((1, 18, 32)) == (4, 4)
    assert encoder(wide).shape == (1, 17, 16)
    cropped = ClipEncoder(CPU, weights=str(checkpoint))
    assert cropped.preprocessing != encoder.preprocessing
    with pytest.raises(UserError, match=r"encoder\.whole: CLIP crops 18 x 32 frames"):
        cropped.grid((1, 18, 32))


def test_it_is_frozen_whatever_is_called_around_it(checkpoint, frames):
    encoder = ClipEncoder(CPU, weights=str(checkpoint))
    torch.nn.Sequential(encoder.model).train()
    assert not any(part.training for part in encoder.model.modules())
    assert not encoder(frames).requires_grad


def test_the_hash_is_of_the_layers(checkpoint):
    before = ClipEncoder(CPU, weights=str(checkpoint)).weights_sha256
    assert ClipEncoder(CPU, weights=str(checkpoint)).weights_sha256 == before
    weights = load_file(checkpoint / "model.safetensors")
    weights["visual_projection.weight"][0, 0] += 1
    save_file(weights, checkpoint / "model.safetensors", metadata={"format": "pt"})
    assert ClipEncoder(CPU, weights=str(checkpoint)).weights_sha256 != before


def test_a_missing_layer_is_an_error_and_never_a_random_one(checkpoint):
    weights = load_file(checkpoint / "model.safetensors")
    del weights["visual_projection.weight"]
    save_file(weights, checkpoint / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(UserError, match=r"1 layers missing \(such as visual_projection\.weight\)"):
        ClipEncoder(CPU, weights=str(checkpoint))


def test_a_layer_of_another_shape_is_an_error(checkpoint):
    weights = load_file(checkpoint / "model.safetensors")
    weights["visual_projection.weight"] = weights["visual_projection.weight"][:8].clone()
    save_file(weights, checkpoint / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(UserError, match="visual_projection"):
        ClipEncoder(CPU, weights=str(checkpoint))


def test_missing_weights_are_one_message_that_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(UserError, match=r"hf download nobody/nothing --local-dir FOLDER"):
        ClipEncoder(CPU, weights="nobody/nothing")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match=r"must contain config\.json and model\.safetensors"):
        ClipEncoder(CPU, weights=str(tmp_path / "empty"))


def test_another_models_checkpoint_is_refused(checkpoint):
    config = json.loads((checkpoint / "config.json").read_text())
    (checkpoint / "config.json").write_text(json.dumps(config | {"model_type": "vjepa2"}))
    with pytest.raises(UserError, match="is not a CLIP checkpoint"):
        ClipEncoder(CPU, weights=str(checkpoint))


def test_texts_without_a_tokenizer_are_an_error(checkpoint):
    (checkpoint / "vocab.json").unlink()
    (checkpoint / "merges.txt").unlink()
    with pytest.raises(UserError, match="has no tokenizer"):
        ClipEncoder(CPU, weights=str(checkpoint)).text(["red"])
