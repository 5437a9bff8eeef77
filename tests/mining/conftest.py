"""What several tests of mining use: an encoder whose tokens have a place in the frame, lines as JSONL."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

GRID_ENCODER = """
import torch

class Grid:
    name = "tiny-grid"
    weights_sha256 = "1" * 64
    preprocessing = "mean colours"
    batch_size = 8
    dim = 4

    def grid(self, shape):
        return 4, 4

    def __call__(self, frames):
        cells = frames.float().reshape(len(frames), -1, 4, 56, 4, 56, 3).mean(dim=(3, 5)) / 255
        redness = 20 * (2 * cells[..., :1] - cells.sum(-1, keepdim=True) - 0.7).clamp(min=0)
        return torch.cat([cells, redness], dim=-1).reshape(len(frames), -1, 4)
"""


@pytest.fixture
def grid_recipe(recipe: Path) -> Path:
    """The recipe of a run whose encoder gives mean colour and pure red of 4 x 4 cells of each frame."""
    recipe.with_name("grid.py").write_text(GRID_ENCODER)
    recipe.write_text(recipe.read_text().replace("./tiny.py:Tiny", "./grid.py:Grid"))
    return recipe


@pytest.fixture
def lines(tmp_path):
    """Write objects as JSONL."""

    def write(*objects):
        path = tmp_path / "lines.jsonl"
        path.write_text("".join(json.dumps(line) + "\n" for line in objects))
        return path

    return write
