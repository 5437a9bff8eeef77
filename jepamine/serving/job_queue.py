"""Jobs that clients wait for: run in threads, once per key, in order, bounded, dropped without clients."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from jepamine.manim.validation.scene_report import Report
from jepamine.manim.validation.validator import Validator
from jepamine.sandbox.protection import Protection
from jepamine.sandbox.server_pool import Abandoned

Made = TypeVar("Made")
# Threads that run jobs: most of them wait for the batcher or for a validation server.
THREADS = 16


class ClientGone(Exception):
    """No client waits for this job any more."""


class QueueFull(Exception):
    """As many jobs are pending as are allowed."""


@dataclass
class Job:
    """A running job. `abandoned` is set when its last client leaves; `seconds` are by stage; `first_ran` is
    whether the first code that was validated ran, None if none was validated; `submitted` is whether it runs
    code of a client.
    """

    abandoned: threading.Event = field(default_factory=threading.Event)
    seconds: dict[str, float] = field(default_factory=dict)
    first_ran: bool | None = None
    submitted: bool = False

    def check(self) -> None:
        """Raise ClientGone if no client waits for the job."""
        if self.abandoned.is_set():
            raise ClientGone

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Add the seconds of the block to those of `stage`."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.add(stage, time.perf_counter() - began)

    def add(self, stage: str, seconds: float) -> None:
        """Add to the seconds of `stage`."""
        self.seconds[stage] = self.seconds.get(stage, 0.0) + seconds


#: The job that this thread runs.
CURRENT: ContextVar[Job] = ContextVar("jepamine_job")


def current_job() -> Job:
    """Return the job of this thread, or a new one outside of the queue."""
    return CURRENT.get(None) or Job()


@dataclass
class _Pending:
    """A job that waits or runs, and how many clients wait for it."""

    future: asyncio.Future[Any]
    job: Job
    clients: int = 0


class JobQueue:
    """Results by key; create it with `job_queue`. Only the jobs themselves leave the event loop's thread."""

    def __init__(self, threads: Sequence[ThreadPoolExecutor], cache_size: int, max_pending: int) -> None:
        from cachetools import LRUCache

        self._threads, self._max_pending = threads, max_pending
        self._cache: LRUCache[str, Any] = LRUCache(max(cache_size, 1))
        self._cache_size = cache_size
        self._jobs: dict[str, _Pending] = {}

    @property
    def pending(self) -> int:
        """How many jobs wait or run."""
        return len(self._jobs)

    def kept(self, key: str) -> Any:
        """Return the result that is kept for `key`, else None; of the event loop's thread."""
        return self._cache.get(key)

    async def run(
        self,
        key: str,
        function: Callable[[], Any],
        disconnected: Callable[[], Coroutine[Any, Any, None]],
        *,
        submitted: bool = False,
        is_fresh: Callable[[Any], bool] = lambda _: True,
    ) -> tuple[Any, bool]:
        """Return (the result for `key`, whether it came from the cache or from another client's job).

        `disconnected` returns when the client goes away: unless others wait for it, the job is then dropped
        at its next step. Jobs with `submitted` run code of a client: they have threads of their own, so that
        they do not hold up others, and their results are not cached. A cached result that is not `is_fresh`
        is computed again. Raises what `function` raises, ClientGone after a disconnect, QueueFull if too many
        jobs are pending.
        """
        if key in self._cache and is_fresh(self._cache[key]):
            return self._cache[key], True
        pending = self._jobs.get(key)
        joined = pending is not None
        if pending is None:
            pending = self._submit(key, function, submitted)
        pending.clients += 1
        leaving = asyncio.create_task(disconnected())
        try:
            await asyncio.wait({pending.future, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaving.cancel()
            pending.clients -= 1
            if not pending.clients and not pending.future.done():
                self._drop(key, pending)
        if pending.future.cancelled() or not pending.future.done():
            raise ClientGone
        return pending.future.result(), joined

    def _submit(self, key: str, function: Callable[[], Any], submitted: bool) -> _Pending:
        if len(self._jobs) >= self._max_pending:
            raise QueueFull
        job = Job(submitted=submitted)
        future = asyncio.wrap_future(self._threads[submitted].submit(_run, function, job))
        pending = self._jobs[key] = _Pending(future, job)

        def finish(future: asyncio.Future[Any]) -> None:
            if self._jobs.get(key) is pending:
                del self._jobs[key]
            # Reading the exception marks it as retrieved: without clients nobody else does.
            if not future.cancelled() and future.exception() is None and not submitted and self._cache_size:
                self._cache[key] = future.result()

        future.add_done_callback(finish)
        return pending

    def _drop(self, key: str, pending: _Pending) -> None:
        pending.job.abandoned.set()
        if self._jobs.get(key) is pending:
            del self._jobs[key]
        # A job that has not started leaves the queue; one that has ends at its next `Job.check`.
        pending.future.cancel()


def _run(function: Callable[[], Any], job: Job) -> Any:
    job.check()
    CURRENT.set(job)
    return function()


@contextmanager
def job_queue(cache_size: int, max_pending: int, threads: int = THREADS) -> Iterator[JobQueue]:
    """Open a queue that keeps the `cache_size` results used last and holds up to `max_pending` jobs."""
    with ThreadPoolExecutor(threads, "job") as own, ThreadPoolExecutor(threads, "submitted") as submitted:
        yield JobQueue((own, submitted), cache_size, max_pending)


class ValidationQueue:
    """A validator that serves requests in order; create it with `validation_queue`."""

    def __init__(self, validator: Validator, threads: Sequence[ThreadPoolExecutor]) -> None:
        self._validator, self._threads = validator, threads

    @property
    def protection(self) -> Protection:
        """The protection in force around the code."""
        return self._validator.protection

    def validate(self, code: str, **options: Any) -> Report:
        """Validate code as the validator does. Raises ClientGone if no client waits when its turn comes."""
        job = current_job()
        arrived = time.perf_counter()
        run = partial(self._validator.validate, code, **options)
        report = self._threads[job.submitted].submit(_run_one, job, "validation", arrived, run).result()
        if job.first_ran is None:
            job.first_ran = report.runs
        return report

    def film(self, code: str, **options: Any) -> bytes:
        """Film code as the validator does. Raises ClientGone like `validate`."""
        job = current_job()
        arrived = time.perf_counter()
        run = partial(self._validator.film, code, **options)
        return self._threads[job.submitted].submit(_run_one, job, "video", arrived, run).result()


def _run_one(job: Job, stage: str, arrived: float, run: Callable[..., Made]) -> Made:
    job.check()
    job.add("waiting", time.perf_counter() - arrived)
    try:
        with job.timed(stage):
            return run(gone=job.abandoned.is_set)
    except Abandoned:
        raise ClientGone from None


@contextmanager
def validation_queue(validator: Validator, workers: int) -> Iterator[ValidationQueue]:
    """Open a queue in front of a validator with `workers` servers.

    Of several servers one is kept free of submitted code, which may run until its deadline each time.
    """
    with ThreadPoolExecutor(workers) as own, ThreadPoolExecutor(max(workers - 1, 1)) as submitted:
        yield ValidationQueue(validator, (own, submitted))
