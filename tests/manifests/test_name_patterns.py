"""Patterns that read drive, camera and time from frames' paths."""

import pytest

from jepamine.errors import UserError
from jepamine.manifests.frame_lines import FrameOptions, frame_lines
from jepamine.manifests.name_patterns import name_pattern


def cut(root, names, pattern, **options):
    """The lines, frame paths below the root."""
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    lines = frame_lines(root, 4, 4, options=FrameOptions(pattern, **options))
    for line in lines:
        line["frame_paths"] = [path.removeprefix(f"{root}/") for path in line["frame_paths"]]
    return lines


def test_drive_camera_and_frame_are_read_from_names_and_frames_are_in_order(tmp_path):
    names = ["b_1_front_10.png", "b_1_front_9.png", "b_1_rear_9.png", "b_1_rear_10.png"]
    front, rear = cut(tmp_path, names, "{drive}_{camera}_{frame}.png")
    assert front == {
        "clip_id": "b_1__front__000000",
        "scene": "b_1",
        "drive": "b_1",
        "camera": "front",
        "frame_paths": ["b_1_front_9.png", "b_1_front_10.png"],
    }
    assert (rear["clip_id"], rear["camera"]) == ("b_1__rear__000000", "rear")


@pytest.mark.parametrize(
    ("unit", "stamps", "microseconds"),
    [
        ("time_s", ["1500000000.25", "1500000001"], [1_500_000_000_250_000, 1_500_000_001_000_000]),
        ("time_ms", ["1500000000250", "1500000000250.5"], [1_500_000_000_250_000, 1_500_000_000_250_500]),
        ("time_us", ["7", "12"], [7, 12]),
        ("time_ns", ["1500000000123456789", "1500000000123457789"], [1500000000123456, 1500000000123457]),
    ],
)
def test_times_of_every_unit_become_microseconds(tmp_path, unit, stamps, microseconds):
    (line,) = cut(tmp_path, [f"d1/{stamp}.jpg" for stamp in stamps], f"{{drive}}/{{{unit}}}.jpg")
    assert (line["drive"], line["timestamps"]) == ("d1", microseconds)


def test_a_pattern_with_folders_is_compared_with_the_end_of_the_path(tmp_path):
    names = [
        f"raw/d{drive}/x/{camera}/f{number}.jpg" for drive in (1, 2) for camera in "ab" for number in (1, 2)
    ]
    lines = cut(tmp_path, names, "{drive}/*/{camera}/f{frame}.jpg", fps=10)
    assert [(line["drive"], line["camera"], line["timestamps"]) for line in lines] == [
        (drive, camera, [100_000, 200_000]) for drive in ("d1", "d2") for camera in "ab"
    ]


def test_without_a_drive_the_folder_is_the_scene(tmp_path):
    lines = cut(tmp_path, ["a/left1.png", "a/left2.png", "b/left1.png", "b/left2.png"], "{camera}{frame}.png")
    assert [(line["clip_id"], line["scene"], line["camera"], "drive" in line) for line in lines] == [
        ("a__left__000000", "a", "left", False),
        ("b__left__000000", "b", "left", False),
    ]


def test_images_that_do_not_match_and_second_frames_of_one_number_are_skipped_and_counted(tmp_path, capsys):
    names = ["x/a_1.png", "x/a_2.png", "y/a_2.png", "x/title.png"]
    (line,) = cut(tmp_path, names, "{drive}_{frame}.png")
    assert line["frame_paths"] == ["x/a_1.png", "x/a_2.png"]
    assert capsys.readouterr().err == (
        "images skipped: 1 (do not match --pattern {drive}_{frame}.png), "
        f"the first {tmp_path}/x/title.png\n"
        "read: 3 images in 2 folders\n"
        "frames skipped: 1 (another has the same drive, camera and time or number), "
        f"the first {tmp_path}/y/a_2.png\n"
        "layout --pattern: 1 drive, no cameras, no times (--fps adds them)\n"
    )


def test_a_pattern_that_matches_nothing_is_an_error(tmp_path):
    with pytest.raises(UserError) as raised:
        cut(tmp_path, ["a.png", "b.png"], "{drive}/{frame}.jpg")
    assert str(raised.value) == (
        f"{tmp_path}: no image is left; check --exclude and --pattern {{drive}}/{{frame}}.jpg"
    )


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        (
            "{drvie}_{frame}.png",
            "unknown field {drvie} (did you mean 'drive'?); fields: {drive}, {camera}, {frame}, {time_s}, "
            "{time_ms}, {time_us}, {time_ns}",
        ),
        ("{frame}_{frame}.png", "{frame} occurs twice"),
        ("{drive_{frame}.png", "unmatched brace"),
        ("{drive}}.png", "unmatched brace"),
        ("{time_s}_{time_ns}.png", "more than one time"),
        ("*.png", "no field; a pattern is like {drive}_{camera}_{frame}.png"),
    ],
)
def test_a_wrong_pattern_is_one_clear_message(pattern, message):
    with pytest.raises(UserError) as raised:
        name_pattern(pattern)
    assert str(raised.value) == f"--pattern {pattern}: {message}"


def test_a_wrong_pattern_ends_the_command_without_a_traceback(jepamine, tmp_path):
    result = jepamine("manifest", "frames", tmp_path, "--pattern", "{x}.png")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: --pattern {x}.png: unknown field {x}")
