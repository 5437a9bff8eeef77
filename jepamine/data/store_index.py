"""Index files of an embedding store: where each record is, in memory that does not grow with the records.

An index file never changes once it has its name. It holds, sorted by the first 8 bytes of the records' keys
(hashes, so evenly spread), 20 bytes for each record; then the number of records before each of 2 ** bits
ranges of keys, and a JSON footer with the ranges of the part files that it covers. A lookup reads one range
of about 256 records. Two records may share 8 bytes, and a part may be gone: the store checks what it reads.
"""

from __future__ import annotations

import functools
import json
import os
import struct
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from jepamine.utils.files import UMASK, sync, unless_unsupported
from jepamine.utils.replacing import beside

MAGIC = b"JMI1"
RECORD = np.dtype([("key", "<u8"), ("part", "<u4"), ("offset", "<u8")])
PLACE = struct.Struct("<QIQ")  # a record
FOOTER = struct.Struct("<Q4s")
#: Records of a range that a lookup reads.
RANGE = 256
MOST_BITS = 24

#: Part file -> the bytes (from, to) that are indexed.
Extents = Mapping[str, tuple[int, int]]


@dataclass(frozen=True)
class StoreIndex:
    """An opened index file of `count` records. `parts`: (name of the part file, from, to)."""

    path: Path
    descriptor: int
    count: int
    parts: Sequence[tuple[str, int, int]]
    starts: NDArray[np.uint64]  # (2 ** bits + 1,)

    @functools.cached_property
    def bits(self) -> int:
        """Return the number of leading bits of a key that name its range."""
        return (len(self.starts) - 1).bit_length() - 1

    def find(self, key: bytes) -> list[tuple[str, int]]:
        """Return the (part file, offset) of the records whose key may be `key`; later ones first."""
        bucket = int.from_bytes(key[:8], "big") >> (64 - self.bits)
        data, wanted = self._bytes(bucket, bucket + 1), key[7::-1]
        places, at = [], data.find(wanted)
        # By the bytes of a range: a lookup through an array takes twice as long, and each clip makes dozens.
        while at >= 0:
            beside = at % RECORD.itemsize
            if not beside:
                _, part, offset = PLACE.unpack_from(data, at)
                places.append((self.parts[part][0], offset))
            at = data.find(wanted, at + (RECORD.itemsize if not beside else 1))
        return places[::-1]

    def records(self, first: int, end: int) -> NDArray[np.void]:
        """Return the records of the key ranges from `first` to before `end`. Raises OSError if truncated."""
        return np.frombuffer(self._bytes(first, end), dtype=RECORD)

    def _bytes(self, first: int, end: int) -> bytes:
        start, stop = int(self.starts[first]), int(self.starts[end])
        size = (stop - start) * RECORD.itemsize
        data = os.pread(self.descriptor, size, start * RECORD.itemsize)
        if len(data) < size:
            raise OSError(f"{self.path}: truncated")
        return data

    def close(self) -> None:
        """Close the file."""
        os.close(self.descriptor)


def open_index(path: Path) -> StoreIndex:
    """Open an index file. Raises OSError or ValueError for one that is gone or damaged."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        end = os.fstat(descriptor).st_size - FOOTER.size
        size, magic = FOOTER.unpack(os.pread(descriptor, FOOTER.size, max(end, 0)).ljust(FOOTER.size, b"\0"))
        if magic != MAGIC or size > end:
            raise ValueError(f"{path}: damaged")
        footer = json.loads(os.pread(descriptor, size, end - size))
        length = ((1 << footer["bits"]) + 1) * 8
        starts = np.frombuffer(os.pread(descriptor, length, end - size - length), dtype="<u8")
        count = int(starts[-1])
        if count * RECORD.itemsize + length + size != end:
            raise ValueError(f"{path}: damaged")
        parts = [(str(name), int(start), int(stop)) for name, start, stop in footer["parts"]]
        return StoreIndex(path, descriptor, count, parts, starts)
    except (KeyError, TypeError, IndexError, ValueError) as error:
        os.close(descriptor)
        raise ValueError(f"{path}: damaged") from error
    except BaseException:
        os.close(descriptor)
        raise


def index_records(folder: Path, places: Mapping[bytes, tuple[str, int]], extents: Extents) -> StoreIndex:
    """Write an index of `places`, key -> (part file, offset), that cover `extents`; return it opened."""
    names = list(extents)
    numbers = {name: number for number, name in enumerate(names)}
    records = np.empty(len(places), dtype=RECORD)
    records["key"] = np.frombuffer(b"".join(key[:8] for key in places), dtype=">u8")
    records["part"] = [numbers[part] for part, _ in places.values()]
    records["offset"] = [offset for _, offset in places.values()]
    parts = [(name, *extents[name]) for name in names]
    return _written(folder, iter([_sorted(records)]), len(records), parts)


def merge_indexes(folder: Path, indexes: Sequence[StoreIndex]) -> StoreIndex:
    """Write one index of several, in the memory of a part of them, remove their files and return it."""
    numbers: dict[tuple[str, int, int], int] = {}
    for index in indexes:
        for part in index.parts:
            numbers.setdefault(part, len(numbers))
    merged = _written(folder, _merged(indexes, numbers), sum(index.count for index in indexes), list(numbers))
    for index in indexes:
        index.path.unlink(missing_ok=True)
    return merged


def _merged(
    indexes: Sequence[StoreIndex], numbers: Mapping[tuple[str, int, int], int]
) -> Iterator[NDArray[np.void]]:
    bits = min(8, *(index.bits for index in indexes))
    renumbered = [np.array([numbers[part] for part in index.parts], dtype=np.uint32) for index in indexes]
    for bucket in range(1 << bits):
        chunks = []
        for index, new in zip(indexes, renumbered, strict=True):
            shift = index.bits - bits
            records = index.records(bucket << shift, (bucket + 1) << shift).copy()
            records["part"] = new[records["part"]]
            chunks.append(records)
        yield _sorted(np.concatenate(chunks))


def _sorted(records: NDArray[np.void]) -> NDArray[np.void]:
    """Return records by key, part and place, each once: two processes may have indexed the same."""
    records = records[np.lexsort((records["offset"], records["part"], records["key"]))]
    again = np.zeros(len(records), dtype=bool)
    again[1:] = records[1:] == records[:-1]
    return records[~again]


def _written(
    folder: Path, chunks: Iterator[NDArray[np.void]], most: int, parts: Sequence[tuple[str, int, int]]
) -> StoreIndex:
    bits = min(max((most // RANGE).bit_length(), 0), MOST_BITS)
    counts = np.zeros(1 << bits, dtype=np.int64)
    path = folder / f"{uuid.uuid4().hex}.index"
    with beside(path) as (file, temporary):
        for records in chunks:
            file.write(records.tobytes())
            ranges = records["key"] >> np.uint64(64 - bits) if bits else np.zeros(len(records))
            counts += np.bincount(ranges.astype(np.int64), minlength=len(counts))
        _write_end(file, counts, bits, parts)
        with unless_unsupported():  # for all who may read the parts
            temporary.chmod(0o666 & ~UMASK)
        temporary.replace(path)
    return open_index(path)


def _write_end(
    file: IO[bytes], counts: NDArray[np.int64], bits: int, parts: Sequence[tuple[str, int, int]]
) -> None:
    file.write(np.concatenate([[0], np.cumsum(counts)]).astype("<u8").tobytes())
    footer = json.dumps({"bits": bits, "parts": parts}).encode()
    file.write(footer + FOOTER.pack(len(footer), MAGIC))
    sync(file)
