"""Facts of a bank's clips in columns, without an object a clip: about 140 bytes each, with two frames.

Legend of shapes: M clips, C bytes of a content's hash.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jepamine.mining.overlap import DIGEST
from jepamine.protocols import Extent
from jepamine.utils.columns import Column, Rows, Stored

_SPAN, _NAMED = struct.Struct("<2d"), struct.Struct("<3i")
Arrays = Mapping[str, NDArray[np.generic]]


@dataclass(frozen=True)
class Place:
    """Where a training clip comes from; `order` sorts the clips of a drive whose times are unknown."""

    drive: str | None = None
    camera: str | None = None
    order: str = ""


class Texts:
    """Texts in one column of their bytes."""

    def __init__(self) -> None:
        self._bytes, self._ends = Column(), Column()

    def add(self, text: str) -> None:
        """Append a text."""
        self._bytes.add(text.encode("utf-8", "surrogatepass"))
        self._ends.add(self._bytes.size.to_bytes(8, "little"))

    def stored(self, name: str) -> dict[str, Stored]:
        """Return the bytes, uint8, and where each text ends, int64 (M,)."""
        return {
            name: Stored("U8", (self._bytes.size,), self._bytes),
            f"{name}_ends": Stored("I64", (self._ends.size // 8,), self._ends),
        }


def texts_of(arrays: Arrays, name: str) -> Rows[str]:
    """Return what `Texts.stored` was made of."""
    data, ends = arrays[name].tobytes(), arrays[f"{name}_ends"]

    def text(row: int) -> str:
        return data[ends[row - 1] if row else 0 : ends[row]].decode("utf-8", "surrogatepass")

    return Rows(len(ends), text)


class ClipColumns:
    """The facts of clips, added one by one; they take no memory until they are read from the bank's file."""

    def __init__(self) -> None:
        self._ids, self._orders, self._count = Texts(), Texts(), 0
        self._contents, self._frames, self._counts, self._spans = Column(), Column(), Column(), Column()
        # Drive, camera and timeline of each clip: numbers of `names`, -1 for none.
        self._named = Column()
        self._names: dict[str, int] = {}

    def add(self, clip_id: str, content: bytes, extent: Extent, place: Place) -> None:
        """Append a clip; the hashes of all contents have the same length.

        Raises UserError if the temporary file cannot be used.
        """
        self._count += 1
        self._ids.add(clip_id)
        self._orders.add(place.order)
        self._contents.add(content)
        self._frames.add(extent.frames)
        self._counts.add((len(extent.frames) // DIGEST).to_bytes(4, "little"))
        self._spans.add(_SPAN.pack(extent.start, extent.end))
        names = (place.drive, place.camera, extent.timeline)
        self._named.add(_NAMED.pack(*map(self._number, names)))

    def _number(self, name: str | None) -> int:
        return -1 if name is None else self._names.setdefault(name, len(self._names))

    def stored(self) -> dict[str, Stored]:
        """Return the columns as they are written."""
        names, count = Texts(), self._count
        for name in self._names:
            names.add(name)
        return {
            **self._ids.stored("ids"),
            **self._orders.stored("orders"),
            **names.stored("names"),
            "contents": Stored("U8", (count, self._contents.size // max(count, 1)), self._contents),
            "frames": Stored("U8", (self._frames.size,), self._frames),
            "frame_counts": Stored("I32", (count,), self._counts),
            "spans": Stored("F64", (count, 2), self._spans),
            "named": Stored("I32", (count, 3), self._named),
        }


def rows_of(arrays: Arrays) -> tuple[Rows[str], Rows[str], Rows[Extent], Rows[Place]]:
    """Return ids, contents (hex), extents and places of the clips that `ClipColumns.stored` was made of.

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
