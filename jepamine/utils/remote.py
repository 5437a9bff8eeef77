"""Files in stores, through fsspec: reads and writes that are tried again, and what identifies a content."""

from __future__ import annotations

import errno
import hashlib
import random
import threading
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from jepamine.errors import UserError, first_line
from jepamine.places import File, Url

Result = TypeVar("Result")

# A store that answers two of three requests fails all of these for one object in 6,000.
ATTEMPTS = 8
# Seconds before the second attempt; doubled for each further one, up to LONGEST, and drawn at random between
# half and all of it: readers that failed together do not return together. 8 attempts wait 12 to 24 s.
FIRST_WAIT = 0.2
LONGEST_WAIT = 8.0
# What is wrong with a request, and no other attempt changes.
HOPELESS = (FileNotFoundError, PermissionError, IsADirectoryError, NotImplementedError)
# Bytes of one ranged read of a large file, and how many of them run at once.
PART = 16 * 2**20
READERS = 16
# Where stores name the version of a file's content.
VERSIONS = ("ETag", "etag", "md5Hash", "content_md5", "Content-MD5", "Last-Modified", "created")


@cache
def _filesystem(scheme: str, host: str) -> Any:
    """Return the file system of a scheme, one for all threads; `host` keeps those of two servers apart."""
    import fsspec

    # Listings of an hour ago would hide what was written since.
    options: dict[str, Any] = {"use_listings_cache": False}
    if scheme in ("s3", "s3a"):
        # Attempts are counted here alone: three layers that repeat would wait for minutes.
        options["config_kwargs"] = {"retries": {"total_max_attempts": 1}, "max_pool_connections": 2 * READERS}
        # Else each read is preceded by a request for the size.
        options["max_concurrency"] = 1
    try:
        system = fsspec.filesystem(scheme, **options)
    except ImportError as error:
        hint = "pip install 'jepamine[s3]'" if scheme in ("s3", "s3a") else first_line(error)
        raise UserError(f"{scheme}:// URLs require a package: {hint}") from None
    except ValueError:
        from fsspec.registry import known_implementations

        raise UserError(
            f"{scheme}:// is no scheme that fsspec knows; known: {', '.join(sorted(known_implementations))}"
        ) from None
    if hasattr(system, "retries"):
        system.retries = 1
    return system


_LOCK = threading.Lock()
_THREAD = threading.local()


def filesystem(url: Url) -> Any:
    """Return the fsspec file system of a URL.

    Raises UserError that names the package if its scheme needs one that is missing.
    """
    with _LOCK:
        return _filesystem(url.scheme, url.text.split("/", 3)[2])


def attempt(url: Url, name: str, action: Callable[[Any, str], Result], done: str = "read") -> Result:
    """Return action(file system, path in it), tried again where another attempt may help.

    Raises UserError, with `name` or the URL, for a missing file or permission, or after ATTEMPTS failures.
    """
    system = filesystem(url)
    path = system._strip_protocol(url.text)
    for number in range(1, ATTEMPTS + 1):
        try:
            return action(system, path)
        except UserError:
            raise
        except FileNotFoundError:
            missing = "no such bucket or folder" if done == "written" else "no such file"
            raise UserError(f"{name or url}: {missing}") from None
        except HOPELESS as error:
            raise UserError(f"{name or url}: cannot be {done}: {_reason(error)}") from None
        # Each store's package has its own errors, many of them plain Exceptions.
        except Exception as error:
            if number == ATTEMPTS or _is_refusal(error):
                tries = f" after {number} attempts" if number > 1 else ""
                raise UserError(f"{name or url}: cannot be {done}{tries}: {_reason(error)}") from None
            _wait(min(FIRST_WAIT * 2 ** (number - 1), LONGEST_WAIT) * random.uniform(0.5, 1))
    raise AssertionError("unreachable")


def end_waits_with(stopped: threading.Event) -> None:
    """Let this thread's waits between attempts end, with a UserError, when `stopped` is set."""
    _THREAD.stopped = stopped


def _wait(seconds: float) -> None:
    stopped: threading.Event | None = getattr(_THREAD, "stopped", None)
    if stopped is None:
        time.sleep(seconds)
    elif stopped.wait(seconds):
        raise UserError("reading was stopped")


def _is_refusal(error: Exception) -> bool:
    """Return whether the store answered that the request itself is wrong, or lacks credentials."""
    status = getattr(error, "status", None)
    refused = isinstance(status, int) and 400 <= status < 500 and status not in (408, 425, 429)
    invalid = isinstance(error, OSError) and error.errno == errno.EINVAL
    return refused or invalid or type(error).__name__ in ("NoCredentialsError", "ParamValidationError")


def _reason(error: BaseException) -> str:
    text = getattr(error, "strerror", None) or first_line(error)
    return f"{text} ({type(error).__name__})" if text != type(error).__name__ else text


def read(url: Url, name: str = "") -> bytes:
    """Return the content of a file, by one request. Raises UserError, with `name` or the URL."""
    return attempt(url, name, lambda system, path: bytes(system.cat_file(path)))


def read_range(url: Url, start: int, end: int, name: str = "") -> bytes:
    """Return the bytes from `start` to `end`, by one request.

    Raises UserError if the store sends another number of bytes.
    """
    data = attempt(url, name, lambda system, path: bytes(system.cat_file(path, start=start, end=end)))
    if len(data) != end - start:
        raise UserError(f"{name or url}: asked for bytes {start} to {end}, received {len(data)} bytes")
    return data


def read_head(url: Url, count: int) -> bytes:
    """Return the first `count` bytes of a file, or all if it has fewer, by one request. Raises UserError."""

    def head(system: Any, path: str) -> bytes:
        try:
            return bytes(system.cat_file(path, start=0, end=count))
        except OSError as error:
            # S3 has no range of an empty file.
            if error.errno != errno.EINVAL:
                raise
            return bytes(system.cat_file(path))

    return attempt(url, "", head)


def write(url: Url, data: bytes) -> None:
    """Write a file, whole or not at all, as stores do. Raises UserError if it cannot be written."""
    attempt(url, "", lambda system, path: system.pipe_file(path, data), "written")


def put(url: Url, path: Path) -> None:
    """Upload a file, of any size, whole or not at all. Raises UserError if it cannot be written."""
    attempt(url, "", lambda system, target: system.put_file(str(path), target), "written")


def facts(url: Url, name: str = "") -> dict[str, Any]:
    """Return what the store says of a file, by one request without its content: `size`, and its version."""
    found: dict[str, Any] = attempt(url, name, lambda system, path: system.info(path))
    if found.get("type") == "directory":
        raise UserError(f"{name or url}: is a folder")
    return found


def exists(file: File) -> bool:
    """Return whether there is such a file. Raises UserError if a store does not answer."""
    if isinstance(file, Path):
        return file.exists()
    return attempt(file, "", _is_file)


def _is_file(system: Any, path: str) -> bool:
    # fsspec's own `isfile` takes any failure for a missing file.
    try:
        return bool(system.info(path)["type"] == "file")
    except FileNotFoundError:
        return False


def listing(url: Url) -> list[Url]:
    """Return every file below a folder, by name. Raises UserError if the store does not list files."""
    names = attempt(url, "", lambda system, path: system.find(path))
    # By the scheme that the user wrote: a file system of several names its files by the first (abfs for az).
    system, scheme = filesystem(url), url.text.partition("://")[0]
    return sorted(
        Url(f"{scheme}://{str(system.unstrip_protocol(name)).partition('://')[2]}") for name in names
    )


def version(url: Url, found: dict[str, Any]) -> bytes | None:
    """Return what identifies a file's content by the store's answer `found`: a hash of its ETag and size.

    None if the store gives no ETag, MD5 or time of change.
    """
    named = next((str(found[key]) for key in VERSIONS if found.get(key)), None)
    return None if named is None else version_key(url, named, found.get("size"))


def version_key(url: Url, named: str, size: int | None) -> bytes:
    """Return the hash (32 bytes) of a file's URL, version and size."""
    words = f"{url}\n{named.removeprefix('W/').strip(chr(34))}\n{size}"
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).digest()
