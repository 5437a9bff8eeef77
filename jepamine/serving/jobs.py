"""Where requests wait: done in threads, each answer once, a bounded number of them, none for who has left."""

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


class Gone(Exception):
    """Nobody waits for this work any more."""


@dataclass
class Work:
    """`gone` is set when the last asker left; `seconds` by stage; `first_ran` whether the first code that was
    tried ran, None where none was.
    """

    gone: threading.Event = field(default_factory=threading.Event)
    seconds: dict[str, float] = field(default_factory=dict)
    first_ran: bool | None = None

    def go_on(self) -> None:
        """Raise Gone where nobody waits."""
        if self.gone.is_set():
            raise Gone

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
    """The work of this thread, or one that nobody leaves."""
    return CURRENT.get(None) or Work()


# Threads that do work: most of them wait for the batcher or for their turn at a validation server.
THREADS = 16

Job = Callable[[], Any]


class Busy(Exception):
    """As many wait as may."""


@dataclass
class _Flight:
    """Work under way, and how many wait for it."""

    future: asyncio.Future[Any]
    work: Work
    askers: int = field(default=0)


class Desk:
    """Answers by key; make it with `desk`. All but the jobs themselves happens in the event loop's thread."""

    def __init__(self, threads: ThreadPoolExecutor, entries: int, waiting: int) -> None:
        from cachetools import LRUCache

        self._threads, self._most = threads, waiting
        self._kept: LRUCache[str, Any] = LRUCache(max(entries, 1))
        self._entries = entries
        self._flights: dict[str, _Flight] = {}

    @property
    def waiting(self) -> int:
        """How many pieces of work are under way or wait."""
        return len(self._flights)

    async def ask(
        self,
        key: str,
        job: Job,
        left: Callable[[], Coroutine[Any, Any, None]],
        *,
        keep: bool = True,
        fresh: Callable[[Any], bool] = lambda _: True,
    ) -> tuple[Any, bool]:
        """(the answer for `key`, whether `job` did not have to be done for it).

        Who asks while another's job for the same key is under way gets its answer too. `left` ends when the
        asker goes away: the job is dropped then, at its next step, unless others wait for it. A kept answer
        that is not `fresh` is made anew. Raises what `job` raises, Gone for who has left, Busy where too many
        wait.
        """
        if key in self._kept and fresh(self._kept[key]):
            return self._kept[key], True
        flight = self._flights.get(key)
        joined = flight is not None
        if flight is None:
            flight = self._take_off(key, job, keep)
        flight.askers += 1
        leaving = asyncio.create_task(left())
        try:
            await asyncio.wait({flight.future, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaving.cancel()
            flight.askers -= 1
            if not flight.askers and not flight.future.done():
                self._drop(key, flight)
        if flight.future.cancelled() or not flight.future.done():
            raise Gone
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
            # Asking for the exception says that it was seen: of work that nobody waits for it is nobody's.
            if not future.cancelled() and future.exception() is None and keep and self._entries:
                self._kept[key] = future.result()

        future.add_done_callback(landed)
        return flight

    def _drop(self, key: str, flight: _Flight) -> None:
        flight.work.gone.set()
        if self._flights.get(key) is flight:
            del self._flights[key]
        # Takes it out of the queue where it has not begun; where it has, its next step sees that it is alone.
        flight.future.cancel()


def _run(job: Job, work: Work) -> Any:
    work.go_on()
    CURRENT.set(work)
    return job()


@contextmanager
def desk(entries: int, waiting: int, threads: int = THREADS) -> Iterator[Desk]:
    """A desk that keeps `entries` answers, those asked for last, and lets `waiting` pieces of work wait."""
    with ThreadPoolExecutor(threads, thread_name_prefix="work") as pool:
        yield Desk(pool, entries, waiting)
