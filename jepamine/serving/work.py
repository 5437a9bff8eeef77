"""One piece of work that somebody waits for, and what is written down while it is done."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field


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
