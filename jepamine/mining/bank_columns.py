"""Facts of a bank's clips in columns, without an object a clip: about 140 bytes each, with two frames.

Legend of shapes: M clips, C bytes of a content's hash.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from jepamine.mining.overlap import DIGEST
from jepamine.protocols import Extent

Row = TypeVar("Row")
Arrays = Mapping[str, NDArray[np.generic]]


@dataclass(frozen=True)
class Place:
    """Where a training clip comes from; `order` sorts the clips of a drive whose times are unknown."""

    drive: str | None = None
    camera: str | None = None
    order: str = ""


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


class Texts:
    """Texts in one array of their bytes."""

    def __init__(self) -> None:
        self._bytes, self._ends = bytearray(), array("q")

    def add(self, text: str) -> None:
        """Append a text."""
        self._bytes += text.encode("utf-8", "surrogatepass")
        self._ends.append(len(self._bytes))

    def arrays(self, name: str) -> dict[str, NDArray[np.generic]]:
        """Return the bytes, uint8, and where each text ends, int64 (M,)."""
        return {
            name: np.frombuffer(self._bytes, dtype=np.uint8),
            f"{name}_ends": np.frombuffer(self._ends, dtype=np.int64),
        }


def texts_of(arrays: Arrays, name: str) -> Rows[str]:
    """Return what `Texts.arrays` was made of."""
    data, ends = arrays[name].tobytes(), arrays[f"{name}_ends"]

    def text(row: int) -> str:
        return data[ends[row - 1] if row else 0 : ends[row]].decode("utf-8", "surrogatepass")

    return Rows(len(ends), text)


class ClipColumns:
    """The facts of clips, added one by one; `arrays` is what is on disk."""

    def __init__(self) -> None:
        self._ids, self._orders = Texts(), Texts()
        self._contents, self._frames = bytearray(), bytearray()
        self._counts, self._spans = array("i"), array("d")
        # Drive, camera and timeline of each clip: numbers of `names`, -1 for none.
        self._named = array("i")
        self._names: dict[str, int] = {}

    def add(self, clip_id: str, content: bytes, extent: Extent, place: Place) -> None:
        """Append a clip; the hashes of all contents have the same length."""
        self._ids.add(clip_id)
        self._orders.add(place.order)
        self._contents += content
        self._frames += extent.frames
        self._counts.append(len(extent.frames) // DIGEST)
        self._spans.extend((extent.start, extent.end))
        for name in (place.drive, place.camera, extent.timeline):
            self._named.append(-1 if name is None else self._names.setdefault(name, len(self._names)))

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return the columns, without copying them."""
        names, count = Texts(), len(self._counts)
        for name in self._names:
            names.add(name)
        return {
            **self._ids.arrays("ids"),
            **self._orders.arrays("orders"),
            **names.arrays("names"),
            "contents": np.frombuffer(self._contents, dtype=np.uint8).reshape(count, -1),
            "frames": np.frombuffer(self._frames, dtype=np.uint8),
            "frame_counts": np.frombuffer(self._counts, dtype=np.int32),
            "spans": np.frombuffer(self._spans, dtype=np.float64).reshape(count, 2),
            "named": np.frombuffer(self._named, dtype=np.int32).reshape(count, 3),
        }


def rows_of(arrays: Arrays) -> tuple[Rows[str], Rows[str], Rows[Extent], Rows[Place]]:
    """Return ids, contents (hex), extents and places of the clips that `ClipColumns.arrays` was made of.

    Raises KeyError or ValueError for arrays that do not fit each other.
    """
    ids, orders = texts_of(arrays, "ids"), texts_of(arrays, "orders")
    names = [*texts_of(arrays, "names"), None]  # the last one is number -1
    contents, frames = arrays["contents"], arrays["frames"].tobytes()
    ends = np.cumsum(arrays["frame_counts"], dtype=np.int64) * DIGEST
    starts = np.concatenate([[0], ends[:-1]])
    spans, named = arrays["spans"], arrays["named"]
    if {len(orders), len(contents), len(ends), len(spans), len(named)} != {len(ids)}:
        raise ValueError("columns of different lengths")
    if len(frames) != (ends[-1] if len(ends) else 0):
        raise ValueError("hashes of other frames")

    def extent(row: int) -> Extent:
        first, last = spans[row].tolist()
        return Extent(frames[starts[row] : ends[row]], names[named[row, 2]], first, last)

    def place(row: int) -> Place:
        drive, camera = named[row, :2].tolist()
        return Place(names[drive], names[camera], orders[row])

    count = len(ids)
    return (
        ids,
        Rows(count, lambda row: contents[row].tobytes().hex()),
        Rows(count, extent),
        Rows(count, place),
    )
