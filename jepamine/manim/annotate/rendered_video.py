"""Read the frames of a rendered video of a scene by number."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from statistics import median

import numpy as np
from PIL import Image

from jepamine.data.recordings import Recordings, recorded_times
from jepamine.errors import UserError
from jepamine.places import Moment

# A pixel differs by at least this, of 255: compression and an animation's last hundredth differ by less.
DIFFERS = 60


class Film:
    """`rate` is the frames per second, `count` their number. Raises UserError if it is not a video."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.times, end = recorded_times(path)
        self.count = len(self.times)
        step = median(after - before for before, after in pairwise([*self.times, end]))
        # Containers round times; a rate of 29.9997 would give other frames than one of 30.
        self.rate = round(1e6 / step, 2)
        self._videos = Recordings()

    def frame(self, number: int) -> Image.Image:
        """Return the frame with which a play ends after which `number` frames have been written.

        Raises UserError if the video is shorter.
        """
        if number > self.count:
            raise UserError(
                f"video {self.path}: it has {self.count} frames, the scene needs {number}; "
                "is it of another scene, or of another version of this one?"
            )
        return self._videos.image(Moment(self.path, self.times[max(number, 1) - 1]))


def alike(shown: Image.Image, painted: Image.Image) -> bool:
    """Return whether two frames of one size show the same: most of what stands out in either is in both."""
    a, b = (np.asarray(image.convert("RGB"), dtype=np.int16) for image in (shown, painted))
    ground = np.median(b, axis=(0, 1))
    drawn = [np.abs(pixels - ground).max(axis=2) > DIFFERS for pixels in (a, b)]
    differing = np.abs(a - b).max(axis=2) > DIFFERS
    return bool(differing.sum() <= 0.5 * (drawn[0] | drawn[1]).sum() + 0.001 * differing.size)
