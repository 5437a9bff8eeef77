"""Files that the service keeps: previews named by the hash of their content, and feedback, a line each."""

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

# Beyond MAX_FILES, the least recently used are deleted until KEPT remain.
MAX_FILES, KEPT = 12_000, 10_000
FILE_NAME = re.compile(r"([0-9a-f]{32})\.png")


class Previews:
    """PNG files in `folder`, which several services may share."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._lock = threading.Lock()
        self._count = sum(1 for _ in folder.glob("*.png"))

    def store(self, png: bytes) -> str:
        """Store a PNG and return its ID."""
        name = hashlib.sha256(png).hexdigest()[:32]
        if not self.has(name):
            write_atomic(self._path(name), png)
            with self._lock:
                self._count += 1
                if self._count > MAX_FILES:
                    self._count = self._delete_old()
        return name

    def has(self, name: str) -> bool:
        """Return whether a preview exists, and mark it as recently used."""
        path = self._path(name)
        if not path.is_file():
            return False
        # A file that another service wrote may belong to another user.
        with contextlib.suppress(OSError):
            os.utime(path)
        return True

    def read(self, file: str) -> tuple[str, bytes] | None:
        """Return (ID, content) for the file name `ID.png`, None for any other or missing name."""
        match = FILE_NAME.fullmatch(file)
        if match is None:
            return None
        try:
            return match[1], self._path(match[1]).read_bytes()
        except OSError:
            return None

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.png"

    def _delete_old(self) -> int:
        ages = []
        for path in self.folder.glob("*.png"):
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
