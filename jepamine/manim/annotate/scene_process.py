"""Run a user's Manim file and write what its scenes show: the process that `annotate` starts.

Called as `python -m jepamine.manim.annotate.scene_process JOB.json`; the result goes into a
file that the job names.
"""

from __future__ import annotations

import faulthandler
import io
import os
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any, TextIO

import numpy as np
from PIL import Image

from jepamine.data.recordings import Recordings, recorded_times
from jepamine.errors import UserError
from jepamine.manim.annotate.annotations import Job, Steps
from jepamine.manim.annotate.snapshot import Snapshot, fitted, record
from jepamine.manim.annotate.users_file import guarded, scene_classes, source_of
from jepamine.manim.engine.engine import load_manim, set_texts_at_full_width
from jepamine.manim.layouts import to_json
from jepamine.manim.scenes.description import describe
from jepamine.places import Moment
from jepamine.utils.files import write_atomic
from jepamine.utils.json_files import json_text

# Frames per second without a video: how often objects with updaters are updated.
RATE = 30


def main() -> None:
    job = Job.read(Path(sys.argv[1]))
    outcome = Outcome()
    try:
        with job.stack.open("w") as stack:
            _run(job, outcome, stack)
    except UserError as error:
        outcome.error = str(error)
    write_atomic(job.outcome, json_text(vars(outcome)).encode())
    sys.stdout.flush()
    sys.stderr.flush()
    # Threads that the file has left running must not keep this process alive.
    os._exit(0)


class Outcome:
    """The result of a job; `finished` is the number of steps by scene."""

    def __init__(self) -> None:
        self.finished: dict[str, int] = {}
        self.unmapped: Counter[str] = Counter()
        self.left_out = 0
        self.warnings: list[str] = []
        self.error: str | None = None


def _run(job: Job, outcome: Outcome, stack: TextIO) -> None:
    manim = load_manim()
    film = Film(job.video) if job.video else None
    settings = {
        "pixel_width": job.width,
        "pixel_height": round(job.width * 9 / 16),
        "frame_rate": film.rate if film else RATE,
        "media_dir": job.media,
        "verbosity": "ERROR",
        "progress_bar": "none",
        "disable_caching": True,
        "dry_run": True,
        "preview": False,
        "show_in_file_browser": False,
    }
    for name, value in settings.items():
        setattr(manim.config, name, value)
    set_texts_at_full_width(manim)
    # The watchdog does not need the interpreter: it also ends code that hangs inside a library.
    faulthandler.dump_traceback_later(job.timeout, exit=True, file=stack)
    classes = scene_classes(job.file, job.scene, manim)
    if film and len(classes) > 1:
        names = ", ".join(kind.__name__ for kind in classes)
        raise UserError(f"{job.file}: several scenes ({names}); name the one in the video: --scene NAME")
    errors = []
    for kind in classes:
        # Shows the parent that another scene starts.
        os.utime(job.stack)
        faulthandler.dump_traceback_later(job.timeout, exit=True, file=stack)
        try:
            _annotate(job, outcome, manim, kind, film)
        except UserError as error:
            # The other scenes of the file are none the worse for it.
            errors.append(str(error))
    outcome.error = "\n".join(errors) or None
    faulthandler.cancel_dump_traceback_later()


def _annotate(job: Job, outcome: Outcome, manim: Any, kind: Any, film: Film | None) -> None:
    steps = Steps(job, kind.__name__)
    unlike: list[int] = []

    def on_step(snapshot: Snapshot, frames: int, play: str) -> None:
        image = painted = fitted(Image.fromarray(snapshot.frame), job.width)
        if film:
            image = fitted(film.frame(frames), job.width)
            if not alike(image, painted):
                unlike.append(steps.count + 1)
        buffer = io.BytesIO()
        image.save(buffer, "PNG")
        line = {
            "layout": to_json(snapshot.layout),
            "description": describe(snapshot.layout, steps.count),
            "code": source_of(kind),
            "play": play,
            "seconds": round(frames / manim.config.frame_rate, 4),
            "unmapped": snapshot.unmapped,
            "left_out": snapshot.left_out,
        }
        steps.write(buffer.getvalue(), line)
        outcome.unmapped.update(snapshot.unmapped)
        outcome.left_out += snapshot.left_out

    total = guarded(job.file, lambda: record(manim, kind, on_step))
    outcome.finished[steps.scene] = steps.count
    if unlike:
        outcome.warnings.append(
            f"{job.video} differs from what {steps.scene} shows now at step {unlike[0]} "
            f"({len(unlike)} such steps in all); does it draw random numbers, or was it changed?"
        )
    if film and abs(film.count - total) > 1:
        outcome.warnings.append(
            f"{job.video} has {film.count} frames, {steps.scene} makes {total}; was it changed?"
        )


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


if __name__ == "__main__":
    main()
