"""Manifest lines as clips."""

import json
from pathlib import Path

import pytest

from jepamine.data.clips import derived_id, read_clips, read_clips_or_errors
from jepamine.errors import UserError
from jepamine.protocols import Source


@pytest.fixture
def manifest(tmp_path):
    """Write lines (objects, or bytes as they are) to a manifest."""

    def write(*lines):
        path = tmp_path / "m.jsonl"
        raw = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
        path.write_bytes(b"".join(line + b"\n" for line in raw))
        return path

    return write


def one(path, **changes):
    (clip,) = read_clips(Source(path, **changes))
    return clip


def test_a_line_is_read_whole(manifest):
    line = {
        "clip_id": "c1", "scene": "s", "camera": "CAM_FRONT", "frame_paths": ["a.jpg", "b.jpg"],
        "timestamps": [0, 83_000], "weather": {"rain": True},
    }  # fmt: skip
    path = manifest(line)
    clip = one(path)
    assert (clip.clip_id, clip.scene, clip.camera) == ("c1", "s", "CAM_FRONT")
    assert (clip.first_tubelet, clip.tubelets, clip.place) == (0, 1, f"{path}:1")
    assert clip.line == line


@pytest.mark.parametrize("key", ["frame_paths", "frames"])
def test_frames_have_two_names_and_lie_beside_the_manifest(manifest, key):
    path = manifest({key: ["x/a.jpg", "b.jpg"]})
    assert one(path).frames == (path.parent / "x" / "a.jpg", path.parent / "b.jpg")


def test_frames_lie_below_the_root_where_one_is_given_and_absolute_ones_where_they_say(manifest):
    path = manifest({"frames": ["a.jpg", "/other/b.jpg"]})
    assert one(path, root=Path("/data")).frames == (Path("/data/a.jpg"), Path("/other/b.jpg"))


@pytest.mark.parametrize(
    ("line", "scene"),
    [
        ({}, None),
        ({"scene": "s"}, "s"),
        ({"scene_id": "s"}, "s"),
        ({"scene": 7}, "7"),
        ({"scene": 0}, "0"),
        ({"scene": None, "scene_id": "s"}, "s"),
        ({"scene": ""}, None),
    ],
)
def test_a_scene_is_text_or_a_number_or_not_known(manifest, line, scene):
    assert one(manifest({"frames": ["a", "b"], **line})).scene == scene


def test_a_derived_id_hangs_on_the_paths_as_written_only(manifest):
    names = ["x/a.jpg", "x/b.jpg"]
    here = one(manifest({"frames": names, "scene": "s"}))
    there = one(manifest({"clip_id": None, "frame_paths": names}), root=Path("/data"))
    # Written down, for it must stay the same with every version: labels name clips by it.
    assert here.clip_id == there.clip_id == derived_id(names) == "a-9054de651dbf"


def test_derived_ids_of_clips_that_share_frames_differ():
    paths = [["a", "b"], ["a", "c"], ["b", "a"], ["a", "b", "a", "b"], ["x/a", "x/b"], ["ab"]]
    assert len({derived_id(names) for names in paths}) == len(paths)


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (b"{", "broken JSON: Expecting property name enclosed in double quotes: line 2 column 1 (char 2)"),
        (b"[]", "expected a JSON object, found list"),
        (b'{"frames": ["\xff"]}', "not UTF-8 text"),
        ({"clip_id": "c"}, "no key 'frame_paths' (or 'frames', or 'video')"),
        ({"frames": None}, "no key 'frame_paths' (or 'frames', or 'video')"),
        ({"frames": "a.jpg"}, "'frames' is not a list of paths"),
        ({"frame_paths": ["a", 1]}, "'frame_paths' is not a list of paths"),
        ({"frames": ["a", ""]}, "'frames' is not a list of paths"),
        ({"frames": []}, "'frames' is empty: a clip without frames"),
        ({"frames": ["a"]}, "1 frames do not divide into tubelets of 2; drop or add a frame"),
        ({"frames": ["a", "b"], "clip_id": 1.5}, "'clip_id' is not text: 1.5"),
        ({"frames": ["a", "b"], "scene": ["s"]}, "'scene' is not text: ['s']"),
        ({"frames": ["a", "b"], "scene_id": {}}, "'scene_id' is not text: {}"),
        ({"frames": ["a", "b"], "camera": True}, "'camera' is not text: True"),
    ],
)
def test_a_line_that_is_not_a_clip_is_an_error_that_names_file_and_line(manifest, line, error):
    path = manifest({"frames": ["a", "b"]}, line)
    with pytest.raises(UserError) as raised:
        list(read_clips(Source(path)))
    assert str(raised.value) == f"{path}:2: {error}"


@pytest.mark.parametrize("content", [b"", b"\n \n"])
def test_a_manifest_without_a_line_is_an_error(tmp_path, content):
    path = tmp_path / "m.jsonl"
    path.write_bytes(content)
    with pytest.raises(UserError) as raised:
        list(read_clips(Source(path)))
    assert str(raised.value) == (
        f"{path}: contains no clip; jepamine manifest video and jepamine manifest frames write manifests"
    )


def test_a_missing_manifest_is_an_error(tmp_path):
    with pytest.raises(UserError, match="nowhere: no such file"):
        list(read_clips(Source(tmp_path / "nowhere")))


def test_tubelets_are_numbered_through_the_manifest(manifest):
    path = manifest({"frames": ["a"] * 4}, b"", {"frames": ["b"] * 2}, {"frames": ["c"] * 6})
    clips = list(read_clips(Source(path)))
    assert [(clip.first_tubelet, clip.tubelets, clip.place) for clip in clips] == [
        (0, 2, f"{path}:1"),
        (2, 1, f"{path}:3"),
        (3, 3, f"{path}:4"),
    ]


def test_a_longer_tubelet_takes_more_frames(manifest):
    assert one(manifest({"frames": ["a"] * 6}), tubelet_size=3).tubelets == 2
    with pytest.raises(UserError, match="4 frames do not divide into tubelets of 3"):
        one(manifest({"frames": ["a"] * 4}), tubelet_size=3)


def test_a_bad_line_can_be_told_in_its_place_while_reading_continues(manifest):
    path = manifest({"frames": ["a", "b"]}, {"frames": []}, {"frames": ["c", "d"], "clip_id": "last"})
    first, error, last = read_clips_or_errors(Source(path))
    assert str(error) == f"{path}:2: 'frames' is empty: a clip without frames"
    assert (first.first_tubelet, last.first_tubelet, last.clip_id) == (0, 1, "last")


@pytest.mark.parametrize("size", [0, -2, 2.0, "2", True, None])
def test_a_tubelet_size_that_is_not_a_positive_integer_is_refused(size, tmp_path):
    with pytest.raises(UserError, match="tubelet_size must be 1 or more, not "):
        Source(tmp_path / "m.jsonl", tubelet_size=size)


@pytest.mark.parametrize("size", [224, (224,), (224, "224"), (0, 224), None])
def test_an_image_size_that_is_not_two_positive_integers_is_refused(size, tmp_path):
    with pytest.raises(UserError, match=r"image_size must be \(height, width\) in pixels, not "):
        Source(tmp_path / "m.jsonl", image_size=size)
