"""Waits for a child, and ends its process group when it takes or holds too much."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from jepamine.sandbox.folders import holds_more
from jepamine.sandbox.limits import MIB, Limits

How = Literal["answered", "ended", "deadline", "folder", "threads", "answer", "asker gone"]
# Seconds between two looks at the folder and the threads, and those that a child has beyond its deadline: it
# tells by itself which line it is in, if it still can.
LOOK, GRACE = 0.05, 0.3


@dataclass(frozen=True)
class End:
    """How a child ended: `signal` is the one that killed it where it ended by itself without an answer."""

    how: How
    signal: int | None
    seconds: float


def watch(child: int, answer: int, asker: int, folder: Path, limits: Limits) -> tuple[End, bytes]:
    """Read all that the child says on the descriptor `answer`; none of its process group is left afterwards.

    `asker` is a descriptor whose other side is whoever waits for the answer: a child is not kept for nobody.
    """
    began = time.monotonic()
    said = bytearray()
    how = _until_it_ends(child, answer, asker, folder, limits, said)
    status = _end(child)
    seconds = time.monotonic() - began
    if how == "answered" and not said:
        return End("ended", os.WTERMSIG(status) if os.WIFSIGNALED(status) else None, seconds), b""
    return End(how, None, seconds), bytes(said) if how == "answered" else b""


def _until_it_ends(child: int, answer: int, asker: int, folder: Path, limits: Limits, said: bytearray) -> How:
    ends = time.monotonic() + limits.deadline + GRACE
    waiting = select.poll()
    waiting.register(answer, select.POLLIN)
    waiting.register(asker, 0)
    looked = time.monotonic()
    while True:
        for descriptor, _ in waiting.poll(LOOK * 1000):
            if descriptor == asker:
                return "asker gone"
            chunk = os.read(answer, 2**16)
            if not chunk:
                return "answered"
            said += chunk
        now = time.monotonic()
        if len(said) > limits.answer * MIB:
            return "answer"
        if now > ends:
            return "deadline"
        if now - looked >= LOOK:
            looked = now
            if _threads(child) > limits.threads:
                return "threads"
            if holds_more(folder, limits.folder * MIB, limits.entries):
                return "folder"


def _end(child: int) -> int:
    for kill in (os.killpg, os.kill):
        # The group is not there yet where the child has just been forked. A child that has ended by itself is
        # not reaped yet, so that nobody else has its number, and keeps its own status.
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
