"""Cameras and drives that the names of folders hold."""

import pytest

from jepamine.manifests.camera_names import camera_folders


@pytest.mark.parametrize(
    ("scenes", "found"),
    [
        (
            ["2023-06-01_08-00-00-front", "2023-06-01_08-00-00-left_repeater"],
            {("2023-06-01_08-00-00", "front"), ("2023-06-01_08-00-00", "left_repeater")},
        ),
        (["20230601_080000_NF", "20230601_080000_NR"], {("20230601_080000", "F"), ("20230601_080000", "R")}),
        (
            ["clips/7f3a.camera_front_wide_120fov", "clips/7f3a.camera_rear_tele_30fov"],
            {("clips/7f3a", "camera_front_wide_120fov"), ("clips/7f3a", "camera_rear_tele_30fov")},
        ),
        (
            ["rear_trip9/frames", "front_trip9/frames", "front_trip10/frames"],
            {("trip9", "rear"), ("trip9", "front")},
        ),
        (["r1/fl_cam", "r1/rear_cam"], {("r1", "fl_cam"), ("r1", "rear_cam")}),
        (["a/CH1", "a/CH2"], {("a", "CH1"), ("a", "CH2")}),
        (["run/port_a_camera_0", "run/port_a_camera_1"], {("run/port_a", f"camera_{n}") for n in (0, 1)}),
        (
            ["bag/camera/front/image_raw", "bag/camera/left/image_rect_color"],
            {("bag", "front"), ("bag", "left")},
        ),
        (
            ["train-left-image/day1", "train-right-image/day1"],
            {("train/day1", "left-image"), ("train/day1", "right-image")},
        ),
    ],
)
def test_a_folders_name_may_hold_drive_and_camera(scenes, found):
    assert set(camera_folders(scenes).values()) == found


@pytest.mark.parametrize(
    "scenes",
    [
        ("2014-06-25-16-45-34_stereo_centre_02", "2014-06-26-09-53-12_stereo_centre_02"),
        ("turn_left", "turn_right"),
        ("trip1_front", "trip2_rear"),
        ("15-deg-left", "30-deg-left"),
    ],
)
def test_drives_are_not_merged_as_cameras(scenes):
    assert camera_folders(scenes) == {}
