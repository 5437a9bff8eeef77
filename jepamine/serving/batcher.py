"""Requests that wait together, done in one call."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

from jepamine.serving.jobs import Gone, Work, current

Item = TypeVar("Item")
Result = TypeVar("Result")
Waiting = tuple[Any, Work, "Future[Any]"]

#: The most items of one call.
LARGEST = 16


class Batcher(Generic[Item, Result]):
    """Calls `function` with all that waits, in one thread; make it with `batcher`.

    An item that comes while nothing is done is done at once: nobody waits for company.
    """

    def __init__(
        self, function: Callable[[Sequence[Item]], Sequence[Result]], told: Callable[[int], None]
    ) -> None:
        self._function, self._told = function, told
        self._waiting: queue.SimpleQueue[Waiting | None] = queue.SimpleQueue()

    def __call__(self, item: Item) -> Result:
        """`function([item])[0]`, from any thread. Raises what it raises, and Gone where nobody waits."""
        future: Future[Result] = Future()
        self._waiting.put((item, current(), future))
        return future.result()

    def run(self) -> None:
        """Until `end`."""
        while True:
            batch = [self._waiting.get()]
            while len(batch) < LARGEST and batch[-1] is not None and not self._waiting.empty():
                batch.append(self._waiting.get())
            self._do([one for one in batch if one is not None])
            if batch[-1] is None:
                return

    def end(self) -> None:
        """Let `run` return once what waits is done."""
        self._waiting.put(None)

    def _do(self, batch: list[Waiting]) -> None:
        left = [future for _, work, future in batch if work.gone.is_set()]
        for future in left:
            future.set_exception(Gone())
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
            # One by one: nobody is to pay for what another has sent.
            for one in kept:
                self._do([one])
            return
        for (_, _, future), result in zip(kept, results, strict=True):
            future.set_result(result)


@contextmanager
def batcher(
    function: Callable[[Sequence[Item]], Sequence[Result]], told: Callable[[int], None]
) -> Iterator[Batcher[Item, Result]]:
    """A batcher whose thread ends with the block; `told` hears how many items each call has."""
    made = Batcher(function, told)
    thread = threading.Thread(target=made.run, name="batcher")
    thread.start()
    try:
        yield made
    finally:
        made.end()
        thread.join()
