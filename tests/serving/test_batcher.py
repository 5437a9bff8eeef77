"""What waits together is done in one call."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

pytest.importorskip("fastapi", reason="no fastapi: pip install -e '.[serve]'")

from jepamine.serving.batcher import LARGEST, batcher
from jepamine.serving.jobs import CURRENT, ClientGone, Work


class Slow:
    """Squares; the first call lasts until `go` is set."""

    def __init__(self):
        self.go, self.begun, self.calls = threading.Event(), threading.Event(), []

    def __call__(self, items):
        self.calls.append(list(items))
        self.begun.set()
        assert self.go.wait(20)
        if None in items:
            raise ValueError("none")
        return [item * item for item in items]


def asked(squares, slow, items, wait_for, before=lambda item: None):
    """What each item gets, all but the first asked while the first is being done."""

    def ask(item):
        before(item)
        return squares(item)

    with ThreadPoolExecutor(len(items)) as threads:
        futures = [threads.submit(ask, items[0])]
        assert slow.begun.wait(20)
        futures += [threads.submit(ask, item) for item in items[1:]]
        wait_for(lambda: squares._waiting.qsize() == len(items) - 1)
        slow.go.set()
        return [future.exception() or future.result() for future in futures]


def test_one_that_comes_alone_is_done_alone_and_those_behind_it_together(wait_for):
    slow, sizes = Slow(), []
    with batcher(slow, sizes.append) as squares:
        assert asked(squares, slow, list(range(6)), wait_for) == [0, 1, 4, 9, 16, 25]
    assert sizes == [1, 5]


def test_a_call_has_at_most_so_many_items(wait_for):
    slow, sizes = Slow(), []
    with batcher(slow, sizes.append) as squares:
        items = list(range(LARGEST + 3))
        assert asked(squares, slow, items, wait_for) == [item * item for item in items]
    assert sizes == [1, LARGEST, 2]


def test_what_one_sends_spoils_no_other_one_s(wait_for):
    slow, sizes = Slow(), []
    with batcher(slow, sizes.append) as squares:
        found = asked(squares, slow, [0, 1, None, 3], wait_for)
    assert found[:2] + found[3:] == [0, 1, 9]
    assert str(found[2]) == "none"


def test_what_no_one_waits_for_is_not_done(wait_for):
    slow, sizes = Slow(), []

    def leave(item):
        work = Work()
        CURRENT.set(work)
        if item == 2:
            work.gone.set()

    with batcher(slow, sizes.append) as squares:
        found = asked(squares, slow, [0, 1, 2], wait_for, leave)
    assert (found[:2], type(found[2]), slow.calls) == ([0, 1], ClientGone, [[0], [1]])
