"""NVIDIA's PhysicalAI-Autonomous-Vehicles, in small files of its documented format."""

import json

import pytest

from jepamine.data.clips import read_clips
from jepamine.data.drives import span_of
from jepamine.errors import UserError
from jepamine.manifests.physical_ai import physical_ai_lines
from jepamine.protocols import Source

pa = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")
ONE, TWO = "0a948f59-0a06-41a2-8e20-ac3a39ff4d61", "fa83bcb8-ea31-4dbb-b447-4fb458f5984b"
WIDE, TELE = "camera_front_wide_120fov", "camera_front_tele_30fov"


@pytest.fixture
def dataset(tmp_path, write_video):
    """Two drives of two cameras, 8 frames each, of which the second camera begins 15 ms before the clip."""
    root = tmp_path / "data"
    for drive in (ONE, TWO):
        for camera, first in ((WIDE, 0), (TELE, -15_000)):
            folder = root / "camera" / camera
            folder.mkdir(parents=True, exist_ok=True)
            write_video(folder / f"{drive}.{camera}.mp4", list(range(0, 800, 100)))
            times = [first + 100_000 * number for number in range(8)]
            parquet.write_table(
                pa.table({"timestamp": pa.array(times, pa.int64())}),
                folder / f"{drive}.{camera}.timestamps.parquet",
            )
            (folder / f"{drive}.{camera}.blurred_boxes.parquet").touch()
    return root


def test_a_drive_has_all_cameras_with_the_times_of_the_sensors(dataset):
    lines = physical_ai_lines(dataset, 10, 8, 8)
    assert [(line["drive"], line["camera"]) for line in lines] == [
        (drive, camera) for drive in (ONE, TWO) for camera in (TELE, WIDE)
    ]
    assert lines[0] == {
        "clip_id": f"{ONE}__{TELE}__00000000",
        "scene": ONE,
        "drive": ONE,
        "camera": TELE,
        "video": str(dataset / "camera" / TELE / f"{ONE}.{TELE}.mp4"),
        "start": 0.0,
        "end": 0.8,
        "fps": 10,
        "timestamps": [-15_000 + 100_000 * number for number in range(8)],
        "video_start": -15_000,
    }


def test_the_cameras_of_a_drive_share_a_clock(dataset, tmp_path):
    manifest = tmp_path / "m.jsonl"
    lines = physical_ai_lines(dataset, 10, 8, 8)
    manifest.write_text("".join(json.dumps(line) + "\n" for line in lines))
    spans = [span_of(clip) for clip in read_clips(Source(manifest, None))]
    assert spans[:2] == [(-15_000.0, 685_000.0), (0.0, 700_000.0)]


def test_one_camera_is_chosen_and_what_is_left_out_is_counted(dataset, capsys):
    (dataset / "camera" / WIDE / f"{ONE}.{WIDE}.timestamps.parquet").unlink()
    (dataset / "camera" / WIDE / f"{TWO}.{WIDE}.mp4").write_bytes(b"cut off")
    (dataset / "camera" / WIDE / "preview.mp4").write_bytes(b"?")
    [line] = physical_ai_lines(dataset, 10, 8, 8, ["front_wide_120fov"])
    assert (line["drive"], line["video_start"]) == (ONE, 0)
    error = capsys.readouterr().err
    assert (
        f"videos skipped: 1 (not called DRIVE.CAMERA.mp4), the first {dataset}/camera/{WIDE}/preview.mp4\n"
        in error
    )
    assert "videos skipped: 2 (of other cameras; --camera chooses)" in error
    assert f"videos skipped: 1 (video {dataset}/camera/{WIDE}/{TWO}.{WIDE}.mp4: cannot be read: " in error
    assert "files of times skipped: 1 (do not exist; the video's own times are used)" in error
    assert error.endswith("read: 1 videos of 1 drives\n")


def test_another_number_of_times_is_reported_and_not_used(dataset, capsys):
    path = dataset / "camera" / WIDE / f"{ONE}.{WIDE}.timestamps.parquet"
    parquet.write_table(pa.table({"timestamp": pa.array([5, 6], pa.int64())}), path)
    assert physical_ai_lines(dataset, 10, 8, 8, [WIDE])[0]["video_start"] == 0
    assert (
        f"(not a time for each frame; the video's own times are used), the first {path}"
        in capsys.readouterr().err
    )


def test_zipped_chunks_and_unknown_cameras_are_named(dataset, tmp_path):
    with pytest.raises(UserError, match=r"no camera 'front_wide' \(did you mean"):
        physical_ai_lines(dataset, 10, 8, 8, ["front_wide"])
    (tmp_path / "zips").mkdir()
    (tmp_path / "zips" / f"{WIDE}.chunk_0000.zip").touch()
    (tmp_path / "zips" / "x.mp4").write_bytes(b"?")
    with pytest.raises(UserError, match=r"unzip the chunks first, such as .*chunk_0000\.zip"):
        physical_ai_lines(tmp_path / "zips", 10, 8, 8)
