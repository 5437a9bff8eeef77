"""`manifest frames`: frames on disk to manifest lines."""

import json
from pathlib import Path

import pytest
from PIL import Image

from jepamine.data.clips import read_clips
from jepamine.errors import UserError
from jepamine.manifests.frame_lines import frame_lines
from jepamine.protocols import Source

LOG = "n015-2018-07-24-11-22-45+0800"
BEGIN = 1532402927612460
STEP = 500_000
DRIVING = Path(__file__).parents[3] / "shared" / "data" / "driving"


@pytest.fixture
def root(tmp_path):
    """An empty folder."""
    folder = tmp_path / "footage"
    folder.mkdir()
    return folder


def touch(root, *names):
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()


def shots(count, camera="CAM_FRONT", log=LOG, begin=BEGIN, folder="samples/"):
    """File names as in nuScenes, half a second apart."""
    return [f"{folder}{log}__{camera}__{begin + STEP * number}.jpg" for number in range(count)]


def cut(root, window=4, stride=4, **options):
    """The lines, frame paths below the root."""
    lines = frame_lines(root, window, stride, **options)
    for line in lines:
        line["frame_paths"] = [path.removeprefix(f"{root}/") for path in line["frame_paths"]]
    return lines


@pytest.mark.parametrize("stray", ["cover", "calib_board", "Karte"])
def test_an_image_without_a_number_does_not_mix_the_cameras_of_a_folder(stray, jepamine, tmp_path):
    for name in [f"run_{camera}_{number:04d}" for camera in ("front", "left") for number in range(4)] + [
        stray
    ]:
        Image.new("RGB", (16, 9)).save(tmp_path / f"{name}.png")
    manifest = tmp_path / "m.jsonl"
    result = jepamine("manifest", "frames", tmp_path, "--output", manifest)
    skipped = "images skipped: 1 (without a number, among frames that have one), the first"
    assert f"{skipped} {tmp_path / stray}.png\n" in result.stderr
    lines = [json.loads(line) for line in manifest.read_text().splitlines()]
    assert [(line["camera"], len(line["frame_paths"])) for line in lines] == [("front", 4), ("left", 4)]


@pytest.mark.parametrize(
    "names",
    [
        # Ids of Mapillary; too many to be no frames; numbers of no common form.
        ["_2BNsSQSX", "a8xK1", "kLmNoP", "b7Q", "x9z"],
        ["a", "b", "c1", "c2", "c3"],
        ["north", "1x", "y22z", "3", "4w"],
    ],
)
def test_images_without_a_number_are_frames_where_the_others_are_not_numbered(names, jepamine, tmp_path):
    for name in names:
        Image.new("RGB", (16, 9)).save(tmp_path / f"{name}.png")
    result = jepamine("manifest", "frames", tmp_path, "--output", tmp_path / "m.jsonl")
    assert f"read: {len(names)} images in 1 folder\n" in result.stderr


def test_a_folder_is_a_scene_and_its_frames_are_in_the_order_of_their_numbers(root):
    names = [f"drive/{number}.jpg" for number in (1, 2, 9, 10, 11, 100)]
    touch(root, *reversed(names))
    assert cut(root) == [
        {"clip_id": "drive__000000", "scene": "drive", "frame_paths": names[:4]},
        {"clip_id": "drive__000004", "scene": "drive", "frame_paths": names[4:]},
    ]


def test_names_that_say_log_camera_and_time_are_cut_by_them(root):
    front, back = shots(6), shots(4, "CAM_BACK")
    touch(root, *back, *front)
    assert cut(root) == [
        {
            "clip_id": f"{LOG}__CAM_BACK__1532402927612460",
            "scene": LOG,
            "camera": "CAM_BACK",
            "timestamps": [1532402927612460, 1532402928112460, 1532402928612460, 1532402929112460],
            "frame_paths": back,
        },
        {
            "clip_id": f"{LOG}__CAM_FRONT__1532402927612460",
            "scene": LOG,
            "camera": "CAM_FRONT",
            "timestamps": [1532402927612460, 1532402928112460, 1532402928612460, 1532402929112460],
            "frame_paths": front[:4],
        },
        {
            "clip_id": f"{LOG}__CAM_FRONT__1532402929612460",
            "scene": LOG,
            "camera": "CAM_FRONT",
            "timestamps": [1532402929612460, 1532402930112460],
            "frame_paths": front[4:],
        },
    ]


def test_two_logs_in_one_folder_share_no_clip(root):
    touch(root, *shots(3, log="one"), *shots(3, log="two", begin=BEGIN + 3 * STEP))
    assert [(line["scene"], line["frame_paths"]) for line in cut(root)] == [
        ("one", shots(2, log="one")),
        ("two", shots(2, log="two", begin=BEGIN + 3 * STEP)),
    ]


def test_samples_and_sweeps_of_one_log_are_one_stream_in_the_order_of_time(root):
    samples = shots(3)
    sweeps = shots(2, begin=BEGIN + STEP // 2, folder="sweeps/")
    touch(root, *samples, *sweeps)
    (line,) = cut(root)
    assert line["frame_paths"] == [samples[0], sweeps[0], samples[1], sweeps[1]]


def test_time_is_ordered_by_value_not_by_its_digits(root):
    names = [f"log__cam__{time}.jpg" for time in (90_000, 100_000)]
    touch(root, *names)
    (line,) = cut(root)
    assert (line["frame_paths"], line["timestamps"]) == (names, [90_000, 100_000])


def test_no_clip_spans_a_gap_and_both_stretches_are_the_same_scene(root, capsys):
    before, after = shots(4), shots(4, begin=BEGIN + 60 * STEP)
    touch(root, *before, *after)
    assert [(line["scene"], line["frame_paths"]) for line in cut(root, 8, 8)] == [(LOG, before), (LOG, after)]
    assert capsys.readouterr().err == (
        "read: 8 images in 1 folder\n"
        "layout LOG__CAMERA__TIMESTAMP: 1 drive, cameras CAM_FRONT, times from file names\n"
        "time gaps of more than 1 s: 1; no clip spans one\n"
    )
    assert [line["frame_paths"] for line in cut(root, 8, 8, max_gap=60)] == [before + after]


def test_in_a_mixed_folder_each_file_is_taken_by_its_own_form(root):
    touch(
        root, *shots(2, folder="mixed/"), "mixed/0.jpg", "mixed/1.jpg", "mixed/a__b.jpg", "mixed/c__d__e.jpg"
    )
    plain, named = cut(root)
    assert plain["frame_paths"] == ["mixed/0.jpg", "mixed/1.jpg", "mixed/a__b.jpg", "mixed/c__d__e.jpg"]
    assert (named["scene"], named["frame_paths"]) == (LOG, shots(2, folder="mixed/"))


def test_a_second_file_of_one_log_camera_and_time_is_left_out_and_told(root, capsys):
    touch(root, *shots(2, folder="a/"), *shots(1, folder="b/"))
    assert [line["frame_paths"] for line in cut(root)] == [shots(2, folder="a/")]
    assert capsys.readouterr().err == (
        "read: 3 images in 2 folders\n"
        "frames skipped: 1 (another has the same log, camera and time), "
        f"the first {root / shots(1, folder='b/')[0]}\n"
        "layout LOG__CAMERA__TIMESTAMP: 1 drive, cameras CAM_FRONT, times from file names\n"
    )


def test_one_camera_is_kept_and_what_is_not_is_reported(root, capsys):
    touch(root, *shots(2), *shots(4, "CAM_BACK"), "plain/0.jpg", "plain/1.jpg")
    assert [line["frame_paths"] for line in cut(root, cameras=["CAM_FRONT"])] == [shots(2)]
    assert capsys.readouterr().err == (
        "read: 8 images in 2 folders\n"
        "layout one folder per scene: 1 drive, no cameras, no times (--fps adds them)\n"
        "layout LOG__CAMERA__TIMESTAMP: 1 drive, cameras CAM_BACK, CAM_FRONT, times from file names\n"
        "frames skipped: 6 (of other cameras, or without a camera in their names)\n"
    )


def test_two_cameras_are_kept_where_two_are_named(root):
    touch(root, *shots(2), *shots(2, "CAM_BACK"), *shots(2, "CAM_LEFT"))
    kept = cut(root, cameras=["CAM_FRONT", "CAM_LEFT"])
    assert [line["camera"] for line in kept] == ["CAM_FRONT", "CAM_LEFT"]


def test_an_unknown_camera_offers_the_nearest_and_lists_those_there(root):
    touch(root, *shots(2), *shots(2, "CAM_BACK"))
    with pytest.raises(UserError) as raised:
        cut(root, cameras=["CAM_FORNT"])
    assert str(raised.value) == (
        f"{root}: no camera 'CAM_FORNT' (did you mean 'CAM_FRONT'?); cameras: CAM_BACK, CAM_FRONT"
    )


def test_a_folder_called_like_a_camera_is_of_that_camera(root):
    touch(root, "d/CAM_FRONT/0.jpg", "d/CAM_FRONT/1.jpg", "d/CAM_BACK/0.jpg", "d/CAM_BACK/1.jpg")
    assert [(line["scene"], line["camera"]) for line in cut(root, cameras=["CAM_BACK"])] == [
        ("d/CAM_BACK", "CAM_BACK")
    ]


def test_where_no_name_says_a_camera_a_single_one_says_it_of_all(root, capsys):
    touch(root, "a/0.jpg", "a/1.jpg")
    assert cut(root, cameras=["dash"]) == [
        {"clip_id": "a__000000", "scene": "a", "camera": "dash", "frame_paths": ["a/0.jpg", "a/1.jpg"]}
    ]
    assert capsys.readouterr().err == (
        "read: 2 images in 1 folder\n"
        "layout one folder per scene: 1 drive, no cameras, no times (--fps adds them)\n"
        f"no file name below {root} has a camera: all frames are taken as dash's\n"
    )
    with pytest.raises(UserError, match="no camera 'dash'; cameras: none"):
        cut(root, cameras=["dash", "side"])


def test_a_lone_frame_is_left_out_and_told(root, capsys):
    touch(root, "alone/0.jpg", "pair/0.jpg", "pair/1.jpg")
    assert [line["scene"] for line in cut(root)] == ["pair"]
    assert capsys.readouterr().err == (
        "read: 3 images in 2 folders\n"
        "layout one folder per scene: 2 drives, no cameras, no times (--fps adds them)\n"
        "frames skipped: 1 (less than a tubelet at the end of a stretch), "
        f"the first {root / 'alone' / '0.jpg'}\n"
    )


def test_a_folder_of_its_parents_name_shares_no_id_with_it(root):
    touch(root, "0.jpg", "1.jpg", "footage/0.jpg", "footage/1.jpg")
    assert [line["clip_id"] for line in cut(root)] == [".__000000", "footage__000000"]


def test_the_folder_that_one_is_in_is_named_by_its_own_name(root, monkeypatch):
    touch(root, "0.jpg", "1.jpg", "sub/0.jpg")
    monkeypatch.chdir(root)
    assert frame_lines(root.relative_to(root), 4, 4)[0]["scene"] == "footage"
    monkeypatch.chdir(root / "sub")
    (line,) = frame_lines(root / "sub" / "..", 4, 4)
    assert (line["scene"], line["frame_paths"]) == ("footage", [str(root / "0.jpg"), str(root / "1.jpg")])


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (
            ["notes.txt"],
            "no frames (.avif, .bmp, .j2k, .jfif, .jp2, .jpe, .jpeg, .jpg, .pgm, .png, .pnm, .ppm, .tga, "
            ".tif, .tiff, .webp) below {root}",
        ),
        (["0.jpg"], "{root}: no folder, log or stretch has a tubelet (2 frames)"),
    ],
)
def test_nothing_to_cut_is_an_error(root, names, message):
    touch(root, *names)
    with pytest.raises(UserError) as raised:
        cut(root)
    assert str(raised.value) == message.format(root=root)


def test_a_missing_folder_is_an_error_that_names_it(tmp_path):
    with pytest.raises(UserError) as raised:
        cut(tmp_path / "nowhere")
    assert str(raised.value) == f"{tmp_path / 'nowhere'}: no such folder"


def test_the_manifest_beside_the_frames_holds_relative_paths(jepamine, root):
    touch(root, *shots(4), "drive/0.jpg", "drive/1.jpg")
    result = jepamine("manifest", "frames", root, "--window", 4, "--output", root.parent / "m.jsonl")
    assert result.exit_code == 0, result.output
    assert (result.stdout, result.stderr) == (
        "",
        "read: 6 images in 2 folders\n"
        "layout one folder per scene: 1 drive, no cameras, no times (--fps adds them)\n"
        "layout LOG__CAMERA__TIMESTAMP: 1 drive, cameras CAM_FRONT, times from file names\n"
        "2 clips (1 of them shorter than 4 frames), 2 scenes, 6 frames\n"
        f"{root.parent / 'm.jsonl'}: written\n"
        "Next:\n"
        f"  jepamine manifest audit {root.parent / 'm.jsonl'}\n"
        f"  jepamine run recipes/clips.toml --set dataset.manifest={root.parent / 'm.jsonl'}\n",
    )
    lines = [json.loads(line) for line in (root.parent / "m.jsonl").read_text().splitlines()]
    assert lines[0]["frame_paths"] == ["footage/drive/0.jpg", "footage/drive/1.jpg"]
    clips = list(read_clips(Source(root.parent / "m.jsonl")))
    assert all(frame.is_file() for clip in clips for frame in clip.frames)


def test_elsewhere_and_on_stdout_paths_are_absolute(jepamine, root, tmp_path):
    touch(root, "drive/0.jpg", "drive/1.jpg")
    printed = jepamine("manifest", "frames", root)
    jepamine("manifest", "frames", root, "--output", tmp_path / "elsewhere" / "m.jsonl")
    assert json.loads(printed.stdout) == {
        "clip_id": "drive__000000",
        "scene": "drive",
        "frame_paths": [str(root / "drive" / "0.jpg"), str(root / "drive" / "1.jpg")],
    }
    assert (tmp_path / "elsewhere" / "m.jsonl").read_text() == printed.stdout


@pytest.mark.real
@pytest.mark.skipif(not DRIVING.is_dir(), reason="no real driving frames beside the checkout")
def test_real_drives_become_clips_of_their_folders():
    lines = frame_lines(DRIVING, 16, 16, ["CAM_FRONT"])
    images = sum(1 for _ in DRIVING.rglob("*.jpg"))
    odd = sum(len(list(folder.iterdir())) % 2 for folder in DRIVING.iterdir())
    assert sum(len(line["frame_paths"]) for line in lines) == images - odd == 230
    assert {line["scene"] for line in lines} == {folder.name for folder in DRIVING.iterdir()}
    assert all(Path(path).parent == DRIVING / line["scene"] for line in lines for path in line["frame_paths"])
