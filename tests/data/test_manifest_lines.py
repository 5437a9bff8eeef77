"""Lines of several cameras, and their single cameras."""

import json

import pytest

from jepamine.data.clips import read_clips, views
from jepamine.data.drives import frame_times
from jepamine.data.run_manifest import manifest_lines
from jepamine.errors import UserError
from jepamine.protocols import Source


def written(tmp_path, *lines):
    path = tmp_path / "m.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def rig(name="r", frames=2, **more):
    cameras = {camera: [f"{name}/{camera}/{n}.jpg" for n in range(frames)] for camera in ("front", "left")}
    return {"clip_id": name, "cameras": cameras, **more}


def test_the_frames_of_a_rig_are_those_of_one_camera_after_the_other(tmp_path):
    (clip,) = read_clips(Source(written(tmp_path, rig(timestamps=[10, 20]))))
    assert [path.relative_to(tmp_path).as_posix() for path in clip.frames] == [
        "r/front/0.jpg",
        "r/front/1.jpg",
        "r/left/0.jpg",
        "r/left/1.jpg",
    ]
    assert (clip.tubelets, clip.camera, frame_times(clip)) == (2, None, [10, 20, 10, 20])


def test_each_camera_is_a_clip_of_its_own_and_of_one_drive(tmp_path):
    clips = list(read_clips(Source(written(tmp_path, rig(frames=4), rig("s", scene="t")))))
    front, left = views(clips[0])
    assert (front.clip_id, left.clip_id, left.camera) == ("r__front", "r__left", "left")
    assert (left.frames, left.first_tubelet, left.tubelets) == (clips[0].frames[4:], 2, 2)
    assert left.line == {
        "clip_id": "r__left",
        "drive": "r",
        "camera": "left",
        "frame_paths": [f"r/left/{n}.jpg" for n in range(4)],
        "rig": "r",
    }
    assert ["drive" in view.line for view in views(clips[1])] == [False, False]


def test_a_line_with_frames_keeps_its_own_key_cameras(tmp_path):
    line = {"clip_id": "x", "frame_paths": ["a.jpg", "b.jpg"], "cameras": 6}
    (clip,) = read_clips(Source(written(tmp_path, line)))
    assert (len(clip.frames), views(clip)) == (2, [clip])


@pytest.mark.parametrize(
    ("cameras", "message"),
    [
        ({}, "'cameras' is not a table of camera and list of paths"),
        (["a.jpg"], "'cameras' is not a table of camera and list of paths"),
        ({"front": "a.jpg"}, "'cameras.front' is not a list of paths"),
        ({"front": ["a", 1]}, "'cameras.front' is not a list of paths"),
        ({"front": ["a", "b"], "left": ["c"]}, "'cameras' have different numbers of frames: front 2, left 1"),
        # Six frames, but no camera has whole tubelets.
        (
            {"front": ["a", "b", "c"], "left": ["d", "e", "f"]},
            "3 frames do not divide into tubelets of 2; drop or add a frame",
        ),
        ({"front": [], "left": []}, "'frames' is empty: a clip without frames"),
    ],
)
def test_a_wrong_rig_is_an_error_with_its_line(tmp_path, cameras, message):
    path = written(tmp_path, {"clip_id": "x", "cameras": cameras})
    with pytest.raises(UserError) as raised:
        list(read_clips(Source(path)))
    assert str(raised.value) == f"{path}:1: {message}"


def test_a_run_is_trained_on_single_cameras_and_no_rig_is_divided(tmp_path):
    rigs = [rig(f"r{number}") for number in range(10)]
    for line in rigs:
        for names in line["cameras"].values():
            for name in names:
                (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
                (tmp_path / name).touch()
    lines = list(manifest_lines(Source(written(tmp_path, *rigs)), "scene", 0.2, 1))
    assert [line["clip_id"] for line in lines[:3]] == ["r0__front", "r0__left", "r1__front"]
    assert not any("cameras" in line for line in lines)
    assert len({(line["rig"], line["split"]) for line in lines}) == 10
    assert sum(line["split"] == "val" for line in lines) == 4
