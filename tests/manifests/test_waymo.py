"""Waymo v2: camera images in Parquet files become images and manifest lines."""

import io
import json
import re
import shlex
import sys
from pathlib import Path

import pytest
from PIL import Image

from jepamine.data.clips import read_clips
from jepamine.errors import UserError
from jepamine.manifests.audit import audit
from jepamine.manifests.waymo import CAMERA, IMAGE, SEGMENT, TIME, waymo_lines
from jepamine.protocols import Source

pa = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")

ONE, TWO = "10023947602400723454_1120_000_1140_000", "1005081002024129653_5313_150_5333_150"
START = 1553629304474631


def jpeg(number):
    content = io.BytesIO()
    Image.effect_noise((32, 24), 40 + number).convert("RGB").save(content, "JPEG")
    return content.getvalue()


IMAGES = [jpeg(number) for number in range(6)]


def component(path, rows, drop=None):
    """Write rows (segment, camera, time, image) in the columns of Waymo's camera_image."""
    segments, cameras, times, images = map(list, zip(*rows, strict=True))
    columns = {
        "index": pa.array([f"{s};{t};{c}" for s, c, t, _ in rows]),
        SEGMENT: pa.array(segments, pa.string()),
        TIME: pa.array(times, pa.int64()),
        CAMERA: pa.array(cameras, pa.int8()),
        IMAGE: pa.array(images, pa.binary()),
        "[CameraImageComponent].pose_timestamp": pa.array([0.0] * len(rows)),
    }
    columns.pop(drop, None)
    path.parent.mkdir(parents=True, exist_ok=True)
    parquet.write_table(pa.table(columns), path)


@pytest.fixture
def footage(tmp_path):
    """Two segments: four moments of FRONT and FRONT_LEFT, not in the order of time, and two of FRONT."""
    folder = tmp_path / "waymo"
    rows = [(ONE, camera, START + 100_000 * n, IMAGES[n]) for n in (2, 0, 1, 3) for camera in (1, 2)]
    component(folder / "training" / "camera_image" / f"{ONE}.parquet", rows)
    component(
        folder / "training" / "camera_image" / f"{TWO}.parquet", [(TWO, 1, n, IMAGES[n]) for n in (4, 5)]
    )
    component(folder / "training" / "lidar" / f"{ONE}.parquet", [(ONE, 1, 0, b"points")], drop=IMAGE)
    return folder


def test_images_are_written_unchanged_and_clips_are_in_the_order_of_time(footage, tmp_path, capsys):
    first, second = waymo_lines(footage, tmp_path / "frames", 16, 16)
    times = [START + 100_000 * number for number in range(4)]
    paths = [str(tmp_path / "frames" / ONE / "FRONT" / f"{ONE}__FRONT__{time}.jpg") for time in times]
    assert first == {
        "clip_id": f"{ONE}__FRONT__{START}",
        "scene": ONE,
        "drive": ONE,
        "camera": "FRONT",
        "timestamps": times,
        "frame_paths": paths,
    }
    assert [Path(path).read_bytes() for path in paths] == IMAGES[:4]
    assert (second["drive"], second["timestamps"]) == (TWO, [4, 5])
    assert capsys.readouterr().err == (
        "images skipped: 4 (of other cameras; --camera chooses)\n"
        "read: 6 images in 2 files\n"
        f"{tmp_path}/frames: 6 images written\n"
        "layout LOG__CAMERA__TIMESTAMP: 2 drives, cameras FRONT, times from key.frame_timestamp_micros\n"
    )


def test_images_that_are_there_are_not_written_again(footage, tmp_path, capsys):
    before = waymo_lines(footage, tmp_path / "frames", 16, 16)
    (tmp_path / "frames" / TWO / "FRONT" / f"{TWO}__FRONT__4.jpg").write_bytes(b"half")
    capsys.readouterr()
    assert waymo_lines(footage, tmp_path / "frames", 16, 16) == before
    assert f"{tmp_path}/frames: 1 images written, 5 already present\n" in capsys.readouterr().err
    assert (tmp_path / "frames" / TWO / "FRONT" / f"{TWO}__FRONT__4.jpg").read_bytes() == IMAGES[4]


def test_a_manifest_of_two_cameras_is_read_and_split_by_segment(jepamine, footage, tmp_path):
    words = ["manifest", "waymo", footage, "--frames", tmp_path / "f", "--output", tmp_path / "m.jsonl"]
    result = jepamine(*words, "--camera", "FRONT", "--camera", "FRONT_LEFT")
    assert result.exit_code == 0, result.output
    clips = list(read_clips(Source(tmp_path / "m.jsonl")))
    assert [(clip.scene, clip.camera) for clip in clips] == [
        (ONE, "FRONT"),
        (ONE, "FRONT_LEFT"),
        (TWO, "FRONT"),
    ]
    assert all(frame.is_file() for clip in clips for frame in clip.frames)
    split = jepamine(
        "manifest", "split", tmp_path / "m.jsonl", "--val", "0.5", "--output", tmp_path / "s.jsonl"
    )
    assert split.exit_code == 0, split.output
    lines = [json.loads(line) for line in (tmp_path / "s.jsonl").read_text().splitlines()]
    assert lines[0]["split"] == lines[1]["split"] != lines[2]["split"]
    assert audit(Source(tmp_path / "s.jsonl")).findings["split_leak"] == []


def test_the_command_of_the_documentation_runs(jepamine, footage, tmp_path, monkeypatch):
    page = (Path(__file__).parents[2] / "docs" / "footage.md").read_text()
    (command,) = re.findall(r"^jepamine (manifest waymo .+)$", page, re.MULTILINE)
    monkeypatch.chdir(tmp_path)
    result = jepamine(*shlex.split(command))
    assert result.exit_code == 0, result.output
    assert len((tmp_path / "waymo.jsonl").read_text().splitlines()) == 3
    assert sum(path.suffix == ".jpg" for path in (tmp_path / "waymo-frames").rglob("*")) == 10


def test_the_folder_may_be_that_of_the_component(footage, tmp_path):
    component(tmp_path / "flat" / "a.parquet", [(ONE, 3, n, IMAGES[n]) for n in (0, 1)])
    (line,) = waymo_lines(tmp_path / "flat", tmp_path / "frames", 16, 16, ["FRONT_RIGHT"])
    assert (line["camera"], line["timestamps"]) == ("FRONT_RIGHT", [0, 1])


@pytest.mark.parametrize(
    ("row", "drop", "message"),
    [
        ((ONE, 1, 0, b"GIF"), None, "{f}: row 1: '[CameraImageComponent].image' is not a JPEG image"),
        (("../up", 1, 0, IMAGES[0]), None, "{f}: row 1: '{s}' is not the name of a segment: '../up'"),
        ((ONE, 1, -5, IMAGES[0]), None, "{f}: row 1: 'key.frame_timestamp_micros' is not a time in "
         "microseconds: -5"),
        ((ONE, 1, 0, IMAGES[0]), IMAGE, "{f}: no column '[CameraImageComponent].image'; expected the "
         "component camera_image"),
    ],
)  # fmt: skip
def test_a_wrong_row_or_file_is_one_message_with_its_place(tmp_path, row, drop, message):
    file = tmp_path / "w" / "a.parquet"
    component(file, [(ONE, 1, 100, IMAGES[1]), row], drop)
    with pytest.raises(UserError) as raised:
        waymo_lines(tmp_path / "w", tmp_path / "frames", 16, 16)
    assert str(raised.value) == message.format(f=file, s=SEGMENT)
    assert not (tmp_path / "up").exists()


def test_a_file_that_is_not_parquet_is_one_message(jepamine, tmp_path):
    (tmp_path / "w").mkdir()
    (tmp_path / "w" / "a.parquet").write_bytes(b"PAR1 not really")
    result = jepamine("manifest", "waymo", tmp_path / "w", "--frames", tmp_path / "f")
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"{tmp_path}/w/a.parquet: cannot be read as Parquet: " in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_without_images_of_the_camera_or_files_the_next_step_is_named(footage, tmp_path):
    with pytest.raises(UserError, match="no image of SIDE_LEFT; choose another --camera"):
        waymo_lines(footage, tmp_path / "frames", 16, 16, ["SIDE_LEFT"])
    with pytest.raises(UserError, match=r"no camera 'FRNT' \(did you mean 'FRONT'\?\); cameras: FRONT, "):
        waymo_lines(footage, tmp_path / "frames", 16, 16, ["FRNT"])
    with pytest.raises(UserError, match="download the component camera_image of Waymo's version 2"):
        waymo_lines(tmp_path / "experiments", tmp_path / "frames", 16, 16)


def test_without_pyarrow_the_extra_is_named(footage, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(UserError) as raised:
        waymo_lines(footage, tmp_path / "frames", 16, 16)
    assert str(raised.value) == "Parquet files require pyarrow: pip install 'jepamine[parquet]'"


def test_a_column_whose_name_is_no_text_is_an_error_that_names_the_file(tmp_path):
    component(tmp_path / "camera_image" / "s.parquet", [(ONE, 1, START, IMAGES[0])])
    path = tmp_path / "camera_image" / "s.parquet"
    content = path.read_bytes().replace(b"key.camera_name", b"key.\xf3amera_name")
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"s\.parquet: (cannot be read as Parquet|no column)"):
        waymo_lines(tmp_path, tmp_path / "frames", 2, 2)
