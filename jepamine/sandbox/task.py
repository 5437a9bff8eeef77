"""The interface of a task: a module with these functions."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

#: The file name of submitted code in tracebacks.
SOURCE = "<code>"


class Task(Protocol):
    """`prepare` runs once in the server, `run` in a confined child for each request.

    A task may have `judge(request, said, folder) -> dict`: then another confined child, which never ran the
    request, gets what the first one wrote, as bytes that cannot be trusted, and answers in its place. The
    descriptor of the answer does not exist in the first one. A task may also have `progress() -> str`, which
    is added to the message of a child that ran until the deadline.
    """

    def prepare(self) -> None:
        """Import what all children need. Must leave one thread. A UserError reaches the caller."""
        ...

    def run(self, request: dict[str, Any], folder: Path) -> dict[str, Any]:
        """Answer a request, as JSON. `folder` is empty, the working folder, and the only place to write.

        What it raises is reported as by `problem`.
        """
        ...
