"""Where the lines of each part of a manifest are, so that who works on a part reads no other line."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from jepamine.data.clips import Clip, clips_of_lines, text_of
from jepamine.data.drives import drive_in, drive_of
from jepamine.data.shards import dealt
from jepamine.data.wrong_files import no_clips
from jepamine.errors import UserError
from jepamine.places import File
from jepamine.protocols import Source
from jepamine.utils.json_files import parse_line, placed_lines, raw_lines
from jepamine.utils.local_cache import local

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class LineRange(NamedTuple):
    """`lines` lines that follow each other in a manifest, from line `number` at byte `offset` on.

    Blank lines do not count. `tubelets` are those of all lines before.
    """

    number: int
    offset: int
    lines: int
    tubelets: int


class Item(NamedTuple):
    """What decides the part of a manifest's line: whether it is wanted, its drive if any, its tubelets."""

    drive: str | None
    tubelets: int = 0
    wanted: bool = True


def item_of(item: Clip | UserError) -> Item:
    """Return the item of a clip, or of a line that is not one."""
    return Item(None) if isinstance(item, UserError) else Item(drive_of(item), item.tubelets)


def items_of(source: Source, stop: bool) -> Iterator[Item]:
    """Yield the item of each line of a manifest.

    Every line is checked, but an ordinary one is not made a clip: 12 instead of 50 us a line of 16 frames.
    With `stop` the first that is not a clip raises UserError; a manifest without lines always does.
    """
    empty = True
    for number, raw in raw_lines(source.manifest):
        empty = False
        item = _ordinary(number, raw, source)
        if item is None:
            (found,) = clips_of_lines([(number, raw)], source)
            if stop and isinstance(found, UserError):
                raise found
            item = item_of(found)
        yield item
    if empty:
        raise no_clips(source.manifest)


def _ordinary(number: int, raw: bytes, source: Source) -> Item | None:
    """Return the item of a clip of image files; None for any other line."""
    try:
        line = parse_line(source.manifest, number, raw)
    except UserError:
        return None
    frames = line.get("frame_paths")
    if not (isinstance(frames, list) and frames and all(frames) and {*map(type, frames)} == {str}):
        return None
    texts = [line.get(key) for key in ("scene", "scene_id", "clip_id", "camera")]
    if len(frames) % source.tubelet_size or not all(
        text is None or type(text) in (str, int) for text in texts
    ):
        return None
    return Item(drive_in(line, text_of(line, "", "scene", "scene_id")), len(frames) // source.tubelet_size)


class PartLines:
    """The lines of up to `parts` parts of whole drives, dealt as `Shard` does; 40 bytes of memory a range.

    `items` yields one item for each line of `manifest` that is not blank. Unwanted ones are in no part.
    Raises what `items` raises.
    """

    def __init__(self, manifest: File, items: Iterable[Item], parts: int) -> None:
        import numpy as np

        places, counts = array("q"), array("q")
        starts = tuple(array("q") for _ in range(3))
        before = -1, -1
        for place, (index, *start, _) in dealt(_wanted(manifest, items), lambda line: line[-1]):
            if before == (place, index - 1):
                counts[-1] += 1
            else:
                places.append(place)
                counts.append(1)
                for column, value in zip(starts, start, strict=True):
                    column.append(value)
            before = place, index
        drives = np.frombuffer(places, dtype=np.int64)
        self.parts = min(parts, int(drives.max()) + 1) if len(drives) else 0
        owners = drives % max(self.parts, 1)
        self._order = np.argsort(owners, kind="stable")
        self._ends = np.cumsum(np.bincount(owners, minlength=self.parts))
        number, offset, tubelets = (np.frombuffer(column, dtype=np.int64) for column in starts)
        self._counts = np.frombuffer(counts, dtype=np.int64)
        self._columns = number, offset, self._counts, tubelets

    def ranges(self, part: int) -> list[LineRange]:
        """Return the ranges of a part, from 1, in the manifest's order; none beyond the last part."""
        if part > self.parts:
            return []
        columns = (column[self._rows(part)].tolist() for column in self._columns)
        return [LineRange(*row) for row in zip(*columns, strict=True)]

    def lines(self, part: int) -> int:
        """Return the number of lines of a part, from 1."""
        return int(self._counts[self._rows(part)].sum())

    def _rows(self, part: int) -> NDArray[np.int64]:
        return self._order[self._ends[part - 2] if part > 1 else 0 : self._ends[part - 1]]


def _wanted(manifest: File, items: Iterable[Item]) -> Iterator[tuple[int, int, int, int, str | None]]:
    """Yield (index, number, offset, tubelets before, drive) of the lines that are wanted."""
    tubelets = 0
    for index, ((number, offset, _), item) in enumerate(zip(placed_lines(manifest), items, strict=True)):
        if item.wanted:
            yield index, number, offset, tubelets, item.drive
        tubelets += item.tubelets


def lines_in(
    manifest: File, ranges: Iterable[Sequence[int]]
) -> Iterator[tuple[LineRange, Iterator[tuple[int, bytes]]]]:
    """Yield each of `ranges` with its lines: (number, bytes). Raises UserError if the file cannot be read."""
    on_disk = local(manifest)
    for each in ranges:
        found = LineRange(*each)
        yield found, islice(raw_lines(on_disk, (found.number, found.offset)), found.lines)


def clips_in(source: Source, ranges: Iterable[Sequence[int]]) -> Iterator[Clip | UserError]:
    """Yield what `read_clips_or_errors` yields for the lines in `ranges`; no other line is read."""
    for found, lines in lines_in(source.manifest, ranges):
        yield from clips_of_lines(lines, source, found.tubelets)
