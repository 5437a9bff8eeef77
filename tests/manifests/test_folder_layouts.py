"""Folder layouts of driving data sets: drives, cameras and times that `manifest frames` finds in them."""

import json
import re
import shlex
from pathlib import Path

import pytest

from jepamine.errors import UserError
from jepamine.manifests.frame_lines import FrameOptions, frame_lines

DOC = Path(__file__).parents[2] / "docs" / "footage.md"
KITTI = "2011_09_26/2011_09_26_drive_0001_sync"
STAMPS = "".join(f"2011-09-26 13:02:{25 + number // 10}.{number % 10}64389445\n" for number in range(6))
# Layout: names of frames, of which each is two to three numbers.
FOLDERS = {
    "nuScenes": [f"samples/{c}/log1__{c}__{t}00000.jpg" for c in ("CAM_BACK", "CAM_FRONT") for t in (1, 2)],
    "Argoverse 2": [
        f"val/{log}/sensors/cameras/{camera}/31596920{number}927214000.jpg"
        for log in ("02678d04", "0526e68e")
        for camera in ("ring_front_center", "ring_side_left")
        for number in range(4, 6)
    ],
    "KITTI raw": [
        f"{KITTI}/{camera}/data/{number:010d}.png"
        for camera in ("image_02", "image_03")
        for number in range(3)
    ],
    "BDD100K (tracking)": [
        f"images/track/train/{video}/{video}-{number:07d}.jpg"
        for video in ("0000f77c-6257be58", "00067cfb-5443fe39")
        for number in (1, 2)
    ],
    "BDD100K (one folder)": [
        f"images/100k/train/{video}-{number:07d}.jpg"
        for video in ("0000f77c-6257be58", "00067cfb-5443fe39")
        for number in (1, 2)
    ],
    "CamVid": [f"train/{drive}{n}.png" for drive in ("0016E5_", "Seq05VD_f") for n in ("00390", "00391")],
    "comma": [f"imgs/2018-07-29--12-02-4{d}_{number}.png" for d in (2, 3) for number in (9, 10)],
    "comma (segments)": [
        f"Chunk_1/b0c9_2018-07-29--12-02-42/{segment}/{n:06d}.png" for segment in (3, 10) for n in (0, 1)
    ],
    "stereo folders": [f"city/{side}/{number}.png" for side in ("left", "right") for number in (1, 2)],
    "stereo names": [f"city/{side}_{number}.png" for side in ("left", "right") for number in (1, 2)],
    "TUM RGB-D": [f"freiburg1_{s}/rgb/13050311{n}.175304.png" for s in ("desk", "xyz") for n in ("02", "03")],
    "EuRoC, ASL": [
        f"MH_01_easy/mav0/{camera}/data/1403636579{n}63555584.png"
        for camera in ("cam0", "cam1")
        for n in (7, 8)
    ],
    "Oxford RobotCar": [
        f"2014-05-14-13-59-05/{camera}/140050579{n}141322.png"
        for camera in ("mono_left", "mono_rear", "stereo/centre", "stereo/left")
        for n in (4, 5)
    ],
    "ApolloScape": [
        f"road01_ins/ColorImage/Record{record}/Camera {camera}/170908_0615024{n}8_Camera_{camera}.jpg"
        for record in ("001", "002")
        for camera in (5, 6)
        for n in (0, 5)
    ],
    "A2D2": [
        f"20180807_145028/camera/cam_{camera}/20180807145028_camera_{camera.replace('_', '')}_00000009{n}.png"
        for camera in ("front_center", "side_left")
        for n in (1, 2)
    ],
    "PandaSet": [
        f"{scene}/camera/{camera}/0{n}.jpg"
        for scene in ("001", "002")
        for camera in ("back_camera", "front_camera")
        for n in (0, 1)
    ],
    "ONCE": [
        f"data/{s}/{c}/161634352{n}200.jpg"
        for s in ("000076", "000080")
        for c in ("cam01", "cam03")
        for n in (7, 8)
    ],
    "Lyft": [
        f"images/host-{host}_{camera}_12328152{n}251064006.jpeg"
        for host in ("a004", "a005")
        for camera in ("cam0", "cam1")
        for n in (52, 53)
    ],
    "KITTI-360": [
        f"data_2d_raw/2013_05_28_drive_0000_sync/{folder}/{number:010d}.png"
        for folder in ("image_00/data_rect", "image_02/data_rgb")
        for number in range(2)
    ],
    "KITTI odometry": [
        f"sequences/{s}/{camera}/{n:06d}.png"
        for s in ("00", "01")
        for camera in ("image_2", "image_3")
        for n in (0, 1)
    ],
    "Cityscapes (sequences)": [
        f"leftImg8bit_sequence/train/aachen/aachen_00000{snippet}_0000{n}_leftImg8bit.png"
        for snippet in (0, 1)
        for n in (18, 19)
    ],
    "DSEC": [
        f"interlaken_00_c/images/{side}/rectified/{n:06d}.png" for side in ("left", "right") for n in (0, 1)
    ],
    "TartanAir": [
        f"office/Easy/{path}/image_{side}/00000{n}_{side}.png"
        for path in ("P000", "P001")
        for side in ("left", "right")
        for n in (0, 1)
    ],
    "Zenseact": [
        f"sequences/{s}/camera_front_blur/{s}_quebec_2022-02-16T13:25:3{n}.934123Z.jpg"
        for s in ("000000", "000001")
        for n in (4, 5)
    ],
    "DDAD": [
        f"{scene}/rgb/CAMERA_0{camera}/1561645824{n}936530.png"
        for scene in ("000150", "000151")
        for camera in (1, 5)
        for n in (2, 3)
    ],
    "FLIR ADAS": [
        f"images_thermal_train/data/video-{video}-frame-00074{n}-SSCRtAHcF{n}.jpg"
        for video in ("BzZspxAweF8AnKhWK", "FkqCGijjAKpABetZZ")
        for n in (5, 6)
    ],
    "Udacity": [
        f"IMG/{side}_2016_12_01_13_30_48_{n}87.jpg" for side in ("center", "left", "right") for n in (2, 3)
    ],
    "Mapillary": [
        f"album/{name}.jpg" for name in ("-0AWY4t0bT", "_2BNsSQSX", "498763468214164", "Zh5CoWpmSP")
    ],
    "ROS image_saver": [f"run/{side}{n:04d}.jpg" for side in ("left", "right") for n in (0, 1)],
    "CARLA": [f"Town01/{c}/{n:08d}.png" for c in ("CameraRGB", "CameraRear") for n in (1, 2)],
    "AirSim": [
        f"2021-03-04/images/img_Car__{camera}_161485999{n}057382500.png" for camera in (0, 1) for n in (4, 5)
    ],
    "SYNTHIA": [
        f"SEQS-01/RGB/Stereo_{s}/Omni_{c}/{n:06d}.png"
        for s in ("Left", "Right")
        for c in "BF"
        for n in (0, 1)
    ],
    "frames of dashcams' videos": [
        f"out/20240105_10{minute}30_F_{n:04d}.jpg" for minute in (20, 21) for n in (1, 2)
    ],
    "a drive in train and val": [f"{p}/images/trip1_{n:05d}.jpg" for p, n in (("train", 0), ("train", 1))]
    + [f"val/images/trip1_0000{n}.jpg" for n in (2, 3)],
    "a recording in train and val": [
        f"export/{part}/images/frame_{n:04d}_jpg.rf.{n}e5f.jpg"
        for part, numbers in (("train", (10, 14)), ("valid", (12, 16)))
        for n in numbers
    ],
    "Label Studio": [
        f"images/{name}.jpg"
        for name in ("e5f3a1b0-d7_10", "0a6e1c2d-d7_11", "91d0c3f4-d8_10", "4b2a7f00-d8_11")
    ],
    "SHIFT": [
        f"images/train/{c}/003b-cba5/000000{n}0_img_{c}.jpg" for c in ("front", "left_45") for n in (0, 1)
    ],
    "WhatsApp": [f"phone/IMG-20240105-WA000{n}.jpg" for n in (1, 2)],
    "pictures of several kinds": [f"city/00000{n}_{kind}.png" for n in (1, 2) for kind in ("ir", "rgb")],
    "a dashcam's pairs": [
        f"out/20240105102{minute}30_000{minute}{camera}_{n:04d}.jpg"
        for minute in (0, 1)
        for camera in "FR"
        for n in (1, 2)
    ],
    "Waymo in the form of KITTI": [
        f"training/image_{camera}/0{segment:03d}{n:03d}.png"
        for camera in range(5)
        for segment in (0, 1)
        for n in (0, 1)
    ],
    "numbered folders, the same times": [
        f"d1/{camera}/153240292{n}612460.png" for camera in (0, 1) for n in (7, 8)
    ],
    "depth as JPEG": [f"run/{f}/{n}.jpg" for f in ("depth_front", "front") for n in (1, 2)],
    "umlauts, blanks, emoji, capitals": [
        f"Fahrt Köln 🚗/{side}/Bild {n}.JPG" for side in ("hinten", "vorne") for n in (1, 2)
    ],
    "a camera's card (DCF)": [
        f"card/DCIM/{folder}GOPRO/GOPR{n}.JPG"
        for folder, own in ((100, (8, 9)), (101, (10, 11)))
        for n in own
    ],
    "Ford AV": [
        f"2017-08-04-V2-Log{log}-{camera}/150182214{n}123456.png"
        for log in (1, 2)
        for camera in ("FL", "RR")
        for n in (1, 2)
    ],
    "RADIATE": [f"city_1_0/zed_{side}/00000{n}.png" for side in ("left", "right") for n in (1, 2)],
    "aiMotive": [
        f"urban/20210401-074041/sensor/camera/{c}/{c}_000000{n}.jpg"
        for c in ("F_MIDRANGECAM_C", "M_FISHEYE_L")
        for n in (0, 1)
    ],
    "ROS topics": [
        f"bag1/{c}_image_raw/frame000{n}.jpg" for c in ("_camera_front", "_camera_left") for n in (0, 1)
    ],
    "a folder per drive and camera": [
        f"frames/trip{trip}_{side}/{n}.jpg" for trip in (1, 2) for side in ("front", "rear") for n in (1, 2)
    ],
    "a folder per dashcam file": [
        f"out/20240105_101112_N{camera}/{n}.jpg" for camera in "FR" for n in (1, 2)
    ],
    "a folder per scene": [f"{scene}/{number}.jpg" for scene in ("monday", "tuesday") for number in (1, 2)],
}


# Files that list the times of the frames of some of these.
TIMES = {
    "Mapillary": {
        "album/mapillary_image_description.json": json.dumps(
            [
                {
                    "filename": f"C:\\\\Users\\\\me\\\\album\\\\{name}.jpg",
                    "MAPCaptureTime": f"2021_02_13_13_24_4{second}_500",
                    "MAPSequenceUUID": sequence,
                }
                for name, second, sequence in (
                    ("Zh5CoWpmSP", 1, "a57da8e1-0c9b"),
                    ("-0AWY4t0bT", 2, "a57da8e1-0c9b"),
                    ("498763468214164", 1, "b7c6d79e-1111"),
                    ("_2BNsSQSX", 0, "b7c6d79e-1111"),
                )
            ]
        )
    },
    "PandaSet": {
        f"{scene}/camera/{camera}/timestamps.json": "[1557539924.49981, 1557539924.599792]"
        for scene in ("001", "002")
        for camera in ("back_camera", "front_camera")
    },
    "KITTI odometry": {f"sequences/{s}/times.txt": "0.000000e+00\n1.037875e-01\n" for s in ("00", "01")},
    "DSEC": {"interlaken_00_c/images/timestamps.txt": "51648531243\n51648581243\n"},
    "KITTI-360": {
        f"data_2d_raw/2013_05_28_drive_0000_sync/{camera}/timestamps.txt": STAMPS
        for camera in ("image_00", "image_02")
    },
}


def laid_out(root, names):
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
        if (root / name).parent.name == "data":
            (root / name).parents[1].joinpath("timestamps.txt").write_text(STAMPS)
    return root


def cut(root, cameras=(), max_gap=1.0, **options):
    """The lines, frame paths below the root."""
    lines = frame_lines(root, 2, 2, cameras, max_gap, FrameOptions(**options))
    for line in lines:
        line["frame_paths"] = [path.removeprefix(f"{root}/") for path in line["frame_paths"]]
    return lines


def row(name, lines):
    drives = dict.fromkeys(line.get("drive", line["scene"]) for line in lines)
    cameras = dict.fromkeys(line["camera"] for line in lines if "camera" in line)
    times = sum("timestamps" in line for line in lines)
    cells = [
        name,
        f"`{lines[0]['frame_paths'][0]}`",
        ", ".join(f"`{drive}`" for drive in drives),
        ", ".join(f"`{camera}`" for camera in cameras) or "-",
        {0: "`--fps`", len(lines): "yes"}[times],
    ]
    return f"| {' | '.join(cells)} |"


@pytest.mark.parametrize("name", FOLDERS)
def test_the_table_of_layouts_is_what_is_found(tmp_path, name):
    laid_out(tmp_path, FOLDERS[name])
    for path, text in TIMES.get(name, {}).items():
        (tmp_path / path).write_text(text)
    assert row(name, cut(tmp_path, max_gap=1e6)) in DOC.read_text().splitlines()


def test_every_command_of_the_page_of_layouts_runs(jepamine, tmp_path, monkeypatch):
    section = DOC.read_text().partition("## Folder layouts")[2].partition("\n## ")[0]
    commands = re.findall(r"^jepamine (manifest frames .+)$", section, re.MULTILINE)
    laid_out(
        tmp_path / "footage",
        [f"{camera}/d_{camera}_{number}.png" for camera in ("front", "left", "night") for number in (1, 2)]
        + [f"d1/front/150000000{number}012345678.jpg" for number in (1, 2)],
    )
    monkeypatch.chdir(tmp_path)
    results = [jepamine(*shlex.split(command)) for command in commands]
    assert [result.exit_code for result in results] == [0, 0, 0, 0]
    assert "layout --pattern: 1 drive, cameras front, left, night, times from --fps 10\n" in results[2].stderr


def test_folders_of_a_card_are_one_drive_wherever_the_card_is(tmp_path):
    names = [f"{folder}/IMG_{n}.JPG" for folder, n in (("100CANON", 1), ("100CANON", 2), ("101CANON", 3))]
    names += ["101CANON/IMG_4.JPG"]
    laid_out(tmp_path / "monday" / "DCIM", names)
    laid_out(tmp_path / "tuesday" / "DCIM", names)
    found = {line["scene"]: line["drive"] for line in cut(tmp_path)}
    assert found == {
        f"{day}/DCIM/{folder}CANON": day for day in ("monday", "tuesday") for folder in (100, 101)
    }
    assert {line["drive"] for line in cut(tmp_path / "monday")} == {"monday"}
    assert {line["drive"] for line in cut(tmp_path / "monday" / "DCIM")} == {"DCIM"}


@pytest.mark.parametrize(
    "folders", [("100CANON", "MISC"), ("DCIM/MISC", "DCIM/100CANON"), ("DCIM/100CANON",)]
)
def test_other_folders_and_a_single_one_are_drives_of_their_own(tmp_path, folders):
    laid_out(tmp_path, [f"{folder}/IMG_{n}.JPG" for folder in folders for n in (1, 2)])
    assert ["drive" in line for line in cut(tmp_path)] == [False] * len(folders)


def test_argoverse_nanoseconds_become_microseconds_and_ids_stay_those_of_folders(tmp_path):
    names = FOLDERS["Argoverse 2"][:2]
    (line,) = cut(laid_out(tmp_path, names))
    assert line == {
        "clip_id": "val/02678d04/sensors/cameras/ring_front_center__000000",
        "scene": "val/02678d04/sensors/cameras/ring_front_center",
        "drive": "02678d04",
        "camera": "ring_front_center",
        "timestamps": [315969204927214, 315969205927214],
        "frame_paths": names,
    }


def test_the_drive_is_found_though_the_folder_given_is_inside_the_layout(tmp_path):
    laid_out(tmp_path, FOLDERS["Argoverse 2"][:2])
    (line,) = cut(tmp_path / "val/02678d04/sensors/cameras/ring_front_center")
    assert (line["drive"], line["camera"]) == ("02678d04", "ring_front_center")


def test_kitti_times_are_those_of_the_frames_numbers(tmp_path):
    laid_out(tmp_path, [f"{KITTI}/image_02/data/{number:010d}.png" for number in (2, 3, 4, 5)])
    first, second = cut(tmp_path)
    start = 1317042145000000
    assert first["timestamps"] == [start + 264389, start + 364389]
    assert second["timestamps"] == [start + 464389, start + 564389]
    assert (first["drive"], first["camera"]) == ("2011_09_26_drive_0001_sync", "image_02")


def test_kitti_frames_without_their_times_are_cut_by_number_with_a_notice(tmp_path, capsys):
    laid_out(tmp_path, [f"{KITTI}/image_02/data/{number:010d}.png" for number in (4, 5, 6, 7)])
    assert ["timestamps" in line for line in cut(tmp_path)] == [False, False]
    stamps = tmp_path / KITTI / "image_02" / "timestamps.txt"
    assert f"{stamps}: 6 lines, but there is a frame 7: the frames have no times\n" in capsys.readouterr().err
    stamps.unlink()
    cut(tmp_path)
    assert f"{stamps}: no such file, so the frames beside it have no times\n" in capsys.readouterr().err


def test_a_line_that_is_no_time_is_an_error_with_file_and_line(tmp_path):
    laid_out(tmp_path, FOLDERS["KITTI raw"][:2])
    stamps = tmp_path / KITTI / "image_02" / "timestamps.txt"
    stamps.write_text("2011-09-26 13:02:25.964389445\nlater\n")
    with pytest.raises(UserError) as raised:
        cut(tmp_path)
    assert str(raised.value) == f"{stamps}:2: not a time like 2011-09-26 13:02:25.964389445: 'later'"


def test_one_image_per_video_makes_no_clip_and_the_next_step_is_named(tmp_path):
    laid_out(tmp_path, ["images/100k/train/0000f77c-6257be58.jpg", "images/100k/train/00067cfb-5443fe39.jpg"])
    with pytest.raises(UserError) as raised:
        cut(tmp_path)
    assert str(raised.value) == (
        f"{tmp_path}: single frames, which make no clip; cut clips from BDD100K's videos instead: "
        "jepamine manifest video"
    )


def test_the_labelled_frames_of_cityscapes_make_no_clip_whatever_their_numbers(tmp_path):
    numbers = {"000000": (629, 42505, 85413), "000001": (120,)}
    names = [f"hamburg_{s}_{n:06d}_leftImg8bit.png" for s, own in numbers.items() for n in own]
    laid_out(tmp_path, [f"leftImg8bit/train/hamburg/{name}" for name in names])
    with pytest.raises(UserError, match=r"single frames, which make no clip; .* use leftImg8bit_sequence"):
        cut(tmp_path)


def test_cityscapes_frame_numbers_are_a_clock_and_a_hole_in_them_ends_a_clip(tmp_path):
    names = [f"bonn_000004_{n:06d}_leftImg8bit.png" for n in (17, 18, 300, 301)]
    laid_out(tmp_path, names)
    lines = cut(tmp_path)
    assert [line["timestamps"] for line in lines] == [[1_000_000, 1_058_823], [17_647_058, 17_705_882]]
    assert {line["drive"] for line in lines} == {"bonn_000004"}


def test_mapillary_images_are_in_the_order_of_their_capture(tmp_path):
    laid_out(tmp_path, FOLDERS["Mapillary"])
    (tmp_path / "album/mapillary_image_description.json").write_text(
        TIMES["Mapillary"]["album/mapillary_image_description.json"]
    )
    second, first = cut(tmp_path)
    start = 1_613_222_680_500_000
    assert first["frame_paths"] == ["album/Zh5CoWpmSP.jpg", "album/-0AWY4t0bT.jpg"]
    assert first["timestamps"] == [start + 1_000_000, start + 2_000_000]
    assert second["frame_paths"] == ["album/_2BNsSQSX.jpg", "album/498763468214164.jpg"]
    assert (second["scene"], second["drive"]) == ("album/b7c6d79e-1111", "b7c6d79e-1111")


@pytest.mark.parametrize(
    ("text", "notice"),
    [
        ("[", "cannot be read as JSON: Expecting value: line 1 column 2 (char 1): not used\n"),
        (
            '[{"filename": "1.jpg", "MAPCaptureTime": "2021_02_13_13_24_41_140"}, {"error": {}}]',
            "not used for album: it lacks 1 of 2 images in ",
        ),
        ('[{"filename": "1.jpg", "MAPCaptureTime": "yesterday"}, 5]', "read: 2 images in 1 folder\n"),
    ],
)
def test_a_description_that_does_not_describe_the_folder_is_reported(tmp_path, capsys, text, notice):
    laid_out(tmp_path, ["album/1.jpg", "album/2.jpg"])
    (tmp_path / "album/mapillary_image_description.json").write_text(text)
    assert cut(tmp_path)[0]["frame_paths"] == ["album/1.jpg", "album/2.jpg"]
    assert notice in capsys.readouterr().err


def test_frames_whose_names_give_no_order_are_reported(tmp_path, capsys):
    laid_out(tmp_path, ["x/-0AWY4t0bTvK.jpg", "x/_NsSQSX-Vwn.jpg", "y/1.jpg", "y/2.jpg"])
    cut(tmp_path)
    notice = "names with neither a time nor a number: 2, in the order of letters, the first "
    assert f"{notice}{tmp_path}/x/-0AWY4t0bTvK.jpg\n" in capsys.readouterr().err


def test_numbered_folders_of_the_same_names_are_drives_with_a_notice_that_has_the_pattern(tmp_path, capsys):
    names = [f"{drive}/{camera}/{n:06d}.png" for drive in ("d1", "d2") for camera in (0, 1) for n in (1, 2)]
    laid_out(tmp_path, names)
    assert {line["scene"] for line in cut(tmp_path)} == {"d1/0", "d1/1", "d2/0", "d2/1"}
    notice = (
        "folders beside each other with frames of the same names, taken for drives of their own: 4, "
        f"the first {tmp_path}/d1/0, {tmp_path}/d1/1; if they are cameras of one drive: "
        "--pattern '{drive}/{camera}/{frame}.png'\n"
    )
    assert notice in capsys.readouterr().err
    lines = cut(tmp_path, pattern="{drive}/{camera}/{frame}.png")
    assert [(line["drive"], line["camera"]) for line in lines] == [
        ("d1", "0"),
        ("d1", "1"),
        ("d2", "0"),
        ("d2", "1"),
    ]


def test_numbered_folders_may_count_from_one(tmp_path, capsys):
    laid_out(tmp_path, [f"d1/{camera}/{n}.png" for camera in (1, 2, 3) for n in (1, 2)])
    assert len(cut(tmp_path)) == 3
    assert f"their own: 3, the first {tmp_path}/d1/1, {tmp_path}/d1/2, " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("folders", "drives"),
    [
        (("0000001a--6a4f7d1f1e--0", "0000001a--6a4f7d1f1e--1"), {"0000001a--6a4f7d1f1e"}),
        (("r/2024-01-05--10-11-12/0", "r/2024-01-05--10-11-12/1"), {"2024-01-05--10-11-12"}),
        (("2024-01-05/1", "2024-01-05/2"), {None}),
    ],
)
def test_segments_of_a_route_are_one_drive_and_drives_of_a_day_are_not(tmp_path, folders, drives):
    laid_out(tmp_path, [f"{folder}/{n}.png" for folder in folders for n in (1, 2)])
    assert {line.get("drive") for line in cut(tmp_path)} == drives


def test_dates_in_a_folder_called_camera_are_drives(tmp_path):
    laid_out(tmp_path, [f"camera/2024010{day}/{n}.png" for day in (5, 6) for n in (1, 2)])
    assert ["drive" in line for line in cut(tmp_path)] == [False, False]


@pytest.mark.parametrize("folders", [("a", "b"), ("0", "2"), ("monday", "tuesday", "0")])
def test_scenes_whose_frames_have_the_same_numbers_are_not_worth_a_notice(tmp_path, capsys, folders):
    laid_out(tmp_path, [f"{folder}/{n}.png" for folder in folders for n in (1, 2)])
    cut(tmp_path)
    assert "beside each other" not in capsys.readouterr().err


def test_folders_of_other_times_are_drives(tmp_path):
    laid_out(tmp_path, [f"{d}/153240{d}92{n}612460.png" for d in (2, 3) for n in (7, 8)])
    assert [line.get("camera") for line in cut(tmp_path)] == [None, None]


def test_every_name_in_no_order_is_reported_though_some_end_with_a_digit(tmp_path, capsys):
    laid_out(tmp_path, [f"CAM_F0/{name}.jpg" for name in ("8b0e7153bf7c", "1c16d5bd5c71", "9f18ae4327ab")])
    cut(tmp_path)
    notice = "names with neither a time nor a number: 2, in the order of letters, the first "
    assert f"{notice}{tmp_path}/CAM_F0/8b0e7153bf7c.jpg\n" in capsys.readouterr().err


def test_clips_whose_numbers_are_unevenly_apart_are_counted(tmp_path, capsys):
    laid_out(tmp_path, [f"a/{n}.jpg" for n in (10, 16, 17, 19)] + [f"b/{n}.jpg" for n in (0, 5, 10, 15)])
    frame_lines(tmp_path, 4, 4)
    notice = "clips whose frames are unevenly apart by their numbers: 1 of 2, the first at "
    assert f"{notice}{tmp_path}/a/10.jpg; frames were left out there\n" in capsys.readouterr().err
    frame_lines(tmp_path, 4, 4, options=FrameOptions(fps=30.0))
    assert "unevenly" not in capsys.readouterr().err


def test_long_ids_are_no_numbers_of_frames(tmp_path, capsys):
    laid_out(
        tmp_path, [f"album/{n}.jpg" for n in ("498763468214164", "1013556826200245", "3021587821460837")]
    )
    cut(tmp_path)
    assert "names with neither a time nor a number: 3, in the order of letters" in capsys.readouterr().err


def test_what_lies_beside_frames_is_counted_by_what_it_is(tmp_path, capsys):
    names = [f"d1/{n}.JPG" for n in (1, 2)] + [
        f"d1/a.{s}" for s in ("MP4", "gpx", "nmea", "srt", "THM", "txt")
    ]
    laid_out(tmp_path, names)
    assert [line["frame_paths"] for line in cut(tmp_path)] == [names[:2]]
    assert capsys.readouterr().err.splitlines()[:3] == [
        "files skipped: 1 (videos: 1 .mp4; jepamine manifest video reads them), "
        f"the first {tmp_path}/d1/a.MP4",
        "files skipped: 4 (positions, subtitles and previews of a camera: 1 .thm, 1 .gpx, 1 .nmea, 1 .srt), "
        f"the first {tmp_path}/d1/a.THM",
        f"files skipped: 1 (not images: 1 .txt), the first {tmp_path}/d1/a.txt",
    ]


def test_recordings_that_number_their_frames_anew_are_not_in_one_clip(tmp_path):
    laid_out(tmp_path, [f"x/{part} part {n:03d}.jpg" for part in ("1.", "2.") for n in range(12)])
    lines = [line["frame_paths"] for line in cut(tmp_path)]
    assert all(len({Path(path).name[0] for path in paths}) == 1 for paths in lines)
    assert sum(map(len, lines)) == 24


def test_no_clip_mixes_the_drives_of_one_folder_and_a_drive_is_one_across_folders(tmp_path):
    laid_out(
        tmp_path,
        [
            *(f"train/{drive}_{number:05d}.png" for drive in ("0006R0", "0016E5") for number in range(3)),
            *(f"val/0016E5_{number:05d}.png" for number in (90, 91)),
        ],
    )
    lines = cut(tmp_path)
    assert [(line["scene"], line["drive"]) for line in lines] == [
        ("train/0006R0", "0006R0"),
        ("train/0016E5", "0016E5"),
        ("val", "0016E5"),
    ]
    assert lines[1]["frame_paths"] == ["train/0016E5_00000.png", "train/0016E5_00001.png"]


@pytest.mark.parametrize(
    "names",
    [
        # Seconds and nanoseconds.
        [f"{second}_{number}.png" for second in (1532402927, 1532402928) for number in (100, 200)],
        [f"frame_{second}_{number}.png" for second in (1532402927, 1532402928) for number in (100, 200)],
        [f"frame_{number}.png" for number in range(4)],
        # One frame each: nothing that a clip could be cut from.
        [f"{name}_1.png" for name in ("rain", "fog", "snow", "sun")],
        ["a_1.png", "a_2.png", "b_1.png", "readme.png"],
    ],
)
def test_other_names_with_numbers_are_one_scene_as_before(tmp_path, names):
    laid_out(tmp_path / "x", names)
    lines = cut(tmp_path)
    assert [line["clip_id"] for line in lines] == ["x__000000", "x__000002"]
    assert not any("drive" in line for line in lines)


@pytest.mark.parametrize("folders", [("left_turn", "right_turn"), ("cambridge", "camden"), ("left", "x")])
def test_folders_that_are_not_several_cameras_are_scenes_as_before(tmp_path, folders):
    laid_out(tmp_path, [f"{folder}/{number}.jpg" for folder in folders for number in (1, 2)])
    lines = cut(tmp_path)
    assert [(line["scene"], line.get("drive"), line.get("camera")) for line in lines] == [
        (folder, None, None) for folder in folders
    ]


def test_drives_below_a_folder_for_each_camera_are_the_same_drives(tmp_path):
    laid_out(tmp_path, [f"{c}/d{d}/{n}.jpg" for c in ("cam0", "cam1") for d in (1, 2) for n in (1, 2)])
    assert [(line["drive"], line["camera"]) for line in cut(tmp_path)] == [
        ("d1", "cam0"),
        ("d2", "cam0"),
        ("d1", "cam1"),
        ("d2", "cam1"),
    ]


def test_fps_gives_times_by_the_numbers_in_the_names_and_a_hole_is_a_gap(tmp_path):
    laid_out(tmp_path, [f"a/{number:05d}.png" for number in (30, 60, 150, 180)])
    assert [line["timestamps"] for line in cut(tmp_path, fps=30)] == [
        [1_000_000, 2_000_000],
        [5_000_000, 6_000_000],
    ]
    assert [line["frame_paths"] for line in cut(tmp_path, max_gap=0.5, fps=60)] == [
        ["a/00030.png", "a/00060.png"],
        ["a/00150.png", "a/00180.png"],
    ]


def test_fps_counts_frames_whose_names_have_no_numbers(tmp_path):
    laid_out(tmp_path, ["a/one.png", "a/two.png"])
    assert cut(tmp_path, fps=4)[0]["timestamps"] == [0, 250_000]


def test_fps_leaves_times_of_names_as_they_are(tmp_path, capsys):
    laid_out(tmp_path, FOLDERS["Argoverse 2"][:2])
    assert cut(tmp_path, fps=5)[0]["timestamps"] == [315969204927214, 315969205927214]
    assert "1 drive, cameras ring_front_center, times from file names\n" in capsys.readouterr().err


def test_what_is_excluded_is_left_out_by_folder_path_or_name_and_counted(tmp_path, capsys):
    laid_out(tmp_path, [f"{folder}/{number}.jpg" for folder in ("a", "b/night", "c") for number in (1, 2, 3)])
    lines = cut(tmp_path, exclude=("night", "c/*", "3.*"))
    assert [line["frame_paths"] for line in lines] == [["a/1.jpg", "a/2.jpg"]]
    assert capsys.readouterr().err.splitlines()[:4] == [
        f"images skipped: 1 (--exclude 3.*), the first {tmp_path}/a/3.jpg",
        f"images skipped: 3 (--exclude night), the first {tmp_path}/b/night/1.jpg",
        f"images skipped: 3 (--exclude c/*), the first {tmp_path}/c/1.jpg",
        "read: 2 images in 1 folder",
    ]
    with pytest.raises(UserError, match=r"no image is left; check --exclude$"):
        cut(tmp_path, exclude=("*",))


def test_cameras_are_chosen_by_a_list(jepamine, tmp_path):
    laid_out(
        tmp_path, [f"{camera}/{number}.jpg" for camera in ("front", "left", "rear") for number in (1, 2)]
    )
    result = jepamine("manifest", "frames", tmp_path, "--cameras", "front, rear")
    assert result.exit_code == 0, result.output
    assert [json.loads(line)["camera"] for line in result.stdout.splitlines()] == ["front", "rear"]
    assert "layout one folder per camera: 1 drive, cameras front, left, rear, no times" in result.stderr
    wrong = jepamine("manifest", "frames", tmp_path, "--cameras", "front,,rear")
    assert (wrong.exit_code, "'front,,rear' has an empty name" in wrong.output) == (2, True)
