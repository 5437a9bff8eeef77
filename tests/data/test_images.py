"""Image files of any kind: what libraries print, and sizes without decoding."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from jepamine.data.images import decode, image_size
from jepamine.errors import UserError
from jepamine.manifests.label_maps import not_footage

NOISE = np.random.default_rng(0).integers(0, 256, (48, 64, 3), dtype=np.uint8)


def tiff(compression: str) -> bytes:
    file = io.BytesIO()
    Image.fromarray(NOISE).save(file, "TIFF", compression=compression)
    return file.getvalue()


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_adobe_deflate", "jpeg", "packbits"])
def test_libtiff_prints_nothing_of_damaged_files(compression, capfd):
    content, refused = tiff(compression), 0
    for number in range(8, len(content), len(content) // 40):
        damaged = bytearray(content)
        damaged[number : number + 4] = b"\xff\xff\xff\xff"
        for each in (bytes(damaged), content[:number]):
            try:
                decode(each, "x.tif")
            except UserError as error:
                refused += 1
                assert str(error).startswith("x.tif: ")
                assert "\n" not in str(error)
    assert refused >= 40
    assert capfd.readouterr() == ("", "")


def test_a_damaged_tiff_is_no_label_map_and_says_nothing(tmp_path, capfd):
    paths = [tmp_path / f"{number}.tif" for number in range(5)]
    for number, path in enumerate(paths):
        content = tiff("tiff_lzw")
        path.write_bytes(content[:200] + b"\xff" * (300 + number) + content[500 + number :])
    assert not_footage(["drive"], paths) == {}
    assert capfd.readouterr() == ("", "")


def test_a_grey_frame_of_a_damaged_tiff_is_one_line_of_the_command(jepamine, tmp_path):
    for number in range(4):
        Image.fromarray(NOISE).save(tmp_path / f"{number}.tif", compression="tiff_lzw")
    content = (tmp_path / "3.tif").read_bytes()
    (tmp_path / "3.tif").write_bytes(content[:300] + b"\xff" * 300 + content[600:])
    manifest = tmp_path / "m.jsonl"
    assert jepamine("manifest", "frames", tmp_path, "--output", manifest).exit_code == 0
    result = jepamine("manifest", "audit", manifest)
    assert "unreadable_file: frame" in result.stdout
    assert "3.tif: damaged or truncated: decoder error -2" in result.stdout


@pytest.mark.parametrize(
    ("orientation", "size"), [(1, (64, 48)), (3, (64, 48)), (6, (48, 64)), (8, (48, 64))]
)
def test_the_size_of_an_image_is_that_of_the_upright_one(orientation, size, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(NOISE).save(tmp_path / "a.jpg", exif=exif)
    assert image_size(tmp_path / "a.jpg") == size
    assert decode((tmp_path / "a.jpg").read_bytes(), "a.jpg").size == size


@pytest.mark.parametrize("content", [None, b"", b"no image", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_image_has_no_size(content, tmp_path: Path):
    if content is not None:
        (tmp_path / "a.png").write_bytes(content)
    assert image_size(tmp_path / "a.png") is None
