"""Text for people: safe to print, in tables, as commands to paste; and lists of words."""

from __future__ import annotations

import os
import shlex
import unicodedata
from collections.abc import Iterator, Sequence
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
    return "\n".join(table_lines(rows))


def table_lines(rows: Sequence[Sequence[Any]]) -> Iterator[str]:
    """Yield the lines of `table`; the rows are read twice, and none is kept."""
    widths = [0] * len(rows[0])
    numeric = [len(rows) > 1] * len(rows[0])
    for number, row in enumerate(rows):
        widths = [max(width, len(cell(value))) for width, value in zip(widths, row, strict=True)]
        if number:
            numbers = (isinstance(value, (int, float, type(None))) for value in row)
            numeric = [before and now for before, now in zip(numeric, numbers, strict=True)]
    for row in rows:
        yield "  ".join(
            cell(value).rjust(width) if right else cell(value).ljust(width)
            for value, width, right in zip(row, widths, numeric, strict=True)
        ).rstrip()


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
