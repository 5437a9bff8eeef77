"""`manifest frames --rig`: all cameras of a drive at the same moments."""

import json
import re
import shlex
from pathlib import Path

import pytest

from jepamine.errors import UserError
from jepamine.manifests.frame_lines import FrameOptions, frame_lines

STEP = 100_000_000


def cut(root, names, cameras=(), **options):
    """The lines, frame paths below the root."""
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    lines = frame_lines(root, 4, 4, cameras, options=FrameOptions(rig=True, **options))
    for line in lines:
        line["cameras"] = {
            camera: [path.removeprefix(f"{root}/") for path in paths]
            for camera, paths in line["cameras"].items()
        }
    return lines


def argoverse(camera, *nanoseconds):
    return [f"log/sensors/cameras/{camera}/3159692049272140{time:09d}.jpg" for time in nanoseconds]


def test_frames_of_all_cameras_nearest_in_time_are_one_clip(tmp_path, capsys):
    front = argoverse("front", 0, STEP, 2 * STEP, 3 * STEP, 4 * STEP)
    # One camera is 20 ms late and has no frame at the third moment; the other is twice as fast.
    left = argoverse("left", *(STEP * n + 20_000_000 for n in (0, 1, 3, 4)))
    right = argoverse("right", *(STEP * n // 2 for n in range(9)))
    (line,) = cut(tmp_path, [*front, *left, *right])
    assert line == {
        "clip_id": "log__000000",
        "scene": "log",
        "drive": "log",
        "timestamps": [int(name.split("/")[-1][:-4]) // 1000 for n, name in enumerate(front) if n != 2],
        "cameras": {
            "front": [front[n] for n in (0, 1, 3, 4)],
            "left": left,
            "right": [right[n] for n in (0, 2, 6, 8)],
        },
    }
    assert "moments skipped: 1 of drive log (a camera has no frame then)\n" in capsys.readouterr().err


def test_the_command_of_the_documentation_runs(jepamine, tmp_path, monkeypatch):
    page = (Path(__file__).parents[2] / "docs" / "footage.md").read_text()
    (command,) = re.findall(r"^jepamine (manifest frames .*--rig .+)$", page, re.MULTILINE)
    for name in (f"footage/{camera}/{number}.jpg" for camera in ("front", "left") for number in (1, 2)):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    result = jepamine(*shlex.split(command))
    assert result.exit_code == 0, result.output
    (line,) = map(json.loads, (tmp_path / "rigs.jsonl").read_text().splitlines())
    assert line["cameras"]["left"] == ["footage/left/1.jpg", "footage/left/2.jpg"]


def test_without_times_equal_numbers_are_one_moment(tmp_path):
    names = [f"city/left/a{n}.png" for n in (1, 2, 3, 10)] + [f"city/right/b{n}.png" for n in (2, 3, 10, 11)]
    (line,) = cut(tmp_path, names)
    assert line["cameras"] == {
        "left": ["city/left/a2.png", "city/left/a3.png"],
        "right": ["city/right/b2.png", "city/right/b3.png"],
    }


def test_only_the_chosen_cameras_are_in_a_rig(tmp_path, capsys):
    names = [f"{camera}/{n}.png" for camera in ("front", "left", "rear") for n in (1, 2)]
    (line,) = cut(tmp_path, names, ["front", "rear"])
    assert list(line["cameras"]) == ["front", "rear"]


def test_drives_of_one_camera_are_counted_and_none_of_several_is_an_error(tmp_path, capsys):
    names = [f"a/{camera}/{n}.png" for camera in ("left", "right") for n in (1, 2)]
    assert len(cut(tmp_path, [*names, "b/1.png", "b/2.png"])) == 1
    assert "frames skipped: 2 (of drives with one camera, or none that is known)\n" in capsys.readouterr().err
    with pytest.raises(UserError) as raised:
        cut(tmp_path, [], exclude=("a",))
    assert str(raised.value) == "--rig: no drive has several cameras; see the layouts above, or use --pattern"


def test_frames_without_times_and_numbers_cannot_be_joined(tmp_path):
    with pytest.raises(UserError, match="camera 'left' have neither times nor numbers of their own"):
        cut(tmp_path, [f"{camera}/{name}.png" for camera in ("left", "right") for name in "ab"])
