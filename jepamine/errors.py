"""Errors in a user's input or environment, reported without a traceback."""

from __future__ import annotations

import difflib
import shlex
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path


class UserError(Exception):
    """A mistake in the input or the environment, worded for the user.

    The command line prints the message without a traceback and exits with 1. The message names the place
    (file and line, or file and key) and, if there is one, the next step.
    """


class MissingPackageError(UserError):
    """A package that is not installed; the message is how to install it."""


class BrokenPluginError(UserError):
    """A plugin that was found but cannot be imported or used."""


def did_you_mean(name: str, candidates: Iterable[str]) -> str:
    """Return ` (did you mean 'x'?)` for the nearest of the `candidates`, else an empty string."""
    close = difflib.get_close_matches(name, sorted(candidates), n=1, cutoff=0.6)
    return f" (did you mean '{close[0]}'?)" if close else ""


def brief(value: object) -> str:
    """Return the repr of a value from the input, at most 80 characters of it."""
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def first_line(error: BaseException) -> str:
    """Return the first line of an exception's text, or its type if it has none."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def how_to_install() -> str:
    """Return the command that installs jepamine for a user whose Python lacks packages or is too old.

    It makes a virtual environment where this Python belongs to the system (PEP 668), which pip refuses to
    change, or is not one for jepamine. This file works with Python 3.8 and without any package.
    """
    clone = Path(__file__).parents[1]
    what = shlex.quote(str(clone)) if (clone / "pyproject.toml").is_file() else "jepamine"
    old = sys.version_info < (3, 11)
    managed = Path(sysconfig.get_path("stdlib"), "EXTERNALLY-MANAGED").is_file()
    if not old and (sys.prefix != sys.base_prefix or not managed):
        return f"install it in the environment that you use: {sys.executable} -m pip install {what}"
    python = "python3.11" if old else sys.executable
    return f"make an environment for it: {python} -m venv .venv && .venv/bin/pip install {what}"
