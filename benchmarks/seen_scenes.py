"""Held-out frames through a layout run, `template` and the sandbox: what Manim makes, against the truth.

Two adherences: to the layout that was predicted, near certain as `template` keeps to it, and to the true one,
which is what counts. Each with a 95 % interval from a bootstrap over scenes. About a minute for 200 frames.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np

from jepamine.data.clips import read_clips
from jepamine.data.splits import chosen
from jepamine.manim.generation.build import open_pipeline
from jepamine.manim.generation.request import Request, Result
from jepamine.manim.layout_model.evaluation.bootstrap import Resampled
from jepamine.manim.layout_model.evaluation.matching import boxes_of, match
from jepamine.manim.layout_model.evaluation.report import format_measure
from jepamine.manim.layout_model.targets import layout_of
from jepamine.manim.layouts import Layout, Object
from jepamine.runs.loading import load_run
from jepamine.utils.files import write_json
from jepamine.utils.progress import progress


def drawn(made: Result) -> Layout:
    """The layout of what Manim made."""
    boxes = {item.name: item.box for item in made.report.objects}
    return Layout(
        tuple(
            Object(made.layout.objects[place].type, x, y, place, width, height)
            for name, place in made.names.items()
            for x, y, width, height in [boxes[name]]
        )
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--experiments", type=Path, default=Path("experiments"))
    parser.add_argument("--run", default="manim")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--int8", action="store_true", help="quantize the run first")
    parser.add_argument("--output", type=Path, help="JSON")
    given = parser.parse_args()
    experiments = given.experiments.absolute()
    source = load_run(experiments, given.run).parts.source
    clips = [clip for clip in read_clips(source) if chosen(clip, "val").any()][: given.count]
    rows: list[dict[str, Any]] = []
    runs, seconds = [], []
    with (
        open_pipeline(experiments, given.run, int8=given.int8) as opened,
        progress("see scenes", len(clips), "scenes", 50) as bar,
    ):
        for scene, clip in enumerate(clips):
            began = time.perf_counter()
            made = opened.make(Request(image=Path(clip.frames[0]).read_bytes(), style="static", preview=854))
            seconds.append(time.perf_counter() - began)
            runs.append(made.tries[0].problem is None)
            kept = made.report.final.adherence
            assert kept is not None
            true, there = layout_of(clip), drawn(made)
            place, iou = match(boxes_of(true), boxes_of(there))
            for row, item in enumerate(true.objects):
                other = there.objects[place[row]] if place[row] >= 0 else None
                near = other is not None and np.hypot(item.x - other.x, item.y - other.y) <= 0.5
                rows.append({"scene": scene, "iou": iou[row], "near": near})
            rows += [
                {"scene": scene, "predicted": one.error is not None and one.error <= 0.5}
                for one in kept.matches
            ]
            bar.step()
    resampled = Resampled(len(clips))

    def mean(key: str) -> dict[str, Any]:
        mine = [row for row in rows if key in row]
        return resampled.mean(
            np.array([row["scene"] for row in mine]), np.array([float(row[key]) for row in mine])
        )

    result = {
        "frames": len(clips),
        "first tries that run": float(np.mean(runs)),
        "true objects within 0.5 units": mean("near"),
        "IoU of re-rendered and true objects": mean("iou"),
        "predicted objects within 0.5 units": mean("predicted"),
        "seconds": {
            "p50": float(np.percentile(seconds, 50)),
            "p95": float(np.percentile(seconds, 95)),
        },
    }
    for key, value in result.items():
        print(f"{key}: {format_measure(value) if isinstance(value, dict) and 'value' in value else value}")
    if given.output:
        write_json(given.output, result)


if __name__ == "__main__":
    main()
