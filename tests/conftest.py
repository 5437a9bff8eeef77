"""What many tests share: tiny frames, a tiny encoder as a local plugin, and the command line."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from click.testing import CliRunner, Result
from hypothesis import settings
from PIL import Image

from jepamine.cli.main import cli
from jepamine.runs.build import keep_freed_memory
from tests.store_server import StoreServer, new_bucket, serving

# Tiny tensors: threads cost more than they bring, and very much more on a busy machine.
torch.set_num_threads(1)
keep_freed_memory()

# No test fails on speed.
settings.register_profile("jepamine", deadline=None)
settings.load_profile("jepamine")

# A frozen "encoder" of 48 numbers, fast enough that a whole run takes a second: mean colours of 4 x 4 cells.
TINY_ENCODER = """
import torch

class Tiny:
    name = "tiny"
    weights_sha256 = "0" * 64
    preprocessing = "none"
    batch_size = 8
    dim = 48

    def __init__(self, *, scale: float = 255.0):
        self.scale = scale
        self.preprocessing = f"/ {scale}"

    def __call__(self, frames):
        cells = frames.float().reshape(len(frames), -1, 4, 56, 4, 56, 3).mean(dim=(3, 5)) / self.scale
        return cells.reshape(len(frames), -1, 48)
"""

RECIPE = """
schema = 1
seed = 7
[dataset]
plugin = "clips"
manifest = "{manifest}"
[masking]
plugin = "patches"
[encoder]
plugin = "./tiny.py:Tiny"
[predictor]
plugin = "mlp"
hidden_dim = 16
[trainer]
plugin = "embedding"
epochs = 4
lr = 1e-3
checkpoint_every = 2
"""


def write_frames(folder: Path, count: int, seed: int) -> list[Path]:
    """`count` JPEG frames of 64 x 48 blobs that drift."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    base = rng.integers(0, 200, (6, 8, 3), dtype=np.uint8)
    paths = []
    for number in range(count):
        drifted = np.roll(base + 4 * number, number, axis=1).astype(np.uint8)
        pixels = drifted.repeat(8, axis=0).repeat(8, axis=1)
        paths.append(folder / f"{number:04d}.jpg")
        Image.fromarray(pixels).save(paths[-1], quality=90)
    return paths


@pytest.fixture(scope="session", autouse=True)
def state_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep what jepamine remembers of the user, such as accepted code, in a folder of the tests."""
    folder = tmp_path_factory.mktemp("state")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(folder))
        yield folder


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A manifest of 12 clips of 4 frames in 4 scenes."""
    root = tmp_path_factory.mktemp("clips")
    lines = []
    for scene in range(4):
        paths = write_frames(root / f"scene-{scene}", 12, seed=scene)
        for start in range(0, 12, 4):
            lines.append(
                {
                    "clip_id": f"s{scene}-{start}",
                    "scene": f"scene-{scene}",
                    "camera": "CAM_FRONT",
                    "frame_paths": [str(path.relative_to(root)) for path in paths[start : start + 4]],
                }
            )
    manifest = root / "manifest.jsonl"
    manifest.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return manifest


@pytest.fixture
def recipe(tmp_path: Path, clips: Path) -> Path:
    """A recipe of a second's run: the clips above, a tiny encoder in ./tiny.py beside it."""
    (tmp_path / "tiny.py").write_text(TINY_ENCODER)
    path = tmp_path / "small.toml"
    path.write_text(RECIPE.format(manifest=clips))
    return path


@pytest.fixture(scope="session")
def cluster() -> Iterator[Any]:
    """Two Dask worker processes of one thread each, as a user's cluster would have."""
    distributed = pytest.importorskip("distributed", reason="Dask is not installed: pip install -e '.[dask]'")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0", resources={"GPU": 1}
    ) as local:
        yield local


class DaskProcesses:
    """A scheduler and a worker started from the command line, which a test can kill."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "scheduler.json"
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self, scheduler: Sequence[str] = (), both: Sequence[str] = ()) -> None:
        """Start both with further options: of the scheduler, and of both."""
        for words in (("scheduler", "--port", "0", "--no-dashboard", *scheduler), ("worker", "--no-nanny")):
            command = [sys.executable, "-m", "dask", *words, *both, "--scheduler-file", str(self.file)]
            self._running.append(subprocess.Popen(command, stderr=subprocess.DEVNULL))
            while not self.file.exists():
                time.sleep(0.05)

    def kill(self) -> None:
        for process in self._running:
            process.kill()
            process.wait()
        self._running = []
        self.file.unlink(missing_ok=True)


@pytest.fixture
def dask_processes(tmp_path: Path) -> Iterator[DaskProcesses]:
    processes = DaskProcesses(tmp_path)
    yield processes
    processes.kill()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slow tests first: with two workers none of them is what the other waits for at the end."""
    items.sort(key=lambda item: "slow" not in item.keywords)


WriteVideo = Callable[..., list[int]]


@pytest.fixture(scope="session")
def write_video() -> WriteVideo:
    """Write an mp4 whose frames are shown from given milliseconds on; returns their greys, one a frame."""
    av = pytest.importorskip("av", reason="PyAV is not installed: pip install -e '.[video]'")

    def write(path: Path, milliseconds: list[int], darkest: int = 10) -> list[int]:
        height, width = 64, 96
        greys = [darkest + 7 * number % 230 for number in range(len(milliseconds))]
        with av.open(str(path), "w") as container:
            stream = container.add_stream("libx264", rate=30)
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
            stream.gop_size = 5
            for grey, time in zip(greys, milliseconds, strict=True):
                pixels = np.full((height, width, 3), grey, np.uint8)
                frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
                frame.pts, frame.time_base = time, Fraction(1, 1000)
                container.mux(stream.encode(frame))
            container.mux(stream.encode())
        return greys

    return write


@pytest.fixture(scope="session")
def store_server() -> Iterator[StoreServer]:
    """An S3 server for all tests."""
    for package in ("s3fs", "moto", "flask", "flask_cors"):
        pytest.importorskip(package, reason=f"{package} is not installed: pip install -e '.[s3,test]'")
    with serving() as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", server.url)
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        yield server


@pytest.fixture
def s3(store_server: StoreServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StoreServer:
    """A new bucket in `s3.url`, and a cache of its own. Waits between attempts are short."""
    monkeypatch.setenv("JEPAMINE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("jepamine.utils.remote.FIRST_WAIT", 0.001)
    new_bucket(store_server)
    return store_server


Call = Callable[..., Result]


@pytest.fixture
def jepamine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Call the command line with words; runs land in tmp_path/experiments. A traceback fails the test."""
    monkeypatch.setenv("JEPAMINE_EXPERIMENTS", str(tmp_path / "experiments"))

    def call(*words: object) -> Result:
        result = CliRunner().invoke(cli, [str(word) for word in words], prog_name="jepamine")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return call
