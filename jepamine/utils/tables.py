"""Tables for the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def cell(value: Any) -> str:
    """A value as a table shows it: four significant decimals for a float, '-' for nothing."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.4f}" if 1e-3 <= abs(value) < 1e5 or value == 0 else f"{value:.3g}"
    return str(value)


def table(rows: Sequence[Sequence[Any]]) -> str:
    """Rows with aligned columns; numbers to the right, the first row is the head."""
    shown = [[cell(value) for value in row] for row in rows]
    widths = [max(len(row[column]) for row in shown) for column in range(len(shown[0]))]
    numeric = [
        all(isinstance(row[column], (int, float, type(None))) for row in rows[1:]) and len(rows) > 1
        for column in range(len(shown[0]))
    ]
    return "\n".join(
        "  ".join(
            text.rjust(width) if right else text.ljust(width)
            for text, width, right in zip(row, widths, numeric, strict=True)
        ).rstrip()
        for row in shown
    )
