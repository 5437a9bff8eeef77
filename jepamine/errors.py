"""What a user is told when the input or the environment is at fault."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class UserError(Exception):
    """A mistake in the input or the environment, worded for the user.

    The command line prints the message without a traceback and exits with 1. The message names the place
    (file and line, or file and key) and, where there is one, the next thing to do.
    """


class BrokenPluginError(UserError):
    """A plugin that was found but cannot be imported or used."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """` (did you mean 'x'?)` for the nearest spelling in `known`, else an empty string."""
    close = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.6)
    return f" (did you mean '{close[0]}'?)" if close else ""


def first_line(error: BaseException) -> str:
    """The first line of an exception's text, or its type where it has none."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
