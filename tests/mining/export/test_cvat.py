"""CVAT: files as its documentation of XML 1.1 and of the raw label constructor has them."""

from __future__ import annotations

import json
from xml.etree import ElementTree

from jepamine.mining.export.formats import export


def attributes(node: ElementTree.Element) -> dict[str | None, str | None]:
    return {part.get("name"): part.text for part in node.iter("attribute")}


def test_a_tag_marks_the_first_frame_of_each_clip(scores, labels, tmp_path):
    output, clips = export(scores, "cvat", top=2, labels=labels)
    assert (output, clips) == (tmp_path / "scores.cvat", 2)
    assert sorted(path.name for path in output.iterdir()) == ["images.txt", "images.xml", "labels.json"]
    assert (output / "images.txt").read_text() == f"# below {tmp_path}\na b.jpg\nc.jpg\n"
    root = ElementTree.parse(output / "images.xml").getroot()
    assert root.findtext("version") == "1.1"
    assert root.findtext("meta/task/mode") == "annotation"
    assert [image.attrib for image in root.iter("image")] == [
        {"id": "0", "name": "a b.jpg", "width": "64", "height": "48"},
        {"id": "1", "name": "c.jpg", "width": "64", "height": "48"},
    ]
    tags = root.findall("image[@id='0']/tag")
    assert [tag.get("label") for tag in tags] == ["clip", "clip"]
    facts = {"clip_id": "b", "score": "0.75", "scene": "s", "camera": None}
    assert attributes(tags[0]) == facts | {"label": "1", "cut in": None, "night": "0"}
    (label,) = json.loads((output / "labels.json").read_text())
    assert label["name"] == "clip"
    assert {part["name"]: part["input_type"] for part in label["attributes"]} == {
        "clip_id": "text", "score": "text", "scene": "text", "camera": "text",
        "label": "select", "cut in": "select", "night": "select",
    }  # fmt: skip


def test_a_track_covers_the_frames_of_a_segment(video_scores, tmp_path):
    output, _ = export(video_scores, "cvat")
    root = ElementTree.parse(output / "d.xml").getroot()
    assert root.findtext("meta/task/mode") == "interpolation"
    assert root.findtext("meta/task/size") == "30"
    assert root.findtext("meta/source") == "d.mp4"
    tracks = {attributes(track)["clip_id"]: track.findall("box") for track in root.iter("track")}
    shown = {name: [(box.get("frame"), box.get("outside")) for box in own] for name, own in tracks.items()}
    # The second is shown to the end of the video.
    assert shown == {"v": [("5", "0"), ("15", "1")], "w": [("20", "0")]}
    assert [tracks["v"][0].get(key) for key in ("xtl", "ytl", "xbr", "ybr")] == ["0", "0", "96", "64"]
