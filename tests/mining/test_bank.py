"""The bank on disk, and exact nearest neighbours in it."""

from __future__ import annotations

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from jepamine.errors import UserError
from jepamine.mining.bank import Bank, load_bank, save_bank
from jepamine.mining.distances import most_similar
from jepamine.protocols import Extent

NONE = np.empty(0, dtype=np.int64)


@pytest.fixture
def bank() -> Bank:
    extents = [Extent(b"frame--1frame--2", "video v.mp4", 0.0, 40_000.0), Extent(), Extent(b"frame--3")]
    vectors = np.random.default_rng(0).normal(size=(3, 4)).astype(np.float32)
    return Bank(["a", "b", "c"], ["aa", "bb", "cc"], vectors, extents)


def test_a_bank_is_read_as_it_was_written(bank, tmp_path):
    save_bank(tmp_path / "bank.safetensors", bank)
    read = load_bank(tmp_path / "bank.safetensors")
    assert (read.clip_ids, read.contents, read.extents) == (bank.clip_ids, bank.contents, bank.extents)
    assert (read.vectors == bank.vectors).all()


def test_a_bank_of_an_older_run_knows_a_training_clip_by_its_content_alone(bank, tmp_path):
    old = Bank(bank.clip_ids, bank.contents, bank.vectors)
    save_bank(tmp_path / "bank.safetensors", old)
    read = load_bank(tmp_path / "bank.safetensors")
    assert read.extents == []
    assert read.overlapping(b"\xbb", Extent(b"frame--1")).tolist() == [1]


def test_a_bank_whose_frames_do_not_match_its_clips_is_damaged(bank, tmp_path):
    path = tmp_path / "bank.safetensors"
    save_bank(path, bank)
    from safetensors import safe_open

    with safe_open(path, "np") as file:
        metadata = file.metadata()
    tensors = load_file(path)
    save_file(tensors | {"frames": tensors["frames"][:-8]}, path, metadata)
    with pytest.raises(UserError, match="not a bank of clip embeddings"):
        load_bank(path)


def test_excluded_rows_are_not_found_and_missing_ones_are_minus_one():
    rows = np.array([[1, 0], [0.9, 0], [0.8, 0], [0.7, 0]], dtype=np.float32)
    queries = np.array([[1, 0], [1, 0]], dtype=np.float32)
    nearest = most_similar(queries, rows, 3, [np.array([0, 1]), NONE])
    assert nearest.tolist() == [[2, 3, -1], [0, 1, 2]]


def test_chunks_of_the_bank_change_nothing(monkeypatch):
    rng = np.random.default_rng(1)
    queries, rows = rng.normal(size=(20, 12)).astype("f4"), rng.normal(size=(60, 12)).astype("f4")
    excluded = [np.array([n, n + 30]) for n in range(20)]
    whole = most_similar(queries, rows, 5, excluded)
    monkeypatch.setattr("jepamine.mining.distances.CELLS", 140)  # 7 rows at a time
    assert (most_similar(queries, rows, 5, excluded) == whole).all()
