"""Layout runs that read images and texts."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from jepamine.encoders.frozen import Pixels
from jepamine.errors import UserError
from jepamine.manim.generation.layout_run import LayoutRun
from jepamine.manim.layout_model.predictors.dense_module import LayoutDense
from jepamine.manim.layout_model.predictors.transformer_module import LayoutTransformer


def layout_run(encoder, predictor, size=(48, 96)):
    mask = lambda clip, tubelet, running: np.zeros((1, 3, 6), bool)  # noqa: E731
    parts = SimpleNamespace(encoder=encoder, mask=mask, source=SimpleNamespace(image_size=size))
    return LayoutRun("boxes", SimpleNamespace(parts=parts, predictor=predictor.eval()))


class TextEncoder:
    """An encoder of frames and texts in one space of 4 numbers, with a grid of 3 x 6 tokens."""

    name, batch_size, dim = "text", 2, 4

    def __call__(self, frames):
        return torch.zeros(len(frames), 19, 4)

    def text(self, texts):
        return torch.tensor([[float(len(text)), 1, 0, 0] for text in texts])


def test_a_frame_gives_the_same_layout_alone_and_in_a_batch():
    torch.manual_seed(0)
    predictor = LayoutDense(3, (48, 96), (48, 96), (8, 16, 16), 1, 1, 4)
    torch.nn.init.constant_(predictor.heat.bias, 1.0)
    run = layout_run(Pixels(torch.device("cpu"), batch_size=2), predictor)
    frames = [np.full((48, 96, 3), value, np.uint8) for value in (0, 90, 200)]
    frames[1][10:20, 30:50] = 255
    together = run.read_frames(frames)
    assert len(together) == 3
    assert together[1].objects
    for frame, layout in zip(frames, together, strict=True):
        (alone,) = run.read_frames([frame])
        assert [item.type for item in alone.objects] == [item.type for item in layout.objects]
        boxes = [np.array([item.box for item in each.objects]) for each in (alone, layout)]
        assert np.allclose(*boxes, atol=1e-4)


def test_a_layout_is_predicted_from_text_features():
    torch.manual_seed(0)
    predictor = LayoutTransformer(4, (3, 6), 16, 1, 2, 16, 0.0)
    torch.nn.init.constant_(predictor.numbers.bias, 2.0)
    run = layout_run(TextEncoder(), predictor)
    short, long = run.read_texts(["a circle", "a circle and a square"])
    assert len(short.objects) == 10
    assert short.objects[0].box != long.objects[0].box


def test_a_run_without_text_features_cannot_read_text():
    run = layout_run(Pixels(torch.device("cpu")), LayoutDense(3, (48, 96), (48, 96), (8, 16, 16), 1, 0, 0))
    with pytest.raises(
        UserError, match="run 'boxes' cannot read text: 'clip-text' needs a run of the encoder"
    ):
        run.read_texts(["a circle"])
