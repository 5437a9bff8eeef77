"""Runs in buckets of Google and Azure, against emulators on loopback, are those of the disk byte for byte."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest

from jepamine.utils import remote
from tests.store_server import StoreServer

# Read when gcsfs is imported: it would ask for the kind of each bucket by gRPC, which the emulator lacks.
os.environ.setdefault("GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT", "false")

#: The account of Azurite's documentation.
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


def azurite() -> str | None:
    """The program that stands in for Azure's store: `npm install azurite`."""
    places = [Path(__file__).parents[2] / "node_modules" / ".bin", *os.environ["PATH"].split(os.pathsep)]
    return shutil.which("azurite-blob", path=os.pathsep.join(map(str, places)))


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture(params=["gs", "az"])
def bucket(request, tmp_path, monkeypatch) -> Iterator[StoreServer]:
    """A new bucket of an emulator, which the package of its scheme reaches by its own variables."""
    monkeypatch.setattr(remote, "FIRST_WAIT", 0.001)
    monkeypatch.setenv("JEPAMINE_CACHE", str(tmp_path / "cache"))
    remote._filesystem.cache_clear()
    name, port = f"bucket-{uuid.uuid4().hex[:8]}", free_port()
    if request.param == "gs":
        pytest.importorskip("gcsfs", reason="gcsfs is not installed: pip install 'jepamine[gs]'")
        server = pytest.importorskip(
            "gcp_storage_emulator.server", reason="no emulator: pip install gcp-storage-emulator"
        )
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", f"http://127.0.0.1:{port}")
        monkeypatch.setitem(fsspec.config.conf, "gs", {"token": "anon", "project": "test"})
        running = server.create_server("127.0.0.1", port, in_memory=True)
        running.start()
        stop = running.stop
    else:
        pytest.importorskip("adlfs", reason="adlfs is not installed: pip install 'jepamine[az]'")
        if (program := azurite()) is None:
            pytest.skip("no emulator: npm install azurite")
        words = [program, "--inMemoryPersistence", "--skipApiVersionCheck", "--silent", "--disableTelemetry"]
        process = subprocess.Popen(
            [*words, "--blobHost", "127.0.0.1", "--blobPort", str(port)], stdout=subprocess.DEVNULL
        )
        monkeypatch.setenv(
            "AZURE_STORAGE_CONNECTION_STRING",
            f"DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey={KEY};"
            f"BlobEndpoint=http://127.0.0.1:{port}/devstoreaccount1;",
        )

        def stop() -> None:
            process.kill()
            process.wait()

        while process.poll() is None:
            with socket.socket() as client:
                if client.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
    # Those of a test before know another port.
    fsspec.get_filesystem_class(request.param).clear_instance_cache()
    fsspec.filesystem(request.param).mkdir(name)
    yield StoreServer(f"{request.param}://{name}")
    stop()
    remote._filesystem.cache_clear()


def test_manifest_run_score_and_report_are_those_of_the_disk(bucket, jepamine, recipe, clips, tmp_path):
    bucket.put(clips.parent)
    manifest, far = f"{bucket.url}/manifest.jsonl", tmp_path / "far"
    elsewhere = ("--experiments", far)
    words = ("--name", "local", "--set")
    assert jepamine("run", recipe, "--name", "local").exit_code == 0
    result = jepamine("run", recipe, *words, f"dataset.manifest={manifest}", *elsewhere)
    assert result.exit_code == 0, result.output
    near, there = tmp_path / "local.jsonl", f"{bucket.url}/scores.jsonl"
    assert jepamine("score", "--run", "local", clips, "--output", near).exit_code == 0
    result = jepamine("score", "--run", "local", manifest, "--output", there, *elsewhere)
    assert result.exit_code == 0, result.output
    scores = remote.read(remote.Url(there)).decode()
    # The one difference: where the manifest is.
    assert scores == near.read_text().replace(str(clips), manifest)
    (far / "local.jsonl").write_text(scores)
    pages = []
    for file, more in ((near, ()), (far / "local.jsonl", elsewhere)):
        page = tmp_path / f"{len(pages)}.html"
        result = jepamine("report", "--run", "local", file, "--top", 3, "--output", page, *more)
        assert result.exit_code == 0, result.output
        # Under this key the browser keeps labels: a hash of the score file.
        pages.append(re.sub(r"jepamine:local:[0-9a-f]+", "", page.read_text()))
    pages[1] = pages[1].replace(bucket.url, str(clips.parent))
    assert [a for a in zip(*(page.splitlines() for page in pages), strict=True) if a[0] != a[1]] == []
    assert pages[0].count("data:image") > 3


def test_files_are_listed_by_the_scheme_that_was_written(bucket):
    root = remote.Url(bucket.url)
    for name in ("a/2.jpg", "a/1.jpg", "b/1.jpg"):
        remote.write(root / name, b"x")
    assert remote.listing(root) == [root / "a/1.jpg", root / "a/2.jpg", root / "b/1.jpg"]
    assert [str(file.relative_to(root / "a")) for file in remote.listing(root / "a")] == ["1.jpg", "2.jpg"]


def test_what_is_missing_is_said(bucket):
    with pytest.raises(remote.UserError, match=rf"{bucket.url}/no.jpg: no such file"):
        remote.read(remote.Url(f"{bucket.url}/no.jpg"))
    assert not remote.exists(remote.Url(f"{bucket.url}/no.jpg"))
    with pytest.raises(
        remote.UserError, match=rf"{bucket.url}-none/x.jpg: (no such bucket|cannot be written)"
    ):
        remote.write(remote.Url(f"{bucket.url}-none/x.jpg"), b"x")
