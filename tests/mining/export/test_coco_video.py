"""COCO-video: the keys of COCO's format and of TAO's videos; pycocotools where it is installed."""

from __future__ import annotations

import json

import pytest

from jepamine.errors import UserError
from jepamine.mining.export.formats import export


def test_a_clip_is_a_video_and_its_frames_are_images(scores, labels, tmp_path):
    output, _ = export(scores, "coco-video", top=2, labels=labels)
    data = json.loads(output.read_text())
    assert data["info"]["root"] == str(tmp_path)
    size = {"width": 64, "height": 48}
    assert data["videos"][0] == {
        "id": 1, "name": "b", "clip_id": "b", "score": 0.75, "scene": "s", "camera": None,
        "scores": {"knn": 0.75, "scene": 2.0}, **size,
    }  # fmt: skip
    places = [(image["id"], image["video_id"], image["frame_id"]) for image in data["images"]]
    assert places == [(1, 1, 0), (2, 1, 1), (3, 2, 0), (4, 2, 1)]
    assert data["images"][1] == {
        "id": 2, "video_id": 1, "frame_id": 1, "frame_index": 1, "file_name": "c.jpg", **size,
    }  # fmt: skip
    names = {category["id"]: category["name"] for category in data["categories"]}
    assert list(names.values()) == ["1", "0", "cut in=1", "cut in=0", "night=1", "night=0"]
    found = [(item["video_id"], names[item["category_id"]]) for item in data["annotations"]]
    assert set(found) == {(1, "1"), (1, "night=0"), (2, "0"), (2, "night=1"), (2, "cut in=1")}
    assert all(item["bbox"] == [0, 0, 64, 48] and item["area"] == 64 * 48 for item in data["annotations"])


def test_pycocotools_finds_the_images_of_a_label(scores, labels, capsys):
    coco = pytest.importorskip("pycocotools.coco", reason="pycocotools is not installed")
    output, _ = export(scores, "coco-video", labels=labels)
    index = coco.COCO(str(output))
    (category,) = index.getCatIds(catNms=["night=1"])
    assert [image["video_id"] for image in index.loadImgs(index.getImgIds(catIds=[category]))] == [2]


def test_moments_of_a_video_are_no_images(video_scores):
    with pytest.raises(
        UserError, match=r"2 of 2 clips are of recordings, such as 'w'; export them --to cvat"
    ):
        export(video_scores, "coco-video")
