"""The encoder `hf` on small models with random weights, through the real loading code."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers.utils import logging

from jepamine.encoders.hf import HuggingFaceEncoder
from jepamine.encoders.image_processor import Processor
from jepamine.errors import UserError

CPU = torch.device("cpu")
LAYERS: dict[str, Any] = {
    "hidden_size": 24,
    "intermediate_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
}
IMAGE = LAYERS | {"image_size": 32, "patch_size": 8}
SQUARE = {"height": 32, "width": 32}
NO_MLP = {key: value for key, value in IMAGE.items() if key != "intermediate_size"}
TEXT = LAYERS | {"vocab_size": 12, "max_position_embeddings": 8}


def dual(kind: str, vision: dict[str, Any], **settings: Any) -> Any:
    """A model with a vision and a text tower."""
    config = getattr(transformers, f"{kind}Config")(text_config=TEXT, vision_config=vision, **settings)
    return getattr(transformers, f"{kind}Model")(config)


# kind -> (the model, its image processor, its processor's settings)
KINDS: dict[str, tuple[Callable[[], Any], Any, dict[str, Any]]] = {
    "vit": (
        lambda: transformers.ViTModel(transformers.ViTConfig(**IMAGE)),
        transformers.ViTImageProcessorPil,
        {"size": SQUARE},
    ),
    "ijepa": (
        lambda: transformers.IJepaModel(transformers.IJepaConfig(**IMAGE)),
        transformers.ViTImageProcessorPil,
        {"size": SQUARE},
    ),
    "dinov2": (
        lambda: transformers.Dinov2Model(transformers.Dinov2Config(**NO_MLP)),
        transformers.BitImageProcessorPil,
        {"size": {"shortest_edge": 40}, "crop_size": SQUARE},
    ),
    "dinov2 with registers": (
        lambda: transformers.Dinov2WithRegistersModel(
            transformers.Dinov2WithRegistersConfig(**NO_MLP, num_register_tokens=3)
        ),
        transformers.BitImageProcessorPil,
        {"size": {"shortest_edge": 40}, "crop_size": SQUARE},
    ),
    "clip": (
        lambda: dual("CLIP", IMAGE, projection_dim=16),
        transformers.CLIPImageProcessorPil,
        {"size": {"shortest_edge": 32}, "crop_size": SQUARE},
    ),
    "siglip": (
        lambda: dual("Siglip", IMAGE),
        transformers.SiglipImageProcessorPil,
        {"size": SQUARE},
    ),
    "siglip2": (
        lambda: dual("Siglip2", LAYERS | {"patch_size": 8, "num_patches": 16}),
        transformers.Siglip2ImageProcessorPil,
        {"patch_size": 8, "max_num_patches": 15},
    ),
    "convnext": (
        lambda: transformers.ConvNextModel(
            transformers.ConvNextConfig(hidden_sizes=[8, 8, 16, 24], depths=[1, 1, 1, 1])
        ),
        transformers.ConvNextImageProcessorPil,
        {"size": {"shortest_edge": 64}},
    ),
    "swin": (
        lambda: transformers.SwinModel(
            transformers.SwinConfig(
                image_size=32, patch_size=4, embed_dim=12, depths=[1, 1], num_heads=[2, 2], window_size=4
            )
        ),
        transformers.ViTImageProcessorPil,
        {"size": SQUARE},
    ),
}
# rows and columns of patches, tokens beside them, numbers of a token
SHAPES = {
    "vit": ((4, 4), 1, 24),
    "ijepa": ((4, 4), 0, 24),
    "dinov2": ((4, 4), 1, 24),
    "dinov2 with registers": ((4, 4), 1, 24),
    "clip": ((4, 4), 1, 24),
    "siglip": ((4, 4), 0, 24),
    "siglip2": ((3, 5), 0, 24),
    "convnext": ((2, 2), 0, 24),
    "swin": ((4, 4), 0, 24),
}


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    logging.disable_progress_bar()
    folders = {}
    for kind, (make, processor, settings) in KINDS.items():
        folders[kind] = tmp_path_factory.mktemp("hf") / kind.replace(" ", "-")
        torch.manual_seed(0)
        make().save_pretrained(folders[kind])
        processor(**settings).save_pretrained(folders[kind])
    words = ["<pad>", "</s>", "<unk>", "a", "red", "blue", "car", "truck", "dot", "night"]
    tokenizer = Tokenizer(models.WordLevel({word: place for place, word in enumerate(words)}, "<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    for kind in ("clip", "siglip", "siglip2"):
        transformers.PreTrainedTokenizerFast(
            tokenizer_object=tokenizer, pad_token="<pad>", eos_token="</s>", unk_token="<unk>"
        ).save_pretrained(folders[kind])
    return folders


@pytest.fixture
def frames() -> torch.Tensor:
    rng = np.random.default_rng(0)
    return torch.from_numpy(rng.integers(0, 256, (3, 2, 48, 80, 3), dtype=np.uint8))


def prepared(kind: str, folder: Path, frames: torch.Tensor) -> dict[str, torch.Tensor]:
    """Frames (N, H, W, 3) as transformers' own processor prepares them."""
    processor = KINDS[kind][1].from_pretrained(folder)
    return dict(processor(list(frames.numpy()), return_tensors="pt", input_data_format="channels_last"))


def reference(kind: str, folder: Path, frames: torch.Tensor) -> tuple[Any, Any]:
    """The vision model's output for frames, and the features of a model with text."""
    model = transformers.AutoModel.from_pretrained(folder).eval()
    inputs = prepared(kind, folder, frames)
    vision = getattr(model, "vision_model", model)
    with torch.no_grad():
        features = model.get_image_features(**inputs) if hasattr(model, "get_image_features") else None
        return vision(**inputs), features


@pytest.mark.parametrize("kind", KINDS)
def test_tokens_are_the_hidden_states_of_transformers_without_registers(kind, checkpoints, frames):
    encoder = HuggingFaceEncoder(CPU, weights=str(checkpoints[kind]))
    (rows, columns), further, dim = SHAPES[kind]
    tokens = encoder(frames)
    assert tokens.shape == (3, 2 * (rows * columns + further), dim)
    assert tokens.dtype == torch.float32
    assert (encoder.dim, encoder.by_frame, encoder.pooled) == (dim, True, False)
    expected = reference(kind, checkpoints[kind], frames[1])[0].last_hidden_state
    if expected.ndim == 4:
        expected = expected.flatten(2).transpose(1, 2)
    if kind == "dinov2 with registers":
        expected = torch.cat([expected[:, :1], expected[:, 4:]], dim=1)
    if kind == "siglip2":
        expected = expected[:, : rows * columns]  # the others are padding
    assert torch.allclose(tokens[1].reshape(expected.shape), expected, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_a_tubelets_tokens_are_those_of_its_frames_in_order(kind, checkpoints, frames):
    encoder = HuggingFaceEncoder(CPU, weights=str(checkpoints[kind]))
    both = encoder(frames)
    single = encoder(frames.flatten(0, 1)[:, None])
    assert torch.allclose(both.reshape(single.shape), single, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_pooled_is_one_token_per_frame(kind, checkpoints, frames):
    encoder = HuggingFaceEncoder(CPU, weights=str(checkpoints[kind]), output="pooled")
    tokens = encoder(frames)
    output, features = reference(kind, checkpoints[kind], frames[1])
    expected = {
        "ijepa": lambda: output.last_hidden_state.mean(dim=1),
        "clip": lambda: features.pooler_output,
        "siglip": lambda: features.pooler_output,
        "siglip2": lambda: features.pooler_output,
    }.get(kind, lambda: output.pooler_output)()
    assert tokens.shape == (3, 2, expected.shape[-1])
    assert torch.allclose(tokens[1], expected, atol=1e-5)
    assert encoder.pooled
    with pytest.raises(UserError, match=r"encoder\.output: 'pooled' features have no place"):
        encoder.grid((2, 48, 80))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "convnext"])
def test_the_grid_is_that_of_the_patches(kind, checkpoints):
    encoder = HuggingFaceEncoder(CPU, weights=str(checkpoints[kind]), whole=True)
    assert encoder.grid((2, 48, 80)) == SHAPES[kind][0]


@pytest.mark.parametrize("kind", ["dinov2", "clip"])
def test_the_view_is_what_is_not_cropped_away(kind, checkpoints):
    cropping = HuggingFaceEncoder(CPU, weights=str(checkpoints[kind]))
    left, top, right, bottom = cropping.view((2, 48, 80))
    # The crop has the share of the frame that it has of the resized frame, and its middle.
    facts = Processor(str(checkpoints[kind]), None).facts
    height = facts["crop_size"]["height"] / facts["size"]["shortest_edge"]
    assert (bottom - top, right - left) == pytest.approx((height, height * 48 / 80), abs=0.03)
    assert (left + right, top + bottom) == pytest.approx((1, 1), abs=0.06)
    assert cropping.grid((2, 48, 80)) == HuggingFaceEncoder(
        CPU, weights=str(checkpoints[kind]), whole=True
    ).grid((2, 48, 80))


@pytest.mark.parametrize("kind", ["dinov2", "clip"])
def test_a_cropped_frame_is_squeezed_if_asked(kind, checkpoints):
    cropping = HuggingFaceEncoder(CPU, weights=str(checkpoints[kind]))
    wide = torch.zeros(1, 18, 32, 3, dtype=torch.uint8)
    wide[:, :, :2] = 255
    edges = [Processor(str(checkpoints[kind]), None, whole)(wide)["pixel_values"] for whole in (True, False)]
    assert [pixels.shape for pixels in edges] == [(1, 3, 32, 32)] * 2
    assert edges[0][0, 0, :, 0].min() > 1.5
    assert edges[1].max() < 0
    whole = HuggingFaceEncoder(CPU, weights=str(checkpoints[kind]), whole=True)
    assert whole.preprocessing != cropping.preprocessing
    assert whole.view((2, 48, 80)) == (0, 0, 1, 1)


@pytest.mark.parametrize("kind", ["clip", "siglip", "siglip2"])
def test_text_features_are_those_of_transformers(kind, checkpoints):
    encoder = HuggingFaceEncoder(CPU, weights=str(checkpoints[kind]), output="pooled")
    texts = ["a red car", "night"]
    model = transformers.AutoModel.from_pretrained(checkpoints[kind]).eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(checkpoints[kind])
    if kind == "clip":
        words = tokenizer(texts, padding=True, return_tensors="pt")
        inputs = {"input_ids": words["input_ids"], "attention_mask": words["attention_mask"]}
    else:  # padded to the full length, as SigLIP was trained
        words = tokenizer(texts, padding="max_length", max_length=8, return_tensors="pt")
        inputs = {"input_ids": words["input_ids"]}
    assert inputs["input_ids"].shape == (2, 3 if kind == "clip" else 8)
    with torch.no_grad():
        expected = model.get_text_features(**inputs).pooler_output
    assert encoder.text(texts).shape == (2, encoder.dim)
    assert torch.allclose(encoder.text(texts), expected, atol=1e-6)


def test_text_without_text_features_or_in_another_space_is_an_error(checkpoints):
    with pytest.raises(UserError, match="has no text features; use a CLIP or SigLIP 2"):
        HuggingFaceEncoder(CPU, weights=str(checkpoints["vit"]), output="pooled").text(["car"])
    with pytest.raises(UserError, match=r"encoder\.output: only 'pooled'"):
        HuggingFaceEncoder(CPU, weights=str(checkpoints["clip"])).text(["car"])


@pytest.mark.parametrize("mean_pooling", [True, False])
def test_videomae_encodes_tubelets_shorter_than_its_videos(mean_pooling, tmp_path):
    logging.disable_progress_bar()
    torch.manual_seed(0)
    config = transformers.VideoMAEConfig(**IMAGE, num_frames=8, use_mean_pooling=mean_pooling)
    transformers.VideoMAEModel(config).save_pretrained(tmp_path)
    transformers.VideoMAEImageProcessorPil(size={"shortest_edge": 32}, crop_size=SQUARE).save_pretrained(
        tmp_path
    )
    frames = torch.randint(0, 256, (2, 8, 48, 80, 3), dtype=torch.uint8)
    encoder = HuggingFaceEncoder(CPU, weights=str(tmp_path))
    assert (encoder.by_frame, encoder.dim) == (False, 24)
    for length, short in (
        (8, config),
        (2, transformers.VideoMAEConfig(**{**config.to_dict(), "num_frames": 2})),
    ):
        model = transformers.VideoMAEModel.from_pretrained(tmp_path, config=short).eval()
        processor = transformers.VideoMAEImageProcessorPil.from_pretrained(tmp_path)
        pixels = torch.cat(
            [processor(list(video[:length].numpy()), return_tensors="pt")["pixel_values"] for video in frames]
        )
        with torch.no_grad():
            expected = model(pixels).last_hidden_state
        tokens = encoder(frames[:, :length])
        assert tokens.shape == (2, length // 2 * 16, 24)
        assert torch.allclose(tokens, expected, atol=1e-5)
    with pytest.raises(UserError, match=r"videos of 2, 4, \.\.\. 8 frames, not 3; set dataset\.tubelet_size"):
        encoder(frames[:, :3])
    with pytest.raises(UserError, match="not 10"):
        encoder(torch.cat([frames, frames[:, :2]], dim=1))


def test_dinov3_is_prepared_without_torchvision(tmp_path):
    logging.disable_progress_bar()
    torch.manual_seed(0)
    config = transformers.DINOv3ViTConfig(**IMAGE, num_register_tokens=4)
    model = transformers.DINOv3ViTModel(config).eval()
    model.save_pretrained(tmp_path)
    settings = {"image_processor_type": "DINOv3ViTImageProcessorFast", "size": SQUARE, "do_resize": True}
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(settings))
    image = np.arange(32 * 32 * 3, dtype=np.uint8).reshape(1, 32, 32, 3)
    # Of the right size already: rescaled and normalised with ImageNet's mean and deviation.
    pixels = (
        image.transpose(0, 3, 1, 2) / 255 - np.array([0.485, 0.456, 0.406]).reshape(3, 1, 1)
    ) / np.array([0.229, 0.224, 0.225]).reshape(3, 1, 1)
    got = Processor(str(tmp_path), None)(torch.from_numpy(image))["pixel_values"]
    assert np.abs(got.numpy() - pixels).max() < 1e-5
    # Resized as floats: a step between 0 and 1 on twice the size is not rounded to 1 / 255.
    wide = torch.from_numpy(image.repeat(2, axis=1).repeat(2, axis=2))
    assert (
        np.abs(Processor(str(tmp_path), None)(wide)["pixel_values"].numpy() - pixels)[:, :, 2:-2, 2:-2].mean()
        < 0.6
    )
    tokens = HuggingFaceEncoder(CPU, weights=str(tmp_path))(torch.from_numpy(image)[None])
    with torch.no_grad():
        states = model(got).last_hidden_state
    assert tokens.shape == (1, 17, 24)
    assert torch.allclose(tokens, torch.cat([states[:, :1], states[:, 5:]], dim=1), atol=1e-5)


def test_a_classifiers_checkpoint_gives_its_encoder_and_no_random_pooler(tmp_path, frames):
    logging.disable_progress_bar()
    torch.manual_seed(0)
    model = transformers.ViTForImageClassification(transformers.ViTConfig(**IMAGE, num_labels=3)).eval()
    model.save_pretrained(tmp_path)
    transformers.ViTImageProcessorPil(size=SQUARE).save_pretrained(tmp_path)
    encoders = [HuggingFaceEncoder(CPU, weights=str(tmp_path), output="pooled") for _ in range(2)]
    assert encoders[0].weights_sha256 == encoders[1].weights_sha256
    with torch.no_grad():
        states = model.vit(**prepared("vit", tmp_path, frames[0])).last_hidden_state
    assert torch.allclose(encoders[0](frames)[0], states[:, 0], atol=1e-5)


def changed(source: Path, folder: Path, change: Callable[[dict[str, torch.Tensor]], object]) -> Path:
    for file in source.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    weights = load_file(folder / "model.safetensors")
    change(weights)
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    return folder


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda weights: weights.pop("layernorm.weight"), "1 layers missing (such as layernorm.weight)"),
        (lambda weights: weights.update(extra=torch.zeros(2)), "1 unknown layers (such as extra)"),
        (lambda weights: weights.update({"layernorm.weight": torch.zeros(7)}), "1 layers of another shape"),
    ],
)
def test_weights_that_do_not_fit_are_refused(change, message, checkpoints, tmp_path):
    folder = changed(checkpoints["vit"], tmp_path, change)
    with pytest.raises(UserError) as caught:
        HuggingFaceEncoder(CPU, weights=str(folder))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def edited(source: Path, folder: Path, file: str, **values: Any) -> str:
    changed(source, folder, lambda _: None)
    facts = json.loads((folder / file).read_text()) | values
    (folder / file).write_text(json.dumps(facts))
    return str(folder)


@pytest.mark.parametrize(
    ("file", "values", "message"),
    [
        ("config.json", {"model_type": "bert"}, "encoder.weights: "),
        ("config.json", {"model_type": "vjepa2"}, "encoder.weights: "),
        ("config.json", {"model_type": "own", "auto_map": {"AutoConfig": "a.B"}}, "cannot load"),
        ("config.json", {"hidden_size": "wide"}, "cannot load"),
        ("config.json", {"image_size": 64}, "layers of another shape"),
        ("preprocessor_config.json", {"image_processor_type": "Unheard"}, "'Unheard' of"),
        ("preprocessor_config.json", {"size": SQUARE | {"height": 16}}, "cannot encode a frame"),
        ("preprocessor_config.json", {"size": "large"}, "preprocessor_config.json"),
    ],
)
def test_a_checkpoint_with_wrong_values_is_one_line(file, values, message, checkpoints, tmp_path):
    weights = edited(checkpoints["vit"], tmp_path, file, **values)
    with pytest.raises(UserError) as caught:
        HuggingFaceEncoder(CPU, weights=weights)
    assert message in str(caught.value)
    assert weights in str(caught.value)
    assert "\n" not in str(caught.value)


def test_vjepa2_and_language_models_are_refused_by_name(tmp_path):
    logging.disable_progress_bar()
    small = {"crop_size": 32, "frames_per_clip": 2, "pred_hidden_size": 24, "pred_num_attention_heads": 2}
    config = transformers.VJEPA2Config(**IMAGE, **small, pred_num_hidden_layers=1)
    transformers.VJEPA2Model(config).save_pretrained(tmp_path / "vjepa2")
    with pytest.raises(UserError, match="use the encoder 'vjepa2'"):
        HuggingFaceEncoder(CPU, weights=str(tmp_path / "vjepa2"))
    transformers.BertModel(transformers.BertConfig(**LAYERS, vocab_size=12)).save_pretrained(
        tmp_path / "bert"
    )
    with pytest.raises(UserError, match="is not a vision checkpoint, but of the type 'bert'"):
        HuggingFaceEncoder(CPU, weights=str(tmp_path / "bert"))


def test_a_checkpoint_without_its_image_processor_is_an_error(checkpoints, tmp_path):
    changed(checkpoints["vit"], tmp_path, lambda _: None)
    (tmp_path / "preprocessor_config.json").unlink()
    with pytest.raises(UserError, match=r"has no preprocessor_config\.json"):
        HuggingFaceEncoder(CPU, weights=str(tmp_path))


def test_code_of_a_checkpoint_is_never_run(checkpoints, tmp_path):
    weights = edited(
        checkpoints["vit"],
        tmp_path,
        "config.json",
        model_type="own",
        auto_map={"AutoConfig": "own.OwnConfig", "AutoModel": "own.OwnModel"},
    )
    (tmp_path / "own.py").write_text(f"open({str(tmp_path / 'was-run')!r}, 'w')\n")
    with pytest.raises(UserError, match="cannot load"):
        HuggingFaceEncoder(CPU, weights=weights)
    assert not (tmp_path / "was-run").exists()


def test_a_folder_has_no_revision(checkpoints, monkeypatch):
    with pytest.raises(UserError, match=r"encoder\.revision: .* is a folder"):
        HuggingFaceEncoder(CPU, weights=str(checkpoints["vit"]), revision="v2")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(UserError, match="hf download nobody/nothing --local-dir FOLDER"):
        HuggingFaceEncoder(CPU, weights="nobody/nothing", revision="v2")


def test_the_store_tells_outputs_and_processors_apart(checkpoints, tmp_path):
    tokens = HuggingFaceEncoder(CPU, weights=str(checkpoints["vit"]))
    pooled = HuggingFaceEncoder(CPU, weights=str(checkpoints["vit"]), output="pooled")
    other = edited(checkpoints["vit"], tmp_path, "preprocessor_config.json", image_mean=[0.1, 0.2, 0.3])
    assert (
        len(
            {tokens.preprocessing, pooled.preprocessing, HuggingFaceEncoder(CPU, weights=other).preprocessing}
        )
        == 3
    )
    again = HuggingFaceEncoder(CPU, weights=str(checkpoints["vit"]))
    assert (again.preprocessing, again.weights_sha256) == (tokens.preprocessing, tokens.weights_sha256)


def test_it_is_frozen_whatever_is_called_around_it(checkpoints, frames):
    encoder = HuggingFaceEncoder(CPU, weights=str(checkpoints["vit"]))
    torch.nn.Sequential(encoder.model).train()
    assert not any(part.training for part in encoder.model.modules())
    assert not encoder(frames).requires_grad


def test_a_run_with_it_goes_through_the_command_line(jepamine, recipe, checkpoints, tmp_path):
    words = ["--set", f'encoder={{plugin="hf", weights="{checkpoints["dinov2"]}"}}', "--epochs", 1]
    result = jepamine("run", recipe, *words)
    assert result.exit_code == 0, result.output
    record = json.loads((tmp_path / "experiments" / "small" / "record.json").read_text())
    assert record["encoder"]["name"] == str(checkpoints["dinov2"])
