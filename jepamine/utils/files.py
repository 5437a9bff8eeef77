"""Atomic writes, reads that name the file, and hashes: the one implementation of each."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from jepamine.errors import UserError
from jepamine.places import File, Url
from jepamine.utils import remote
from jepamine.utils.local_cache import local
from jepamine.utils.progress import notify
from jepamine.utils.replacing import beside


@contextlib.contextmanager
def naming(path: Path) -> Iterator[None]:
    """Add the name of `path` to an OSError of the block: a full disk's error does not name the file."""
    try:
        yield
    except OSError as error:
        error.filename = error.filename or str(path)
        raise


# What file systems answer to operations that they do not offer.
UNSUPPORTED = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EPERM, errno.EROFS}
_DEVICES = (Path("/dev"), Path("/dev/fd"), Path("/proc/self/fd"))


def check_output(path: File, manifest: File | None = None) -> None:
    """Raise UserError if `path` cannot be an output: a folder, a device, or the manifest itself.

    Replacing a device by a file would take it away from the whole machine.
    """
    if isinstance(path, Url) or isinstance(manifest, Url):
        if path == manifest:
            raise UserError(f"{path}: is the manifest itself; choose another --output")
        manifest = None
    if isinstance(path, Url):
        return
    if path.exists() and not path.is_file():
        kind = "a folder" if path.is_dir() else "not a regular file"
        raise UserError(f"{path}: is {kind}; give the name of a file")
    if path.is_symlink() and path.parent in _DEVICES:
        # /dev/stdout leads to a regular file if output is redirected into one.
        raise UserError(f"{path}: is not a regular file; give the name of a file")
    if manifest is None:
        return
    # "sub/../m.jsonl" may become the manifest even if that folder does not exist yet.
    if path.resolve() == manifest.resolve():
        raise UserError(f"{path}: is the manifest itself; choose another --output")


def write_atomic(path: File, data: bytes) -> None:
    """Write `data` to `path` so that a reader sees the old file or the new one, never a part.

    Raises UserError for a folder or a device, OSError for a full disk or missing permission; then the old
    file stays and no temporary file is left.
    """
    if isinstance(path, Url):
        remote.write(path, data)
        return
    with replacing(path) as (file, _):
        file.write(data)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[tuple[IO[bytes], Path]]:
    """Write a new file in the block, which replaces `path` when the block ends without an error.

    Yields the file and its temporary path. Raises what `write_atomic` raises.
    """
    check_output(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with naming(path), beside(path) as (file, temporary):
        yield file, temporary
        sync(file)
        with unless_unsupported():
            temporary.chmod(0o666 & ~UMASK)
        temporary.replace(path)


def sync(file: IO[bytes]) -> None:
    """Write what `file` has buffered to disk. Network and FUSE file systems may refuse the sync itself."""
    file.flush()
    with unless_unsupported():
        os.fsync(file.fileno())


@contextlib.contextmanager
def unless_unsupported() -> Iterator[None]:
    """Ignore an operation that the file system does not offer; other errors, such as a full disk, count."""
    try:
        yield
    except OSError as error:
        if error.errno not in UNSUPPORTED:
            raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


# Read once at import: os.umask can only be read by setting it, which is not safe with other threads running.
UMASK = _umask()
NOT_REGULAR = "not a regular file (a pipe, socket or device)"


def is_special(mode: int) -> bool:
    """Return whether a file of this mode is a pipe, socket or device."""
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def require_regular(path: Path, name: str = "") -> None:
    """Raise UserError, with `name` or the path, for a pipe, socket or device: reading it may never end.

    Raises OSError if there is no such file.
    """
    if is_special(path.stat().st_mode):
        raise UserError(f"{name or path}: {NOT_REGULAR}")


def read_bytes(path: File, name: str = "") -> bytes:
    """Return the content of a file. Raises UserError, with `name` or the path, if it cannot be read."""
    if isinstance(path, Url):
        return remote.read(path, name)
    try:
        require_regular(path, name)
        return path.read_bytes()
    except FileNotFoundError:
        raise UserError(f"{name or path}: no such file") from None
    except OSError as error:
        raise UserError(f"{name or path}: cannot be read: {error.strerror}") from None


def read_text(path: File, name: str = "") -> str:
    """Return the content of a UTF-8 file without a byte order mark, with \\n at the end of lines.

    Raises UserError, with `name` or the path, if it cannot be read or is not UTF-8.
    """
    try:
        text = read_bytes(path, name).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UserError(f"{name or path}: not UTF-8 text") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


# What a folder without write permission, or a read-only file system, answers.
READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}
_NOTICED: set[Path] = set()


@contextlib.contextmanager
def optional_write(path: Path) -> Iterator[None]:
    """Continue without the file or folder `path`, which the block writes, if its place is read-only.

    One notice a process says so. Other errors, such as a full disk, are raised.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in READ_ONLY:
            raise
        if path not in _NOTICED:
            notify(f"{path}: cannot be written ({error.strerror}); continuing without it")
        _NOTICED.add(path)


def require_writable(folder: Path, advice: str) -> None:
    """Make `folder` and raise UserError, with `advice`, if no file can be written there: it is read-only."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor, probe = tempfile.mkstemp(prefix=".probe.", dir=folder)
    except OSError as error:
        if error.errno not in READ_ONLY:
            raise
        raise UserError(f"{folder}: cannot be written ({error.strerror}); {advice}") from None
    os.close(descriptor)
    Path(probe).unlink()


def sha256_file(path: File) -> str:
    """Return the hex SHA-256 of a file's content."""
    on_disk = local(path)
    require_regular(on_disk)
    with on_disk.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
