"""Print text and tables safely: what a terminal would obey, or hide, is shown as an escape."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

# Control characters, those that change the direction of writing or have no width, halves of surrogates, and
# separators of lines.
_HIDDEN = ("Cc", "Cf", "Cs", "Zl", "Zp")


def visible(text: str, keep: str = "\n\t") -> str:
    r"""Return `text` with characters that would not show as escapes (`\x1b`), but for those in `keep`."""
    if text.isprintable():
        return text
    return "".join(
        repr(letter)[1:-1] if letter not in keep and unicodedata.category(letter) in _HIDDEN else letter
        for letter in text
    )


def in_one_line(text: str) -> str:
    r"""Return a name from data as it is printed within a line: a line break in it is `\n`."""
    return visible(text, "")


def cell(value: Any) -> str:
    """Format a value for a table: four significant decimals for a float, '-' for None."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.4f}" if 1e-3 <= abs(value) < 1e5 or value == 0 else f"{value:.3g}"
    return in_one_line(str(value))


def table(rows: Sequence[Sequence[Any]]) -> str:
    """Align rows in columns, numbers to the right; the first row is the header."""
    cells = [[cell(value) for value in row] for row in rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    numeric = [
        all(isinstance(row[column], (int, float, type(None))) for row in rows[1:]) and len(rows) > 1
        for column in range(len(cells[0]))
    ]
    return "\n".join(
        "  ".join(
            text.rjust(width) if right else text.ljust(width)
            for text, width, right in zip(row, widths, numeric, strict=True)
        ).rstrip()
        for row in cells
    )
