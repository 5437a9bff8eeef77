"""User feedback: one line each in a file of bounded size."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from jepamine.utils.files import json_text

#: A file larger than this many bytes replaces the previous one, which is lost.
MAX_BYTES = 16 * 2**20


class Feedback:
    """Appends to the JSONL file `path`."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._lock = threading.Lock()

    def write(self, line: dict[str, Any]) -> None:
        """Append a line."""
        with self._lock:
            if self.path.exists() and self.path.stat().st_size > MAX_BYTES:
                self.path.replace(self.path.with_suffix(".before.jsonl"))
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json_text(line) + "\n")
