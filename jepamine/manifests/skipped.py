"""Count the input that a manifest builder leaves out, by reason."""

from __future__ import annotations

from pathlib import Path

from jepamine.utils.progress import notify


class Skipped:
    """Counts of skipped input by (kind of thing, reason), each with its first example."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str], int] = {}
        self._first: dict[tuple[str, str], str] = {}

    def add(self, kind: str, reason: str, first: Path | str = "", count: int = 1) -> None:
        """Count `count` more skipped things of a kind (plural: "frames"); `first` is an example."""
        if count:
            self._counts[kind, reason] = self._counts.get((kind, reason), 0) + count
            self._first.setdefault((kind, reason), str(first))

    def notify(self) -> None:
        """Report every reason in a line on stderr, in the order in which they came up."""
        for (kind, reason), count in self._counts.items():
            first = self._first[kind, reason]
            notify(f"{kind} skipped: {count} ({reason})" + (f", the first {first}" if first else ""))
