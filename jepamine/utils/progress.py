"""Progress of long work: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from jepamine.utils.printing import in_one_line, visible

#: Seconds between two lines about the progress within a unit.
PULSE = 10.0
# Lines of one phase where stderr is no terminal, so that logs of long jobs stay readable: FIRST_LINES at the
# phase's own pace, then at most MORE_LINES.
FIRST_LINES, MORE_LINES = 10, 20

_silent = False
_shown_as: dict[str, str] = {}


class Progress:
    """A step counter of one phase; made by `progress`."""

    def __init__(self, what: str, total: int, unit: str, every: int, done: int) -> None:
        self.what, self.total, self.unit, self.every = what, total, unit, every
        self.done = self.before = done
        self.note = ""
        self.began = self.unit_began = self.shown = time.monotonic()
        rest = total - FIRST_LINES * every
        self.later = max(every, -(-rest // MORE_LINES))
        self.bar = None
        if sys.stderr.isatty() and not _silent:
            from tqdm import tqdm

            self.bar = tqdm(
                total=total,
                initial=done,
                desc=what,
                unit=f" {unit}",
                file=sys.stderr,
                dynamic_ncols=True,
            )

    def step(self, count: int = 1, note: str = "") -> None:
        """Count `count` more finished units; `note` is shown beside them (a loss, for example)."""
        self.done += count
        self.note = note or self.note
        self.unit_began = self.shown = time.monotonic()
        if self.bar is not None:
            self.bar.set_postfix_str(in_one_line(self.note), refresh=False)
            self.bar.update(count)
        elif self._due(count):
            self._line()

    def _due(self, count: int) -> bool:
        before = self.done - count
        first = FIRST_LINES * self.every
        if self.done <= first or self.done == self.total:
            return self.done // self.every > before // self.every or self.done == self.total
        return (self.done - first) // self.later > (before - first) // self.later

    def within(self, done: int, total: int, parts: str, note: Callable[[], str]) -> None:
        """Show that `done` of `total` parts of the current unit are finished, every `PULSE` seconds.

        `note` is called only if something is shown: reading a loss makes a GPU wait.
        """
        now = time.monotonic()
        if now - self.shown < PULSE:
            return
        self.shown = now
        rate = done / (now - self.unit_began)
        left = (total - done) / rate
        rest = left + (self.total - self.done - 1) * total / rate
        text = (
            f"{done}/{total} {parts}, {rate:.1f} a second, {left:.0f} s left of {rest:.0f} s in all, {note()}"
        )
        if self.bar is not None:
            self.bar.set_postfix_str(in_one_line(text))
        else:
            notify(f"{self.what}: {self.unit.removesuffix('s')} {self.done + 1}/{self.total}: {text}")

    def _line(self) -> None:
        seconds = max(time.monotonic() - self.began, 1e-9)
        rate = (self.done - self.before) / seconds
        remaining = (self.total - self.done) / rate if rate else 0.0
        left_and_note = f"{remaining:.0f} s left" + (f", {self.note}" if self.note else "")
        notify(f"{self.what}: {self.done}/{self.total} {self.unit}, {rate:.1f} a second, {left_and_note}")


@contextmanager
def progress(what: str, total: int, unit: str, every: int = 10, done: int = 0) -> Iterator[Progress]:
    """Show the progress of `total` units on stderr, `done` of which are finished already.

    On a terminal a tqdm bar with rate and time left; elsewhere `FIRST_LINES` lines, one every `every` units,
    then at most `MORE_LINES` further ones, and one at the end.
    """
    counter = Progress(what, total, unit, every, done)
    try:
        yield counter
    finally:
        if counter.bar is not None:
            counter.bar.close()


def notify(message: str) -> None:
    """Print a status line or a warning on stderr; while silenced, warnings only."""
    for text, instead in _shown_as.items():
        message = message.replace(text, instead)
    if not _silent or message.startswith("warning"):
        print(visible(message), file=sys.stderr, flush=True)


@contextmanager
def shown_as(text: str, instead: str) -> Iterator[None]:
    """Print `instead` for every `text` in notices meanwhile: the path of a temporary copy, for example."""
    _shown_as[text] = instead
    try:
        yield
    finally:
        del _shown_as[text]


@contextmanager
def silence() -> Iterator[None]:
    """Print no progress and no notices meanwhile; warnings are printed."""
    global _silent
    _silent = True
    try:
        yield
    finally:
        _silent = False
