"""The records of a store's part files: a header with a checksum of its own, then little-endian float32."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from jepamine.utils.progress import notify

MAGIC = b"JME1"
HEADER = struct.Struct("<4s32sIIII")
NO_KEY = b"\xff" * 32


def record_of(key: bytes, array: NDArray[np.float32]) -> bytes:
    """Return the record of a float32 array (rows, columns) under `key`, 32 bytes."""
    data = np.ascontiguousarray(array, dtype="<f4").tobytes()
    rows, columns = array.shape
    return header_of(key, rows, columns, zlib.crc32(data)) + data


def header_of(key: bytes, rows: int, columns: int, check: int) -> bytes:
    """Return a record's header; `check` is the CRC-32 of its data."""
    # The header has its own checksum: a wrong length would send the reader anywhere.
    head_check = zlib.crc32(struct.pack("<32sIII", key, rows, columns, check))
    return HEADER.pack(MAGIC, key, rows, columns, check, head_check)


def read_record(descriptor: int, offset: int) -> tuple[bytes | None, int, int, bytes | None]:
    """Return (key, rows, columns, data) of the record at a byte of an open part.

    The key is None if the header is damaged, the data if they are. Raises OSError, or struct.error at the
    end of the part.
    """
    header = os.pread(descriptor, HEADER.size, offset)
    _, key, rows, columns, check, _ = HEADER.unpack(header)
    if header != header_of(key, rows, columns, check):
        return None, rows, columns, None
    data = os.pread(descriptor, rows * columns * 4, offset + HEADER.size)
    sound = len(data) == rows * columns * 4 and zlib.crc32(data) == check
    return key, rows, columns, data if sound else None


def records_from(part: Path, start: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield (key, first byte, end) of the records of a part from byte `start` on, up to a damaged one."""
    size = part.stat().st_size
    if start + HEADER.size > size:
        return
    offset = start
    with part.open("rb") as file:
        while offset + HEADER.size <= size:
            file.seek(offset)
            header = file.read(HEADER.size)
            _, key, rows, columns, check, _ = HEADER.unpack(header)
            if header != header_of(key, rows, columns, check):
                notify(f"warning: {part}: damaged at byte {offset}; the rest is dropped and recomputed")
                return
            end = offset + HEADER.size + rows * columns * 4
            if end > size:
                return  # torn: its writer was killed, or is writing it now
            yield key, offset, end
            offset = end


def drop_record(part: Path, offset: int, rows: int, columns: int) -> None:
    """Give a damaged record the null key, so that it cannot hide the recomputed one."""
    with part.open("r+b") as file:
        file.seek(offset)
        file.write(header_of(NO_KEY, rows, columns, 0))
