"""The interface of a task: a module with these two functions."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

#: The file name of submitted code in tracebacks.
SOURCE = "<code>"


class Task(Protocol):
    """`prepare` runs once in the server, `run` in a confined child for each request."""

    def prepare(self) -> None:
        """Import what all children need. Must leave one thread. A UserError reaches the caller."""
        ...

    def run(self, request: dict[str, Any], folder: Path) -> dict[str, Any]:
        """Answer a request, as JSON. `folder` is empty, the working folder, and the only place to write.

        What it raises is reported as by `problem`.
        """
        ...
