"""Build a service: layout run, validation servers, threads; all of it is closed with the block."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from jepamine.errors import UserError
from jepamine.manim.generation.build_pipeline import generator_factory, load_layout_run
from jepamine.manim.generation.find_layout import LayoutReader
from jepamine.manim.generation.pipeline import LAST, GeneratorFactory, Pipeline
from jepamine.manim.generation.request import Request
from jepamine.manim.generators.protocol import Generated, Generator, RevisingGenerator
from jepamine.manim.generators.styles import Complexity, Style
from jepamine.manim.layouts import Layout
from jepamine.manim.text.reading import Reading
from jepamine.manim.validation.validator import Validator, validator
from jepamine.runs import run_folder, run_status
from jepamine.sandbox.limits import Limits
from jepamine.serving.batcher import batcher
from jepamine.serving.job_queue import JobQueue, current_job, job_queue, validation_queue
from jepamine.serving.middleware import CACHE, DEADLINE, TRIES, WAITING, WORKERS
from jepamine.serving.prometheus import Metrics
from jepamine.serving.saved_files import Feedback, Media
from jepamine.serving.service import Identity, Service
from jepamine.utils.files import sha256_file

if TYPE_CHECKING:
    from jepamine.manim.generation.layout_run import LayoutRun


@dataclass(frozen=True)
class Settings:
    """Settings of a service.

    `cache` is the number of cached responses, `waiting` the queue size, `deadline` the time limit of code in
    seconds; `int8` quantizes the runs' linear layers.
    """

    experiments: Path
    run: str | None = None
    generators: tuple[str, ...] = (LAST,)
    workers: int = WORKERS
    tries: int = TRIES
    cache: int = CACHE
    waiting: int = WAITING
    deadline: float = DEADLINE
    int8: bool = False
    previews: Path | None = None
    preview_url: str = "/previews"
    allow_unprotected: bool = False
    allowed_hosts: tuple[str, ...] = ()
    token_file: Path | None = None
    json_logs: bool = False

    @property
    def folder(self) -> Path:
        """Return the folder of feedback, and of previews by default."""
        return self.experiments / "_service"


@contextmanager
def open_service(settings: Settings) -> Iterator[tuple[Service, JobQueue]]:
    """Open a service and its job queue.

    Raises UserError if the run, a generator or Manim is missing, or code cannot be sandboxed.
    """
    identity, mean_iou = identify(settings.experiments, settings.run, settings.int8)
    metrics = Metrics(settings.run, mean_iou)
    with ExitStack() as stack:
        reader = None
        if settings.run is not None:
            layout_run = load_layout_run(settings.experiments, settings.run, settings.int8)
            reader = stack.enter_context(batched_reader(layout_run, metrics.observe_batch))
        limits = Limits(deadline=settings.deadline)
        servers = stack.enter_context(validator(workers=settings.workers, limits=limits))
        require_protection(servers, settings.allow_unprotected)
        queue = stack.enter_context(validation_queue(servers, settings.workers))
        generator = one_at_a_time(generator_factory(settings.experiments, settings.int8))
        pipeline = Pipeline(cast(Validator, queue), reader, generator, settings.tries)
        for name in settings.generators:
            generator(name, "3b1b", "medium")
        warm_up(pipeline)
        previews = settings.previews or settings.folder / "previews"
        service = Service(
            pipeline,
            identity,
            settings.generators,
            Media(previews, ".png"),
            Media(previews, ".mp4"),
            Feedback(settings.folder / "feedback.jsonl"),
            metrics,
            settings.preview_url.rstrip("/"),
        )
        yield service, stack.enter_context(job_queue(settings.cache, settings.waiting))


def identify(experiments: Path, run: str | None, int8: bool) -> tuple[Identity, float | None]:
    """Return (what responses of this run depend on, the mean IoU on its held-out scenes).

    Raises UserError if there is no such run.
    """
    if run is None:
        return Identity(), None
    folder = run_folder.find(experiments, run)
    record = run_status.read_record(folder)
    weights = sha256_file(folder.weights) if folder.weights.is_file() else ""
    encoder = record.get("encoder", {}).get("weights_sha256", "")
    return Identity(run, f"{weights} {encoder} {'int8' if int8 else ''}"), record["metrics"].get("mean_iou")


def warm_up(pipeline: Pipeline) -> None:
    """Do once what the first request would have to wait for: much is imported lazily."""
    pipeline.make(Request("a circle", preview=64))
    if pipeline.reader is not None:
        pipeline.reader.read_frame(np.zeros((*pipeline.reader.size, 3), np.uint8))


def require_protection(servers: Validator, allow_unprotected: bool) -> None:
    """Raise UserError if submitted code cannot be fully sandboxed."""
    still_open = servers.protection.open
    if still_open and not allow_unprotected:
        raise UserError(
            f"this system cannot close {', '.join(still_open)} to submitted code (in force: "
            f"{servers.protection}); serve on Linux with Landlock and seccomp, or with bubblewrap, or pass "
            "--allow-unprotected if only you can reach the service"
        )


@contextmanager
def batched_reader(layout_run: LayoutRun, on_batch: Callable[[int], None]) -> Iterator[LayoutReader]:
    """Build a layout reader that encodes waiting requests in one call."""
    with (
        batcher(layout_run.read_frames, on_batch) as read_frame,
        batcher(layout_run.read_texts, on_batch) as read_text,
    ):
        yield LayoutReader(layout_run.size, _timed(read_frame), _timed(read_text))


def _timed(function: Callable[[Any], Layout]) -> Callable[[Any], Layout]:
    def timed(item: Any) -> Layout:
        with current_job().timed("encoding"):
            return function(item)

    return timed


def one_at_a_time(make: GeneratorFactory) -> GeneratorFactory:
    """Build generators once, used by one thread at a time; `template`, which is pure, by all."""
    building, using = threading.Lock(), threading.Lock()

    @functools.cache
    def wrapped(name: str, style: Style, complexity: Complexity) -> Generator:
        built = make(name, style, complexity)
        # A generator that revises waits for its server, not for this machine's cores.
        return built if name == LAST or isinstance(built, RevisingGenerator) else _Locked(built, using)

    def generator(name: str, style: Style, complexity: Complexity) -> Generator:
        with building:
            return wrapped(name, style, complexity)

    return generator


class _Locked:
    def __init__(self, generator: Generator, lock: threading.Lock) -> None:
        self._generator, self._lock = generator, lock

    def generate(
        self, layout: Layout, description: str, *, attempt: int = 0, reading: Reading | None = None
    ) -> Generated:
        job = current_job()
        with self._lock:
            job.check()
            return self._generator.generate(layout, description, attempt=attempt, reading=reading)
