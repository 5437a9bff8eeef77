"""Services on free ports, with the real pipeline and a fake validator, so that no test needs Manim."""

from __future__ import annotations

import hashlib
import http.client
import io
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from jepamine.errors import UserError
from jepamine.manim.generation.build_pipeline import generator_factory
from jepamine.manim.generation.pipeline import Pipeline
from jepamine.manim.layouts import Layout, Object
from jepamine.manim.validation.check_answer import Answer, Found, failed
from jepamine.manim.validation.scene_report import report
from jepamine.sandbox.protection import POWERS, Protection

pytest.importorskip("cachetools", reason="no cachetools: pip install -e '.[serve]'")
pytest.importorskip("fastapi", reason="no fastapi: pip install -e '.[serve]'")
pytest.importorskip("prometheus_client", reason="no prometheus-client: pip install -e '.[serve]'")

from jepamine.serving.app import create_app
from jepamine.serving.build_service import batched_reader
from jepamine.serving.job_queue import JobQueue, job_queue, validation_queue
from jepamine.serving.middleware import AccessRules, Bounds, access_rules
from jepamine.serving.prometheus import Metrics
from jepamine.serving.saved_files import Feedback, Media
from jepamine.serving.service import Identity, Service

CLOSED = Protection(7, True, False, True, ("CPU",), POWERS)


def png(width: int = 32, height: int = 18, grey: int = 0) -> bytes:
    """Return a grey PNG."""
    file = io.BytesIO()
    Image.new("RGB", (width, height), (grey, grey, grey)).save(file, "PNG")
    return file.getvalue()


class FakeValidator:
    """A validator that finds every object in its place. It blocks while `open` is clear."""

    def __init__(self) -> None:
        self.protection = CLOSED
        self.open = threading.Event()
        self.open.set()
        self.seconds = 0.0
        self.codes: list[str] = []
        self.fails = False
        self.videos: list[str] = []
        self.video = b"a video"

    def film(self, code, *, scene, seconds, megabytes, gone=bool):
        self.videos.append(code)
        assert self.open.wait(300)
        if "play" not in code:
            raise UserError("the scene has no animation and no wait: there is nothing to film")
        return self.video

    def validate(self, code, *, layout=None, names=None, scene=None, check=True, preview=None, gone=bool):
        self.codes.append(code)
        assert self.open.wait(300)
        time.sleep(self.seconds)
        objects = ()
        if layout is not None:
            places = names or {f"it_{place}": place for place in range(len(layout.objects))}
            objects = tuple(
                Found(name, layout.objects[place].box, True, (), layout.objects[place].type, None, None)
                for name, place in places.items()
            )
        answer = failed("failed", "made to fail") if self.fails else Answer((), "GeneratedScene", objects)
        shade = hashlib.sha256(code.encode()).digest()[0]
        found = report(answer, self.protection, 0.01, layout, names)
        object.__setattr__(found, "preview", png(grey=shade) if preview else None)
        return found


class FakeLayoutRun:
    """A layout run that reads a square as wide as the frame is bright; `calls` are batch sizes."""

    size = (36, 64)

    def __init__(self) -> None:
        self.calls: list[int] = []
        self.open = threading.Event()
        self.open.set()

    def read_frames(self, frames):
        self.calls.append(len(frames))
        assert self.open.wait(300)
        return [
            Layout((Object("square", 0.0, 0.0, 0, 1 + float(np.mean(frame)) / 255, 2.0, 0.9),))
            for frame in frames
        ]

    def read_texts(self, descriptions):
        raise UserError("run 'boxes' cannot read")


@dataclass(frozen=True)
class Reply:
    """A response."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def detail(self) -> str:
        return self.json["detail"]


@dataclass(frozen=True)
class Live:
    """A service on `port`."""

    port: int
    service: Any = None
    jobs: Any = None
    validator: Any = None
    layout_run: Any = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def call(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return Reply(response.status, response.headers, response.read())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Reply:
        return self.call("GET", path, None, {key.replace("_", "-"): value for key, value in headers.items()})

    def post(self, path: str, value: Any) -> Reply:
        return self.call("POST", path, json.dumps(value), {"Content-Type": "application/json"})

    def generate(self, description: str = "a circle", **fields: Any) -> Reply:
        return self.post("/generate", {"description": description, **fields})

    def metric(self, name: str) -> float:
        lines = self.get("/metrics").body.decode().splitlines()
        return float(next(line.rpartition(" ")[2] for line in lines if line.startswith(f"{name} ")))


@contextmanager
def listening(service: Service, jobs: JobQueue, bounds: Bounds, rules: AccessRules) -> Iterator[int]:
    """Serve in a thread and yield the port."""
    import uvicorn

    from jepamine.serving.server import listening as open_listener
    from jepamine.serving.server import uvicorn_config

    with open_listener("127.0.0.1", 0) as listener:
        server = uvicorn.Server(uvicorn_config(create_app(service, jobs, bounds, rules), bounds))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            until(lambda: server.started)
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def served(
    folder: Path,
    *,
    cache: int = 100,
    waiting: int = 64,
    threads: int = 16,
    workers: int = 4,
    bounds: Bounds | None = None,
    rules: AccessRules | None = None,
) -> Iterator[Live]:
    """Serve a fake layout run with a fake validator."""
    validator, layout_run = FakeValidator(), FakeLayoutRun()
    metrics = Metrics("boxes", 0.75)
    with ExitStack() as stack:
        reader = stack.enter_context(batched_reader(layout_run, metrics.observe_batch))  # type: ignore[arg-type]
        queue = stack.enter_context(validation_queue(validator, workers))  # type: ignore[arg-type]
        service = Service(
            Pipeline(queue, reader, generator_factory(folder / "experiments")),  # type: ignore[arg-type]
            Identity("boxes", "0" * 64),
            ("template",),
            Media(folder / "previews", ".png"),
            Media(folder / "previews", ".mp4"),
            Feedback(folder / "feedback.jsonl"),
            metrics,
        )
        jobs = stack.enter_context(job_queue(cache, waiting, threads))
        port = stack.enter_context(
            listening(service, jobs, bounds or Bounds(), rules or access_rules("127.0.0.1"))
        )
        yield Live(port, service, jobs, validator, layout_run)


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    """Serve for one test."""
    with served(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Serve for all tests of a file that leave no trace in the service."""
    with served(tmp_path_factory.mktemp("shared")) as made:
        yield made


@pytest.fixture
def serve() -> Callable[..., Any]:
    """Return `served`, for tests with their own settings."""
    return served


@pytest.fixture(scope="session")
def live_at() -> Callable[[int], Live]:
    """Return `Live`, for a service in another process."""
    return Live


@pytest.fixture
def closed() -> Protection:
    """Return a protection that closes everything."""
    return CLOSED


@pytest.fixture
def picture() -> Callable[..., bytes]:
    """Return `png`."""
    return png


@pytest.fixture
def wait_for() -> Callable[[Callable[[], bool]], None]:
    """Return `until`."""
    return until


def until(true: Callable[[], bool]) -> None:
    """Wait until `true()`; fail after 20 s."""
    ends = time.monotonic() + 300
    while not true():
        assert time.monotonic() < ends, "still false after 300 s"
        time.sleep(0.005)
