"""Scored clips of frames and of a video, and labels of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from tests.conftest import WriteVideo


def write(path: Path, lines: list[dict]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


@pytest.fixture
def scores(tmp_path: Path) -> Path:
    """Three scored clips, one that failed, and their manifest."""
    for name in ("a b.jpg", "c.jpg"):
        Image.new("RGB", (64, 48)).save(tmp_path / name)
    frames = {"frame_paths": ["a b.jpg", "c.jpg"]}
    manifest = write(tmp_path / "m.jsonl", [{"clip_id": name, "scene": "s", **frames} for name in "abcd"])
    where = {"manifest": str(manifest)}
    return write(
        tmp_path / "scores.jsonl",
        [
            {"clip_id": "a", "score": 0.25, "scores": {"knn": 0.25}, "tubelet_scores": [0.25], **where},
            {"clip_id": "b", "score": 0.75, "scores": {"knn": 0.75, "scene": 2.0}, **where},
            {"clip_id": "c", "score": None, "error": "gone", **where},
            {"clip_id": "d", "score": 0.5, "scores": {"knn": 0.5}, **where},
        ],
    )


@pytest.fixture
def video_scores(tmp_path: Path, write_video: WriteVideo) -> Path:
    """Two scored clips of a video of ten frames a second, and their manifest."""
    write_video(tmp_path / "d.mp4", list(range(0, 3000, 100)))
    spans = {"v": (0.5, 1.5), "w": (2, 3)}
    of_video = {"video": "d.mp4", "fps": 10}
    clips = [of_video | {"clip_id": n, "start": start, "end": end} for n, (start, end) in spans.items()]
    manifest = write(tmp_path / "v.jsonl", clips)
    lines = [
        {"clip_id": name, "score": number, "manifest": str(manifest)} for number, name in enumerate("vw")
    ]
    return write(tmp_path / "video.jsonl", lines)


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    """Labels of two of the clips, for two tasks."""
    return write(
        tmp_path / "labels.jsonl",
        [
            {"clip_id": "b", "binary_label": 1, "labels": {"night": 0}},
            {"clip_id": "d", "binary_label": 0, "labels": {"night": 1, "cut in": 1}},
        ],
    )
