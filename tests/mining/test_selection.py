"""The best clips without their near-duplicates."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from jepamine.mining.distances import unit
from jepamine.mining.selection import collapse, spread


def test_a_near_duplicate_joins_the_leader_that_it_is_nearest_to():
    vectors = unit(np.array([[1, 0], [0, 1], [0.95, 0.3], [0.5, 0.5], [0.1, 0.9]], dtype=np.float32))
    assert collapse(vectors, 0.9) == ([0, 1, 3], [[2], [4], []])


@given(st.integers(1, 30), st.floats(-1, 1), st.integers(0, 5))
def test_every_row_leads_or_is_behind_one_leader(rows, threshold, seed):
    vectors = unit(np.random.default_rng(seed).normal(size=(rows, 4)).astype(np.float32))
    leaders, members = collapse(vectors, threshold)
    assert sorted(leaders + [row for group in members for row in group]) == list(range(rows))
    for leader, group in zip(leaders, members, strict=True):
        assert all(vectors[leader] @ vectors[row] >= threshold and row > leader for row in group)


def test_without_diversity_the_order_is_that_of_the_scores():
    vectors = unit(np.random.default_rng(0).normal(size=(6, 3)).astype(np.float32))
    assert spread(vectors, np.array([0.1, 0.6, 0.3, 0.5, 0.2, 0.4]), 4, 0.0) == [1, 3, 5, 2]


def test_with_diversity_what_is_unlike_the_chosen_comes_before_a_slightly_higher_score():
    vectors = unit(np.array([[1, 0], [0.8, 0.6], [-1, 0]], dtype=np.float32))
    assert spread(vectors, np.array([1.0, 0.9, 0.8]), 3, 0.5) == [0, 2, 1]


@pytest.fixture
def groups(tmp_path: Path) -> Path:
    """A manifest of 10 groups of 10 near-duplicates, across scenes, and 100 other clips."""
    rng = np.random.default_rng(0)
    lines = []
    (tmp_path / "frames").mkdir()
    for number in range(200):
        if number < 100:
            base = np.random.default_rng(100 + number % 10).integers(0, 256, (4, 4, 3))
        else:
            base = rng.integers(0, 256, (4, 4, 3))
        names = []
        for frame in range(2):
            pixels = np.clip(base + rng.integers(-6, 7, (4, 4, 3)), 0, 255).astype(np.uint8)
            names.append(f"frames/{number}-{frame}.png")
            Image.fromarray(pixels).resize((64, 64), Image.Resampling.NEAREST).save(tmp_path / names[-1])
        lines.append({"clip_id": f"c{number:03d}", "scene": f"s{number % 7}", "frame_paths": names})
    manifest = tmp_path / "groups.jsonl"
    manifest.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return manifest


@pytest.fixture
def scores(groups, tmp_path) -> Path:
    """The groups' clips are the best, group after group."""
    path = tmp_path / "scores.jsonl"
    rows = [
        {
            "clip_id": f"c{number:03d}",
            "score": (1 - number % 10 / 100 if number < 100 else 0.5) - number / 1e4,
        }
        for number in range(200)
    ]
    path.write_text("".join(json.dumps(row | {"manifest": str(groups)}) + "\n" for row in rows))
    return path


def test_of_ten_groups_of_ten_near_duplicates_the_top_ten_covers_all(jepamine, recipe, groups, scores):
    assert jepamine("run", recipe, "--set", f'dataset.manifest="{groups}"', "--epochs", 1).exit_code == 0
    result = jepamine("top", scores, "--run", "small", "-k", 10, "--json")
    assert result.exit_code == 0, result.output
    chosen = json.loads(result.stdout)
    assert len({int(line["clip_id"][1:]) % 10 for line in chosen if line["clip_id"] < "c100"}) == 10
    assert chosen[0]["clip_id"] == "c000"
    assert chosen[0]["stands_for"] == [f"c{number:03d}" for number in range(10, 100, 10)]


def test_top_writes_the_chosen_clips_as_a_manifest_that_score_takes(
    jepamine, recipe, groups, scores, tmp_path
):
    assert jepamine("run", recipe, "--set", f'dataset.manifest="{groups}"', "--epochs", 1).exit_code == 0
    output = tmp_path / "elsewhere" / "top.jsonl"
    result = jepamine("top", scores, "--run", "small", "-k", 3, "--output", output)
    assert result.exit_code == 0, result.output
    assert "3 clips stand for 30 of" in result.output
    assert "jepamine report --run small" in result.output
    assert [len(json.loads(line)["stands_for"]) for line in output.read_text().splitlines()] == [9, 9, 9]
    assert jepamine("score", "--run", "small", output, "--output", tmp_path / "again.jsonl").exit_code == 0


def test_without_a_score_file_the_newest_is_taken_or_one_is_asked_for(jepamine, recipe, clips):
    assert jepamine("run", recipe, "--epochs", 1).exit_code == 0
    result = jepamine("top", "--run", "small")
    assert (result.exit_code, "jepamine score --run small MANIFEST.jsonl" in result.output) == (1, True)
    assert jepamine("score", "--run", "small", clips).exit_code == 0
    assert len(json.loads(jepamine("top", "--run", "small", "--json").stdout)) >= 1
