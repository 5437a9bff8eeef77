"""The token bank: distances of tokens to those of training clips."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from jepamine.errors import UserError
from jepamine.mining.token_bank import TokenBank, cell_tokens, token_bank
from jepamine.runs.loading import load_run


def axes(*rows: int) -> np.ndarray:
    return np.eye(4, dtype=np.float32)[list(rows)]


def test_a_distance_is_the_mean_cosine_distance_to_the_three_nearest_centred_tokens():
    bank = TokenBank(axes(0, 0, 1, 2), np.arange(4), np.ones(4, dtype=np.float32))
    tokens = np.array([[[2, 1, 1, 1], [1, 1, 1, 3]]], dtype=np.float32)
    # Less the mean the first token is the axis 0, alike to two tokens of the bank; the second is like none.
    assert bank.distances(tokens, np.empty(0, dtype=np.int64)) == pytest.approx(np.array([[1 / 3, 1.0]]))


def test_excluded_training_clips_are_not_compared_with_unless_none_remain():
    bank = TokenBank(axes(0, 1, 2), np.array([0, 1, 2]), np.zeros(4, dtype=np.float32))
    token = axes(0)[None]
    assert bank.distances(token, np.array([0])) == pytest.approx(np.array([[1.0]]))
    assert bank.distances(token, np.array([0, 1, 2])) == pytest.approx(np.array([[2 / 3]]))


class Numbered:
    """An encoder whose tokens of a tubelet are the numbers from 0 to `length`."""

    name, batch_size, weights_sha256, preprocessing, dim = "numbered", 1, "", "", 1

    def __init__(self, length: int) -> None:
        self.length = length

    def __call__(self, frames: torch.Tensor) -> torch.Tensor:
        return torch.arange(self.length).expand(len(frames), self.length)[..., None]


def test_the_token_of_a_whole_frame_before_its_cells_is_left_out():
    pixels = np.zeros((1, 2, 8, 8, 3), dtype=np.uint8)
    assert cell_tokens(Numbered(8), pixels, 4).ravel().tolist() == [0, 1, 2, 3, 4, 5, 6, 7]
    assert cell_tokens(Numbered(10), pixels, 4).ravel().tolist() == [1, 2, 3, 4, 6, 7, 8, 9]
    with pytest.raises(UserError, match="'numbered' returned 7 tokens for a tubelet, which do not fill"):
        cell_tokens(Numbered(7), pixels, 4)


def test_a_runs_bank_is_made_once_and_read_the_same(jepamine, grid_recipe, tmp_path):
    assert jepamine("run", grid_recipe).exit_code == 0
    opened = load_run(tmp_path / "experiments", "small")
    first = token_bank(opened, 16)
    path = tmp_path / "experiments" / "small" / "tokens.safetensors"
    made = path.stat().st_mtime_ns
    again = token_bank(opened, 16)
    assert path.stat().st_mtime_ns == made
    assert (first.tokens == again.tokens).all() and (first.rows == again.rows).all()
    # Two tubelets of two frames of 16 cells, of each of the clips that are trained on.
    trained = sum(line["split"] == "train" for line in opened_lines(opened))
    assert len(first.rows) == trained * 2 * 2 * 16
    assert set(first.rows) == set(range(trained))


def opened_lines(opened):
    import json

    return [json.loads(line) for line in opened.folder.manifest.read_text().splitlines()]
