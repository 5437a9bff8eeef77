"""Image processors on a GPU: the same pixels as on the CPU, or the CPU's own. No GPU takes part here."""

from __future__ import annotations

import pytest
import torch
import transformers

from jepamine.encoders import resizing
from jepamine.encoders.image_processor import Processor

CPU = torch.device("cpu")
SQUARE = {"height": 32, "width": 32}
FRAMES = torch.randint(0, 256, (3, 45, 80, 3), generator=torch.Generator().manual_seed(1)).to(torch.uint8)


@pytest.fixture
def as_on_a_gpu(monkeypatch):
    """Prepare frames as for a CUDA device, on the CPU."""
    monkeypatch.setattr(resizing, "resizing_device", lambda device: torch.device("cuda"))


def processor(folder, kind: str, **settings) -> Processor:
    getattr(transformers, f"{kind}ImageProcessorPil")(**settings).save_pretrained(folder)
    return Processor(str(folder), None)


def calls_of(monkeypatch, processor: Processor) -> list[int]:
    """Return a list that gets the number of frames of each call of the CPU's processor."""
    calls: list[int] = []
    own = processor._processor

    def called(frames, **settings):
        calls.append(len(frames))
        return own(frames, **settings)

    monkeypatch.setattr(processor, "_processor", called)
    return calls


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        ("ViT", {"size": SQUARE}),
        ("ViT", {"size": SQUARE, "resample": 3, "do_rescale": False}),
        ("Siglip", {"size": SQUARE}),
        ("Bit", {"size": {"shortest_edge": 40}, "crop_size": SQUARE}),
        ("CLIP", {"size": {"shortest_edge": 33}, "crop_size": SQUARE, "do_normalize": False}),
    ],
)
def test_frames_are_prepared_on_the_gpu_to_1e_5(tmp_path, monkeypatch, as_on_a_gpu, kind, settings):
    prepare = processor(tmp_path, kind, **settings)
    expected = prepare(FRAMES)["pixel_values"]
    calls = calls_of(monkeypatch, prepare)
    for _ in range(2):
        found = prepare.on(CPU, FRAMES)
        assert list(found) == ["pixel_values"]
        assert float((found["pixel_values"] - expected).abs().max()) <= 1e-5
    assert calls == [2]  # noise of the frames' size, once


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        ("ViT", {"size": SQUARE, "resample": 1}),  # Lanczos
        ("Bit", {"size": {"shortest_edge": 20}, "crop_size": SQUARE}),  # pads
        ("ConvNext", {"size": {"shortest_edge": 32}, "crop_pct": 0.5}),  # crops by a rule of its own
        ("Siglip2", {}),  # patches with their places
    ],
)
def test_what_only_the_processor_can_do_stays_on_the_cpu(tmp_path, monkeypatch, as_on_a_gpu, kind, settings):
    prepare = processor(tmp_path, kind, **settings)
    expected = prepare(FRAMES)
    calls = calls_of(monkeypatch, prepare)
    found = prepare.on(CPU, FRAMES)
    assert set(found) == set(expected)
    assert all(torch.equal(found[name], expected[name]) for name in expected)
    assert calls == [2, 3]


def test_on_a_cpu_the_processor_of_transformers_is_used(tmp_path, monkeypatch):
    prepare = processor(tmp_path, "ViT", size=SQUARE)
    calls = calls_of(monkeypatch, prepare)
    prepare.on(CPU, FRAMES)
    assert calls == [3]
