"""Batch requests that wait at the same time into one call."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

from jepamine.serving.jobs import ClientGone, Work, current

Item = TypeVar("Item")
Result = TypeVar("Result")
Waiting = tuple[Any, Work, "Future[Any]"]

#: The largest number of items per call.
LARGEST = 16


class Batcher(Generic[Item, Result]):
    """Call `function` with everything that waits, in one thread; made by `batcher`.

    An item that arrives while the thread is idle is processed at once: nothing waits for a fuller batch.
    """

    def __init__(
        self, function: Callable[[Sequence[Item]], Sequence[Result]], on_batch: Callable[[int], None]
    ) -> None:
        self._function, self._told = function, on_batch
        self._waiting: queue.SimpleQueue[Waiting | None] = queue.SimpleQueue()

    def __call__(self, item: Item) -> Result:
        """Return `function([item])[0]`, from any thread; raises ClientGone if no client waits."""
        future: Future[Result] = Future()
        self._waiting.put((item, current(), future))
        return future.result()

    def run(self) -> None:
        """Process batches until `end`."""
        while True:
            batch = [self._waiting.get()]
            while len(batch) < LARGEST and batch[-1] is not None and not self._waiting.empty():
                batch.append(self._waiting.get())
            self._do([one for one in batch if one is not None])
            if batch[-1] is None:
                return

    def end(self) -> None:
        """Let `run` return once the queue is empty."""
        self._waiting.put(None)

    def _do(self, batch: list[Waiting]) -> None:
        left = [future for _, work, future in batch if work.gone.is_set()]
        for future in left:
            future.set_exception(ClientGone())
        kept = [one for one in batch if one[2] not in left]
        if not kept:
            return
        self._told(len(kept))
        try:
            results = self._function([item for item, _, _ in kept])
        except Exception as error:
            if len(kept) == 1:
                kept[0][2].set_exception(error)
                return
            # One by one, so that a bad item fails alone.
            for one in kept:
                self._do([one])
            return
        for (_, _, future), result in zip(kept, results, strict=True):
            future.set_result(result)


@contextmanager
def batcher(
    function: Callable[[Sequence[Item]], Sequence[Result]], on_batch: Callable[[int], None]
) -> Iterator[Batcher[Item, Result]]:
    """Run a batcher whose thread ends with the block; `on_batch` receives the size of each call."""
    made = Batcher(function, on_batch)
    thread = threading.Thread(target=made.run, name="batcher")
    thread.start()
    try:
        yield made
    finally:
        made.end()
        thread.join()
