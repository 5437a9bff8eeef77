"""Exports opened by the tools that they are for, and labels on the way out and back."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from jepamine.errors import UserError
from jepamine.mining.export.formats import export
from jepamine.mining.export.import_labels import import_labels
from jepamine.mining.labels import read_tasks


def write(path: Path, lines: list[dict]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


@pytest.fixture
def scores(tmp_path: Path) -> Path:
    """Three scored clips, one that failed, and their manifest."""
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


def annotated(task: dict, *choices: list[str], cancelled: bool = False) -> dict:
    """A task as Label Studio exports it: one annotation per list of choices."""
    results = [
        [{"from_name": "label", "to_name": "clip", "type": "choices", "value": {"choices": chosen}}]
        for chosen in choices
    ]
    return task | {
        "id": 7,
        "annotations": [{"id": 1, "was_cancelled": cancelled, "result": result} for result in results],
    }


def test_labels_survive_the_way_out_and_back(scores, jepamine, tmp_path):
    output, _ = export(scores, "label-studio")
    first, second, third = json.loads(output.read_text())
    exported = tmp_path / "project.json"
    exported.write_text(
        json.dumps(
            [
                annotated(first, ["1"], ["1", "night"]),
                annotated(second, ["0"]),
                annotated(third, ["1"], cancelled=True),
            ]
        )
    )
    result = jepamine("labels", "import", exported)
    assert result.exit_code == 0, result.output
    labels = read_tasks(tmp_path / "project.labels.jsonl")
    assert labels.tasks == {"binary_label": {"b": 1, "d": 0}, "night": {"b": 1}}


def test_the_short_export_of_label_studio_is_read_too(tmp_path):
    exported = tmp_path / "min.json"
    exported.write_text(json.dumps([{"clip_id": "a", "label": "0", "id": 1}, {"clip_id": "b", "id": 2}]))
    assert import_labels(exported, tmp_path / "l.jsonl") == 1
    assert (tmp_path / "l.jsonl").read_text() == '{"clip_id": "a", "binary_label": 0}\n'


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "not JSON"),
        ("{}", "expected a JSON array of tasks"),
        ("[]", "contains no label"),
        ('[{"data": {"image": "x"}}]', "task 1: has no clip_id"),
        ('[{"data": {"clip_id": "a"}, "annotations": [{}]}]', "task 1: not an annotation of Label Studio"),
        (json.dumps([annotated({"data": {"clip_id": "a"}}, ["1"], ["0"])]), "clip 'a' is labelled 0 and 1"),
    ],
)
def test_what_is_not_such_an_export_is_refused(content, message, tmp_path):
    exported = tmp_path / "project.json"
    exported.write_text(content)
    with pytest.raises(UserError) as refusal:
        import_labels(exported, tmp_path / "l.jsonl")
    assert message in str(refusal.value)
    assert not (tmp_path / "l.jsonl").exists()
