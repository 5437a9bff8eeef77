"""A job queue: bounded, in threads, one job per key, cancelled when its clients have gone."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any


class ClientGone(Exception):
    """No client waits for this work any more."""


@dataclass
class Work:
    """The state of a job.

    `gone` is set when the last client left; `seconds` by stage; `first_ran` whether the first code tried ran,
    None if none was.
    """

    gone: threading.Event = field(default_factory=threading.Event)
    seconds: dict[str, float] = field(default_factory=dict)
    first_ran: bool | None = None

    def go_on(self) -> None:
        """Raise ClientGone if no client waits."""
        if self.gone.is_set():
            raise ClientGone

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Add the block's seconds to those of `stage`."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.add(stage, time.perf_counter() - began)

    def add(self, stage: str, seconds: float) -> None:
        """Add to the seconds of `stage`."""
        self.seconds[stage] = self.seconds.get(stage, 0.0) + seconds


#: The work that this thread does; each job sets its own.
CURRENT: ContextVar[Work] = ContextVar("jepamine_work")


def current() -> Work:
    """Return the work of this thread, or a new one without clients."""
    return CURRENT.get(None) or Work()


# Threads that do work: most of them wait for the batcher or for a validation server.
THREADS = 16

Job = Callable[[], Any]


class Busy(Exception):
    """The queue is full."""


@dataclass
class _Flight:
    """Work under way, and the number of clients waiting for it."""

    future: asyncio.Future[Any]
    work: Work
    askers: int = field(default=0)


class JobQueue:
    """Results by key; made by `job_queue`. All but the jobs themselves runs in the event loop's thread."""

    def __init__(self, threads: ThreadPoolExecutor, entries: int, waiting: int) -> None:
        from cachetools import LRUCache

        self._threads, self._most = threads, waiting
        self._kept: LRUCache[str, Any] = LRUCache(max(entries, 1))
        self._entries = entries
        self._flights: dict[str, _Flight] = {}

    @property
    def waiting(self) -> int:
        """Return the number of jobs under way or waiting."""
        return len(self._flights)

    async def ask(
        self,
        key: str,
        job: Job,
        disconnected: Callable[[], Coroutine[Any, Any, None]],
        *,
        keep: bool = True,
        fresh: Callable[[Any], bool] = lambda _: True,
    ) -> tuple[Any, bool]:
        """Return (the result for `key`, whether it was there without running `job`).

        Clients that ask while a job for the same key is under way get its result too. `left` returns when
        the client disconnects: the job is then cancelled at its next step, unless others wait for it. A
        cached result that is not `fresh` is computed again. Raises what `job` raises, ClientGone for a
        disconnected client, Busy if the queue is full.
        """
        if key in self._kept and fresh(self._kept[key]):
            return self._kept[key], True
        flight = self._flights.get(key)
        joined = flight is not None
        if flight is None:
            flight = self._take_off(key, job, keep)
        flight.askers += 1
        leaving = asyncio.create_task(disconnected())
        try:
            await asyncio.wait({flight.future, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaving.cancel()
            flight.askers -= 1
            if not flight.askers and not flight.future.done():
                self._drop(key, flight)
        if flight.future.cancelled() or not flight.future.done():
            raise ClientGone
        return flight.future.result(), joined

    def _take_off(self, key: str, job: Job, keep: bool) -> _Flight:
        if len(self._flights) >= self._most:
            raise Busy
        work = Work()
        future = asyncio.wrap_future(self._threads.submit(_run, job, work))
        flight = self._flights[key] = _Flight(future, work)

        def landed(future: asyncio.Future[Any]) -> None:
            if self._flights.get(key) is flight:
                del self._flights[key]
            # Retrieving the exception marks it as seen: no client may be left to retrieve it.
            if not future.cancelled() and future.exception() is None and keep and self._entries:
                self._kept[key] = future.result()

        future.add_done_callback(landed)
        return flight

    def _drop(self, key: str, flight: _Flight) -> None:
        flight.work.gone.set()
        if self._flights.get(key) is flight:
            del self._flights[key]
        # Removes it from the queue if it has not begun; if it has, its next step finds no client.
        flight.future.cancel()


def _run(job: Job, work: Work) -> Any:
    work.go_on()
    CURRENT.set(work)
    return job()


@contextmanager
def job_queue(entries: int, waiting: int, threads: int = THREADS) -> Iterator[JobQueue]:
    """Run a job queue that caches the `entries` latest results and holds up to `waiting` jobs."""
    with ThreadPoolExecutor(threads, thread_name_prefix="work") as pool:
        yield JobQueue(pool, entries, waiting)
