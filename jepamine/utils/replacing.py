"""Write a file or folder beside its name and rename it; what a killed process left, the next one deletes."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
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
    _clear(path.parent)
    descriptor, temporary = _locked(path)
    with os.fdopen(descriptor, "wb") as file:
        try:
            yield file, temporary
        finally:
            temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def folder_beside(path: Path) -> Iterator[Path]:
    """Make a temporary folder beside `path` and yield it; it is as what `beside` makes."""
    _clear(path.parent)
    descriptor, temporary = _locked_folder(path)
    try:
        yield temporary
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        os.close(descriptor)


def _locked(path: Path) -> tuple[int, Path]:
    while True:
        try:
            descriptor, name = tempfile.mkstemp(prefix=_prefix(path), suffix=".tmp", dir=path.parent)
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


def _locked_folder(path: Path) -> tuple[int, Path]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_prefix(path), suffix=".tmp", dir=path.parent))
        with contextlib.suppress(FileNotFoundError):
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            with contextlib.suppress(OSError):
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            if folder.exists():
                return descriptor, folder
            os.close(descriptor)


def _prefix(path: Path) -> str:
    return f".jepamine.{path.name[:100]}."


def _clear(folder: Path) -> None:
    if folder in _CLEARED:
        return
    _CLEARED.add(folder)
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            if _NAME.fullmatch(path.name):
                with contextlib.suppress(OSError):
                    _clear_one(path)


def _clear_one(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        # Raises if the process that writes it lives.
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISREG(mode):
            path.unlink()
        elif stat.S_ISDIR(mode):
            shutil.rmtree(path)
    finally:
        os.close(descriptor)
