"""The scorer `surprise` on a small V-JEPA 2."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import VJEPA2Config, VJEPA2Model
from transformers.utils import logging

from jepamine.data.embedding_store import Store
from jepamine.encoders.vjepa2 import VJepa2Encoder
from jepamine.errors import UserError
from jepamine.mining.scorers.surprise import context_tokens, predict_future, surprise
from jepamine.protocols import ClipEmbeddings


@pytest.fixture
def encoder(tmp_path: Path) -> VJepa2Encoder:
    logging.disable_progress_bar()
    torch.manual_seed(0)
    config = VJEPA2Config(
        crop_size=32,
        frames_per_clip=8,
        hidden_size=48,
        num_attention_heads=4,
        num_hidden_layers=2,
        mlp_ratio=2.0,
        pred_hidden_size=24,
        pred_num_attention_heads=2,
        pred_num_hidden_layers=1,
        pred_zero_init_mask_tokens=False,
    )
    VJEPA2Model(config).save_pretrained(tmp_path / "model")
    return VJepa2Encoder(torch.device("cpu"), weights=str(tmp_path / "model"))


@pytest.fixture
def frames() -> torch.Tensor:
    return torch.randint(0, 256, (8, 32, 32, 3), dtype=torch.uint8, generator=torch.manual_seed(1))


def clip(frames: torch.Tensor, content: bytes = b"a") -> ClipEmbeddings:
    pairs = frames.reshape(-1, 2, *frames.shape[1:]).numpy()
    empty = np.zeros((len(pairs), 48), dtype=np.float32)
    return ClipEmbeddings("clip", None, empty, empty, empty, content, lambda: pairs)


def test_changing_the_future_leaves_the_contexts_tokens_and_the_prediction_bit_identical(encoder, frames):
    changed = frames.clone()
    changed[4:] = 255 - changed[4:]
    with torch.inference_mode():
        assert torch.equal(context_tokens(encoder, frames[:4]), context_tokens(encoder, changed[:4]))
        before, target = predict_future(encoder, frames, 4)
        after, other = predict_future(encoder, changed, 4)
    assert torch.equal(before, after)
    assert not torch.equal(target, other)


def test_the_encoder_is_never_given_the_future_with_the_context(encoder, frames, monkeypatch):
    given = []
    features = encoder.model.get_vision_features

    def watched(pixel_values_videos: torch.Tensor) -> torch.Tensor:
        given.append(pixel_values_videos.shape[1])
        return features(pixel_values_videos)

    monkeypatch.setattr(encoder.model, "get_vision_features", watched)
    with torch.inference_mode():
        predict_future(encoder, frames, 4)
    assert given == [4, 8]  # the context alone; the whole clip for the targets only


def test_the_score_is_the_l1_distance_of_predicted_and_target_tokens(encoder, frames, tmp_path):
    with torch.inference_mode():
        predicted, target = predict_future(encoder, frames, 4)
    assert predicted.shape == target.shape == (2 * 4, 48)  # 2 tubelets of 2 x 2 tokens
    with Store(tmp_path / "store") as store:
        (score,) = surprise(encoder, store)([clip(frames)])
    assert float(score) == pytest.approx(float((predicted - target).abs().mean()))


def test_a_score_is_kept_in_the_store(encoder, frames, tmp_path, monkeypatch):
    with Store(tmp_path / "store") as store:
        (first,) = surprise(encoder, store)([clip(frames)])
        monkeypatch.setattr(encoder.model, "get_vision_features", None)
        (second,) = surprise(encoder, store)([clip(frames)])
    assert first == second


def test_another_encoder_and_a_single_tubelet_are_reported(encoder, frames, tmp_path):
    with Store(tmp_path / "store") as store:
        with pytest.raises(UserError, match="requires the encoder vjepa2"):
            surprise(object(), store)
        with pytest.raises(UserError, match="at least two tubelets"):
            surprise(encoder, store)([clip(frames[:2])])
