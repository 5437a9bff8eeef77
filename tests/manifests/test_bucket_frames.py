"""`manifest frames` of a bucket: the lines of the same folder on disk, by a listing and few requests."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from tests.conftest import write_frames


@pytest.fixture
def footage(tmp_path):
    """Two drives of two cameras with times in a file, PNG frames, label maps beside them, and a note."""
    folder = tmp_path / "footage"
    for drive in ("drive-1", "drive-2"):
        for camera in ("front", "left"):
            write_frames(folder / drive / camera, 6, seed=len(camera))
        (folder / drive / "timestamps.txt").write_text("".join(f"{number / 10}\n" for number in range(6)))
    noise = np.random.default_rng(0)
    for number in range(8):
        pixels = noise.integers(0, 255, (48, 64, 3), dtype=np.uint8)
        labels = np.repeat(np.arange(4, dtype=np.uint8), 16)[None].repeat(48, 0)
        for name, image in (("rgb", pixels), ("labels", labels)):
            (folder / "drive-3" / name).mkdir(parents=True, exist_ok=True)
            Image.fromarray(image).save(folder / "drive-3" / name / f"{number:03d}.png")
    (folder / "README.md").write_text("frames")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("more", [(), ("--rig",), ("--exclude", "drive-3", "--camera", "left")])
def test_lines_and_notices_are_those_of_the_folder_on_disk(more, s3, footage, jepamine, tmp_path):
    s3.put(footage.parent)
    texts = []
    for place in (str(footage), f"{s3.url}/footage"):
        result = jepamine("manifest", "frames", place, "--window", 4, *more)
        assert result.exit_code == 0, result.output
        texts.append(result.output.replace(place, "FOOTAGE"))
    assert texts[0] == texts[1]
    assert "FOOTAGE/drive-2/left/0000.jpg" in texts[0]


def test_only_what_has_to_be_judged_is_read(s3, footage, jepamine, tmp_path):
    s3.put(footage)
    s3.clear()
    output = tmp_path / "m.jsonl"
    assert jepamine("manifest", "frames", s3.url, "--window", 4, "--output", output).exit_code == 0
    got = [name for method, name, _, _ in s3.requests if method == "GET" and name]
    # Five of eight images of each folder of PNGs, the files of times, and for their size the first image of
    # each window and the last one.
    assert sorted(name.rpartition("/")[2] for name in got if "timestamps" in name) == ["timestamps.txt"] * 2
    assert len(got) == 2 + 2 * 5 + 5 * 3
    lines = [json.loads(line) for line in output.read_text().splitlines()]
    assert all(path.startswith(f"{s3.url}/") for line in lines for path in line["frame_paths"])


@pytest.mark.parametrize("form", ["JPEG", "PNG", "TIFF"])
def test_a_change_of_size_ends_a_clip_as_on_disk(form, s3, jepamine, tmp_path):
    folder = tmp_path / "footage" / "drive"
    folder.mkdir(parents=True)
    noise = np.random.default_rng(0)
    for number in range(40):
        # More than the beginning that is read first: the directory of a TIFF is at its end.
        side = 160 if number < 22 else 192
        pixels = noise.integers(0, 255, (side, side, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{number:03d}.{form.lower()}", form)
    (folder / "099.png").touch()
    s3.put(tmp_path)
    results = []
    for place in (str(tmp_path / "footage"), f"{s3.url}/footage"):
        result = jepamine("manifest", "frames", place, "--window", 8, "--exclude", "099.png")
        assert result.exit_code == 0, result.output
        results.append(result.output.replace(place, "FOOTAGE"))
    assert results[0] == results[1]
    assert "the size of images changes: 1; no clip spans a change" in results[1]


def test_an_empty_object_has_no_size_and_is_no_error(s3, jepamine, tmp_path):
    write_frames(tmp_path / "up" / "drive", 6, seed=1)
    (tmp_path / "up" / "drive" / "0000.jpg").write_bytes(b"")
    s3.put(tmp_path / "up")
    assert jepamine("manifest", "frames", s3.url, "--window", 4).exit_code == 0


def test_a_folder_without_frames_is_an_error_that_names_the_bucket(s3, jepamine, tmp_path):
    (tmp_path / "up").mkdir()
    (tmp_path / "up" / "a.txt").write_text("no frame")
    s3.put(tmp_path / "up")
    result = jepamine("manifest", "frames", s3.url)
    assert result.exit_code == 1
    assert f"below {s3.url}" in result.output
    assert "jepamine-" not in result.output
