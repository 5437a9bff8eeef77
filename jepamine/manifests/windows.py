"""Cut consecutive frames into clips of whole tubelets."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median

from jepamine.data.picture_shapes import changes_between
from jepamine.errors import UserError, did_you_mean
from jepamine.utils.progress import notify


def windows(frames: int, window: int, stride: int, tubelet_size: int = 2) -> list[range]:
    """Return the clips of `frames` consecutive frames, as ranges of frame numbers.

    A clip starts every `stride` frames and has `window` frames, rounded down to whole tubelets. The rest
    becomes a shorter clip of whole tubelets, unless an earlier one contains all of it. Raises UserError if
    a window is less than a tubelet.
    """
    if window < tubelet_size:
        raise UserError(f"window: {window} frames are less than a tubelet of {tubelet_size}")
    window -= window % tubelet_size
    clips = []
    for start in range(0, frames, stride):
        length = min(window, frames - start)
        length -= length % tubelet_size
        # With overlapping windows the last ones hold nothing that an earlier one does not.
        if not length or (start and start + length <= start - stride + window):
            continue
        clips.append(range(start, start + length))
    return clips


def stretches(times: Sequence[int], max_gap: float) -> list[range]:
    """Return ranges of frame numbers without a gap over `max_gap` seconds; `times` rise, microseconds."""
    limit = max_gap * 1e6
    cuts = [number for number in range(1, len(times)) if times[number] - times[number - 1] > limit]
    return [range(*ends) for ends in zip([0, *cuts], [*cuts, len(times)], strict=True)] if times else []


def divided(whole: range, starts: Collection[int]) -> list[range]:
    """Return `whole` (consecutive numbers, not empty) divided before those of `starts` that are in it."""
    cuts = sorted(number for number in starts if number in whole[1:])
    return [range(*ends) for ends in pairwise([whole.start, *cuts, whole.stop])]


# A hole in the numbers of frames is a gap in time if it is this many usual steps: 3 s at 30 per second.
HOLE = 100
# Numbers that fall more often than once in this many frames are no count of recordings one after another.
FALLS = 8
# Single pictures of any size rather than a recording: a change for every so many images.
CHANGES = 16


def numbered_stretches(numbers: Sequence[int | None], count: int) -> list[range]:
    """Return ranges of `count` frames without a hole in their numbers, more than 100 usual steps wide.

    Where the numbers begin anew, another recording does. All frames are one range if that is no exception, or
    if not all have a number.
    """
    known = [number for number in numbers if number is not None]
    steps = [after - before for before, after in pairwise(known)]
    falls = sum(step < 1 for step in steps)
    if len(known) < count or not steps or falls > len(steps) / FALLS:
        return [range(count)]
    limit = HOLE * median(step for step in steps if step > 0)
    cuts = [number for number, step in enumerate(steps, 1) if step < 1 or step > limit]
    return [range(*ends) for ends in zip([0, *cuts], [*cuts, count], strict=True)]


def are_uneven(numbers: Sequence[int | None]) -> bool:
    """Return whether a clip's frames, by their rising numbers, are no even choice of a recording's frames.

    At 20 of 30 frames per second the numbers are 0, 1, 3, 4, 6: an even choice, though the steps differ.
    """
    known = [number for number in numbers if number is not None]
    steps = {after - before for before, after in pairwise(known)}
    if len(known) < len(numbers) or len(steps) < 2 or min(steps) < 1:
        return False
    # Numbers are those of an interval rounded down if one interval fits every two of them.
    pairs = [
        (later - earlier, known[later] - known[earlier])
        for later in range(len(known))
        for earlier in range(later)
    ]
    return max((apart - 1) / count for count, apart in pairs) >= min(
        (apart + 1) / count for count, apart in pairs
    )


def sizes_on_disk(frames: Sequence[str]) -> list[tuple[int, int] | None]:
    """Return (width, height) of images on disk, None for those that cannot be read."""
    # Only builders need Pillow.
    from jepamine.data.images import image_size

    return [image_size(Path(frame)) for frame in frames]


@dataclass
class Cutter:
    """Cuts track after track into clips and counts the skipped frames; `sizes` are those of images."""

    window: int
    stride: int
    max_gap: float
    tubelet_size: int = 2
    sizes: Callable[[Sequence[str]], Sequence[tuple[int, int] | None]] = sizes_on_disk
    gaps: int = 0
    holes: int = 0
    resized: int = 0
    unsteady: str = ""
    clips: int = 0
    uneven: int = 0
    first_uneven: str = ""
    lost: int = 0
    first_lost: str = ""

    def cut(
        self, frames: Sequence[str], times: Sequence[int] | None = None, numbers: Sequence[int | None] = ()
    ) -> list[range]:
        """Return the clips of one track: `windows` of its `stretches`, without times by `numbers`.

        Clips are divided where the size of images changes.
        """
        if times is None:
            whole = numbered_stretches(numbers, len(frames))
            self.holes += max(len(whole) - 1, 0)
        else:
            whole = stretches(times, self.max_gap)
            self.gaps += max(len(whole) - 1, 0)
        whole = self._of_one_size(whole, frames)
        spans = [
            stretch[part.start : part.stop]
            for stretch in whole
            for part in windows(len(stretch), self.window, self.stride, self.tubelet_size)
        ]
        self.clips += len(spans)
        for span in spans if times is None else ():
            if are_uneven(numbers[span.start : span.stop]):
                self.uneven += 1
                self.first_uneven = self.first_uneven or frames[span.start]
        kept = {number for span in spans for number in span}
        lost = [frame for number, frame in enumerate(frames) if number not in kept]
        self.lost += len(lost)
        self.first_lost = self.first_lost or (lost[0] if lost else "")
        return spans

    def _of_one_size(self, whole: list[range], frames: Sequence[str]) -> list[range]:
        """Return the stretches `whole`, divided where the frames' size changes, unless it often does."""
        found = changes_between(
            len(frames), self.window, lambda numbers: self.sizes([frames[number] for number in numbers])
        )
        inside = [number for number in found if any(number in stretch[1:] for stretch in whole)]
        if len(inside) > len(frames) / CHANGES:
            self.unsteady = self.unsteady or frames[0]
            return whole
        self.resized += len(inside)
        return [part for stretch in whole for part in divided(stretch, inside)]

    def notify(self) -> None:
        """Report on stderr where clips stop at gaps, and which frames are in none."""
        if self.gaps:
            notify(f"time gaps of more than {self.max_gap:g} s: {self.gaps}; no clip spans one")
        if self.holes:
            notify(f"holes in the numbers of frames: {self.holes}; no clip spans one")
        if self.uneven:
            notify(
                f"clips whose frames are unevenly apart by their numbers: {self.uneven} of {self.clips}, "
                f"the first at {self.first_uneven}; frames were left out there"
            )
        if self.resized:
            notify(f"the size of images changes: {self.resized}; no clip spans a change")
        if self.unsteady:
            notify(f"images of different sizes are one clip where sizes often change, as at {self.unsteady}")
        if self.lost:
            why = "less than a tubelet at the end of a stretch"
            why += (
                ", or between windows" if self.stride > self.window - self.window % self.tubelet_size else ""
            )
            notify(f"frames skipped: {self.lost} ({why}), the first {self.first_lost}")


def check_cameras(wanted: Sequence[str], available: Collection[str], where: str) -> None:
    """Raise UserError for the first of `wanted` that is not available; it lists the available ones."""
    for camera in wanted:
        if camera not in available:
            listed = ", ".join(sorted(available)) or "none"
            raise UserError(
                f"{where}: no camera '{camera}'{did_you_mean(camera, available)}; cameras: {listed}"
            )
