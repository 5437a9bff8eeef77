"""The embedding store: arrays by content, shared by all runs and commands, written incrementally.

A store is a folder of parts; each process appends to its own part, so processes never write to the same
file. A record is a header (magic, key, rows, columns, CRC-32) and the raw little-endian float32, 52 bytes on
top of the data. A record is one `write`, so a killed process leaves at most one torn record, at the end of
its part. Records are checked when read; a damaged one counts as missing.

Records are found through index files (`store_index`); only those that no index covers yet are kept in memory,
and indexed when they are many. Any index may be lost or removed: its parts are then looked through again.
"""

from __future__ import annotations

import contextlib
import os
import struct
import threading
import uuid
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from jepamine.data.store_index import StoreIndex, index_records, merge_indexes, open_index
from jepamine.data.store_records import drop_record, read_record, record_of, records_from
from jepamine.errors import UserError
from jepamine.utils.files import naming, optional_write, unless_unsupported
from jepamine.utils.locks import exclusive, hold
from jepamine.utils.progress import notify

NOTE = "encoder.json"
# Records in memory, of 205 bytes each, at which they are indexed: always; when a store is opened or
# closed by its writer. Then the number of index files at which small ones are joined, and of parts kept open.
INDEX_AT = 20_000
INDEX_SOME = 20_000
INDEXES = 8
OPEN_PARTS = 128


def stores_root(experiments: Path) -> Path:
    """Return the folder of all encoders' stores."""
    return experiments / "_store"


class Store:
    """One encoder's embeddings in `folder`. Use it as a context manager.

    `key` is 32 bytes that identify the content; `within` is the store that this one is beside. Two processes
    may open the same folder; each sees what the other had written when it opened. `read_only` says that
    nothing can be written.
    """

    def __init__(self, folder: Path, within: Path | None = None) -> None:
        self.folder, self._outer = folder, within or folder
        # What no index covers: key -> (part file, offset), and the bytes (from, to) of each part.
        self._places: dict[bytes, tuple[str, int]] = {}
        self._extents: dict[str, tuple[int, int]] = {}
        self._indexes: list[StoreIndex] = []
        self._merged: list[StoreIndex] = []  # closed last: other threads may be reading them
        self._part: Path | None = None
        self._readers: OrderedDict[str, int] = OrderedDict()
        self._reading = threading.Lock()
        self._writer: int | None = None
        self._beside: dict[str, Store] = {}
        self.read_only = False
        self._open()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __len__(self) -> int:
        """Return the number of records; one that was damaged and put again may count twice."""
        return len(self._places) + sum(index.count for index in self._indexes)

    def __contains__(self, key: bytes) -> bool:
        return next(self._found(key), None) is not None

    def get(self, key: bytes) -> NDArray[np.float32] | None:
        """Return the array (rows, columns) under `key`, or None; warns of a damaged one and drops it."""
        with self._reading:
            for part, offset in self._found(key):
                array = self._read(key, part, offset)
                if array is not None:
                    return array
        return None

    def _found(self, key: bytes) -> Iterator[tuple[str, int]]:
        place = self._places.get(key)
        if place is not None:
            yield place
            return
        for index in self._indexes:
            # An index on a shared folder may vanish: then its records are missing, and computed again.
            with contextlib.suppress(OSError):
                yield from index.find(key)

    def _read(self, key: bytes, part: str, offset: int) -> NDArray[np.float32] | None:
        """Return the array of a record; None if it has another key, was dropped, or is damaged."""
        data: bytes | None = None
        rows = columns = 0
        with contextlib.suppress(OSError, struct.error):
            found, rows, columns, data = read_record(self._reader(part), offset)
            if found is not None and found != key:
                self._places.pop(key, None)
                return None
        if data is None:
            self._places.pop(key, None)
            path = self.folder / part
            notify(f"warning: {path}: dropped a damaged embedding at byte {offset}; it will be recomputed")
            with contextlib.suppress(OSError):  # it may be pruned meanwhile, or read-only
                drop_record(path, offset, rows, columns)
            return None
        return np.frombuffer(data, dtype="<f4").reshape(rows, columns)

    def _reader(self, part: str) -> int:
        """Return the descriptor of a part; of thousands of parts the last used ones stay open."""
        descriptor = self._readers.pop(part, None)
        if descriptor is None:
            descriptor = os.open(self.folder / part, os.O_RDONLY)
        self._readers[part] = descriptor
        if len(self._readers) > OPEN_PARTS:
            os.close(self._readers.popitem(last=False)[1])
        return descriptor

    def put(self, key: bytes, array: NDArray[np.float32]) -> None:
        """Append a float32 array (rows, columns) under `key`. Raises OSError if the disk is full.

        A read-only store stays as it is: a notice says so once, and what is computed is not kept.
        """
        if self._writer is None and not self.read_only:
            with optional_write(self._outer):
                self.read_only = True
                self.folder.mkdir(parents=True, exist_ok=True)
                self._part = self.folder / f"{uuid.uuid4().hex}.part"
                self._writer = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o666)
                hold(self._writer)
                self.read_only = False
        if self._writer is None or self._part is None:
            return
        record = record_of(key, array)
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
        self._add(key, self._part.name, offset, offset + len(record))

    def beside(self, name: str) -> Store:
        """Return the store in the subfolder `name`, for what is not an embedding; it closes with this one."""
        if name not in self._beside:
            self._beside[name] = Store(self.folder / name, self.folder)
        return self._beside[name]

    def sync(self) -> None:
        """Write what was put to the disk, so that other machines of a shared folder see it."""
        if self._writer is not None:
            with unless_unsupported():
                os.fsync(self._writer)
        for store in self._beside.values():
            store.sync()

    def close(self) -> None:
        """Close the files; everything put is kept."""
        if self._writer is not None and len(self._places) >= INDEX_SOME:
            self._save_index()
        for descriptor in (*self._readers.values(), *([] if self._writer is None else [self._writer])):
            os.close(descriptor)
        self._readers, self._writer = OrderedDict(), None
        for index in (*self._indexes, *self._merged):
            index.close()
        self._indexes, self._merged = [], []
        for store in self._beside.values():
            store.close()

    def _open(self) -> None:
        """Open the index files, look through what they do not cover, and index that if it is much."""
        for path in sorted(self.folder.glob("*.index")):
            with contextlib.suppress(OSError, ValueError):  # merged meanwhile, or damaged
                self._indexes.append(open_index(path))
        covered: dict[str, int] = {}
        extents = sorted(extent for index in self._indexes for extent in index.parts)
        for name, start, end in extents:
            if start <= covered.get(name, 0):
                covered[name] = max(covered.get(name, 0), end)
        for part in sorted(self.folder.glob("*.part")):
            with contextlib.suppress(FileNotFoundError):  # pruned meanwhile
                for key, offset, end in records_from(part, covered.get(part.name, 0)):
                    self._add(key, part.name, offset, end)
        if len(self._places) >= INDEX_SOME:
            self._save_index()

    def _add(self, key: bytes, part: str, offset: int, end: int) -> None:
        """Remember a record of the bytes `offset` to `end`."""
        self._places[key] = (part, offset)
        start, _ = self._extents.get(part, (offset, 0))
        self._extents[part] = (start, end)
        if len(self._places) % INDEX_AT == 0:
            self._save_index()

    def _save_index(self) -> None:
        """Move what is in memory to an index file, and join small ones.

        One process does it at a time; where that, or writing, is not possible, all stays in memory.
        """
        lock = self.folder / "index.lock"
        with contextlib.suppress(UserError, OSError), exclusive(lock, ""):
            places = {key: place for key, place in self._places.items() if place[0] in self._extents}
            saved = index_records(self.folder, places, self._extents)
            indexes = sorted([*self._indexes, saved], key=lambda index: index.count)
            if len(indexes) > INDEXES:
                small = indexes[: INDEXES // 2]
                # Larger ones only if that does not copy much more than it joins.
                while len(small) < len(indexes) and indexes[len(small)].count <= sum(i.count for i in small):
                    small.append(indexes[len(small)])
                indexes = [merge_indexes(self.folder, small), *indexes[len(small) :]]
                self._merged += small
            self._indexes = indexes
            self._places, self._extents = {}, {}
