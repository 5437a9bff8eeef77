"""Wait for a child, and end its process group when it takes or holds too much."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from jepamine.sandbox.disk_usage import deleted_bytes, holds_more
from jepamine.sandbox.limits import MAX_FILE, MIB, Limits
from jepamine.sandbox.messages import Exchange

How = Literal["answered", "ended", "deadline", "folder", "threads", "answer", "question", "asker gone"]
# Seconds between two checks of the folder and the threads, and those that a child has beyond its deadline: it
# reports by itself which line it is in, if it still can.
LOOK, GRACE = 0.05, 1.0


@dataclass(frozen=True)
class End:
    """How a child ended: `signal` is the one that killed it if it ended without an answer.

    `seconds` are without those it waited for replies to its questions.
    """

    how: How
    signal: int | None
    seconds: float


class Child:
    """A forked child, the leader of its process group, none of which is left after `watch` or `end`."""

    def __init__(self, pid: int, answer: int, exchange: Exchange, folder: Path) -> None:
        """`answer` is the descriptor of its answer, `exchange` the way to it and its questions' way out."""
        self.pid, self.answer, self.exchange, self.folder = pid, answer, exchange, folder
        self._status: int | None = None

    def watch(self, limits: Limits, most: int, given: bytes | None = None) -> tuple[End, bytes]:
        """Read the child's answer, which may have `most` MiB; `given` is handed to it first.

        The other side of `exchange` waits for the answer: without it the child is ended.
        """
        if given is not None:
            self.exchange.hand_over(given)
        began = time.monotonic()
        answer_bytes = bytearray()
        how = _until_it_ends(self.pid, self.answer, self.exchange, self.folder, limits, most, answer_bytes)
        status = self.end()
        seconds = time.monotonic() - began - self.exchange.waited()
        if how == "answered" and not answer_bytes:
            return End("ended", os.WTERMSIG(status) if os.WIFSIGNALED(status) else None, seconds), b""
        return End(how, None, seconds), bytes(answer_bytes) if how == "answered" else b""

    def end(self) -> int:
        """Kill what still runs; return the child's status."""
        if self._status is None:
            self._status = _end(self.pid)
        return self._status


def _until_it_ends(
    child: int,
    answer: int,
    exchange: Exchange,
    folder: Path,
    limits: Limits,
    most: int,
    answer_bytes: bytearray,
) -> How:
    ends = time.monotonic() + limits.deadline + GRACE
    waiting = select.poll()
    waiting.register(answer, select.POLLIN)
    exchange.register(waiting)
    looked = time.monotonic()
    while True:
        for descriptor, event in waiting.poll(LOOK * 1000):
            if descriptor != answer:
                if fault := exchange.go_on(descriptor, event):
                    return fault
                continue
            chunk = os.read(answer, 2**16)
            if not chunk:
                return "answered"
            answer_bytes += chunk
        now = time.monotonic()
        if len(answer_bytes) > most * MIB:
            return "answer"
        if now > ends + exchange.waited():
            return "deadline"
        if now - looked >= LOOK:
            looked = now
            if _threads(child) > limits.threads:
                return "threads"
            left = limits.folder * MIB - deleted_bytes(child, folder, MAX_FILE)
            if left < 0 or holds_more(folder, left, limits.entries):
                return "folder"


def _end(child: int) -> int:
    for kill in (os.killpg, os.kill):
        # The group may not exist yet right after the fork. A child that has ended by itself is not reaped
        # yet, so that no other process has its number, and keeps its own status.
        with contextlib.suppress(OSError):
            kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1]


def _threads(child: int) -> int:
    try:
        # The name in parentheses, which may hold anything, then state, ppid, ...; threads are the 20th field.
        fields = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
        return int(fields[17])
    except (OSError, ValueError, IndexError):
        return 1
