"""Files that the service keeps: previews, videos, and feedback, a line each."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import threading
from pathlib import Path
from typing import Any

from jepamine.utils.files import write_atomic
from jepamine.utils.json_files import json_text

# Beyond MAX_FILES of a kind, the least recently used are deleted until KEPT remain.
MAX_FILES, KEPT = 12_000, 10_000
NAME = re.compile("[0-9a-f]{32}")


def name_of(content: bytes) -> str:
    """Return the hash that files are named by."""
    return hashlib.sha256(content).hexdigest()[:32]


class Media:
    """Files of one kind in `folder`, which several services may share; `suffix` is ".png" or ".mp4"."""

    def __init__(self, folder: Path, suffix: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.suffix = folder, suffix
        self._lock = threading.Lock()
        self._count = sum(1 for _ in folder.glob(f"*{suffix}"))

    def store(self, content: bytes, name: str | None = None) -> str:
        """Store a file and return its ID: `name`, by default the hash of its content."""
        name = name or name_of(content)
        if not self.has(name):
            write_atomic(self._path(name), content)
            with self._lock:
                self._count += 1
                if self._count > MAX_FILES:
                    self._count = self._delete_old()
        return name

    def has(self, name: str) -> bool:
        """Return whether a file exists, and mark it as recently used."""
        path = self._path(name)
        if not path.is_file():
            return False
        # A file that another service wrote may belong to another user.
        with contextlib.suppress(OSError):
            os.utime(path)
        return True

    def find(self, file: str) -> Path | None:
        """Return the path of the file called `file`, ID and suffix; None for any other or missing name."""
        name = file.removesuffix(self.suffix)
        if name == file or NAME.fullmatch(name) is None:
            return None
        path = self._path(name)
        return path if path.is_file() else None

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}{self.suffix}"

    def _delete_old(self) -> int:
        ages = []
        for path in self.folder.glob(f"*{self.suffix}"):
            # Another service may delete files at the same time.
            with contextlib.suppress(OSError):
                ages.append((path.stat().st_mtime, path))
        ages.sort()
        for _, path in ages[:-KEPT]:
            path.unlink(missing_ok=True)
        return min(len(ages), KEPT)


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
            with self.path.open("ab+") as file:
                # Half a line, left by a service that was killed, must not spoil this one.
                if end := file.seek(0, os.SEEK_END):
                    file.seek(end - 1)
                start = b"" if file.read(1) in (b"", b"\n") else b"\n"
                file.write(start + json_text(line).encode() + b"\n")
