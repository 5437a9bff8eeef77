"""Temporary folders: locked while in use, deleted with all that is in them, those of killed processes too."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

PREFIX = "jepamine-temporary-"
#: The folders of temporary ones in which this process has deleted the abandoned ones.
_SEARCHED: set[str] = set()


class LockedFolder:
    """A new temporary folder, locked as long as this process lives, so that another can tell it is in use."""

    def __init__(self) -> None:
        while True:
            self.path = Path(tempfile.mkdtemp(prefix=PREFIX)).resolve()
            try:
                self._lock = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
                fcntl.flock(self._lock, fcntl.LOCK_EX)
                self.path.stat()
                return
            except FileNotFoundError:
                # `remove_abandoned` of another process came between the two; try the next folder.
                continue

    def remove(self) -> None:
        """Delete the folder and release its lock."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


@contextlib.contextmanager
def temporary_folder() -> Iterator[Path]:
    """Make a temporary folder and yield it; it is deleted after the block.

    If the process is killed, another one deletes it, when it makes its first.
    """
    if (place := tempfile.gettempdir()) not in _SEARCHED:
        _SEARCHED.add(place)
        remove_abandoned()
    folder = LockedFolder()
    try:
        yield folder.path
    finally:
        folder.remove()


def remove_abandoned() -> None:
    """Delete the temporary folders of processes that were killed; those of other users are skipped."""
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except OSError:
            continue
        try:
            if os.fstat(lock).st_uid == os.getuid():
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                clear(path)
        except OSError:
            # Locked, so in use; or the last files of a killed process's children are being written.
            continue
        finally:
            os.close(lock)


def clear(folder: Path) -> None:
    """Delete a folder and everything in it, however deep, whatever its permissions; links are not followed.

    No other process may be writing to it.
    """
    # Folder by folder moved up to the top: no path grows long, and nothing recurses.
    number, token = 0, secrets.token_hex(8)
    while inside := _entries(folder):
        for path, is_folder in inside:
            if not is_folder:
                path.unlink()
                continue
            path.chmod(0o700)
            for inner, _ in _entries(path):
                number += 1
                inner.rename(folder / f"{token}-{number}")
            path.rmdir()
    folder.rmdir()


def _entries(folder: Path) -> list[tuple[Path, bool]]:
    with os.scandir(folder) as inside:
        return [(Path(entry.path), entry.is_dir(follow_symlinks=False)) for entry in inside]
