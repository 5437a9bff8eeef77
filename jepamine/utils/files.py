"""Atomic writes, JSONL and hashes: the one implementation of each."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import math
import os
import stat
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from jepamine.errors import UserError, first_line
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
    check_output(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with naming(path), beside(path) as (file, temporary):
        file.write(data)
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


def require_regular(path: Path, name: str = "") -> None:
    """Raise UserError, with `name` or the path, for a pipe, socket or device: reading it may never end.

    Raises OSError if there is no such file.
    """
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise UserError(f"{name or path}: not a regular file (a pipe, socket or device)")


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


def write_json(path: Path, value: object) -> None:
    """Write `value` as indented JSON, atomically; see `finite`."""
    write_atomic(path, (json_text(value, indent=2) + "\n").encode())


def json_text(value: object, indent: int | None = None) -> str:
    """Encode `value` as JSON, the one way that all output is written: `finite`, and ASCII only."""
    return json.dumps(finite(value), indent=indent, allow_nan=False)


def finite(value: Any) -> Any:
    """Return `value` with null for NaN and infinities, which JSON lacks."""
    if isinstance(value, Mapping):
        return {key: finite(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [finite(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object. Raises UserError that names the file if it is missing or damaged."""
    try:
        require_regular(path)
        value = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise UserError(f"{path}: no such file") from None
    except (OSError, ValueError, RecursionError) as error:
        raise UserError(f"{path}: cannot be read as JSON: {first_line(error)}") from None
    if not isinstance(value, dict):
        raise UserError(f"{path}: expected a JSON object, found {type(value).__name__}")
    return value


def json_lines(lines: list[dict[str, Any]]) -> bytes:
    """Encode objects as a JSONL file; see `finite`."""
    return "".join(json_text(line) + "\n" for line in lines).encode()


def raw_lines(path: File, start: tuple[int, int] = (1, 0)) -> Iterator[tuple[int, bytes]]:
    """Yield (line number from 1, bytes) of every non-blank line of a file, from `start` on.

    `start` is the number of a line and the byte at which it begins. Raises UserError if the file cannot be
    read.
    """
    for number, _, line in placed_lines(path, start):
        yield number, line


def placed_lines(path: File, start: tuple[int, int] = (1, 0)) -> Iterator[tuple[int, int, bytes]]:
    """Yield what `raw_lines` does, with the byte at which a line begins: (number, offset, bytes)."""
    first, offset = start
    try:
        on_disk = local(path)
        require_regular(on_disk)
        with on_disk.open("rb") as file:
            file.seek(offset)
            for number, line in enumerate(file, first):
                text = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
                if text.strip():
                    yield number, offset + len(line) - len(text), text
                offset += len(line)
    except FileNotFoundError:
        raise UserError(f"{path}: no such file") from None
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from None


def parse_line(path: File, number: int, line: bytes) -> dict[str, Any]:
    """Parse one JSONL line into an object. Raises UserError with file, line and reason."""
    try:
        value = json.loads(line)
    except UnicodeDecodeError:
        raise UserError(f"{path}:{number}: not UTF-8 text") from None
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path}:{number}: broken JSON: {first_line(error)}") from None
    if not isinstance(value, dict):
        raise UserError(f"{path}:{number}: expected a JSON object, found {type(value).__name__}")
    return value


def read_jsonl(path: File) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (line number from 1, object) for every non-blank line."""
    for number, line in raw_lines(path):
        yield number, parse_line(path, number, line)


def sha256_file(path: File) -> str:
    """Return the hex SHA-256 of a file's content."""
    on_disk = local(path)
    require_regular(on_disk)
    with on_disk.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
