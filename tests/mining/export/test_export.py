"""Parquet and Label Studio: exports opened by the tools that they are for."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest

from jepamine.errors import UserError
from jepamine.mining.export.formats import export
from tests.mining.export.conftest import write


def test_a_parquet_file_has_one_row_per_scored_clip_best_first(scores, jepamine, tmp_path):
    pq = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    result = jepamine("export", scores, "--to", "parquet")
    assert result.exit_code == 0, result.output
    table = pq.read_table(tmp_path / "scores.parquet")
    assert table.column_names == [
        "clip_id", "scene", "camera", "score", "score_knn", "score_scene", "tubelet_scores", "frames",
        "manifest",
    ]  # fmt: skip
    assert table["clip_id"].to_pylist() == ["b", "d", "a"]
    assert table["score_scene"].to_pylist() == [2.0, None, None]
    assert table["tubelet_scores"].to_pylist() == [None, None, [0.25]]
    assert table["frames"][0].as_py() == [str(tmp_path / "a b.jpg"), str(tmp_path / "c.jpg")]


def test_duckdb_and_polars_read_the_parquet_file(scores, tmp_path):
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    duckdb = pytest.importorskip("duckdb", reason="duckdb is not installed")
    polars = pytest.importorskip("polars", reason="polars is not installed")
    output, clips = export(scores, "parquet", tmp_path / "o.parquet", top=2)
    assert clips == 2
    query = f"SELECT clip_id, score, len(frames) FROM '{output}' ORDER BY score"
    assert duckdb.sql(query).fetchall() == [("d", 0.5, 2), ("b", 0.75, 2)]
    assert polars.read_parquet(output)["score"].to_list() == [0.75, 0.5]


def test_label_studio_gets_tasks_and_an_interface_that_shows_them(scores, jepamine, tmp_path):
    result = jepamine("export", scores, "--to", "label-studio", "--top", 2)
    assert result.exit_code == 0, result.output
    tasks = json.loads((tmp_path / "scores.label-studio.json").read_text())
    served = f"/data/local-files/?d={str(tmp_path)[1:]}/"
    assert tasks[0] == {
        "data": {
            "clip_id": "b",
            "scene": "s",
            "camera": None,
            "score": 0.75,
            "images": [f"{served}a%20b.jpg", f"{served}c.jpg"],
        }
    }
    view = ElementTree.parse(tmp_path / "scores.label-studio.xml").getroot()
    assert view.find("Image").get("valueList") == "$images"
    assert [choice.get("value") for choice in view.iter("Choice")] == ["1", "0"]
    assert view.find("Choices").get("toName") == view.find("Image").get("name")


def test_a_clip_of_a_video_is_its_segment(tmp_path):
    line = {"clip_id": "v", "video": "d.mp4", "start": 1.5, "end": 2.5, "fps": 2}
    manifest = write(tmp_path / "m.jsonl", [line])
    scores = write(tmp_path / "s.jsonl", [{"clip_id": "v", "score": 1}])
    output, _ = export(scores, "label-studio", manifest=manifest)
    (task,) = json.loads(output.read_text())
    assert task["data"]["video"] == f"/data/local-files/?d={str(tmp_path)[1:]}/d.mp4#t=1.5,2.5"
    with pytest.raises(UserError, match=r"s.jsonl:1: does not name its manifest; pass it: --manifest FILE"):
        export(scores, "label-studio")
