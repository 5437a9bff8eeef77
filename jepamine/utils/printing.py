"""Text for people: safe to print, in tables, as commands to paste; and lists of words."""

from __future__ import annotations

import os
import shlex
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jepamine.places import File, Url

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


def near(path: File) -> str:
    """Return a path or URL as a user would type it: a path relative if it is below the current folder."""
    if isinstance(path, Url):
        return str(path)
    try:
        return str(path.absolute().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def command(*words: str, experiments: Path | None = None) -> str:
    """Return a command line to paste; it names `experiments` if that is not the default."""
    usual = Path(os.environ.get("JEPAMINE_EXPERIMENTS", "experiments")).absolute()
    extra = ["--experiments", near(experiments)] if experiments and experiments != usual else []
    return shlex.join(["jepamine", *words, *extra])


def words(text: str) -> tuple[str, ...]:
    """Return the words of `text`, in order."""
    return tuple(text.split())


def word_set(text: str) -> frozenset[str]:
    """Return the words of `text`, each once."""
    return frozenset(text.split())
