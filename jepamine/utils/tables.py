"""Format tables for the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jepamine.utils.printing import in_one_line


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
