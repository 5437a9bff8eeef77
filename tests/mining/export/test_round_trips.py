"""Labels survive the way out to each tool's format, and back."""

from __future__ import annotations

import json

import pytest

from jepamine.errors import UserError
from jepamine.mining.labels import read_tasks


@pytest.mark.parametrize(
    ("to", "exported"),
    [
        ("parquet", "scores.parquet"),
        ("fiftyone", "scores.fiftyone"),
        ("fiftyone", "scores.fiftyone/samples.json"),
        ("label-studio", "scores.label-studio.json"),
        ("cvat", "scores.cvat/images.xml"),
        ("coco-video", "scores.coco.json"),
    ],
)
def test_labels_of_frames_survive(to, exported, scores, labels, jepamine, tmp_path):
    if to == "parquet":
        pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    result = jepamine("export", scores, "--to", to, "--labels", labels)
    assert result.exit_code == 0, result.output
    assert result.output.startswith("exported 3 clips: ")
    back = tmp_path / "back.jsonl"
    result = jepamine("labels", "import", tmp_path / exported, "--output", back)
    assert result.exit_code == 0, result.output
    assert read_tasks(back).tasks == read_tasks(labels).tasks
    assert "binary_label: 1 are 1, 1 are 0" in result.output


@pytest.mark.parametrize(
    ("to", "exported"),
    [
        ("fiftyone", "video.fiftyone"),
        ("label-studio", "video.label-studio.json"),
        ("cvat", "video.cvat/d.xml"),
    ],
)
def test_labels_of_video_segments_survive(to, exported, video_scores, jepamine, tmp_path):
    labels = tmp_path / "labels.jsonl"
    lines = [{"clip_id": "v", "binary_label": 0}, {"clip_id": "w", "binary_label": 1, "labels": {"fog": 0}}]
    labels.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert jepamine("export", video_scores, "--to", to, "--labels", labels).exit_code == 0
    back = tmp_path / "back.jsonl"
    result = jepamine("labels", "import", tmp_path / exported, "--output", back)
    assert result.exit_code == 0, result.output
    assert read_tasks(back).tasks == read_tasks(labels).tasks


def test_clips_without_labels_come_back_as_no_label(scores, jepamine, tmp_path):
    assert jepamine("export", scores, "--to", "cvat").exit_code == 0
    result = jepamine("labels", "import", tmp_path / "scores.cvat/images.xml")
    assert result.exit_code == 1
    assert "images.xml: contains no label: 3 without a choice" in result.output
    assert not list(tmp_path.glob("**/*.labels.jsonl"))


def test_labels_of_other_clips_are_noticed(scores, jepamine, tmp_path):
    other = tmp_path / "other.jsonl"
    other.write_text('{"clip_id": "x", "binary_label": 1}\n')
    result = jepamine("export", scores, "--to", "coco-video", "--labels", other)
    assert result.exit_code == 0
    assert "labels none of the exported clips" in result.output


@pytest.mark.parametrize("to", ["label-studio", "cvat", "coco-video", "fiftyone"])
def test_clips_of_logs_are_refused_where_the_tool_opens_none(to, tmp_path):
    from jepamine.mining.export.formats import export

    line = {"clip_id": "m", "mcap": "d.mcap", "topic": "/cam", "start": 0, "end": 1, "fps": 2, "score": 1}
    scores = tmp_path / "s.jsonl"
    scores.write_text(json.dumps(line) + "\n")
    with pytest.raises(UserError, match=r"1 of 1 clips are of (a log|one|recordings), such as 'm'"):
        export(scores, to, manifest=scores)
    assert list(tmp_path.iterdir()) == [scores]
