"""Contents known without reading: of files in stores by their version, of frames that others have read."""

from __future__ import annotations

import hashlib
import json
import threading
from array import array
from pathlib import Path

import numpy as np

from jepamine.data.clips import Clip
from jepamine.data.embedding_store import Store
from jepamine.places import Url
from jepamine.utils.json_files import parse_line, placed_lines
from jepamine.utils.remote import facts, version, version_key


class KnownFrames:
    """The digests of clips' frames in all files `*.jsonl` of `folder`."""

    def __init__(self, folder: Path) -> None:
        self._files = sorted(folder.glob("*.jsonl"))
        keys, places = array("Q"), array("Q")
        for number, path in enumerate(self._files):
            for line, offset, raw in placed_lines(path):
                keys.append(int(parse_line(path, line, raw)["clip"][:16], 16))
                places.append(number << 40 | offset)
        order = np.argsort(np.frombuffer(keys, dtype=np.uint64), kind="stable")
        self._keys = np.frombuffer(keys, dtype=np.uint64)[order]
        self._places = np.frombuffer(places, dtype=np.uint64)[order]

    def digests(self, clip: Clip) -> tuple[bytes, ...] | None:
        """Return the digests of a clip's frames; None if they are not known."""
        name = _name(clip)
        row = int(np.searchsorted(self._keys, np.uint64(int(name[:16], 16))))
        if row == len(self._keys):
            return None
        place = int(self._places[row])
        path, offset = self._files[place >> 40], place & ((1 << 40) - 1)
        with path.open("rb") as file:
            file.seek(offset)
            line = parse_line(path, 0, file.readline())
        return tuple(map(bytes.fromhex, line["digests"])) if line["clip"] == name else None


def known_line(clip: Clip, digests: tuple[bytes, ...]) -> bytes:
    """Return the line by which `KnownFrames` knows the digests of a clip's frames."""
    return json.dumps({"clip": _name(clip), "digests": [digest.hex() for digest in digests]}).encode() + b"\n"


def _name(clip: Clip) -> str:
    places = "\n".join(map(str, clip.frames))
    return hashlib.blake2b(places.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


# Subfolder of the embedding store.
FOLDER = "versions-1"
MD5_IS_ETAG = ("s3", "s3a")


class Versions:
    """The hashes of contents by URL, ETag and size, kept beside the embeddings that they find.

    An object of S3 that was never read is read at once, by one request. Any other URL is asked for its
    version, by one request without its content.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._asked: dict[Url, bytes] = {}

    def known(self, url: Url) -> bytes | None:
        """Return the hash of a file's content, if the version that its store has now was read before.

        Raises UserError if the store does not answer.
        """
        with self._lock:
            if url.scheme in MD5_IS_ETAG and _seen(url) not in self._store:
                return None
        key = version(url, facts(url))
        if key is None:
            return None
        with self._lock:
            self._asked[url] = key
            row = self._store.get(key) if key in self._store else None
        return None if row is None else row.tobytes()

    def remember(self, url: Url, digest: bytes, content: bytes | None = None) -> None:
        """Keep the hash (32 bytes) of a file's content, which was just read.

        The MD5 of `content` is the ETag that S3 gives to what was written by one request, so that no request
        is needed to learn it.
        """
        keys = [_seen(url)]
        if content is not None:
            md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
            keys.append(version_key(url, md5, len(content)))
        elif url not in self._asked and (found := version(url, facts(url))):
            keys.append(found)
        with self._lock:
            asked = self._asked.pop(url, None)
            for key in [*keys, *([] if asked is None else [asked])]:
                if key not in self._store:
                    # The store keeps bytes as they are; as numbers these have no meaning.
                    self._store.put(key, np.frombuffer(digest, dtype="<f4").reshape(1, -1))


def _seen(url: Url) -> bytes:
    return version_key(url, "", None)
