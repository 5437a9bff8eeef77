"""Scored clips found again in the manifests that they stand in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jepamine.errors import UserError
from jepamine.mining.score_files import read_scored
from jepamine.protocols import Source


def write(path: Path, lines: list[dict]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


@pytest.fixture
def own(tmp_path: Path) -> Source:
    lines = [{"clip_id": name, "frame_paths": ["a.jpg", "b.jpg"]} for name in ("a", "b", "c")]
    return Source(write(tmp_path / "own.jsonl", lines))


def test_clips_come_highest_score_first_and_by_id_where_scores_are_equal(own, tmp_path):
    scores = write(
        tmp_path / "s.jsonl",
        [{"clip_id": "c", "score": 1}, {"clip_id": "b", "score": 2}, {"clip_id": "a", "score": 1}],
    )
    assert [item.clip.clip_id for item in read_scored(scores, own)] == ["b", "a", "c"]


def test_clips_that_could_not_be_scored_are_left_out(own, tmp_path):
    scores = write(
        tmp_path / "s.jsonl", [{"clip_id": "a", "score": None, "error": "gone"}, {"clip_id": "b", "score": 0}]
    )
    assert [item.clip.clip_id for item in read_scored(scores, own)] == ["b"]


def test_a_clip_with_two_scores_is_an_error_and_one_that_is_repeated_counts_once(own, tmp_path):
    lines = [{"clip_id": "a", "score": 1}, {"clip_id": "b", "score": 2}, {"clip_id": "a", "score": 1.0}]
    scores = write(tmp_path / "s.jsonl", lines)
    assert [item.clip.clip_id for item in read_scored(scores, own)] == ["b", "a"]
    write(scores, [*lines, {"clip_id": "a", "score": 0.5}])
    with pytest.raises(UserError) as raised:
        read_scored(scores, own)
    assert str(raised.value) == f"{scores}:4: clip 'a' is scored differently on line 1; keep one of the lines"


def test_a_clip_with_two_scores_is_an_error_though_only_one_is_among_the_best(own, tmp_path):
    lines = [{"clip_id": "a", "score": 3}, {"clip_id": "b", "score": 2}, {"clip_id": "a", "score": 1}]
    scores = write(tmp_path / "s.jsonl", lines)
    with pytest.raises(UserError) as raised:
        read_scored(scores, own, best=1)
    assert str(raised.value) == f"{scores}:3: clip 'a' is scored differently on line 1; keep one of the lines"


def test_a_clip_is_in_the_manifest_that_its_line_names(own, tmp_path):
    frames = {"frame_paths": ["x.jpg", "y.jpg"]}
    there = write(tmp_path / "there.jsonl", [{"clip_id": "z", **frames}, {"clip_id": "a", **frames}])
    line = {"clip_id": "a", "score": 1, "manifest": str(there), "root": str(tmp_path / "root")}
    scores = write(tmp_path / "s.jsonl", [line, {"clip_id": "b", "score": 0}])
    first, second = read_scored(scores, own)
    assert first.clip.frames == (tmp_path / "root" / "x.jpg", tmp_path / "root" / "y.jpg")
    assert second.clip.frames == (tmp_path / "a.jpg", tmp_path / "b.jpg")
    # Named by the user, a manifest counts more than the line.
    (again, _) = read_scored(scores, own, own.manifest)
    assert again.clip.frames == (tmp_path / "a.jpg", tmp_path / "b.jpg")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ({"clip_id": "a"}, "s.jsonl:1: not a line of a score file"),
        ({"clip_id": "a", "score": "1"}, "s.jsonl:1: not a line of a score file"),
        ({"clip_id": "a", "score": True}, "s.jsonl:1: not a line of a score file"),
        ({"clip_id": "a", "score": float("inf")}, "a finite 'score'"),
        ({"clip_id": "a", "score": 10**400}, "a finite 'score'"),
        ({"clip_id": "d", "score": 1}, r"s.jsonl: clip 'd' \(1 in all\) is not in .*own.jsonl; pass the man"),
        ({"clip_id": "a", "score": None, "error": "gone"}, "s.jsonl: contains no scored clip"),
    ],
)
def test_what_is_not_a_score_or_no_clip_is_reported(line, message, own, tmp_path):
    with pytest.raises(UserError, match=message):
        read_scored(write(tmp_path / "s.jsonl", [line]), own)
