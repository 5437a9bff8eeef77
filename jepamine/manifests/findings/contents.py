"""Read a manifest's frames once each; no picture is kept longer than clips need it."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from jepamine.data.drives import natural_order
from jepamine.data.frames import Frames, ahead
from jepamine.errors import UserError
from jepamine.manifests.findings.entries import Entry
from jepamine.manifests.findings.frame_table import FrameTable
from jepamine.manifests.hard_cuts import SIZE, cuts
from jepamine.places import Moment, Place, Url
from jepamine.utils.progress import progress
from jepamine.utils.remote import exists
from jepamine.utils.spilled import SpilledMap, in_order

# Small pictures (7 kB each) that are kept for clips that overlap.
KEPT = 1024
# (Place in a clip, (width, height)) of the first frame and of each at which the size changes.
Sizes = tuple[tuple[int, tuple[int, int]], ...]
THREADS = min(4, os.cpu_count() or 2)


@dataclass(frozen=True)
class Look:
    """What the frames of a clip contain: hard cuts, a hash of each frame, and problems, by place in the clip.

    A frame that cannot be read has no hash (None). `sizes` is empty if all frames have one size, else the
    places at which another begins, with it.
    """

    cuts: tuple[int, ...]
    sizes: Sizes
    digests: Sequence[bytes | None]
    problems: Mapping[int, tuple[str, str]]


class Picture(NamedTuple):
    """The pixels of a frame, at the size that cuts need, and its own (width, height)."""

    pixels: NDArray[np.uint8]
    size: tuple[int, int]


class Contents:
    """Contents of frames by their numbers, and hard cuts of clips, as far as `look` has read them.

    `problems` maps a frame that cannot be read to its kind of finding and the reason.
    """

    def __init__(self, table: FrameTable) -> None:
        self.table = table
        self.problems = SpilledMap[Sequence[str]]()
        self._digests = SpilledMap[bytes]()
        self._cuts = SpilledMap[Sequence[int]]()
        # Only of clips with frames of several sizes.
        self._sizes = SpilledMap[Sizes]()
        self._frames = Frames(SIZE, KEPT)
        self._lock = threading.Lock()

    def content(self, frame: int) -> bytes:
        """Return a key of this frame's content, that of all frames with it; its own if it cannot be read."""
        return self._digests.get(frame) or b"%d" % frame

    def cuts(self, clip: tuple[int, ...]) -> tuple[int, ...]:
        """Return the numbers of a clip's frames that directly follow a hard cut."""
        return tuple(self._cuts.get(clip) or ())

    def sizes(self, clip: tuple[int, ...]) -> Sizes:
        """Return where in a clip frames of another size begin; empty if all have one."""
        return tuple((place, (width, height)) for place, (width, height) in self._sizes.get(clip) or ())

    def seen(self, clip: tuple[int, ...]) -> Look:
        """Return what `look` has read of a clip."""
        digests = [None if frame in self.problems else self._digests.get(frame) for frame in clip]
        found = ((at, self.problems.get(frame)) for at, frame in enumerate(clip))
        problems = {at: (why[0], why[1]) for at, why in found if why}
        return Look(self.cuts(clip), self.sizes(clip), digests, problems)

    def add(self, clip: tuple[int, ...], seen: Look) -> None:
        """Take over what was read of a clip elsewhere."""
        self._cuts[clip] = seen.cuts
        if seen.sizes:
            self._sizes[clip] = seen.sizes
        for at, (frame, digest) in enumerate(zip(clip, seen.digests, strict=True)):
            if digest is None:
                self.problems[frame] = seen.problems[at]
            else:
                self._digests[frame] = digest

    def look(self, clips: Iterable[Entry]) -> None:
        """Read the frames of clips not looked at before, with progress."""
        # Clips that overlap are then adjacent, whatever the manifest's order.
        count, new = in_order(self._ordered(clips))
        if not count:
            return
        with progress("look at frames", count, "clips", every=max(count // 20, 10)) as bar:
            for clip, found in ahead(new, self._look, threads=THREADS, depth=2 * THREADS):
                assert not isinstance(found, UserError)
                self._cuts[clip], sizes = found
                if sizes:
                    self._sizes[clip] = sizes
                bar.step()

    def _ordered(self, clips: Iterable[Entry]) -> Iterator[tuple[str, int, tuple[int, ...]]]:
        """Yield (file, microseconds, frames) of the clips that were not looked at."""
        for clip in clips:
            if clip.frames in self._cuts:
                continue
            first = self.table.key(clip.frames[0]) if clip.frames else ""
            if isinstance(first, Moment):
                yield str(first.file), first.microseconds, clip.frames
            else:
                yield natural_order(first), 0, clip.frames

    def _look(self, clip: tuple[int, ...]) -> tuple[tuple[int, ...], Sizes]:
        pictures = self._read(clip)
        shown = [pictures.get(frame) for frame in clip]
        return cuts([picture and picture.pixels for picture in shown]), _sizes(shown)

    def _read(self, numbers: Sequence[int]) -> dict[int, Picture]:
        with self._lock:
            wanted = [number for number in dict.fromkeys(numbers) if number not in self.problems]
            held = {number: self._frames[self.table.open(number)] for number in wanted}
        if any(isinstance(frame.place, Moment) for frame in held.values()):
            # A whole clip of a video at once: it is read forward, in one thread. Frames that cannot be
            # read show up below.
            with contextlib.suppress(UserError):
                self._frames.pixels(list(held.values()))
        pictures = {}
        for number, frame in held.items():
            try:
                digest, pixels = frame.digest(), frame.pixels()
            except UserError as error:
                problem = _problem(frame.place, error)
                with self._lock:
                    self.problems[number] = problem
                continue
            assert frame.full_size is not None
            pictures[number] = Picture(pixels, frame.full_size)
            with self._lock:
                self._digests[number] = digest
        return pictures


def _sizes(pictures: Sequence[Picture | None]) -> Sizes:
    found: list[tuple[int, tuple[int, int]]] = []
    for place, picture in enumerate(pictures):
        if picture is not None and (not found or picture.size != found[-1][1]):
            found.append((place, picture.size))
    return tuple(found) if len(found) > 1 else ()


def _problem(frame: Place, error: UserError) -> tuple[str, str]:
    """Return the kind of finding and the reason of a frame that `error` kept from being read."""
    file = frame.file if isinstance(frame, Moment) else frame
    try:
        if isinstance(file, Url):
            return "unreadable_file" if exists(file) else "missing_file", str(error)
        file.stat()
    # A name that no file can have is a ValueError.
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return "missing_file", str(error)
    except (OSError, UserError) as unknown:
        why = getattr(unknown, "strerror", None) or str(unknown)
        return "unreadable_file", str(error) if why in str(error) else f"{error} ({why})"
    return "unreadable_file", str(error)
