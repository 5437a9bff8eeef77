"""Items that wait together are processed in one call."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

pytest.importorskip("fastapi", reason="no fastapi: pip install -e '.[serve]'")

from jepamine.serving.batcher import MAX_BATCH, batcher
from jepamine.serving.job_queue import CURRENT, ClientGone, Job


class Slow:
    """Squares; the first call blocks until `go` is set."""

    def __init__(self):
        self.go, self.begun, self.calls = threading.Event(), threading.Event(), []

    def __call__(self, items):
        self.calls.append(list(items))
        self.begun.set()
        assert self.go.wait(300)
        if None in items:
            raise ValueError("none")
        return [item * item for item in items]


def asked(squares, slow, items, wait_for, before=lambda item: None):
    """Return each item's result; all but the first arrive while the first is processed."""

    def ask(item):
        before(item)
        return squares(item)

    with ThreadPoolExecutor(len(items)) as threads:
        futures = [threads.submit(ask, items[0])]
        assert slow.begun.wait(300)
        futures += [threads.submit(ask, item) for item in items[1:]]
        wait_for(lambda: squares._waiting.qsize() == len(items) - 1)
        slow.go.set()
        return [future.exception() or future.result() for future in futures]


def test_the_first_item_runs_alone_and_those_that_wait_run_together(wait_for):
    slow, sizes = Slow(), []
    with batcher(slow, sizes.append) as squares:
        assert asked(squares, slow, list(range(6)), wait_for) == [0, 1, 4, 9, 16, 25]
    assert sizes == [1, 5]


def test_a_batch_has_a_maximum_size(wait_for):
    slow, sizes = Slow(), []
    with batcher(slow, sizes.append) as squares:
        items = list(range(MAX_BATCH + 3))
        assert asked(squares, slow, items, wait_for) == [item * item for item in items]
    assert sizes == [1, MAX_BATCH, 2]


def test_an_item_that_fails_does_not_fail_the_others_in_its_batch(wait_for):
    slow, sizes = Slow(), []
    with batcher(slow, sizes.append) as squares:
        found = asked(squares, slow, [0, 1, None, 3], wait_for)
    assert found[:2] + found[3:] == [0, 1, 9]
    assert str(found[2]) == "none"


def test_an_abandoned_item_is_not_processed(wait_for):
    slow, sizes = Slow(), []

    def leave(item):
        job = Job()
        CURRENT.set(job)
        if item == 2:
            job.abandoned.set()

    with batcher(slow, sizes.append) as squares:
        found = asked(squares, slow, [0, 1, 2], wait_for, leave)
    assert (found[:2], type(found[2]), slow.calls) == ([0, 1], ClientGone, [[0], [1]])
