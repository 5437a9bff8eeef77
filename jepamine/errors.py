"""Errors in a user's input or environment, reported without a traceback."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


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
