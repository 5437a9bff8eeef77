"""The bank on disk, and exact nearest neighbours in it."""

from __future__ import annotations

import json

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from jepamine.errors import UserError
from jepamine.mining.bank import load_bank, save_bank
from jepamine.mining.bank_columns import ClipColumns, Place
from jepamine.mining.distances import most_similar
from jepamine.protocols import Extent

NONE = np.empty(0, dtype=np.int64)


IDS = ["a", "b \ud800", ""]
CONTENTS = [b"aa", b"bb", b"cc"]
EXTENTS = [Extent(b"frame--1frame--2", "video v.mp4", 0.0, 40_000.0), Extent(), Extent(b"frame--3")]
PLACES = [Place("drive é", "front", "order 1"), Place(), Place("drive é", None, "order 2")]


@pytest.fixture
def vectors():
    return np.random.default_rng(0).normal(size=(3, 4)).astype(np.float32)


@pytest.fixture
def path(tmp_path, vectors):
    """A bank of three clips on disk."""
    columns = ClipColumns()
    for clip in zip(IDS, CONTENTS, EXTENTS, PLACES, strict=True):
        columns.add(*clip)
    save_bank(tmp_path / "bank.safetensors", vectors, columns)
    return tmp_path / "bank.safetensors"


def test_a_bank_is_read_as_it_was_written(path, vectors):
    read = load_bank(path)
    assert list(read.clip_ids) == IDS
    assert list(read.contents) == [content.hex() for content in CONTENTS]
    assert list(read.extents) == EXTENTS
    assert list(read.places) == PLACES
    assert (read.places[-1], read.places[1:]) == (PLACES[2], PLACES[1:])
    assert read.vectors.tobytes() == vectors.tobytes()


def old_bank(path, vectors, **more):
    """Write a bank as earlier versions did: facts as JSON."""
    facts = {"clip_ids": ["a", "b", "c"], "contents": ["aa", "bb", "cc"], **more}
    metadata = {name: json.dumps(value) for name, value in facts.items()}
    tensors = {"vectors": vectors, "frames": np.frombuffer(b"frame--1frame--2", dtype=np.uint8)}
    save_file(tensors if more else {"vectors": vectors}, path, metadata)


def test_the_bank_of_an_older_run_is_read(vectors, tmp_path):
    path = tmp_path / "bank.safetensors"
    extents = [[1, "scene s", 0.0, 1.0], [0, None, 0.0, 0.0], [1, None, 0.0, 0.0]]
    places = [["d", "front", "o"], [None, None, ""], ["d", None, ""]]
    old_bank(path, vectors, extents=extents, places=places)
    read = load_bank(path)
    assert read.clip_ids == ["a", "b", "c"]
    assert read.extents == [Extent(b"frame--1", "scene s", 0.0, 1.0), Extent(), Extent(b"frame--2")]
    assert read.places == [Place("d", "front", "o"), Place(), Place("d", None, "")]


def test_a_bank_of_an_older_run_knows_a_training_clip_by_its_content_alone(vectors, tmp_path):
    old_bank(tmp_path / "bank.safetensors", vectors)
    read = load_bank(tmp_path / "bank.safetensors")
    assert list(read.extents) == []
    assert read.overlapping(b"\xbb", Extent(b"frame--1")).tolist() == [1]


@pytest.mark.parametrize("column", ["frames", "ids_ends", "contents", "spans", "vectors"])
def test_a_bank_whose_columns_do_not_match_is_damaged(path, column):
    tensors = load_file(path)
    save_file(tensors | {column: tensors[column][:-1]}, path)
    with pytest.raises(UserError, match="not a bank of clip embeddings"):
        load_bank(path)


def test_a_bank_of_an_older_run_whose_frames_do_not_match_is_damaged(vectors, tmp_path):
    path = tmp_path / "bank.safetensors"
    old_bank(path, vectors, extents=[[1, None, 0.0, 0.0]] * 3)
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
