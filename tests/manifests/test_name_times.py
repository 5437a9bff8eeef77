"""Times are read from frames' names, and counters are not taken for times."""

import pytest

from jepamine.manifests.frame_names import FrameName, divided_recordings, drives_across, frame_names
from jepamine.manifests.name_times import name_times, since_1970

TEN = 1_704_450_030_000_000  # 2024-01-05 10:20:30


@pytest.mark.parametrize(
    ("names", "times"),
    [
        (["1305031102.175304", "1305031102.211214"], [1305031102175304, 1305031102211214]),
        (["1305031102.5", "1305031102.75"], [1305031102500000, 1305031102750000]),
        (["315969204.927", "315969205.027"], [315969204927000, 315969205027000]),
        (["1532402927", "1532402928"], [1532402927000000, 1532402928000000]),
        (["1616343527200", "1616343527300"], [1616343527200000, 1616343527300000]),
        (["1400505794141322", "1400505794203822"], [1400505794141322, 1400505794203822]),
        (["15616458249936530", "15616458250936530"], [1561645824993653, 1561645825093653]),
        (["1403636579763555584", "1403636579813555584"], [1403636579763555, 1403636579813555]),
        (["1532402927_050000000", "1532402927_100000000"], [1532402927050000, 1532402927100000]),
        (["1532402927_50000000", "1532402927_100000000"], [1532402927050000, 1532402927100000]),
        (["1532402927-050", "1532402927-100"], [1532402927050000, 1532402927100000]),
        (["2024-01-05T10-20-30.123", "2024-01-05T10-20-30.223"], [TEN + 123_000, TEN + 223_000]),
        (["2024-01-05T10:20:30.123Z", "2024-01-05T10:20:30.5Z"], [TEN + 123_000, TEN + 500_000]),
        (["20240105_102030_123", "20240105_102031_023"], [TEN + 123_000, TEN + 1_023_000]),
        (["20240105102030123456", "20240105102030223456"], [TEN + 123_456, TEN + 223_456]),
        (
            ["vlcsnap-2024-01-05-10h20m30s123", "vlcsnap-2024-01-05-10h20m30s623"],
            [TEN + 123_000, TEN + 623_000],
        ),
        (["IMG_20240105_102030", "IMG_20240105_102031"], [TEN, TEN + 1_000_000]),
        (["2024_01_05_10_20_30_123", "2024_01_05_10_20_30_223"], [TEN + 123_000, TEN + 223_000]),
        (["170908_061502408", "170908_061502458"], [1504851302408000, 1504851302458000]),
        (["000001_1532402927.50", "000002_1532402927.75"], [1532402927500000, 1532402927750000]),
    ],
)
def test_a_time_is_read_in_microseconds(names, times):
    assert [each.time for each in name_times(names)] == times


@pytest.mark.parametrize(
    "names",
    [
        ["000001", "000002"],
        ["0000000000", "0000000001"],
        ["1", "2"],
        # The start of a recording, and a counter.
        ["2018-07-29--12-02-42_9", "2018-07-29--12-02-42_10"],
        ["2018-07-29--12-02-42_123", "2018-07-29--12-02-42_124"],
        [
            "2018-07-29--12-02-42_9",
            "2018-07-29--12-02-42_10",
            "2018-07-29--12-02-43_9",
            "2018-07-29--12-02-43_10",
        ],
        ["20180807145028_camera_frontcenter_000000091", "20180807145028_camera_frontcenter_000000092"],
        ["1532402927_9", "1532402927_10"],
        # No such day, no such time, one name without a time.
        ["20241305_102030", "20241305_102031"],
        ["20240105_256030", "20240105_256031"],
        ["1305031102.175304", "cover"],
        # A number that counts by one.
        ["1403636579763555584", "1403636579763555585"],
        ["9999999999", "9999999998"],
        ["b0c9d2329ad1606b", "0000f77c-6257be58"],
    ],
)
def test_counters_and_other_numbers_are_no_times(names):
    assert name_times(names) is None


def test_integers_of_logs_are_taken_by_their_number_of_digits():
    assert [
        since_1970(text) for text in ("100000", "1532402927612", "1532402927612460", "1532402927612460000")
    ] == [
        100_000,
        1532402927612000,
        1532402927612460,
        1532402927612460,
    ]


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["left_1", "right_1"], [("", "left", 1), ("", "right", 1)]),
        (["host_cam0_7", "host_cam1_7"], [("host", "cam0", 7), ("host", "cam1", 7)]),
        (["d1_000018_leftImg8bit"], [("d1", "leftImg8bit", 18)]),
        (["000069_camera0", "000069_camera1"], [("", "camera0", 69), ("", "camera1", 69)]),
        (["3_ir", "3_rgb"], [("", "ir", 3), ("", "rgb", 3)]),
        (["3_ref", "3", "4_ref", "4"], [("", "ref", 3), ("", "main", 3), ("", "ref", 4), ("", "main", 4)]),
        (["GOPR0475_frame_000041_rgb_anon"], [("GOPR0475", "", 41)]),
        (
            ["video-Bz-frame-000745-SSc", "video-Bz-frame-000746-XXc"],
            [("video-Bz", "", 745), ("video-Bz", "", 746)],
        ),
        (["Seq05VD_f00390"], [("Seq05VD", "", 390)]),
        # One uncertain camera is part of the drive's name.
        (["left_1", "left_2"], [("left", "", 1), ("left", "", 2)]),
        (["left0001", "right0001"], [("", "left", 1), ("", "right", 1)]),
        (["DSC00012", "IMG0013"], [("DSC", "", 12), ("", "", 13)]),
        (
            ["IMG-20240105-WA0003", "IMG-20240106-WA0004"],
            [("IMG-20240105-WA", "", 3), ("IMG-20240106-WA", "", 4)],
        ),
        (["Bild (9)", "Bild (10)"], [("Bild", "", 9), ("Bild", "", 10)]),
        (["aa-x#1", "bb-x#2"], [("aa-x", "", 1), ("bb-x", "", 2)]),
        (["000001-cam1", "000001-cam2"], [("", "cam1", 1), ("", "cam2", 1)]),
        (["d_FrontLeft_3", "d_FrontRight_3"], [("d", "FrontLeft", 3), ("d", "FrontRight", 3)]),
        (["a_1", "readme"], [("", "", 1), ("", "", None)]),
        (["00000040_img_left_45"], [("", "", 40)]),
        (
            [f"d_{n}_{camera}" for n in (7, 8) for camera in ("left_45", "front_2")],
            [("d", camera, n) for n in (7, 8) for camera in ("left_45", "front_2")],
        ),
        # The last number is the frame's in these.
        (
            ["20190401145936_camera_frontcenter_000000080", "20190401145936_camera_frontcenter_000000081"],
            [("20190401145936", "camera_frontcenter", n) for n in (80, 81)],
        ),
        (["day_12-front_001", "day_12-front_002"], [("day_12-front", "", n) for n in (1, 2)]),
        (
            [f"2024-01-05_10-11-12-{side}_0000{n}" for side in ("front", "back") for n in (0, 1)],
            [("2024-01-05_10-11-12", side, n) for side in ("front", "back") for n in (0, 1)],
        ),
        # An id before each name, as annotation tools put it.
        (["0a6e1c2d-d7_11", "e5f3a1b0-d7_10"], [("d7", "", 11), ("d7", "", 10)]),
        (
            ["0a6e1c2d-6f7d68ca_1", "0a6e1c2d-6f7d68ca_2"],
            [("0a6e1c2d-6f7d68ca", "", 1), ("0a6e1c2d-6f7d68ca", "", 2)],
        ),
    ],
)
def test_names_are_split_into_drive_camera_and_number(names, found):
    assert frame_names(names) == [FrameName(drive, camera, number=number) for drive, camera, number in found]


def test_cameras_are_found_beside_times():
    names = ["1305031102.10_left", "1305031102.10_right", "1305031102.20_left", "1305031102.20_right"]
    assert [(each.camera, each.time) for each in frame_names(names)] == [
        ("left", 1305031102100000),
        ("right", 1305031102100000),
        ("left", 1305031102200000),
        ("right", 1305031102200000),
    ]


def test_texts_beside_times_that_every_moment_has_are_cameras():
    names = [f"img_Car__{camera}_{time}" for time in (1614859994057, 1614859995057) for camera in (0, 1)]
    assert [(each.drive, each.camera) for each in frame_names(names)] == [("", "0"), ("", "1")] * 2
    alone = ["a_1614859994057", "b_1614859995057", "a_1614859996057", "b_1614859997057"]
    assert [(each.drive, each.camera) for each in frame_names(alone)] == [("a", ""), ("b", "")] * 2


@pytest.mark.parametrize(
    ("folders", "found"),
    [
        ({"train": ["trip1_1", "trip1_2"], "val": ["trip1_3"]}, {"trip1"}),
        ({"a/training/x": ["GOPR0475_1"], "a/testing/x": ["GOPR0475_2"]}, {"GOPR0475"}),
        # Another place, a word without a number, and folders that are no splits.
        ({"train/a": ["trip1_1"], "val/b": ["trip1_1"]}, set()),
        ({"train": ["DSC_1"], "val": ["DSC_2"]}, set()),
        ({"monday": ["trip1_1"], "tuesday": ["trip1_2"]}, set()),
        ({"trains": ["trip1_1"], "trainl": ["trip1_2"]}, set()),
    ],
)
def test_a_drive_divided_among_train_and_val_is_one(folders, found):
    assert drives_across({folder: frame_names(names) for folder, names in folders.items()}) == found


@pytest.mark.parametrize(
    ("folders", "found"),
    [
        ({"x/train": (10, 12, 14), "x/val": (11, 13)}, {"x/train": "x", "x/val": "x"}),
        ({"train/images": (3, 9), "valid/images": (5,), "test/images": (7,)}, ""),
        # One recording after the other, the same numbers, another place.
        ({"train": (1, 2, 3), "val": (4, 5, 6)}, {}),
        ({"train": (1, 3, 5), "val": (1, 4, 6)}, {}),
        ({"a/train": (1, 3, 5), "b/val": (2, 4, 6)}, {}),
    ],
)
def test_numbers_that_alternate_between_train_and_val_are_of_one_recording(folders, found):
    names = {folder: frame_names([f"frame_{n}" for n in numbers]) for folder, numbers in folders.items()}
    assert divided_recordings(names) == (dict.fromkeys(folders, "") if found == "" else found)


def test_a_date_behind_a_counter_is_no_time_where_several_frames_share_it():
    names = ["0000_85e9_2018-08-19--13-26-08_11_864", "0001_85e9_2018-08-19--13-26-08_12_864"]
    assert name_times(names) is None
