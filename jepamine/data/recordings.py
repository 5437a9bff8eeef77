"""Recordings: videos and logs, opened by plugins of the kind `reader` and kept open between frames."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING

from jepamine.config import registry
from jepamine.config.schema import make
from jepamine.errors import UserError, first_line
from jepamine.places import File, Moment, Url
from jepamine.protocols import Recording
from jepamine.utils.files import sha256_file
from jepamine.utils.local_cache import local

if TYPE_CHECKING:
    from PIL import Image

    from jepamine.data.known_content import Versions


# Recordings whose files are open at once.
OPEN = 8
# Part of every digest: changes when frames are decoded differently, so that no stale embedding is reused.
DECODING = b"2"
# Reads what no other plugin is registered for.
DEFAULT = "video"
LOG = "mcap"


def reader_name(file: File) -> str:
    """Return the name of the plugin that reads a file: its URL's scheme or its suffix, else `video`."""
    names = {plugin.name for plugin in registry.listed("reader")}
    scheme = file.scheme if isinstance(file, Url) else ""
    return next((name for name in (scheme, file.suffix[1:].lower()) if name in names), DEFAULT)


def open_recording(file: File, stream: int | str | None = None) -> Recording:
    """Open a stream of a recording by the reader for its scheme or suffix.

    A file in a store is read from its copy in the local cache, unless a reader of its scheme exists. Raises
    UserError if it cannot be read, or has no such stream.
    """
    name = reader_name(file)
    if name == DEFAULT and isinstance(stream, str):
        name = LOG  # a bag of ROS 2 is a folder
    path = file if isinstance(file, Url) and name == file.scheme else local(file, f"video {file}")
    offered = {"path": path, "stream": stream, "name": str(file)}
    opened: Recording = make(registry.find("reader", name, Path()), {}, offered)
    return opened


class Recordings:
    """The recordings of a process by file and stream; the files of the last few stay open."""

    def __init__(self, versions: Versions | None = None) -> None:
        # Held for a whole clip: two threads taking turns frame by frame would seek for each.
        self.turn = threading.RLock()
        self._versions = versions
        self._all: dict[tuple[File, int | str | None], Recording] = {}
        self._open: OrderedDict[tuple[File, int | str | None], Recording] = OrderedDict()
        self._digests: dict[File, bytes] = {}

    def digest(self, moment: Moment) -> bytes:
        """Return a SHA-256 of the file's content, stream and time. Raises UserError if unreadable."""
        with self.turn:
            if moment.file not in self._digests:
                self._digests[moment.file] = self._content(moment.file)
            time = moment.microseconds.to_bytes(8, "little", signed=True)
            stream = b"" if moment.stream is None else str(moment.stream).encode()
            return hashlib.sha256(self._digests[moment.file] + time + DECODING + stream).digest()

    def _content(self, file: File) -> bytes:
        known = self._versions.known(file) if self._versions and isinstance(file, Url) else None
        if known is not None:
            return known
        digest = _content_digest(local(file, f"video {file}"))
        if self._versions and isinstance(file, Url):
            self._versions.remember(file, digest)
        return digest

    def image(self, moment: Moment) -> Image.Image:
        """Return the frame, RGB, upright.

        Raises UserError if it cannot be decoded or the recording ends before that time; never another frame.
        """
        key = (moment.file, moment.stream)
        with self.turn:
            recording = self._all.get(key)
            if recording is None:
                recording = self._all[key] = open_recording(*key)
            elif isinstance(moment.file, Url) and key not in self._open:
                # Its copy may have been deleted from the cache meanwhile.
                local(moment.file)
            self._open[key] = recording
            self._open.move_to_end(key)
            try:
                image = recording.image(moment.microseconds)
            except BaseException:
                recording.close()
                raise
            if len(self._open) > OPEN:
                self._open.popitem(last=False)[1].close()
            return image

    def close(self) -> None:
        """Close all files; they are opened again when needed."""
        while self._open:
            self._open.popitem()[1].close()


def recorded_times(file: File, stream: int | str | None = None) -> tuple[list[int], int]:
    """Return (time of every frame, rising; end of the last) in microseconds, without decoding.

    Raises UserError if the file is not a recording or has no frames.
    """
    recording = open_recording(file, stream)
    try:
        return list(recording.times), recording.end
    finally:
        recording.close()


def _content_digest(path: Path) -> bytes:
    """Return the SHA-256 of a file's content, or of the files of a folder (a bag of ROS 2)."""
    try:
        if not path.is_dir():
            return bytes.fromhex(sha256_file(path))
        files = sorted(file for file in path.rglob("*") if file.is_file())
        lines = [f"{file.relative_to(path).as_posix()} {sha256_file(file)}" for file in files]
        return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogatepass")).digest()
    except FileNotFoundError:
        raise UserError(f"video {path}: no such file") from None
    # A name that no file can have is a ValueError.
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or first_line(error)
        raise UserError(f"video {path}: cannot be read: {reason}") from None
