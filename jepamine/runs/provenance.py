"""What the numbers of a run may depend on beside its recipe: machine, versions, code, time."""

from __future__ import annotations

import datetime
import os
import platform
import subprocess
from importlib import metadata
from typing import Any


def now() -> str:
    """The time, UTC, ISO 8601 to the second."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def environment(device: str) -> dict[str, Any]:
    """Versions of what computes, and on what."""
    return {
        "python": platform.python_version(),
        "torch": metadata.version("torch"),
        "transformers": metadata.version("transformers"),
        "platform": platform.platform(),
        "device": device,
        "cpus": os.cpu_count(),
    }


def git_state() -> dict[str, Any]:
    """Commit of the folder the command runs in, and whether it has changes; None outside of git."""

    def git(*words: str) -> str | None:
        try:
            done = subprocess.run(["git", *words], capture_output=True, text=True, timeout=10, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return None
        return done.stdout.strip() if done.returncode == 0 else None

    changes = git("status", "--porcelain")
    return {"commit": git("rev-parse", "HEAD"), "dirty": None if changes is None else bool(changes)}
