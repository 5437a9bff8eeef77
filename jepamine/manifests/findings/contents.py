"""Read a manifest's frames once each; no picture is kept longer than clips need it."""

from __future__ import annotations

import contextlib
import os
import threading
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from jepamine.data.frames import Frames, ahead
from jepamine.errors import UserError
from jepamine.manifests.findings.frame_table import FrameTable
from jepamine.manifests.hard_cuts import SIZE, cuts
from jepamine.places import Moment, Place, Url
from jepamine.utils.progress import progress
from jepamine.utils.remote import exists

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
        self.problems: dict[int, tuple[str, str]] = {}
        self._same: dict[int, int] = {}
        self._digests: dict[int, bytes] = {}
        self._first: dict[bytes, int] = {}
        self._cuts: dict[tuple[int, ...], tuple[int, ...]] = {}
        # Only of clips with frames of several sizes.
        self._sizes: dict[tuple[int, ...], Sizes] = {}
        self._frames = Frames(SIZE)
        # Pictures needed by clips not looked at yet, and by how many.
        self._kept: dict[int, Picture] = {}
        self._wanted: Counter[int] = Counter()
        self._lock = threading.Lock()

    def same(self, frame: int) -> int:
        """Return the first frame with this frame's content; itself if it cannot be read."""
        return self._same.get(frame, frame)

    def cuts(self, clip: tuple[int, ...]) -> tuple[int, ...]:
        """Return the numbers of a clip's frames that directly follow a hard cut."""
        return self._cuts[clip]

    def sizes(self, clip: tuple[int, ...]) -> Sizes:
        """Return where in a clip frames of another size begin; empty if all have one."""
        return self._sizes.get(clip, ())

    def seen(self, clip: tuple[int, ...]) -> Look:
        """Return what `look` has read of a clip."""
        digests = [None if frame in self.problems else self._digests[frame] for frame in clip]
        problems = {at: self.problems[frame] for at, frame in enumerate(clip) if frame in self.problems}
        return Look(self._cuts[clip], self.sizes(clip), digests, problems)

    def add(self, clip: tuple[int, ...], seen: Look) -> None:
        """Take over what was read of a clip elsewhere."""
        self._cuts[clip] = seen.cuts
        if seen.sizes:
            self._sizes[clip] = seen.sizes
        for at, (frame, digest) in enumerate(zip(clip, seen.digests, strict=True)):
            if digest is None:
                self.problems[frame] = seen.problems[at]
            else:
                self._same[frame] = self._first.setdefault(digest, frame)

    def look(self, clips: Iterable[tuple[int, ...]]) -> None:
        """Read the frames of clips not looked at before, with progress."""
        # Clips that overlap are then adjacent, whatever the manifest's order.
        new = sorted({clip for clip in clips if clip not in self._cuts}, key=self._order)
        self._wanted.update(frame for clip in new for frame in set(clip))
        if not new:
            return
        with progress("look at frames", len(new), "clips", every=max(len(new) // 20, 10)) as bar:
            for clip, found in ahead(new, self._look, threads=THREADS, depth=2 * THREADS):
                assert not isinstance(found, UserError)
                self._cuts[clip], sizes = found
                if sizes:
                    self._sizes[clip] = sizes
                for frame in set(clip):
                    self._wanted[frame] -= 1
                    if not self._wanted[frame]:
                        del self._wanted[frame]
                        self._kept.pop(frame, None)
                bar.step()

    def _order(self, clip: tuple[int, ...]) -> tuple[str, int]:
        first = self.table.frames[clip[0]] if clip else ""
        return (str(first.file), first.microseconds) if isinstance(first, Moment) else (str(first), 0)

    def _look(self, clip: tuple[int, ...]) -> tuple[tuple[int, ...], Sizes]:
        with self._lock:
            missing = [
                frame
                for frame in dict.fromkeys(clip)
                if frame not in self._kept and frame not in self.problems
            ]
            pictures = {frame: self._kept[frame] for frame in clip if frame in self._kept}
        pictures |= self._read(missing)
        shown = [pictures.get(frame) for frame in clip]
        return cuts([picture and picture.pixels for picture in shown]), _sizes(shown)

    def _read(self, numbers: Sequence[int]) -> dict[int, Picture]:
        held = {number: self._frames[self.table.open(number)] for number in numbers}
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
                self.problems[number] = _problem(self.table.open(number), error)
                continue
            assert frame.full_size is not None
            pictures[number] = picture = Picture(pixels, frame.full_size)
            with self._lock:
                self._same[number] = self._first.setdefault(digest, number)
                self._digests[number] = digest
                if self._wanted[number] > 1:
                    self._kept[number] = picture
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
