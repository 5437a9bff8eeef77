"""Where a frame is: a path, a URL (`s3://bucket/a.jpg`, `https://host/a.jpg`), a moment of a recording."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

# One letter before the colon would be a drive of Windows.
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")


@dataclass(frozen=True, order=True)
class Url:
    """A file in a store that fsspec reads, as written; it has the part of pathlib's interface about names.

    Nothing of it is normalised: in an object store `a//b` and `a/b` are two objects. A query (`?...`) belongs
    to the last name, but to no file's stem or suffix.
    """

    text: str

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """Return the schema by which a recipe's key may be a URL: its text, nothing else."""
        from pydantic_core import core_schema

        text = core_schema.str_schema(pattern=f"^{_SCHEME.pattern}")
        return core_schema.no_info_after_validator_function(
            cls, text, serialization=core_schema.plain_serializer_function_ser_schema(str)
        )

    def __str__(self) -> str:
        return self.text

    @property
    def scheme(self) -> str:
        """Return the scheme in lower case: `s3`."""
        return self.text.partition("://")[0].lower()

    @cached_property
    def _split(self) -> tuple[str, str, str]:
        """Return (scheme and host, path without its slash, query)."""
        start = len(self.text.partition("://")[0]) + 3
        rest = self.text[start:]
        # Only web servers have queries; `?` and `#` may be part of an object's name.
        path, mark, query = rest.partition("?") if self.scheme in ("http", "https") else (rest, "", "")
        host, slash, name = path.partition("/")
        return self.text[:start] + host + slash, name, mark + query

    @property
    def name(self) -> str:
        """Return the last part of the path, without a query."""
        host, path, _ = self._split
        return path.rstrip("/").rpartition("/")[2] or host.rstrip("/").rpartition("/")[2]

    @property
    def stem(self) -> str:
        """Return the name without its suffix."""
        return PurePosixPath(self.name).stem

    @property
    def suffix(self) -> str:
        """Return the suffix of the name, with its dot."""
        return PurePosixPath(self.name).suffix

    @property
    def parent(self) -> Url:
        """Return the folder; that of a bucket or host is itself."""
        host, path, _ = self._split
        folder, slash, _ = path.rstrip("/").rpartition("/")
        return Url(host + folder if slash else host.rstrip("/") if path else self.text)

    def __truediv__(self, name: object) -> Url:
        text = str(name)
        host, path, _ = self._split
        if not text or text == ".":
            return self
        folder = host + path if host.endswith("/") else host + "/" + path
        # `..` in a manifest's path means the folder above, also in a store, which has no such thing.
        if ".." in text.split("/"):
            host = host if host.endswith("/") else host + "/"
            return Url(host + posixpath.normpath("/" + path + "/" + text).lstrip("/"))
        return Url(folder.rstrip("/") + "/" + text if path else folder + text)

    def with_name(self, name: str) -> Url:
        """Return the URL of another file of the same folder."""
        return self.parent / name

    def with_suffix(self, suffix: str) -> Url:
        """Return the URL with another suffix."""
        return self.with_name(self.stem + suffix)

    def absolute(self) -> Url:
        """Return itself: a URL is never relative."""
        return self

    def as_posix(self) -> str:
        """Return the text."""
        return self.text

    def is_relative_to(self, folder: Url) -> bool:
        """Return whether this is `folder` or below it."""
        return self == folder or self.text.startswith(folder.text.rstrip("/") + "/")

    def relative_to(self, folder: Url) -> PurePosixPath:
        """Return the path below `folder`. Raises ValueError if it is not below it."""
        if not self.is_relative_to(folder):
            raise ValueError(f"{self} is not below {folder}")
        return PurePosixPath(self.text[len(folder.text.rstrip("/")) + 1 :])


#: What holds bytes: a file on disk, or one in a store. A URL is tried first: a path can be any text.
File = Url | Path


@dataclass(frozen=True)
class Moment:
    """The image that a recording shows at `microseconds` of its own clock.

    `file` is a video or a log. `stream` is the index of a video's stream (None: the largest), or a log's
    topic.
    """

    file: File
    microseconds: int
    stream: int | str | None = None

    def __str__(self) -> str:
        # A media fragment, as browsers and players understand it.
        key = "topic" if isinstance(self.stream, str) else "stream"
        stream = "" if self.stream is None else f"&{key}={self.stream}"
        return f"{self.file}#t={self.microseconds / 1e6:.6f}{stream}"


#: Where a frame is.
Place = Url | Path | Moment


def is_url(text: str) -> bool:
    """Return whether `text` is a URL rather than a path."""
    return _SCHEME.match(text) is not None


def file_of(text: str | Path | Url) -> File:
    """Return the path or URL that `text` writes."""
    if isinstance(text, Path | Url):
        return text
    return Url(text) if is_url(text) else Path(text)


def as_below(file: File, folder: File) -> str | None:
    """Return the path of a file or folder below `folder`, `.` for itself; None if it is elsewhere."""
    if isinstance(file, Url):
        inside = isinstance(folder, Url) and file.is_relative_to(folder)
        return file.relative_to(folder).as_posix() if inside and isinstance(folder, Url) else None
    if isinstance(folder, Url) or not file.is_relative_to(folder):
        return None
    return file.relative_to(folder).as_posix()


def below(folder: File, name: str) -> File:
    """Return the file called `name` in a manifest of `folder`: a path below it, unless it is a URL itself."""
    if is_url(name):
        return Url(name)
    if isinstance(folder, Url) and Path(name).is_absolute():
        return Path(name)
    return folder / name
