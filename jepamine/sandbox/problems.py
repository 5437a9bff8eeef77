"""Describe an error in submitted code, and find its line."""

from __future__ import annotations

import traceback
from types import FrameType
from typing import Any

from jepamine.sandbox.task import SOURCE

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
