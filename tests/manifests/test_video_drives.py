"""Files of one recording are one drive, by the names that cameras give them."""

from pathlib import Path

import pytest

from jepamine.manifests.video_drives import places

TEN = 1_704_450_030_000_000  # 2024-01-05 10:20:30
MINUTE = 60_000_000


def placed(*names, length=MINUTE):
    found = places({Path("/card", name): length for name in names})
    return {
        str(path.relative_to("/card")): (place.drive, place.camera, place.start)
        for path, place in found.items()
    }


def test_chapters_of_gopro_are_one_drive_though_a_card_goes_on_in_another_folder():
    names = ["DCIM/100GOPRO/GX010123.MP4", "DCIM/101GOPRO/GX020123.MP4", "DCIM/101GOPRO/GX010124.MP4"]
    assert placed(*names) == {
        names[0]: ("0123", None, 0),
        names[1]: ("0123", None, MINUTE),
        names[2]: (None, None, None),
    }


def test_garmins_numbers_in_a_row_are_a_drive_without_times():
    names = ["DCIM/100EVENT/GRMN0001.MP4", "DCIM/101UNSVD/GRMN0002.MP4", "DCIM/101UNSVD/GRMN0009.MP4"]
    assert placed(*names) == {
        names[0]: ("GRMN0001", None, None),
        names[1]: ("GRMN0001", None, None),
        names[2]: (None, None, None),
    }


@pytest.mark.parametrize(
    ("pair", "drive"),
    [
        (("MOVI0001F.avi", "MOVI0001R.avi"), "MOVI0001"),
        (("clip001_F.mp4", "clip001_R.mp4"), "clip001"),
        (("FILE200101-102030F.MP4", "FILE200101-102030R.MP4"), "FILE200101-102030"),
        (("Köln 1 🚗/7f.mp4", "Köln 1 🚗/7r.mp4"), "7"),
    ],
)
def test_files_that_differ_in_a_cameras_letter_only_are_one_drive(pair, drive):
    assert {place[:1] + place[2:] for place in placed(*pair).values()} == {(drive, 0)}
    assert [place[0] for place in placed(*pair[:1]).values()] == [None]


def test_minutes_in_a_row_are_a_drive_and_a_pause_ends_it():
    names = [f"20240105_10{minute}30.mp4" for minute in (20, 21, 40, 41)]
    assert placed(*names) == {
        names[0]: ("20240105_102030", None, TEN),
        names[1]: ("20240105_102030", None, TEN + MINUTE),
        names[2]: ("20240105_104030", None, TEN + 20 * MINUTE),
        names[3]: ("20240105_104030", None, TEN + 21 * MINUTE),
    }


@pytest.mark.parametrize(
    ("names", "cameras"),
    [
        (
            ["NORMAL/20240105_102030_F.mp4", "NORMAL/20240105_102030_R.mp4", "EVENT/20240105_102130_F.mp4"],
            "FRF",
        ),
        (["Record/20240105_102030_NF.mp4", "Record/20240105_102130_ER.mp4"], "FR"),
        (["Movie/2024_0105_102030_0001F.MP4", "RO/2024_0105_102130_0002R.MP4"], "FR"),
        (["240105_102030_001_FH.MP4", "240105_102130_002_RH.MP4"], "FR"),
        (["DCIM/PROTECTED/240105_102030_001_FH.MP4", "DCIM/VIDEO/240105_102130_002_RH.MP4"], "FR"),
        (["N/20240105_102030_0001_N_A.MP4", "N/20240105_102030_0001_N_B.MP4"], "AB"),
        (["Normal/F/NO20240105-102030-000123F.mp4", "Normal/B/NO20240105-102030-000123B.mp4"], "FB"),
        (["cont_rec/REC_2024_01_05_10_20_30_F.MP4", "evt_rec/EVT_2024_01_05_10_21_30_R.MP4"], "FR"),
        (["Front/NO20240105-102030-000123F.mp4", "Back/NO20240105-102030-000123B.mp4"], ["Front", "Back"]),
        (
            [
                "TeslaCam/RecentClips/2024-01-05_10-20-30-front.mp4",
                "TeslaCam/RecentClips/2024-01-05_10-20-30-left_repeater.mp4",
                "TeslaCam/SavedClips/2024-01-05_10-25-00/2024-01-05_10-21-30-back.mp4",
            ],
            ["front", "left_repeater", "back"],
        ),
    ],
)
def test_cameras_and_folders_of_dashcams_are_one_drive(names, cameras):
    found = placed(*names)
    assert len({found[name][0] for name in names}) == 1
    assert [found[name][1] for name in names] == list(cameras)


def test_two_cars_at_the_same_time_are_two_drives():
    names = [f"{car}/20240105_102030_{side}.mp4" for car in ("a", "b") for side in "FR"]
    assert {name: drive for name, (drive, _, _) in placed(*names).items()} == {
        names[0]: "a/20240105_102030",
        names[1]: "a/20240105_102030",
        names[2]: "b/20240105_102030",
        names[3]: "b/20240105_102030",
    }


def test_chapters_of_a_gopro_are_placed_one_after_the_other():
    found = placed("GH020123.MP4", "GH010123.MP4", "GH010124.MP4", "GOPR0007.MP4", "GP010007.MP4")
    assert found == {
        "GH010123.MP4": ("0123", None, 0),
        "GH020123.MP4": ("0123", None, MINUTE),
        "GH010124.MP4": (None, None, None),
        "GOPR0007.MP4": ("0007", None, 0),
        "GP010007.MP4": ("0007", None, MINUTE),
    }


@pytest.mark.parametrize("between", ["--", "/"])
def test_segments_of_comma_are_one_drive_of_its_cameras(between):
    route = "b0c9|2018-07-27--06-03-57"
    names = [
        f"{route}{between}{segment}/{camera}.hevc" for segment in (3, 4) for camera in ("fcamera", "ecamera")
    ]
    assert placed(*names) == {
        names[0]: (route, "fcamera", 3 * MINUTE),
        names[1]: (route, "ecamera", 3 * MINUTE),
        names[2]: (route, "fcamera", 4 * MINUTE),
        names[3]: (route, "ecamera", 4 * MINUTE),
    }


def test_cameras_without_times_are_one_drive_where_the_rest_of_the_name_is_the_same():
    assert placed("Front/trip1.mp4", "Rear/trip1.mp4") == {
        "Front/trip1.mp4": ("trip1", "Front", 0),
        "Rear/trip1.mp4": ("trip1", "Rear", 0),
    }
    assert placed("d1/front.mp4", "d1/left.mp4", "d2/front.mp4", "d2/left.mp4") == {
        f"{drive}/{camera}.mp4": (drive, camera, 0) for drive in ("d1", "d2") for camera in ("front", "left")
    }
    assert placed("front_0001.mp4", "rear_0001.mp4")["front_0001.mp4"] == ("0001", "front", 0)
    assert placed("front_trip7.mp4", "rear_trip7.mp4")["rear_trip7.mp4"] == ("trip7", "rear", 0)


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (("front/trip1_front.mp4", "rear/trip1_rear.mp4"), [("trip1", "front", 0), ("trip1", "rear", 0)]),
        (("front/front_2.mp4", "rear/rear_2.mp4"), [("2", "front", 0), ("2", "rear", 0)]),
        (
            ("camera_front_wide/7f3a.camera_front_wide.mp4", "camera_rear_tele/7f3a.camera_rear_tele.mp4"),
            [("7f3a", "camera_front_wide", 0), ("7f3a", "camera_rear_tele", 0)],
        ),
        (("run1_cam0.avi", "run1_cam1.avi"), [("run1", "cam0", 0), ("run1", "cam1", 0)]),
    ],
)
def test_a_cameras_name_is_no_part_of_the_drives(names, found):
    assert list(placed(*names).values()) == found


@pytest.mark.parametrize(
    "names",
    [["IMG_0001.MOV", "IMG_0002.MOV"], ["drive.mp4"], ["0000f77c-6257be58.mov", "00067cfb-5443fe39.mov"]],
)
def test_other_files_are_drives_of_their_own(names):
    assert placed(*names) == dict.fromkeys(names, (None, None, None))


@pytest.mark.parametrize(
    ("names", "route"),
    [
        (
            ["0000001a--6a4f7d1f1e--0/fcamera.hevc", "0000001a--6a4f7d1f1e--1/ecamera.hevc"],
            "0000001a--6a4f7d1f1e",
        ),
        (
            ["a2a0_2023-07-27--13-01-19--0--fcamera.hevc", "a2a0_2023-07-27--13-01-19--1--ecamera.hevc"],
            "a2a0_2023-07-27--13-01-19",
        ),
        (
            ["b0c9|2018-07-27--06-03-57/0/fcamera.hevc", "b0c9|2018-07-27--06-03-57/1/ecamera.hevc"],
            "b0c9|2018-07-27--06-03-57",
        ),
    ],
)
def test_routes_of_comma_have_dates_or_counters_and_flat_names(names, route):
    assert list(placed(*names).values()) == [(route, "fcamera", 0), (route, "ecamera", MINUTE)]
