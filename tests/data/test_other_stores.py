"""Schemes other than S3: a web server on loopback, and fsspec's own memory."""

from __future__ import annotations

import functools
import http.server
import json
import threading
from collections.abc import Iterator

import fsspec
import pytest

from jepamine.data.clips import read_clips
from jepamine.data.frames import Frames
from jepamine.errors import UserError
from jepamine.places import Url
from jepamine.protocols import Source
from jepamine.utils.remote import exists, listing, read, write
from tests.conftest import write_frames

NAMES = [f"a/{number:04d}.jpg" for number in range(4)]


@pytest.fixture
def disk(tmp_path):
    """A folder of four frames and a manifest of them."""
    write_frames(tmp_path / "disk" / "a", 4, seed=1)
    (tmp_path / "disk" / "m.jsonl").write_text(json.dumps({"clip_id": "c", "frame_paths": NAMES}) + "\n")
    return tmp_path / "disk"


@pytest.fixture
def web(disk, tmp_path, monkeypatch) -> Iterator[tuple[str, list[str]]]:
    """A web server of that folder: its URL, and the requests that it had."""
    pytest.importorskip("aiohttp", reason="aiohttp is not installed: pip install aiohttp")
    monkeypatch.setenv("JEPAMINE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("jepamine.utils.remote.FIRST_WAIT", 0.001)
    requests: list[str] = []

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_request(self, code: object = "-", size: object = "-") -> None:
            requests.append(f"{self.command} {self.path}")

        def log_error(self, *words: object) -> None: ...

    handler = functools.partial(Handler, directory=str(disk))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", requests
    server.shutdown()
    server.server_close()


def digests(source: Source) -> tuple[bytes, ...]:
    (clip,) = read_clips(source)
    frames = Frames((24, 40))
    try:
        return frames.digests([frames[place] for place in clip.frames])
    finally:
        frames.stop()


def test_clips_of_a_web_server_are_those_on_disk(web, disk):
    url, requests = web
    found = digests(Source(Url(url) / "m.jsonl", tubelet_size=2))
    assert found == digests(Source(disk / "m.jsonl", tubelet_size=2))
    assert sorted(request for request in requests if "jpg" in request) == [f"GET /{name}" for name in NAMES]


def test_a_page_that_does_not_exist_is_one_error(web):
    with pytest.raises(UserError, match=r"http://127.0.0.1:\d+/no.jpg: no such file"):
        read(Url(web[0]) / "no.jpg")


def test_what_is_written_to_memory_is_listed_and_read(disk, monkeypatch, tmp_path):
    monkeypatch.setenv("JEPAMINE_CACHE", str(tmp_path / "cache"))
    root = Url("memory:///footage")
    for name in [*NAMES, "m.jsonl"]:
        write(root / name, (disk / name).read_bytes())
    try:
        assert listing(root / "a") == [root / name for name in NAMES]
        assert exists(root / NAMES[0])
        assert not exists(root / "a/9.jpg")
        in_memory = digests(Source(root / "m.jsonl", tubelet_size=2))
        assert in_memory == digests(Source(disk / "m.jsonl", tubelet_size=2))
    finally:
        fsspec.filesystem("memory").rm("/footage", recursive=True)


@pytest.mark.parametrize(("scheme", "package"), [("gs", "gcsfs"), ("az", "adlfs")])
def test_a_scheme_whose_package_is_missing_names_it(scheme, package):
    try:
        __import__(package)
    except ImportError:
        with pytest.raises(UserError, match=rf"{scheme}:// URLs require a package: .*{package}"):
            read(Url(f"{scheme}://bucket/1.jpg"))
    else:
        pytest.skip(f"{package} is installed")
