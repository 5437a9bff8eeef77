"""Maps and lists that keep what is too much for memory in temporary files, which no other process sees.

The files are SQLite databases without a name: the system deletes them when the process ends, however it ends.
They are in the folder that SQLITE_TMPDIR or TMPDIR names, else in /var/tmp.
"""

from __future__ import annotations

import json
import sqlite3
import weakref
from array import array
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Generic, TypeVar, overload

from jepamine.errors import UserError

Value = TypeVar("Value")

# Entries of a map, and items of a list, that stay in memory: a few MB.
IN_MEMORY = 10_000
# Items that are read from a file together.
BLOCK = 500
# Faster than `loads` by half: it looks for no blanks around the text.
_JSON = json.JSONDecoder().raw_decode


class TemporaryDatabase:
    """A temporary database, opened when it is first used. Errors are UserErrors: a disk may be full."""

    def __init__(self, table: str) -> None:
        self._table = table
        self._connection: sqlite3.Connection | None = None

    def __call__(self, statement: str, values: Sequence[object] = ()) -> sqlite3.Cursor:
        try:
            return self._opened().execute(statement, values)
        except sqlite3.Error as error:
            raise no_space(error) from None

    def write(self, statement: str, rows: Iterable[Sequence[object]]) -> None:
        """Execute a statement for each of `rows`, all at once."""
        try:
            connection = self._opened()
            connection.execute("BEGIN")
            connection.executemany(statement, rows)
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise no_space(error) from None

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            # Threads take turns by locks of their own.
            connection = sqlite3.connect("", isolation_level=None, check_same_thread=False)
            weakref.finalize(self, connection.close)
            # Nothing of a temporary file has to survive a crash.
            connection.execute("PRAGMA journal_mode = OFF")
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute(f"CREATE TABLE {self._table}")
            self._connection = connection
        return self._connection


def no_space(error: Exception) -> UserError:
    """Return the error of a temporary file that cannot be written or read."""
    return UserError(
        f"a temporary file cannot be used: {error}; name a folder with more space in the environment "
        "variable SQLITE_TMPDIR"
    )


class SpilledMap(Generic[Value]):
    """A map. Its keys are of one type, int, str, bytes or tuple of integers; its values are bytes or JSON.

    A value is a copy: to change a list in the map, set it again. Tuples may come back as lists.
    """

    def __init__(self, in_memory: int | None = None) -> None:
        self._limit, self._recent = in_memory or IN_MEMORY, dict[Any, Any]()
        self._database = TemporaryDatabase("map(key PRIMARY KEY, value) WITHOUT ROWID")
        self._spilled = False

    def __bool__(self) -> bool:
        """Return whether the map holds anything."""
        return self._spilled or bool(self._recent)

    def __contains__(self, key: Hashable) -> bool:
        return self._find(key) is not None

    def __setitem__(self, key: Hashable, value: Value) -> None:
        self._recent[key] = value if type(value) in (int, bytes) else json.dumps(value)
        if len(self._recent) >= self._limit:
            rows = sorted((_plain(key), value) for key, value in self._recent.items())
            self._database.write("INSERT OR REPLACE INTO map VALUES (?, ?)", rows)
            self._recent.clear()
            self._spilled = True

    def get(self, key: Hashable, default: Value | None = None) -> Value | None:
        """Return the value of `key`, else `default`."""
        found = self._find(key)
        return default if found is None else self._decoded(found[0])

    def setdefault(self, key: Hashable, value: Value) -> Value:
        """Return the value of `key`, which is set to `value` if there is none."""
        found = self._find(key)
        if found is None:
            self[key] = value
            return value
        return self._decoded(found[0])

    def _find(self, key: Hashable) -> tuple[Any] | None:
        """Return the encoded value of `key` as a tuple of one."""
        if key in self._recent:
            return (self._recent[key],)
        if not self._spilled:
            return None
        row: tuple[Any] | None = self._database(
            "SELECT value FROM map WHERE key = ?", (_plain(key),)
        ).fetchone()
        return row

    @staticmethod
    def _decoded(value: Any) -> Value:
        decoded: Value = _JSON(value)[0] if type(value) is str else value
        return decoded


def _plain(key: Any) -> int | bytes:
    """Return a key as SQLite takes it. A name may hold bytes that are not UTF-8."""
    if isinstance(key, tuple):
        return array("q", key).tobytes()
    return key.encode("utf-8", "surrogatepass") if isinstance(key, str) else key


def add_one(counts: SpilledMap[dict[str, int]], key: Hashable, name: str) -> None:
    """Count `name` once more among those of `key`, which stay in the order of their first counts."""
    known = counts.get(key) or {}
    counts[key] = known | {name: known.get(name, 0) + 1}


class SpilledList(Sequence[Value]):
    """A list that is only appended to. `encode` makes JSON of an item, `decode` the item of that."""

    def __init__(
        self,
        encode: Callable[[Value], Any],
        decode: Callable[[Any], Value],
        items: Iterable[Value] = (),
    ) -> None:
        self._encode, self._decode, self._limit = encode, decode, IN_MEMORY
        self._database = TemporaryDatabase("list(number INTEGER PRIMARY KEY, item)")
        self._spilled, self._recent = 0, list[str]()
        for item in items:
            self.append(item)

    def append(self, item: Value) -> None:
        """Add an item at the end."""
        self._recent.append(json.dumps(self._encode(item)))
        if len(self._recent) >= self._limit:
            self._database.write("INSERT INTO list VALUES (?, ?)", enumerate(self._recent, self._spilled))
            self._spilled += len(self._recent)
            self._recent.clear()

    def __len__(self) -> int:
        return self._spilled + len(self._recent)

    def __iter__(self) -> Iterator[Value]:
        for first in range(0, self._spilled, BLOCK):
            wanted = (first, first + BLOCK)
            rows = self._database(
                "SELECT item FROM list WHERE number >= ? AND number < ? ORDER BY number", wanted
            )
            yield from (self._decode(_JSON(text)[0]) for (text,) in rows.fetchall())
        yield from (self._decode(_JSON(text)[0]) for text in tuple(self._recent))

    @overload
    def __getitem__(self, index: int) -> Value: ...
    @overload
    def __getitem__(self, index: slice) -> list[Value]: ...
    def __getitem__(self, index: int | slice) -> Value | list[Value]:
        if isinstance(index, slice):
            return list(islice(self, *index.indices(len(self))))
        number = index + len(self) if index < 0 else index
        if not 0 <= number < len(self):
            raise IndexError(index)
        if number >= self._spilled:
            text = self._recent[number - self._spilled]
        else:
            (text,) = self._database("SELECT item FROM list WHERE number = ?", (number,)).fetchone()
        return self._decode(_JSON(text)[0])


def in_order(rows: Iterable[tuple[str, int, tuple[int, ...]]]) -> tuple[int, Iterator[tuple[int, ...]]]:
    """Return how many last columns of `rows` are different, and these, in the order of the first two."""
    database = TemporaryDatabase("rows(name, number, value PRIMARY KEY) WITHOUT ROWID")
    encoded = ((_plain(name), number, _plain(value)) for name, number, value in rows)
    database.write("INSERT OR IGNORE INTO rows VALUES (?, ?, ?)", encoded)
    (count,) = database("SELECT COUNT(*) FROM rows").fetchone()
    return count, _values(database)


def _values(database: TemporaryDatabase) -> Iterator[tuple[int, ...]]:
    cursor = database("SELECT value FROM rows ORDER BY name, number, value")
    while block := cursor.fetchmany(BLOCK):
        yield from (tuple(array("q", value)) for (value,) in block)
