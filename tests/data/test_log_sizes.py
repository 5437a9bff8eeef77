"""Images of logs: upright by their EXIF, and divided where their size changes."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from jepamine.data.recordings import open_recording
from tests.data.test_logs import START, TOPIC, images, write_bag, write_json


def sized(number: int, size: tuple[int, int], orientation: int = 1) -> bytes:
    """Return a JPEG of `size`, left half bright, stored as it is with an EXIF orientation."""
    image = Image.fromarray(np.full((*size[::-1], 3), 20 * number, np.uint8))
    image.paste((250, 250, 250), (0, 0, size[0] // 2, size[1]))
    exif = image.getexif()
    exif[0x0112] = orientation
    file = io.BytesIO()
    image.save(file, "JPEG", exif=exif)
    return file.getvalue()


def coded(width: int) -> list[bytes]:
    """Encode six frames of H.264, a key frame every three."""
    av = pytest.importorskip("av")
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt, encoder.gop_size = width, 48, "yuv420p", 3
    encoder.framerate, encoder.options = 10, {"tune": "zerolatency"}
    grey = np.full((48, width, 3), 90, np.uint8)
    packets = [encoder.encode(av.VideoFrame.from_ndarray(grey, format="rgb24")) for _ in range(6)]
    return [bytes(packet) for few in [*packets, encoder.encode(None)] for packet in few]


def log_of(kind: str, folder: Path, contents: list[bytes]) -> Path:
    """Write a log with the image files `contents`: JSON in MCAP, or CDR and ROS 1 in bags."""
    if kind == "json":
        return write_json(folder / "a.mcap", [{"format": "jpeg", "data": content} for content in contents])
    fields = [{"format": "jpeg", "data": np.frombuffer(content, np.uint8)} for content in contents]
    messages = [("sensor_msgs/msg/CompressedImage", each) for each in fields]
    return write_bag(folder / ("a.bag" if kind == "ROS 1" else "a"), messages)


KINDS = ("json", "ROS 1", "ROS 2")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_images_of_a_log_are_upright_by_their_exif_orientation(kind, orientation, tmp_path):
    contents = [sized(1, (24, 16), orientation)] * 2
    log = open_recording(log_of(kind, tmp_path, contents), TOPIC)
    shown = log.image(log.times[1])
    log.close()
    assert shown.size == ((24, 16) if orientation == 3 else (16, 24))
    bright = {3: (20, 8), 6: (8, 3), 8: (8, 20)}[orientation]
    assert shown.getpixel(bright)[0] > 200
    assert shown.getpixel((shown.width - 1 - bright[0], shown.height - 1 - bright[1]))[0] < 100


@pytest.mark.parametrize("kind", KINDS)
def test_no_clip_of_a_log_spans_a_change_of_size(kind, jepamine, tmp_path):
    # The third image is of the size of the others, as it is shown.
    sizes = [((24, 16), 1)] * 2 + [((16, 24), 6)] + [((24, 16), 1)] * 2 + [((32, 16), 1)] * 5
    path = log_of(kind, tmp_path, [sized(number, *each) for number, each in enumerate(sizes)])
    manifest = tmp_path / "m.jsonl"
    words = ("--fps", 10, "--window", 4, "--output", manifest)
    result = jepamine("manifest", "mcap", path, "--topic", TOPIC, *words)
    assert result.exit_code == 0, result.output
    assert "the size of its frames changes: 1; no clip spans a change" in result.stderr
    lines = [json.loads(line) for line in manifest.read_text().splitlines()]
    begin = START // 1000 + 500_000
    assert [sum(time < begin for time in line["timestamps"]) for line in lines] == [4, 0]
    assert '"size_change": []' in jepamine("manifest", "audit", manifest, "--json").stdout


def test_images_of_a_log_that_are_in_no_clip_are_counted(jepamine, tmp_path):
    path = log_of("json", tmp_path, [sized(number, (24, 16), 1) for number in range(11)])
    words = ("--topic", TOPIC, "--fps", 5, "--window", 4, "--output", tmp_path / "m.jsonl")
    result = jepamine("manifest", "mcap", path, *words)
    assert result.stderr.splitlines()[:2] == [
        f"{path}: {TOPIC}: 11 images, 2 clips",
        f"frames skipped: 5 (between those taken at --fps 5), the first {path}",
    ]


def test_sizes_of_raw_images_and_videos_are_those_of_their_messages(tmp_path):
    pixels = np.zeros((8, 10, 3), np.uint8)
    raw = write_bag(tmp_path / "raw.bag", [*images() * 3, *images(pixels=pixels) * 2])
    data = [{"format": "h264", "data": packet} for size in (64, 96) for packet in coded(size)]
    video = write_json(tmp_path / "a.mcap", data, "foxglove.CompressedVideo")
    for path, number in ((raw, 3), (video, 6)):
        log = open_recording(path, TOPIC)
        assert log.resized(2) == [log.times[number]]
        log.close()
