"""Groups of items that are read first and compared later, of which little stays in memory."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from jepamine.utils.spilled import TemporaryDatabase

Made = TypeVar("Made")

# Bytes of items, and of the items that groups were made of, which stay in memory.
IN_MEMORY, KEPT = 64 << 20, 256 << 20
# Bytes of memory that an item takes besides its own, about.
OVERHEAD = 100


class SpilledGroups(Generic[Made]):
    """Items by the name of their group, and what `make` makes of a group's items, in their order.

    Items are bytes. Beyond `IN_MEMORY` they are in a temporary file, which no other process sees. Groups are
    made when they are asked for, and again if they were forgotten for others, beyond `KEPT`: items that are
    used in an order that jumps between large groups are slow.
    """

    def __init__(self, make: Callable[[list[bytes]], Made]) -> None:
        self._make = make
        self._sizes: dict[str, int] = {}
        self._recent: dict[str, list[bytes]] = defaultdict(list)
        self._held = self._written = self._kept = 0
        self._database = TemporaryDatabase("items(number INTEGER PRIMARY KEY, name, item)")
        self._made: OrderedDict[str, Made] = OrderedDict()

    def add(self, name: str, item: bytes) -> None:
        """Add an item to the group called `name`. Raises UserError if the temporary file cannot be used."""
        if self._made.pop(name, None) is not None:
            self._kept -= self._sizes[name]
        self._sizes[name] = self._sizes.get(name, 0) + len(item)
        self._recent[name].append(item)
        self._held += len(item) + OVERHEAD
        if self._held > IN_MEMORY:
            self._write()

    def get(self, name: str | None) -> Made | None:
        """Return what is made of the group called `name`; None if there is none."""
        if name is None or name not in self._sizes:
            return None
        if name in self._made:
            self._made.move_to_end(name)
            return self._made[name]
        made = self._make(self._items(name))
        self._made[name] = made
        self._kept += self._sizes[name]
        while len(self._made) > 1 and self._kept > KEPT:
            self._kept -= self._sizes[self._made.popitem(last=False)[0]]
        return made

    def __iter__(self) -> Iterator[Made]:
        """Yield what is made of each group, in the order of their first items."""
        for name in self._sizes:
            made = self.get(name)
            assert made is not None
            yield made

    def _items(self, name: str) -> list[bytes]:
        recent = self._recent.get(name, [])
        if not self._written:
            return recent
        # As bytes: other names may be no UTF-8.
        rows = self._database("SELECT item FROM items WHERE name = ? ORDER BY number", (_key(name),))
        return [item for (item,) in rows] + recent

    def _write(self) -> None:
        if not self._written:
            self._database("CREATE INDEX by_name ON items(name)")
        rows = [(_key(name), item) for name, items in self._recent.items() for item in items]
        numbered = ((number, *row) for number, row in enumerate(rows, self._written))
        self._database.write("INSERT INTO items VALUES (?, ?, ?)", numbered)
        self._written += len(rows)
        self._recent.clear()
        self._held = 0


def _key(name: str) -> bytes:
    return name.encode("utf-8", "surrogatepass")
