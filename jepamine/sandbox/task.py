"""The interface of a task, a module with these functions; and errors in submitted code, with their lines."""

from __future__ import annotations

import traceback
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, Protocol

#: The file name of submitted code in tracebacks.
SOURCE = "<code>"


def file_of(module: str) -> str:
    """Return the file name, in tracebacks, of a module that came with the code; "" is the code itself."""
    return f"{SOURCE}/{module}.py" if module else SOURCE


def module_of(code: CodeType) -> str | None:
    """Return the module of submitted code that `code` is of: "" is the code itself; None for other code."""
    file = code.co_filename
    if file == SOURCE:
        return ""
    return file[len(SOURCE) + 1 : -len(".py")] if file.startswith(f"{SOURCE}/") else None


class Task(Protocol):
    """`prepare` runs once in the server, `run` in a confined child for each request.

    A task may have `judge(request, said, folder) -> dict`: then another confined child, which never ran the
    request, answers in its place. `said()` waits for what the first one writes, and returns it: bytes that
    cannot be trusted. The descriptor of the answer does not exist in the first one. A task may also have
    `progress() -> str`, which is added to the message of a child that ran until the deadline.
    """

    def prepare(self) -> None:
        """Import what all children need. Must leave one thread. A UserError reaches the caller."""
        ...

    def run(self, request: dict[str, Any], folder: Path) -> dict[str, Any]:
        """Answer a request, as JSON. `folder` is empty, the working folder, and the only place to write.

        What it raises is reported as by `problem`.
        """
        ...


LONGEST = 500


def problem(error: BaseException) -> dict[str, Any]:
    """Return {"kind": "failed", "line", "message"} of an exception; the line is None if unknown."""
    if isinstance(error, SyntaxError) and error.filename == SOURCE:
        return {"kind": "failed", "line": error.lineno, "message": f"SyntaxError: {error.msg}"}
    lines = [number for frame, number in traceback.walk_tb(error.__traceback__) if _is_theirs(frame)]
    return {"kind": "failed", "line": lines[-1] if lines else None, "message": message_of(error)}


def message_of(error: BaseException) -> str:
    """Return an exception in one line, such as `ValueError: no such colour`."""
    name = type(error).__name__
    try:
        text = str(error)
    except Exception:
        text = ""
    return printable(f"{name}: {text}" if text else name)


def printable(text: str) -> str:
    """Return text in one line that is safe on a terminal, of at most 500 characters."""
    text = " ".join(text[: 4 * LONGEST].split())
    text = "".join(letter if letter.isprintable() else "?" for letter in text)
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."


def line_of(frame: FrameType | None) -> int | None:
    """Return the line of the submitted code that `frame`, or one of its callers, is in."""
    while frame is not None:
        if _is_theirs(frame):
            return frame.f_lineno
        frame = frame.f_back
    return None


def _is_theirs(frame: FrameType) -> bool:
    return frame.f_code.co_filename == SOURCE
