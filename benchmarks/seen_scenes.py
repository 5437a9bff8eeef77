"""Regenerate held-out frames (layout run, `template`, sandbox) and compare the drawn objects with the truth.

Reports adherence to the predicted layout, which `template` nearly guarantees, and to the true one, with 95 %
intervals from a bootstrap over scenes. Takes about a minute for 200 frames.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np

from jepamine.data.clips import read_clips
from jepamine.data.splits import chosen
from jepamine.manim.generation.build_pipeline import open_pipeline
from jepamine.manim.generation.request import Request, Result
from jepamine.manim.layout_model.evaluation.layout_report import format_measure
from jepamine.manim.layout_model.evaluation.matching import boxes_of, match
from jepamine.manim.layout_model.evaluation.measures import Resampled
from jepamine.manim.layout_model.targets import layout_of
from jepamine.manim.layouts import Layout, Object
from jepamine.manim.validation.adherence import HALF
from jepamine.runs.loading import load_run
from jepamine.utils.json_files import write_json
from jepamine.utils.progress import progress


def drawn(generated: Result) -> Layout:
    """Return the layout that Manim drew."""
    boxes = {item.name: item.box for item in generated.report.objects}
    return Layout(
        tuple(
            Object(generated.layout.objects[place].type, x, y, place, width, height)
            for name, place in generated.names.items()
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
    arguments = parser.parse_args()
    experiments = arguments.experiments.absolute()
    source = load_run(experiments, arguments.run).parts.source
    clips = [clip for clip in read_clips(source) if chosen(clip, "val").any()][: arguments.count]
    rows: list[dict[str, Any]] = []
    runs, seconds = [], []
    with (
        open_pipeline(experiments, arguments.run, int8=arguments.int8) as pipeline,
        progress("regenerate scenes", len(clips), "scenes", 50) as bar,
    ):
        for scene, clip in enumerate(clips):
            began = time.perf_counter()
            generated = pipeline.make(
                Request(image=Path(clip.frames[0]).read_bytes(), style="static", preview=854)
            )
            seconds.append(time.perf_counter() - began)
            runs.append(generated.tries[0].problem is None)
            adherence = generated.report.final.adherence
            assert adherence is not None
            true, rendered = layout_of(clip), drawn(generated)
            place, iou = match(boxes_of(true), boxes_of(rendered))
            for row, item in enumerate(true.objects):
                match_ = rendered.objects[place[row]] if place[row] >= 0 else None
                near = match_ is not None and np.hypot(item.x - match_.x, item.y - match_.y) <= HALF
                rows.append({"scene": scene, "iou": iou[row], "near": near})
            rows += [
                {"scene": scene, "predicted": pair.error is not None and pair.error <= HALF}
                for pair in adherence.matches
            ]
            bar.step()
    resampled = Resampled(len(clips))

    def mean(key: str) -> dict[str, Any]:
        selected = [row for row in rows if key in row]
        return resampled.mean(
            np.array([row["scene"] for row in selected]), np.array([float(row[key]) for row in selected])
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
    if arguments.output:
        write_json(arguments.output, result)


if __name__ == "__main__":
    main()
