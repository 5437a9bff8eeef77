"""Hashes of frames that other processes have read, so that this one need not read the frames again.

They are lines of JSONL files, `{"clip": hash of the frames' places, "digests": [...]}`: 16 bytes of memory
each.
"""

from __future__ import annotations

import hashlib
import json
from array import array
from pathlib import Path

import numpy as np

from jepamine.data.clips import Clip
from jepamine.utils.files import parse_line, placed_lines


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
