"""A pool of fork servers."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jepamine.sandbox.folders import remove_abandoned
from jepamine.sandbox.handle import Handle
from jepamine.sandbox.limits import Limits
from jepamine.sandbox.protection import Protection
from jepamine.sandbox.questions import Reply
from jepamine.sandbox.watch import End


class Pool:
    """Runs as many requests at a time as it has servers; made by `pool`."""

    def __init__(self, handles: Sequence[Handle], askers: Executor) -> None:
        self._idle: queue.SimpleQueue[Handle] = queue.SimpleQueue()
        for handle in handles:
            self._idle.put(handle)
        self._askers = askers
        self.protection: Protection = handles[0].protection

    def ask(
        self,
        request: dict[str, Any],
        limits: Limits,
        reply: Reply | None = None,
        gone: Callable[[], bool] = bool,
    ) -> tuple[End, bytes]:
        """Ask a free server, from any thread; first come, first served. More as for `Handle.ask`."""
        return self._askers.submit(self._ask, request, limits, reply, gone).result()

    def _ask(
        self, request: dict[str, Any], limits: Limits, reply: Reply | None, gone: Callable[[], bool]
    ) -> tuple[End, bytes]:
        # As many threads as servers, so one is idle. Callers waiting for it themselves would not take turns.
        handle = self._idle.get()
        try:
            return handle.ask(request, limits, reply, gone)
        finally:
            self._idle.put(handle)


@contextmanager
def pool(
    task: str, *, workers: int = 1, path: Sequence[Path] = (), bubblewrap: bool | None = None
) -> Iterator[Pool]:
    """Start `workers` servers of a task (see `Handle`); they stop with the block."""
    remove_abandoned()
    with ThreadPoolExecutor(workers) as askers:
        futures = [askers.submit(Handle, task, path, bubblewrap) for _ in range(workers)]
        handles = [future.result() for future in futures if future.exception() is None]
        try:
            for future in futures:
                future.result()
            yield Pool(handles, askers)
        finally:
            for handle in handles:
                handle.close()
