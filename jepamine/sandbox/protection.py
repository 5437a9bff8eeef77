"""The protections that confine code on this machine, established by trial: what a confined child attempts."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: What a trial tries; the phrases fit the sentence "... is closed".
POWERS = ("reading", "writing", "network", "processes", "signals")


@dataclass(frozen=True)
class Protection:
    """`closed` are the POWERS that a child tried and could not use; `landlock` is a version, 0 without."""

    landlock: int
    seccomp: bool
    bubblewrap: bool
    no_new_privileges: bool
    limits: tuple[str, ...]
    closed: tuple[str, ...]

    @property
    def open(self) -> tuple[str, ...]:
        """Return those of POWERS that code still has."""
        return tuple(power for power in POWERS if power not in self.closed)

    def __str__(self) -> str:
        parts = [
            f"Landlock {self.landlock}" if self.landlock else "",
            "seccomp" if self.seccomp else "",
            "bubblewrap" if self.bubblewrap else "",
            "limits" if self.limits else "",
        ]
        not_closed = f"; not closed: {', '.join(self.open)}" if self.open else ""
        return (", ".join(part for part in parts if part) or "none") + not_closed


def from_trial(trial: dict[str, Any], bubblewrap: bool) -> Protection:
    """Return the protection that a server's trial found."""
    confinement = trial["confinement"]
    return Protection(
        landlock=confinement["landlock"],
        seccomp=confinement["seccomp"],
        bubblewrap=bubblewrap,
        no_new_privileges=confinement["no_new_privileges"],
        limits=tuple(confinement["limits"]),
        closed=tuple(trial["answer"]["closed"]),
    )


def prepare() -> None:
    """Do nothing: there is nothing to import."""


def run(request: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Return {"closed": names of what failed}; `request` has `outside`, a file, and `parent`, a process."""
    outside = Path(request["outside"])
    attempts: dict[str, Callable[[], object]] = {
        "reading": outside.read_bytes,
        "writing": lambda: outside.with_name("written").write_bytes(b"x"),
        "network": lambda: socket.socket().close(),
        "processes": _fork,
        "signals": lambda: os.kill(request["parent"], signal.SIGCONT),
    }
    return {"closed": [name for name, attempt in attempts.items() if _fails(attempt)]}


def _fails(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except OSError:
        return True
    return False


def _fork() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
