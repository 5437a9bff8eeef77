"""Exports that others made: their words, names, skipped tasks, conflicts and clips that are not ours."""

from __future__ import annotations

import json

import pytest

from jepamine.errors import UserError
from jepamine.mining.label_import.import_labels import import_labels
from jepamine.mining.labels import read_tasks


def annotated(task: dict, *choices: list[str], cancelled: bool = False, question: str = "label") -> dict:
    """A task as Label Studio exports it: one annotation per list of choices."""
    results = [
        [{"from_name": question, "to_name": "clip", "type": "choices", "value": {"choices": chosen}}]
        for chosen in choices
    ]
    return task | {
        "id": 7,
        "annotations": [{"id": 1, "was_cancelled": cancelled, "result": result} for result in results],
    }


def task(clip_id: str) -> dict:
    return {"data": {"clip_id": clip_id}}


@pytest.fixture
def imported(jepamine, tmp_path):
    """Import the content of a file; returns what was printed, and the labels by task."""

    def call(name: str, content: object, *words: object):
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        result = jepamine("labels", "import", path, "--output", tmp_path / "l.jsonl", *words)
        assert result.exit_code == 0, result.output
        return result.output, read_tasks(tmp_path / "l.jsonl").tasks

    return call


def test_words_of_yes_and_no_are_the_binary_label_and_others_are_tags(imported):
    tasks = [
        annotated(task("a"), ["Interesting"], question="worth"),
        annotated(task("b"), ["boring", "night"], question="worth"),
        annotated(task("c"), ["yes"], ["yes"], question="worth"),
        annotated(task("d"), ["1"], cancelled=True, question="worth"),
        annotated(task("e"), [], question="worth"),
        task("f") | {"annotations": []},
    ]
    output, labels = imported("p.json", tasks)
    assert labels == {"binary_label": {"a": 1, "b": 0, "c": 1}, "night": {"b": 1}}
    assert "binary_label: 2 are 1 ('Interesting', 'yes'), 1 are 0 ('boring')" in output
    assert "left out: 1 skipped by the annotator" in output
    assert "left out: 2 without a choice" in output


def test_words_of_a_project_can_be_named(imported):
    tasks = [annotated(task("a"), ["Review"]), annotated(task("b"), ["Archive"])]
    _, labels = imported("p.json", tasks, "--positive", "review", "--negative", "ARCHIVE")
    assert labels == {"binary_label": {"a": 1, "b": 0}}


def test_several_questions_are_a_tag_each_but_for_the_one_called_label(imported):
    first = annotated(task("a"), ["yes"])
    first["annotations"][0]["result"] += annotated(task("a"), ["no"], question="rain")["annotations"][0][
        "result"
    ]
    _, labels = imported("p.json", [first])
    assert labels == {"binary_label": {"a": 1}, "rain": {"a": 0}}
    _, labels = imported("p.json", [first], "--label", "rain")
    assert labels == {"binary_label": {"a": 0}, "label": {"a": 1}}


def test_the_short_export_of_label_studio_has_a_key_for_each_question(imported):
    tasks = [
        {"clip_id": "a", "label": "0", "id": 1, "images": ["x.jpg"], "annotator": 1},
        {"clip_id": "b", "label": {"choices": ["1", "night"]}, "id": 2, "rain": "no"},
        {"clip_id": "c", "id": 3},
    ]
    _, labels = imported("min.json", tasks)
    assert labels == {"binary_label": {"a": 0, "b": 1}, "night": {"b": 1}, "rain": {"b": 0}}


CSV = """\
annotation_id,annotator,clip_id,created_at,id,images,label,lead_time,score
1,1,a,2026-01-01T00:00:00Z,1,"[""/data/1.jpg""]",1,3.2,0.5
2,1,b,2026-01-01T00:00:00Z,2,"[""/data/2.jpg""]","{""choices"": [""0"", ""night""]}",3.2,0.25
,,c,,3,"[""/data/3.jpg""]",,,0.1
"""


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_of_label_studio_and_spreadsheets(separator, imported):
    content = CSV if separator == "," else f"Clip ID{separator}label\na{separator}1.0\nb{separator}0\n"
    output, labels = imported("p.csv", "\ufeff" + content.replace("\n", "\r\n"))
    assert labels["binary_label"] == {"a": 1, "b": 0}
    assert labels.get("night") == ({"b": 1} if separator == "," else None)
    assert ("left out: 1 without a label" in output) == (separator == ",")


def test_columns_of_a_strangers_table(imported, tmp_path, jepamine):
    content = "name,verdict,foggy,lane,fold\nx,keep,no,left,1\ny,drop,yes,right,0\n"
    (tmp_path / "t.csv").write_text(content)
    refused = jepamine("labels", "import", tmp_path / "t.csv")
    assert "no column 'clip_id'; it has: name, verdict, foggy, lane, fold. Name the column" in refused.output
    _, labels = imported("t.csv", content, "--id", "name", "--label", "verdict")
    assert labels == {"binary_label": {"x": 1, "y": 0}, "foggy": {"x": 0, "y": 1}}


def test_annotators_in_conflict_are_counted_and_named(imported, jepamine, tmp_path):
    tasks = [annotated(task(f"c{number}"), ["1"], ["0"]) for number in range(7)]
    tasks += [annotated(task("m"), ["1"], ["0"], ["1"]), annotated(task("a"), ["0"])]
    (tmp_path / "p.json").write_text(json.dumps(tasks))
    refused = jepamine("labels", "import", tmp_path / "p.json")
    assert refused.exit_code == 1
    assert "annotators disagree on 8: 'c0', 'c1', 'c2', 'c3', 'c4', ... labelled 0 and 1" in refused.output
    output, labels = imported("p.json", tasks, "--conflicts", "majority")
    assert labels == {"binary_label": {"m": 1, "a": 0}}
    assert "left out: 7 on which annotators disagree: 'c0'" in output
    _, labels = imported("p.json", tasks, "--conflicts", "leave-out")
    assert labels == {"binary_label": {"a": 0}}


def test_labels_of_other_clips_are_left_out_and_named(imported, clips):
    tasks = [annotated(task("s0-0"), ["1"]), annotated(task("x"), ["1"]), annotated(task("y"), ["0"])]
    output, labels = imported("p.json", tasks, "--clips", clips)
    assert labels == {"binary_label": {"s0-0": 1}}
    assert f"left out: 2 of clips that {clips} does not have ('x', 'y')" in output


def test_clips_are_found_by_their_files_where_a_tool_knows_no_ids(imported, clips, jepamine, tmp_path):
    served = "/data/local-files/?d=mnt/share/scene-1/0004.jpg"
    tasks = [annotated({"data": {"image": served}}, ["1"]), annotated({"data": {"image": "/z/q.jpg"}}, ["1"])]
    output, labels = imported("p.json", tasks, "--clips", clips)
    assert labels == {"binary_label": {"s1-4": 1}}
    assert "left out: 1 of clips that" in output
    refused = jepamine("labels", "import", tmp_path / "p.json")
    assert "task 1: names no clip: it has no clip_id. Pass the key of the ids (--id NAME)" in refused.output


IMAGES = """\
<?xml version="1.0" encoding="utf-8"?>
<annotations><version>1.1</version>
  <image id="0" name="scene-0/0000.jpg" width="64" height="48">
    <tag label="interesting" source="manual"></tag>
    <box label="car" xtl="1" ytl="1" xbr="5" ybr="5"><attribute name="parked">true</attribute></box>
  </image>
  <image id="1" name="scene-2/0008.jpg" width="64" height="48"><tag label="boring"></tag></image>
  <image id="2" name="scene-3/0000.jpg" width="64" height="48"></image>
</annotations>
"""


def test_tags_and_shapes_of_cvat_are_labels_of_the_images_clips(imported, clips):
    _, labels = imported("annotations.xml", IMAGES, "--clips", clips)
    assert labels == {
        "binary_label": {"s0-0": 1, "s2-8": 0}, "car": {"s0-0": 1}, "parked": {"s0-0": 1},
    }  # fmt: skip


def test_a_coco_file_of_boxes_labels_the_images_clips(imported, clips):
    data = {
        "images": [{"id": 9, "file_name": "0000.jpg"}, {"id": 3, "file_name": "x/scene-1/0008.jpg"}],
        "categories": [{"id": 1, "name": "cyclist"}, {"id": 2, "name": "not interesting"}],
        "annotations": [
            {"id": 1, "image_id": 3, "category_id": 1, "bbox": [0, 0, 1, 1]},
            {"id": 2, "image_id": 3, "category_id": 2},
            {"id": 3, "image_id": 9, "category_id": 1},
        ],
    }
    output, labels = imported("instances.json", data, "--clips", clips)
    assert labels == {"cyclist": {"s1-8": 1}, "binary_label": {"s1-8": 0}}
    # Four clips have a 0000.jpg.
    assert "left out: 1 of clips that" in output


def test_tags_fields_and_predictions_of_fiftyone(imported):
    label = {"_cls": "Classification", "label": "boring"}
    samples = [
        {"filepath": "/a.jpg", "clip_id": "a", "tags": ["interesting"], "guess": label | {"confidence": 0.9}},
        {"filepath": "/b.jpg", "clip_id": "b", "tags": [], "ground_truth": label, "foggy": True},
        {"filepath": "/c.jpg", "clip_id": "c", "tags": []},
    ]
    output, labels = imported("samples.json", {"samples": samples}, "--label", "ground_truth")
    assert labels["binary_label"] == {"b": 0}
    output, labels = imported("samples.json", {"samples": samples})
    assert labels == {"binary_label": {"a": 1}, "ground_truth": {"b": 0}, "foggy": {"b": 1}}
    assert "left out: 1 with a confidence, so a model's" in output
    assert "left out: 1 without a label" in output


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("p.json", "{", "not JSON"),
        ("p.json", "{}", "expected a JSON array of tasks"),
        ("p.json", "[]", "contains no label"),
        ("p.json", "[3]", "task 1: not an object"),
        ("p.json", '[{"data": {"image": "x"}, "annotations": []}]', "contains no label: 1 without a choice"),
        ("p.json", '[{"data": {"clip_id": "a"}, "annotations": [{}]}]', "task 1: not an annotation of"),
        ("p.json", '{"annotations": [{"category_id": 1}]}', "annotation 1: no category 1"),
        ("p.json", '{"annotations": [], "images": [1]}', "'images' is not an array of objects with an id"),
        ("p.json", '{"samples": [1]}', "sample 1: not a sample of FiftyOne"),
        ("p.xml", "<a", "not XML"),
        ("p.xml", "<svg/>", "not an export of CVAT: its root is <svg>"),
        ("p.csv", "", "no column 'clip_id'"),
        ("p.csv", "clip_id,lane\na,left\n", "contains no label: 1 without a label"),
        ("p.parquet", "PAR", "cannot be read as Parquet"),
        ("p.jsonl", "{}", "JSONL is the format of label files"),
        ("p.zip", "PK", "not XML"),
    ],
)
def test_what_is_no_export_is_refused(name, content, message, tmp_path):
    if name.endswith("parquet"):
        pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    exported = tmp_path / name
    exported.write_text(content)
    with pytest.raises(UserError) as refusal:
        import_labels(exported, tmp_path / "l.jsonl")
    assert message in str(refusal.value)
    assert not (tmp_path / "l.jsonl").exists()


def test_attributes_that_datumaro_rewrote_as_decimals_are_yes_and_no(tmp_path):
    path = tmp_path / "images.xml"
    attributes = {"clip_id": "b", "score": "0.75", "label": "1.0", "night": "0.0"}
    inside = "".join(f'<attribute name="{name}">{text}</attribute>' for name, text in attributes.items())
    path.write_text(
        f'<annotations><image id="0" name="a.jpg"><tag label="clip">{inside}</tag></image></annotations>'
    )
    import_labels(path, tmp_path / "labels.jsonl")
    assert json.loads((tmp_path / "labels.jsonl").read_text()) == {
        "clip_id": "b", "binary_label": 1, "labels": {"night": 0},
    }  # fmt: skip
