"""Locks between processes, on files; the system releases them however a process ends."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from jepamine.errors import UserError
from jepamine.utils.files import naming
from jepamine.utils.progress import notify

# flock itself rather than a library: where there is no flock, a stale lock file would block runs for ever.
_HELD = {errno.EAGAIN, errno.EACCES}
_WITHOUT_LOCKS = {errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOLCK, errno.EINVAL}


@contextlib.contextmanager
def exclusive(path: Path, notice: str, *, wait: bool = False) -> Iterator[None]:
    """Hold an exclusive lock on the file `path`.

    If another process holds it, raise UserError(notice) at once; with `wait`, print the notice and wait.
    Raises UserError that names the file if it is a link or the file system has no locks.
    """
    if path.is_symlink():
        raise UserError(f"{path}: is a link; a lock must be a regular file")
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = _acquire(path, notice, wait)
    try:
        yield
    finally:
        os.close(descriptor)


def _acquire(path: Path, notice: str, wait: bool) -> int:
    while True:
        with naming(path):
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o666)
        try:
            if not _try(path, descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB):
                if not wait:
                    raise UserError(notice)
                notify(notice)
                _try(path, descriptor, fcntl.LOCK_EX)
            # The process that held it may have removed the file: then the lock guards nothing.
            if os.fstat(descriptor).st_nlink:
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def _try(path: Path, descriptor: int, operation: int) -> bool:
    try:
        fcntl.flock(descriptor, operation)
    except OSError as error:
        if error.errno in _HELD:
            return False
        if error.errno in _WITHOUT_LOCKS:
            raise UserError(
                f"{path}: cannot be locked: {error.strerror}; use a folder on a file system with locks, such "
                "as a local disk"
            ) from None
        error.filename = str(path)
        raise
    return True


def hold(descriptor: int) -> None:
    """Lock an opened file, for `is_locked`, until it is closed; a file system without locks has none."""
    with contextlib.suppress(OSError):
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def is_locked(path: Path) -> bool:
    """Return whether a process holds the lock on `path`; false if the file system has no locks."""
    try:
        # Only read: a run may belong to another user, and a link may lead to another file.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno in _HELD
    finally:
        os.close(descriptor)
    return False
