"""Formulas by name, such as "the quadratic formula": their LaTeX, and what their symbols mean."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

#: The formulas; `when` is a pattern of their names.
TABLE = Path(__file__).with_name("formulas.toml")
#: A name alone may be about something else: "a balloon under pressure".
_KINDS = "formula|equation|identity|law|theorem|rule"
#: The longest name, in characters; patterns may reach over half a description.
LONGEST_NAME = 60


@functools.cache
def formula_table() -> list[dict[str, Any]]:
    """Return the entries of the table: title, when, latex, parts."""
    entries: list[dict[str, Any]] = tomllib.loads(TABLE.read_text(encoding="utf-8"))["formula"]
    return entries


@functools.cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    return [
        (
            re.compile(
                rf"\b(?:the\s+)?(?:(?:formula|equation)\s+(?:of|for)\s+)?(?:the\s+|an?\s+)?(?:{entry['when']})"
                rf"(?:\s+(?:{_KINDS}))?",
                re.I,
            ),
            entry["latex"],
        )
        for entry in formula_table()
        if not entry["when"].startswith("(?")
    ]


def named_formulas(description: str) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, LaTeX) of each formula that is called by a name that says that it is one."""
    for pattern, latex in _patterns():
        for match in pattern.finditer(description):
            called = re.search(rf"\b(?:{_KINDS})s?\b", match[0], re.I)
            if called and len(match[0]) <= LONGEST_NAME:
                yield *match.span(), latex
