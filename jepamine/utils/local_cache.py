"""Whole files of stores, on disk in a folder of bounded size: videos, logs and manifests are read from it."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from jepamine.errors import UserError
from jepamine.places import File, Url
from jepamine.utils.remote import PART, READERS, facts, read, read_range, version
from jepamine.utils.replacing import beside

GIGABYTES = 20.0
# A subfolder, and names that no one else gives: what lies beside is never deleted.
FOLDER = "footage"
_NAME = re.compile(r"[0-9a-f]{32}(\.[^/]*)?")
_LOCKS: dict[Url, threading.Lock] = {}
_LOCK = threading.Lock()
# Of files whose store names no version: downloaded once by each process.
_PROCESS = f"{os.getpid()} {os.urandom(8).hex()}"


def user_home() -> Path:
    """Return the user's home folder; /nonexistent for a user without one, as of a service."""
    try:
        return Path.home()
    except RuntimeError:
        return Path("/nonexistent")


def user_cache() -> Path:
    """Return `jepamine` in the user's cache folder (XDG_CACHE_HOME, by default ~/.cache)."""
    chosen = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(chosen) if Path(chosen).is_absolute() else user_home() / ".cache") / "jepamine"


def cache_folder() -> Path:
    """Return the folder of downloaded files, in JEPAMINE_CACHE, else in ~/.cache/jepamine."""
    named = os.environ.get("JEPAMINE_CACHE")
    return (Path(named).absolute() if named else user_cache()) / FOLDER


def cache_bytes() -> int:
    """Return the most bytes that the folder keeps: JEPAMINE_CACHE_GB, else 20 GB.

    Raises UserError for anything but a positive number.
    """
    text = os.environ.get("JEPAMINE_CACHE_GB") or str(GIGABYTES)
    with contextlib.suppress(ValueError, OverflowError):
        if (size := round(float(text) * 1e9)) > 0:
            return size
    raise UserError(f"JEPAMINE_CACHE_GB: {text!r} is not a number of gigabytes; unset it, or set it to 20")


def local(file: File, name: str = "") -> Path:
    """Return a file on disk with the content of `file`: a path itself, of a URL its copy in the cache.

    One request asks for the version that the store has; a copy of another version is not used. The files
    used longest ago are deleted to keep to `cache_bytes`, never the one returned. Raises UserError, with
    `name` or the URL, if it cannot be read.
    """
    if isinstance(file, Path):
        return file
    with _LOCK:
        lock = _LOCKS.setdefault(file, threading.Lock())
    with lock:
        found = facts(file, name)
        key = version(file, found) or hashlib.sha256(f"{_PROCESS} {file}".encode()).digest()
        path = cache_folder() / f"{key.hex()[:32]}{file.suffix}"
        if path.is_file():
            # The time of change is that of the last use: not all file systems record accesses.
            with contextlib.suppress(OSError):
                os.utime(path)
            return path
        _download(file, path, found.get("size"), name)
        return path


def _download(url: Url, path: Path, size: int | None, name: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    _make_room(path.parent, size or 0)
    with beside(path) as (file, temporary):
        for part in _parts(url, size, name):
            file.write(part)
        file.flush()
        temporary.replace(path)


def _parts(url: Url, size: int | None, name: str) -> Iterator[bytes]:
    """Yield a file's content in order; several parts are read at once, each as often as it takes."""
    if size is None or size <= PART:
        yield read(url, name)
        return
    spans = [(start, min(start + PART, size)) for start in range(0, size, PART)]
    readers = READERS // 4  # 64 MiB in memory
    with ThreadPoolExecutor(readers, thread_name_prefix="download") as pool:
        for first in range(0, len(spans), readers):
            group = spans[first : first + readers]
            yield from pool.map(lambda span: read_range(url, span[0], span[1], name), group)


def _make_room(folder: Path, size: int) -> None:
    """Delete the files used longest ago until `size` bytes more keep the folder within its bound."""
    files = []
    for path in folder.iterdir():
        with contextlib.suppress(OSError):  # another process may have deleted it
            if _NAME.fullmatch(path.name) and path.is_file():
                stat = path.stat()
                files.append((stat.st_mtime, stat.st_size, path))
    total = sum(kept for _, kept, _ in files) + size
    for _, kept, path in sorted(files):
        if total <= cache_bytes():
            return
        with contextlib.suppress(OSError):
            path.unlink()
        total -= kept
