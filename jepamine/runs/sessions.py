"""What a run ran under, in its first session and in every one that resumed it."""

from __future__ import annotations

import contextlib
import os
import platform
import subprocess
from collections.abc import Iterator
from importlib import metadata
from typing import Any

import torch

import jepamine
from jepamine.runs.run_record import RunRecord
from jepamine.utils.progress import notify

# What the bits of the weights depend on, besides the recipe and the data.
DECISIVE = ("python", "torch", "transformers", "jepamine", "platform", "device", "threads")


def environment(device: str) -> dict[str, Any]:
    """Return the versions of Python, jepamine, torch, transformers and the platform, device and threads."""
    return {
        "python": platform.python_version(),
        "jepamine": jepamine.__version__,
        "torch": metadata.version("torch"),
        "transformers": metadata.version("transformers"),
        "platform": platform.platform(),
        "device": device,
        "cpus": os.cpu_count(),
        "threads": torch.get_num_threads(),
    }


def git_state() -> dict[str, Any]:
    """Return commit and dirtiness of the folder the command runs in; None outside of git."""

    def git(*words: str) -> str | None:
        try:
            done = subprocess.run(["git", *words], capture_output=True, text=True, timeout=10, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return None
        return done.stdout.strip() if done.returncode == 0 else None

    changes = git("status", "--porcelain")
    return {"commit": git("rev-parse", "HEAD"), "dirty": None if changes is None else bool(changes)}


@contextlib.contextmanager
def recorded_threads(record: RunRecord) -> Iterator[None]:
    """Compute with as many threads as the run's first session, if its record says how many."""
    before, recorded = torch.get_num_threads(), record.get("environment", {}).get("threads")
    if isinstance(recorded, int) and 0 < recorded != before:
        torch.set_num_threads(recorded)
        notify(f"threads: {recorded}, as when the run started (here {before})")
    try:
        yield
    finally:
        torch.set_num_threads(before)


def resumed(name: str, record: RunRecord, device: str, started: str) -> list[dict[str, Any]]:
    """Return the record's `sessions` with the one that begins now.

    A notice names what differs from the first session, such as the version of torch.
    """
    now, first = environment(device), record.get("environment", {})
    changes = [
        f"{key} {first[key]} -> {now[key]}" for key in DECISIVE if key in first and first[key] != now[key]
    ]
    if changes:
        notify(
            f"warning: run '{name}' is resumed under another environment: {', '.join(changes)}; its weights "
            "may differ from those of an uninterrupted run"
        )
    session = {"started": started, "epochs_done": record["epochs_done"], "environment": now}
    return [*record.get("sessions", []), session | ({"changed": changes} if changes else {})]
