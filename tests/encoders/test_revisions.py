"""The key `revision` of everything that loads weights from a hub, with a hub's cache instead of a network."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers

from jepamine.encoders.clip import ClipEncoder
from jepamine.encoders.hf import HuggingFaceEncoder
from jepamine.encoders.vjepa2 import VJepa2Encoder
from jepamine.errors import UserError
from jepamine.manim.code_model.trainer import layout_lm

CPU = torch.device("cpu")
SIZES: dict[str, Any] = {
    "hidden_size": 24,
    "intermediate_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
}
VISION: dict[str, Any] = SIZES | {"image_size": 32, "patch_size": 16}
MODELS: dict[str, Any] = {
    "vjepa2": (
        transformers.VJEPA2Model,
        transformers.VJEPA2Config(
            crop_size=32,
            frames_per_clip=2,
            hidden_size=24,
            num_attention_heads=2,
            num_hidden_layers=1,
            pred_hidden_size=24,
            pred_num_attention_heads=2,
            pred_num_hidden_layers=1,
        ),
    ),
    "clip": (
        transformers.CLIPModel,
        transformers.CLIPConfig(text_config=SIZES | {"vocab_size": 12}, vision_config=VISION),
    ),
    "hf": (transformers.ViTModel, transformers.ViTConfig(**VISION)),
    "layout-lm": (
        transformers.Qwen2ForCausalLM,
        transformers.Qwen2Config(vocab_size=8, num_key_value_heads=2, **SIZES),
    ),
}
ENCODERS: dict[str, Any] = {"vjepa2": VJepa2Encoder, "clip": ClipEncoder, "hf": HuggingFaceEncoder}


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """A function (kind) -> name on the hub, whose revisions v1 and v2 have other weights each."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)

    def fill(kind: str) -> str:
        folder = tmp_path / f"models--nobody--{kind}"
        (folder / "refs").mkdir(parents=True)
        architecture, config = MODELS[kind]
        for number, revision in enumerate(("v1", "v2"), 1):
            torch.manual_seed(number)
            snapshot = folder / "snapshots" / (str(number) * 40)
            architecture(config).save_pretrained(snapshot)
            (folder / "refs" / revision).write_text(str(number) * 40)
            files_of(kind, snapshot)
        return f"nobody/{kind}"

    return fill


def files_of(kind: str, snapshot: Path) -> None:
    if kind == "hf":
        config = {"image_processor_type": "ViTImageProcessor", "size": {"height": 32, "width": 32}}
        (snapshot / "preprocessor_config.json").write_text(json.dumps(config))
    if kind == "layout-lm":
        from tokenizers import Tokenizer, models

        Tokenizer(models.WordLevel({"x": 0}, unk_token="x")).save(str(snapshot / "tokenizer.json"))


@pytest.mark.parametrize("kind", ENCODERS)
def test_an_encoder_loads_the_revision_that_its_key_names_and_is_called_by_it(hub, kind):
    name = hub(kind)
    first, second, again = (ENCODERS[kind](CPU, weights=name, revision=key) for key in ("v1", "v2", "v1"))
    assert first.name == f"{name}@v1"
    assert first.weights_sha256 == again.weights_sha256 != second.weights_sha256
    with pytest.raises(UserError, match=r"^encoder\.weights: cannot load"):
        ENCODERS[kind](CPU, weights=name, revision="v3")


def test_the_language_model_loads_the_revision_that_its_key_names(hub):
    name = hub("layout-lm")
    first, second = (layout_lm(weights=name, revision=key).language.model for key in ("v1", "v2"))
    layers = [model.get_input_embeddings().weight for model in (first, second)]
    assert not torch.equal(*layers)
    with pytest.raises(UserError, match=r"^predictor\.weights: cannot load"):
        layout_lm(weights=name, revision="v3")
    with pytest.raises(UserError, match=r"^predictor\.revision: only names on the hub"):
        layout_lm(weights="scratch", revision="v1")


@pytest.mark.parametrize("kind", ENCODERS)
def test_a_folder_has_no_revision(hub, kind, tmp_path):
    hub(kind)
    folder = shutil.copytree(
        tmp_path / f"models--nobody--{kind}" / "snapshots" / ("1" * 40), tmp_path / "own"
    )
    with pytest.raises(UserError, match=r"^encoder\.revision: .* is a folder"):
        ENCODERS[kind](CPU, weights=str(folder), revision="v1")
