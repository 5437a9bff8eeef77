"""Frames in stores: read by one request each, tried again, never downloaded twice for one version."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from PIL import Image

from jepamine.data.clips import read_clips
from jepamine.data.embedding_store import Store
from jepamine.data.frames import Frames
from jepamine.data.images import ORIENTATIONS
from jepamine.data.known_content import FOLDER, Versions
from jepamine.errors import UserError
from jepamine.places import Url
from jepamine.protocols import Source
from jepamine.utils.remote import exists
from tests.conftest import write_frames

NAMES = [f"a/{number:04d}.jpg" for number in range(4)]


@pytest.fixture
def frames(s3, tmp_path):
    """Four frames on disk; the same are in the bucket."""
    paths = write_frames(tmp_path / "disk" / "a", 4, seed=1)
    s3.put(tmp_path / "disk")
    s3.clear()
    return paths


def read(places, versions=None):
    held = Frames((24, 40), versions=versions)
    clip = [held[place] for place in places]
    return held.digests(clip), held.pixels(clip)


@pytest.mark.slow
def test_a_frame_in_a_bucket_is_the_frame_on_disk_by_one_request(s3, frames):
    digests, pixels = read([Url(s3.url) / name for name in NAMES])
    expected, on_disk = read(frames)
    assert digests == expected
    assert_array_equal(pixels, on_disk)
    assert s3.methods() == [("GET", name) for name in NAMES]
    assert sum(size for *_, size in s3.requests) == sum(path.stat().st_size for path in frames)


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_a_frame_in_a_bucket_is_upright_by_its_exif_orientation(s3, tmp_path, orientation):
    image = Image.new("RGB", (24, 16), (20, 20, 20))
    image.paste((250, 250, 250), (0, 0, 12, 16))
    exif = image.getexif()
    exif[0x0112] = orientation
    (tmp_path / "disk").mkdir()
    image.save(tmp_path / "disk" / "turned.jpg", exif=exif)
    image.transpose(ORIENTATIONS[orientation]).save(tmp_path / "disk" / "upright.png")
    s3.put(tmp_path / "disk")
    _, turned = read([Url(s3.url) / "turned.jpg"])
    _, upright = read([Url(s3.url) / "upright.png"])
    assert np.abs(turned.astype(int) - upright).mean() < 6
    _, stored = read([tmp_path / "disk" / "turned.jpg"])
    assert_array_equal(turned, stored)


def test_an_object_that_did_not_change_is_asked_for_its_version_and_not_read(s3, frames, tmp_path):
    urls = [Url(s3.url) / name for name in NAMES]
    for expected in ("GET", "HEAD"):
        s3.clear()
        with Store(tmp_path / "store") as store:
            held = Frames((24, 40), versions=Versions(store.beside(FOLDER)))
            digests = held.digests([held[url] for url in urls])
        assert s3.methods() == [(expected, name) for name in NAMES]
        assert digests == read(frames)[0]


def test_a_changed_object_is_read_again(s3, frames, tmp_path):
    url = Url(s3.url) / NAMES[0]
    with Store(tmp_path / "store") as store:
        read([url], Versions(store.beside(FOLDER)))
        frames[0].write_bytes(frames[1].read_bytes())
        s3.put(tmp_path / "disk")
        assert read([url], Versions(store.beside(FOLDER)))[0] == read([frames[1]])[0]


def test_frames_of_a_clip_are_read_at_the_same_time(s3, frames):
    s3.delay = 0.3
    read([Url(s3.url) / name for name in NAMES])
    assert s3.busiest == 4


def test_a_store_that_fails_two_of_three_requests_loses_nothing(s3, frames):
    s3.fails = lambda number: number % 3 != 0
    assert read([Url(s3.url) / name for name in NAMES])[0] == read(frames)[0]
    assert {status for _, _, status, _ in s3.requests} == {200, 503}


def test_a_store_that_never_answers_is_one_error_after_eight_attempts(s3, frames):
    s3.fails = lambda number: True
    url = Url(s3.url) / NAMES[0]
    with pytest.raises(
        UserError, match=r"frame s3://\S+/a/0000.jpg: cannot be read after 8 attempts: Service"
    ):
        read([url])
    assert len(s3.requests) == 8


def test_a_missing_object_is_an_error_without_a_second_attempt(s3, frames):
    with pytest.raises(UserError) as raised:
        read([Url(s3.url) / "none.jpg"])
    assert str(raised.value) == f"frame {s3.url}/none.jpg: no such file"
    assert len(s3.requests) == 1


def test_paths_of_a_manifest_in_a_bucket_are_relative_to_its_folder(s3, tmp_path):
    (tmp_path / "up" / "m").mkdir(parents=True)
    lines = [{"frame_paths": ["a.jpg", "../b//c.jpg"]}, {"frame_paths": ["s3://other//a.jpg", "/a.jpg"]}]
    (tmp_path / "up" / "m" / "m.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    s3.put(tmp_path / "up")
    first, second = read_clips(Source(Url(f"{s3.url}/m/m.jsonl")))
    assert first.frames == (Url(f"{s3.url}/m/a.jpg"), Url(f"{s3.url}/b/c.jpg"))
    assert second.frames == (Url("s3://other//a.jpg"), Path("/a.jpg"))
    assert first.place == f"{s3.url}/m/m.jsonl:1"


def test_reads_end_when_no_one_wants_them(s3, frames, monkeypatch):
    monkeypatch.setattr("jepamine.utils.remote.FIRST_WAIT", 60)
    monkeypatch.setattr("jepamine.utils.remote.LONGEST_WAIT", 60)
    s3.fails = lambda number: True
    held = Frames((24, 40))
    clip = [held[Url(s3.url) / name] for name in NAMES]
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(held.digests, clip)
        while len(s3.requests) < len(NAMES):
            time.sleep(0.01)
        held.stop()
        with pytest.raises(UserError, match="reading was stopped"):
            reading.result(timeout=300)
    assert len(s3.requests) == len(NAMES)
    with pytest.raises(UserError, match="reading was stopped"):
        held.digests(clip)


def test_a_store_that_fails_is_asked_again_whether_a_file_exists(s3, frames):
    s3.fails = lambda number: number % 3 == 1
    assert exists(Url(s3.url) / NAMES[0])
    assert not exists(Url(s3.url) / "a/none.jpg")
    s3.fails = lambda number: True
    with pytest.raises(UserError, match="cannot be read after 8 attempts"):
        exists(Url(s3.url) / NAMES[0])
