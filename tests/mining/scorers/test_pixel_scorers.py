"""The pixel baselines as scorers: exact values, kept statistics, stores without them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from jepamine.data.embedding_store import Store
from jepamine.mining.scorers import pixel_scorers
from jepamine.mining.scorers.pixel_scorers import PIXEL_BASELINES
from jepamine.protocols import ClipEmbeddings, Extent
from jepamine.runs.store_usage import usage

BLACK = np.zeros((1, 2, 8, 8, 3), dtype=np.uint8)
HALF = BLACK.copy()
HALF[:, :, :, 4:] = 255
FLASH = BLACK.copy()
FLASH[:, 1] = 255
SCORERS = {name: getattr(pixel_scorers, name.replace("-", "_")) for name in PIXEL_BASELINES}


def clip(frames: np.ndarray, name: str = "x", read=None) -> ClipEmbeddings:
    vectors = np.zeros((len(frames), 2), dtype=np.float32)
    content = name.encode().ljust(32)
    return ClipEmbeddings(name, None, vectors, vectors, vectors, content, read or (lambda: frames), Extent())


@pytest.mark.parametrize(
    ("scorer", "frames", "score"),
    [
        ("darkness", BLACK, 1.0),
        ("darkness", 255 - BLACK, 0.0),
        ("darkness", HALF, 0.5),
        ("contrast", BLACK, 0.0),
        ("contrast", HALF, 0.5),
        ("frame-difference", HALF, 0.0),
        ("frame-difference", FLASH, 1.0),
    ],
)
def test_a_clip_scores_its_statistic(tmp_path, scorer, frames, score):
    with Store(tmp_path) as store:
        (values,) = SCORERS[scorer](store)([clip(frames)])
    assert values == pytest.approx([score], abs=1e-6)


def test_noise_has_a_larger_jpeg_than_black(tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, BLACK.shape, dtype=np.uint8)
    with Store(tmp_path) as store:
        black, loud = SCORERS["jpeg-size"](store)([clip(BLACK), clip(noise, "y")])
    assert loud[0] > black[0] > 0


def test_each_tubelet_has_a_score(tmp_path):
    with Store(tmp_path) as store:
        (values,) = SCORERS["darkness"](store)([clip(np.concatenate([BLACK, 255 - BLACK]))])
    assert values == pytest.approx([1.0, 0.0], abs=1e-6)


def test_a_clip_is_decoded_once_for_all_four(tmp_path):
    reads = []
    counted = clip(HALF, read=lambda: reads.append(1) or HALF)
    with Store(tmp_path) as store:
        for scorer in SCORERS.values():
            scorer(store)([counted])
    with Store(tmp_path) as store:
        SCORERS["contrast"](store)([counted])
    assert len(reads) == 1


def labels_of(clips: Path) -> Path:
    path = clips.parent / "labels.jsonl"
    names = [json.loads(line)["clip_id"] for line in clips.read_text().splitlines()]
    path.write_text(
        "".join(
            json.dumps({"clip_id": name, "binary_label": int(name.endswith("-0"))}) + "\n" for name in names
        )
    )
    return path


def test_a_store_without_statistics_gives_the_same_baselines(jepamine, recipe, clips, tmp_path):
    assert jepamine("run", recipe).exit_code == 0
    words = ("eval", "--run", "small", clips, "--labels", labels_of(clips), "--json")
    before = json.loads(jepamine(*words).stdout)
    (folder,) = (tmp_path / "experiments" / "_store").glob("*/pixels-1")
    shutil.rmtree(folder)
    again = json.loads(jepamine(*words).stdout)
    assert again["baselines"] == before["baselines"]
    assert list(folder.glob("*.part"))


def test_every_baseline_is_a_scorer_of_score(jepamine, recipe, clips, tmp_path):
    assert jepamine("run", recipe, "--set", f"scoring.also={json.dumps(PIXEL_BASELINES)}").exit_code == 0
    output = tmp_path / "scores.jsonl"
    assert jepamine("score", "--run", "small", clips, "--output", output).exit_code == 0
    lines = [json.loads(line) for line in output.read_text().splitlines()]
    assert list(lines[0]["scores"]) == ["predicted", *PIXEL_BASELINES]
    assert all(0 <= line["scores"]["darkness"] <= 1 for line in lines)


def test_the_store_counts_the_bytes_of_statistics_and_not_their_entries(jepamine, recipe, tmp_path):
    assert jepamine("run", recipe).exit_code == 0
    (entry,) = usage(tmp_path / "experiments")
    (folder,) = (tmp_path / "experiments" / "_store").glob("*/")
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert entry["bytes"] == sum(path.stat().st_size for path in files)
    assert any(path.parent.name == "pixels-1" for path in files)
    parts = sum(path.stat().st_size for path in folder.glob("*.part"))
    assert entry["bytes"] > parts
    with Store(folder) as store:
        assert entry["embeddings"] == len(store)
