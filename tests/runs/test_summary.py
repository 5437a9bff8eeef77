"""`loss_plot`: a run's loss curves in a file."""

from __future__ import annotations

import json
import sys

import pytest
from PIL import Image

from jepamine.errors import UserError
from jepamine.runs.run_folder import RunFolder
from jepamine.runs.summary import loss_plot


@pytest.fixture
def run(tmp_path):
    """A run folder of three epochs."""
    folder = RunFolder(tmp_path / "small")
    folder.path.mkdir()
    lines = [{"epoch": n, "train_loss": 1 / n, "val_loss": 0.5 + abs(n - 2)} for n in (1, 2, 3)]
    folder.metrics.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return folder


def test_the_plot_is_an_image_with_two_curves(run, tmp_path):
    pytest.importorskip("matplotlib", reason="matplotlib is not installed: pip install -e '.[plot]'")
    loss_plot(run, tmp_path / "loss.png")
    with Image.open(tmp_path / "loss.png") as image:
        assert image.size == (1050, 600)
        colours = {colour for _, colour in image.convert("RGB").getcolors(1 << 20)}
    assert {(0xB2, 0x5A, 0x00), (0x1B, 0x5D, 0xBD)} <= colours


def test_another_ending_is_refused(run, tmp_path):
    with pytest.raises(UserError, match=r"loss\.txt: plots are written as \.png, \.svg, \.pdf"):
        loss_plot(run, tmp_path / "loss.txt")


def test_a_run_without_epochs_has_nothing_to_draw(run, tmp_path):
    run.metrics.unlink()
    with pytest.raises(UserError, match="run 'small' has no finished epoch yet"):
        loss_plot(run, tmp_path / "loss.png")


def test_without_matplotlib_a_line_says_how_to_install_it(run, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(UserError, match=r"pip install -e '.\[plot\]'"):
        loss_plot(run, tmp_path / "loss.png")
