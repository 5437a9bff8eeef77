"""Linear layers in 8 bits."""

from __future__ import annotations

import sys

import pytest
import torch
from torch import nn

from jepamine.errors import UserError
from jepamine.runs.loading import quantize, size


def layers() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 64)).eval().requires_grad_(False)


def test_linear_layers_are_a_quarter_as_large_and_say_nearly_the_same():
    pytest.importorskip("torchao", reason="torchao is not installed: pip install 'jepamine[int8]'")
    whole, small = layers(), quantize(layers())
    pixels = torch.randn(8, 256)
    with torch.inference_mode():
        assert (whole(pixels) - small(pixels)).abs().max() < 0.02 * whole(pixels).abs().max()
    assert size(whole) == 4 * (256 * 256 + 256 + 256 * 64 + 64)
    assert 0.25 < size(small) / size(whole) < 0.28


def test_a_missing_torchao_is_reported(monkeypatch):
    monkeypatch.setitem(sys.modules, "torchao.quantization", None)
    with pytest.raises(UserError, match=r"--int8 requires torchao: pip install -e '.\[int8\]'"):
        quantize(layers())


def test_runs_that_rank_clips_are_refused(jepamine, recipe):
    jepamine("run", recipe)
    result = jepamine("eval", "--run", "small", "--int8")
    assert result.exit_code == 1
    assert "--int8 does not work for runs that rank clips" in result.stderr
