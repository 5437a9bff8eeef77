"""The embedding store: arrays by content, shared by all runs and commands, written incrementally.

A store is a folder of parts; each process appends to its own part, so processes never write to the same
file. A record is a header (magic, key, rows, columns, CRC-32) and the raw little-endian float32, 52 bytes on
top of the data. A record is one `write`, so a killed process leaves at most one torn record, at the end of
its part. Records are checked when read; a damaged one counts as missing.
"""

from __future__ import annotations

import contextlib
import os
import struct
import uuid
import zlib
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from jepamine.utils.files import naming, optional_write
from jepamine.utils.progress import notify

MAGIC = b"JME1"
HEADER = struct.Struct("<4s32sIIII")
NO_KEY = b"\xff" * 32
NOTE = "encoder.json"


def stores_root(experiments: Path) -> Path:
    """Return the folder of all encoders' stores."""
    return experiments / "_store"


class Store:
    """One encoder's embeddings in `folder`. Use it as a context manager.

    `key` is 32 bytes that identify the content; `within` is the store that this one is beside. Two processes
    may open the same folder; each sees what the other had written when it opened.
    """

    def __init__(self, folder: Path, within: Path | None = None) -> None:
        self.folder, self._outer = folder, within or folder
        self._places: dict[bytes, tuple[Path, int]] = {}
        self._part: Path | None = None
        self._readers: dict[Path, int] = {}
        self._writer: int | None = None
        self._beside: dict[str, Store] = {}
        self._read_only = False
        for part in sorted(folder.glob("*.part")):
            self._index(part)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, key: bytes) -> bool:
        return key in self._places

    def get(self, key: bytes) -> NDArray[np.float32] | None:
        """Return the array (rows, columns) under `key`, or None; warns of a damaged one and drops it."""
        place = self._places.get(key)
        if place is None:
            return None
        part, offset = place
        data = b""
        rows = columns = 0
        sound = False
        with contextlib.suppress(OSError, struct.error):
            if part not in self._readers:
                self._readers[part] = os.open(part, os.O_RDONLY)
            header = os.pread(self._readers[part], HEADER.size, offset)
            _, _, rows, columns, check, _ = HEADER.unpack(header)
            if header == _header(key, rows, columns, check):
                data = os.pread(self._readers[part], rows * columns * 4, offset + HEADER.size)
                sound = len(data) == rows * columns * 4 and zlib.crc32(data) == check
        if not sound:
            del self._places[key]
            notify(f"warning: {part}: dropped a damaged embedding at byte {offset}; it will be recomputed")
            with contextlib.suppress(OSError):  # it may be pruned meanwhile, or read-only
                _drop(part, offset, rows, columns)
            return None
        return np.frombuffer(data, dtype="<f4").reshape(rows, columns)

    def put(self, key: bytes, array: NDArray[np.float32]) -> None:
        """Append a float32 array (rows, columns) under `key`. Raises OSError if the disk is full.

        A read-only store stays as it is: a notice says so once, and what is computed is not kept.
        """
        if self._writer is None and not self._read_only:
            with optional_write(self._outer):
                self._read_only = True
                self.folder.mkdir(parents=True, exist_ok=True)
                self._part = self.folder / f"{uuid.uuid4().hex}.part"
                self._writer = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o666)
                self._read_only = False
        if self._writer is None or self._part is None:
            return
        data = np.ascontiguousarray(array, dtype="<f4").tobytes()
        rows, columns = array.shape
        record = _header(key, rows, columns, zlib.crc32(data)) + data
        offset = os.lseek(self._writer, 0, os.SEEK_END)
        try:
            with naming(self._part):
                written = os.write(self._writer, record)
                if written < len(record):
                    # A disk that fills up accepts a part; the next write then reports why.
                    os.write(self._writer, record[written:])
        except OSError:
            os.ftruncate(self._writer, offset)
            raise
        self._places[key] = (self._part, offset)

    def beside(self, name: str) -> Store:
        """Return the store in the subfolder `name`, for what is not an embedding; it closes with this one."""
        if name not in self._beside:
            self._beside[name] = Store(self.folder / name, self.folder)
        return self._beside[name]

    def close(self) -> None:
        """Close the files; everything put is kept."""
        for descriptor in (*self._readers.values(), *([] if self._writer is None else [self._writer])):
            os.close(descriptor)
        self._readers, self._writer = {}, None
        for store in self._beside.values():
            store.close()

    def _index(self, part: Path) -> None:
        size = part.stat().st_size
        offset = 0
        with part.open("rb") as file:
            while offset + HEADER.size <= size:
                file.seek(offset)
                header = file.read(HEADER.size)
                _, key, rows, columns, check, _ = HEADER.unpack(header)
                if header != _header(key, rows, columns, check):
                    notify(f"warning: {part}: damaged at byte {offset}; the rest is dropped and recomputed")
                    return
                end = offset + HEADER.size + rows * columns * 4
                if end > size:
                    return  # torn: its writer was killed, or is writing it now
                self._places[key] = (part, offset)
                offset = end


def _drop(part: Path, offset: int, rows: int, columns: int) -> None:
    """Give a damaged record the null key, so that it cannot hide the recomputed one."""
    with part.open("r+b") as file:
        file.seek(offset)
        file.write(_header(NO_KEY, rows, columns, 0))


def _header(key: bytes, rows: int, columns: int, check: int) -> bytes:
    # The header has its own checksum: a wrong length would send the reader anywhere.
    head_check = zlib.crc32(struct.pack("<32sIII", key, rows, columns, check))
    return HEADER.pack(MAGIC, key, rows, columns, check, head_check)
