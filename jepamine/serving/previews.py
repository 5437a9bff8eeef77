"""Previews on disk, each under the hash of its content: what lies at an address never changes."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import threading
from pathlib import Path

from jepamine.utils.files import write_atomic

# Once more than MOST lie there, the oldest go until KEPT are left; who is asked for again is young again.
MOST, KEPT = 12_000, 10_000
NAME = re.compile(r"([0-9a-f]{32})\.png")


class Previews:
    """PNG files in `folder`, which several services may share."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._lock = threading.Lock()
        self._count = sum(1 for _ in folder.glob("*.png"))

    def keep(self, png: bytes) -> str:
        """The ID of a PNG that lies there from now on."""
        name = hashlib.sha256(png).hexdigest()[:32]
        if not self.has(name):
            write_atomic(self._path(name), png)
            with self._lock:
                self._count += 1
                if self._count > MOST:
                    self._count = self._clear()
        return name

    def has(self, name: str) -> bool:
        """Whether the preview is there; it is not cleared away for a while then."""
        path = self._path(name)
        if not path.is_file():
            return False
        # One that another service wrote may be somebody else's file.
        with contextlib.suppress(OSError):
            os.utime(path)
        return True

    def read(self, file: str) -> tuple[str, bytes] | None:
        """(ID, content) of a file's name, None for every other name."""
        found = NAME.fullmatch(file)
        if found is None:
            return None
        try:
            return found[1], self._path(found[1]).read_bytes()
        except OSError:
            return None

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.png"

    def _clear(self) -> int:
        ages = []
        for path in self.folder.glob("*.png"):
            # Another service may be clearing up too.
            with contextlib.suppress(OSError):
                ages.append((path.stat().st_mtime, path))
        ages.sort()
        for _, path in ages[:-KEPT]:
            path.unlink(missing_ok=True)
        return min(len(ages), KEPT)
