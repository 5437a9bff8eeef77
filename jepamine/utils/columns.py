"""Columns of many rows: written as they are made, so that little stays in memory; rows made when asked for.

A column is in a temporary file, which no other process sees, until it is copied into a safetensors file. That
format is a header, JSON of each array's type, shape and place, and then the arrays' bytes; its library writes
arrays that are in memory only.
"""

from __future__ import annotations

import json
import os
import tempfile
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Generic, TypeVar, overload

from jepamine.utils.files import replacing
from jepamine.utils.spilled import no_space

Row = TypeVar("Row")

# Bytes of a column that stay in memory, and that are copied at once.
BLOCK = 1 << 18
# As the library orders arrays, so that files are those that it writes.
_TYPES = ("I64", "F64", "F32", "I32", "U8")


class Column:
    """Bytes that are only appended to; beyond `BLOCK` they are in a temporary file."""

    def __init__(self) -> None:
        self.size = 0
        self._recent = bytearray()
        self._file: IO[bytes] | None = None

    def add(self, data: bytes) -> None:
        """Append bytes. Raises UserError if the temporary file cannot be used."""
        self._recent += data
        self.size += len(data)
        if len(self._recent) >= BLOCK:
            try:
                self._opened().write(self._recent)
                self._opened().flush()
            except OSError as error:
                raise no_space(error) from None
            self._recent.clear()

    def _opened(self) -> IO[bytes]:
        if self._file is None:
            self._file = tempfile.TemporaryFile(dir=spill_folder())  # noqa: SIM115
            weakref.finalize(self, self._file.close)
        return self._file

    def read(self, start: int, size: int) -> bytes:
        """Return `size` bytes from byte `start` on, of what was added at once.

        Raises UserError if the temporary file cannot be read.
        """
        written = self.size - len(self._recent)
        if start >= written:
            return bytes(self._recent[start - written : start - written + size])
        try:
            return os.pread(self._opened().fileno(), size, start)
        except OSError as error:
            raise no_space(error) from None

    def __iter__(self) -> Iterator[bytes]:
        """Yield all bytes, in blocks."""
        for start in range(0, written := self.size - len(self._recent), BLOCK):
            yield self.read(start, min(BLOCK, written - start))
        yield bytes(self._recent)


def spill_folder() -> str | None:
    """Return the folder of temporary files, as SQLite chooses it; None for Python's choice."""
    named = (os.environ.get("SQLITE_TMPDIR"), os.environ.get("TMPDIR"), "/var/tmp")
    return next((folder for folder in named if folder and os.access(folder, os.W_OK | os.X_OK)), None)


class Rows(Sequence[Row], Generic[Row]):
    """`length` rows that `make` makes from their number, each time they are asked for."""

    def __init__(self, length: int, make: Callable[[int], Row]) -> None:
        self._length, self._make = length, make

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, row: int) -> Row: ...
    @overload
    def __getitem__(self, row: slice) -> list[Row]: ...
    def __getitem__(self, row: int | slice) -> Row | list[Row]:
        if isinstance(row, slice):
            return [self._make(number) for number in range(*row.indices(self._length))]
        return self._make(range(self._length)[row])

    def __iter__(self) -> Iterator[Row]:
        return map(self._make, range(self._length))


@dataclass(frozen=True)
class Stored:
    """An array for a file: its type ("F32", ...), its shape, and its bytes, little-endian, in blocks."""

    dtype: str
    shape: tuple[int, ...]
    blocks: Iterable[bytes | memoryview]


def save_columns(path: Path, arrays: Mapping[str, Stored]) -> None:
    """Write arrays as the safetensors file that `save_tensors` writes. Raises OSError (a full disk).

    Raises ValueError for an array with more or fewer bytes than its shape has.
    """
    header: dict[str, object] = {"__metadata__": {}}
    ordered = sorted(arrays.items(), key=lambda item: (_TYPES.index(item[1].dtype), item[0]))
    end = 0
    for name, array in ordered:
        start, end = end, end + _bytes(array)
        header[name] = {"dtype": array.dtype, "shape": array.shape, "data_offsets": [start, end]}
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    with replacing(path) as (file, _):
        file.write(len(text).to_bytes(8, "little") + text)
        for name, array in ordered:
            written = sum(file.write(block) for block in array.blocks)
            if written != _bytes(array):
                raise ValueError(f"{name}: {written} bytes of {array.dtype} {array.shape}")


def _bytes(array: Stored) -> int:
    size = int(array.dtype[1:]) // 8
    for length in array.shape:
        size *= length
    return size
