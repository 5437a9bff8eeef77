"""Attempt what confined code must not be able to do: a protection counts only if the attempt fails."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any


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
