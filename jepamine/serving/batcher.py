"""Batch the items of concurrent requests into one call."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

from jepamine.serving.job_queue import ClientGone, Job, current_job

Item = TypeVar("Item")
Result = TypeVar("Result")
Waiting = tuple[Any, Job, "Future[Any]"]

#: The maximum number of items in a call.
MAX_BATCH = 16


class Batcher(Generic[Item, Result]):
    """Calls `function` with all waiting items, in one thread; create it with `batcher`.

    An item that arrives while no call runs is processed at once, without waiting for others.
    """

    def __init__(
        self, function: Callable[[Sequence[Item]], Sequence[Result]], on_batch: Callable[[int], None]
    ) -> None:
        self._function, self._on_batch = function, on_batch
        self._waiting: queue.SimpleQueue[Waiting | None] = queue.SimpleQueue()

    def __call__(self, item: Item) -> Result:
        """Return `function([item])[0]`, from any thread. Raises what it raises, and ClientGone."""
        future: Future[Result] = Future()
        self._waiting.put((item, current_job(), future))
        return future.result()

    def run(self) -> None:
        """Process items until `end`."""
        while True:
            batch = [self._waiting.get()]
            while len(batch) < MAX_BATCH and batch[-1] is not None and not self._waiting.empty():
                batch.append(self._waiting.get())
            self._process([waiting for waiting in batch if waiting is not None])
            if batch[-1] is None:
                return

    def end(self) -> None:
        """Let `run` return after the items that wait now."""
        self._waiting.put(None)

    def _process(self, batch: list[Waiting]) -> None:
        kept = []
        for item, job, future in batch:
            if job.abandoned.is_set():
                future.set_exception(ClientGone())
            else:
                kept.append((item, job, future))
        if not kept:
            return
        self._on_batch(len(kept))
        try:
            results = self._function([item for item, _, _ in kept])
        except Exception as error:
            if len(kept) == 1:
                kept[0][2].set_exception(error)
                return
            # One by one, so that a bad item fails only its own request.
            for waiting in kept:
                self._process([waiting])
            return
        for (_, _, future), result in zip(kept, results, strict=True):
            future.set_result(result)


@contextmanager
def batcher(
    function: Callable[[Sequence[Item]], Sequence[Result]], on_batch: Callable[[int], None]
) -> Iterator[Batcher[Item, Result]]:
    """Open a batcher whose thread ends with the block; `on_batch` receives the size of each call."""
    batching = Batcher(function, on_batch)
    thread = threading.Thread(target=batching.run, name="batcher")
    thread.start()
    try:
        yield batching
    finally:
        batching.end()
        thread.join()
