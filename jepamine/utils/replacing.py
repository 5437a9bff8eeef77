"""Write a file beside its name and rename it; what a killed process left of that, the next one deletes."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

#: The names of temporary files, none of which anybody else gives.
_NAME = re.compile(r"\.jepamine\..*\.[a-z0-9_]{8}\.tmp")
#: The folders that this process has cleared: listing one for each file written would take long.
_CLEARED: set[Path] = set()


@contextlib.contextmanager
def beside(path: Path) -> Iterator[tuple[IO[bytes], Path]]:
    """Make a temporary file beside `path` and yield it, opened, with its path; it is gone afterwards.

    The block renames it to keep it. It is locked while it is written, so that another process can tell it
    from one that a killed process left; those are deleted at a process's first write into a folder. Raises
    OSError.
    """
    if path.parent not in _CLEARED:
        _CLEARED.add(path.parent)
        _clear(path.parent)
    descriptor, temporary = _locked(path)
    with os.fdopen(descriptor, "wb") as file:
        try:
            yield file, temporary
        finally:
            temporary.unlink(missing_ok=True)


def _locked(path: Path) -> tuple[int, Path]:
    while True:
        try:
            descriptor, name = tempfile.mkstemp(
                prefix=f".jepamine.{path.name}.", suffix=".tmp", dir=path.parent
            )
        except OSError as error:
            # The name of a temporary file means nothing to a user.
            error.filename = str(path)
            raise
        # Without locks on this file system nobody deletes it either.
        with contextlib.suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        if os.fstat(descriptor).st_nlink:
            return descriptor, Path(name)
        # Another process cleared the folder before the lock was held.
        os.close(descriptor)


def _clear(folder: Path) -> None:
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            if _NAME.fullmatch(path.name):
                with contextlib.suppress(OSError):
                    _clear_one(path)


def _clear_one(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        # Raises if the process that writes it lives.
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            path.unlink()
    finally:
        os.close(descriptor)
