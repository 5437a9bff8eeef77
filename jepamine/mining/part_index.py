"""Where the line of each clip is, in manifests and score files of any length: 34 bytes of memory a line."""

from __future__ import annotations

import hashlib
import os
import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jepamine.data.clips import as_written, derived_id, text_of
from jepamine.data.wrong_files import no_clips, require_manifest
from jepamine.errors import UserError
from jepamine.places import File
from jepamine.utils.json_files import parse_line, placed_lines

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass
class PartIndex:
    """The clips of one or more JSONL files. `keys`: 64-bit hashes of the clips' ids, in the files' order.

    `errors` counts lines that hold an error instead of a score; `heat_maps`: whether any has a heat map.
    """

    paths: Sequence[Path]
    _keys: array[int] = field(default_factory=lambda: array("Q"))
    _files: array[int] = field(default_factory=lambda: array("H"))
    _numbers: array[int] = field(default_factory=lambda: array("Q"))
    _offsets: array[int] = field(default_factory=lambda: array("Q"))
    errors: int = 0
    heat_maps: bool = False
    _open: dict[int, int] = field(default_factory=dict)

    @property
    def keys(self) -> NDArray[np.uint64]:
        import numpy as np

        return np.frombuffer(self._keys, dtype=np.uint64)

    def add(self, key: int, file: int, number: int, offset: int) -> None:
        """Append the line `number` of `paths[file]`, which begins at byte `offset`."""
        self._keys.append(key)
        self._files.append(file)
        self._numbers.append(number)
        self._offsets.append(offset)

    def path(self, row: int) -> Path:
        """Return the file of a clip's line."""
        return self.paths[self._files[row]]

    def number(self, row: int) -> int:
        """Return the number of a clip's line in its file, from 1."""
        return self._numbers[row]

    def line(self, row: int) -> bytes:
        """Return a clip's line, with its newline."""
        file = self._files[row]
        if file not in self._open:
            self._open[file] = os.open(self.paths[file], os.O_RDONLY)
        size, data = 4096, b""
        while b"\n" not in data:
            data = os.pread(self._open[file], size, self._offsets[row])
            if len(data) < size:
                break
            size *= 8
        return data.partition(b"\n")[0] + b"\n"

    def close(self) -> None:
        """Close the files that `line` opened."""
        for descriptor in self._open.values():
            os.close(descriptor)
        self._open = {}

    def key_of_line(self, number: int) -> int | None:
        """Return the key of the line `number` of a single file; None if it has no such line."""
        import numpy as np

        row = int(np.searchsorted(np.frombuffer(self._numbers, dtype=np.uint64), number))
        return self._keys[row] if row < len(self._numbers) and self._numbers[row] == number else None


def index_manifest(manifest: Path) -> PartIndex:
    """Index a manifest; a line that is not a clip is known by its number. Raises UserError if unreadable."""
    require_manifest(manifest)
    index = PartIndex([manifest])
    for number, offset, raw in placed_lines(manifest):
        try:
            name = _manifest_id(parse_line(manifest, number, raw), manifest, number)
        except UserError:
            name = f"\0line {number}"
        index.add(_key(name), 0, number, offset)
    if not len(index.keys):
        raise no_clips(manifest)
    return index


def index_parts(parts: Sequence[Path], manifest: File, wanted: PartIndex) -> PartIndex:
    """Index score files. Raises UserError, with file and line, for a line that is not one of a score file."""
    index = PartIndex(parts)
    for file, part in enumerate(parts):
        for number, offset, raw in placed_lines(part):
            line = parse_line(part, number, raw)
            for needed in ("clip_id", "score"):
                if needed not in line:
                    raise UserError(f"{part}:{number}: no key '{needed}'; not a line of a score file")
            index.heat_maps |= "heatmap" in line
            index.errors += "error" in line
            key = None if line["clip_id"] is None else _key(str(line["clip_id"]))
            if key is None:
                # A broken line of the manifest: its error begins with the manifest and the line's number.
                numbered = re.match(r".*?:(\d+): ", str(line.get("error", "")))
                key = wanted.key_of_line(int(numbered[1])) if numbered else None
            index.add(_key(f"\0{part}:{number}") if key is None else key, file, number, offset)
    return index


def line_name(raw: bytes) -> str:
    """Return the id of the clip of a line for a message; a broken line has none."""
    try:
        line = parse_line(Path(), 0, raw)
        return _manifest_id(line, Path(), 0) if line.get("clip_id") is None else str(line["clip_id"])
    except (UserError, KeyError, TypeError):
        return "a line that is not a clip"


def _manifest_id(line: dict[str, Any], manifest: Path, number: int) -> str:
    place = f"{manifest}:{number}"
    try:
        return text_of(line, place, "clip_id") or derived_id(as_written(line))
    except (KeyError, IndexError, TypeError, AttributeError):
        raise UserError(f"{place}: not a clip") from None


def _key(name: str) -> int:
    digest = hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little")
