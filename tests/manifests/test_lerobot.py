"""LeRobot datasets, version 3, in small files of its documented format."""

import json

import pytest

from jepamine.data.clips import read_clips
from jepamine.data.drives import drive_of, span_of
from jepamine.data.recordings import Recordings
from jepamine.errors import UserError
from jepamine.manifests.lerobot import lerobot_lines
from jepamine.protocols import Source

pa = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")
KEYS = ("observation.images.front", "observation.images.left")


@pytest.fixture
def dataset(tmp_path, write_video):
    """Episodes of 1.0, 0.8 and 0.6 s at 10 a second: two in each camera's first file, one in the next."""
    root = tmp_path / "drives"
    spans = [(0, 0.0, 1.0), (0, 1.0, 1.8), (1, 0.0, 0.6)]
    columns = {
        "episode_index": [0, 1, 2],
        "tasks": [["turn left"], ["merge"], []],
        "length": [10, 8, 6],
        "data/chunk_index": [0, 0, 0],
    }
    for key in KEYS:
        folder = root / "videos" / key / "chunk-000"
        folder.mkdir(parents=True)
        write_video(folder / "file-000.mp4", list(range(0, 1800, 100)), 10 if key == KEYS[0] else 40)
        write_video(folder / "file-001.mp4", list(range(0, 600, 100)))
        columns[f"videos/{key}/chunk_index"] = [0, 0, 0]
        columns[f"videos/{key}/file_index"] = [file for file, _, _ in spans]
        columns[f"videos/{key}/from_timestamp"] = [start for _, start, _ in spans]
        columns[f"videos/{key}/to_timestamp"] = [end for _, _, end in spans]
    (root / "meta" / "episodes" / "chunk-000").mkdir(parents=True)
    parquet.write_table(pa.table(columns), root / "meta" / "episodes" / "chunk-000" / "file-000.parquet")
    described(root)
    return root


def described(root, **changes):
    info = {
        "codebase_version": "v3.0",
        "fps": 10,
        "video_path": "videos/{video_key}/chunk-{chunk_index:03d}/file-{file_index:03d}.mp4",
        "features": {**{key: {"dtype": "video"} for key in KEYS}, "action": {"dtype": "float32"}},
    }
    (root / "meta" / "info.json").write_text(json.dumps(info | changes))


def test_an_episode_is_a_drive_of_all_its_cameras_and_no_clip_crosses_it(dataset):
    lines = lerobot_lines(dataset, 4, 4)
    assert [(line["clip_id"], line["start"], line["end"]) for line in lines if line["camera"] == "front"] == [
        ("episode_000000__front__00000000", 0.0, 0.4),
        ("episode_000000__front__00000400", 0.4, 0.8),
        ("episode_000000__front__00000800", 0.8, 1.0),
        ("episode_000001__front__00001000", 1.0, 1.4),
        ("episode_000001__front__00001400", 1.4, 1.8),
        ("episode_000002__front__00000000", 0.0, 0.4),
        ("episode_000002__front__00000400", 0.4, 0.6),
    ]
    first = next(line for line in lines if line["clip_id"] == "episode_000001__left__00001000")
    assert first == {
        "clip_id": "episode_000001__left__00001000",
        "scene": "episode_000001",
        "drive": "episode_000001",
        "camera": "left",
        "tasks": ["merge"],
        "video": str(dataset / "videos" / KEYS[1] / "chunk-000" / "file-000.mp4"),
        "start": 1.0,
        "end": 1.4,
        "fps": 10,
        "timestamps": [1_000_000, 1_100_000, 1_200_000, 1_300_000],
        "video_start": -1_000_000,
    }


def test_the_frames_are_those_of_the_episode_on_its_own_clock(dataset, tmp_path):
    manifest = tmp_path / "m.jsonl"
    lines = lerobot_lines(dataset, 4, 4, ["front"])
    manifest.write_text("".join(json.dumps(line) + "\n" for line in lines))
    clips = list(read_clips(Source(manifest, None)))
    merge = next(clip for clip in clips if clip.clip_id == "episode_000001__front__00001000")
    assert (drive_of(merge), span_of(merge)) == ("episode_000001", (0.0, 300_000.0))
    greys = [Recordings().image(frame).getpixel((5, 5))[0] for frame in merge.frames]
    assert greys == pytest.approx([10 + 7 * number for number in range(10, 14)], abs=4)


def test_an_episode_without_its_video_is_counted(dataset, capsys):
    missing = dataset / "videos" / KEYS[1] / "chunk-000" / "file-001.mp4"
    missing.unlink()
    assert len(lerobot_lines(dataset, 4, 4)) == 7 + 5
    assert capsys.readouterr().err == (
        f"episodes skipped: 1 (their video does not exist), the first {missing}\n"
        "read: 3 episodes in 3 videos\n"
    )


def test_what_is_wrong_is_named_with_its_file(dataset):
    with pytest.raises(UserError, match=r"info\.json: no camera 'frnt' \(did you mean 'front'\?\)"):
        lerobot_lines(dataset, 4, 4, ["frnt"])
    described(dataset, codebase_version="v2.1")
    with pytest.raises(UserError, match=r"info\.json: version 'v2\.1' of the format; convert it to v3\.0"):
        lerobot_lines(dataset, 4, 4)
    described(dataset, features={"other": {"dtype": "video"}})
    with pytest.raises(UserError, match=r"file-000\.parquet: no column 'videos/other/chunk_index'"):
        lerobot_lines(dataset, 4, 4)
    described(dataset, fps=0)
    with pytest.raises(UserError, match=r"info\.json: 'fps' is not a rate: 0"):
        lerobot_lines(dataset, 4, 4)


def test_the_command_writes_the_manifest(jepamine, dataset, tmp_path):
    result = jepamine(
        "manifest", "lerobot", dataset, "--camera", "left", "--window", 4, "--output", tmp_path / "m"
    )
    assert result.exit_code == 0, result.output
    assert len((tmp_path / "m").read_text().splitlines()) == 7
