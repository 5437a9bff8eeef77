"""What `--int8` does to a layout run: how far layouts are from the truth, size, seconds a frame.

And to a `layout-transformer` of the design document's size, whose weights are drawn: size and seconds only.
Whole and quantized take turns, so that a busy machine is busy for both; seconds are medians. One core. What
becomes of the code's adherence, `seen_scenes.py --int8` tells.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from jepamine.data.clips import read_clips
from jepamine.data.frames import Frames
from jepamine.data.splits import chosen
from jepamine.manim.generation.layout_run import load_layout_run
from jepamine.manim.layout_model.evaluation.bootstrap import Resampled
from jepamine.manim.layout_model.evaluation.matching import compare
from jepamine.manim.layout_model.evaluation.measures import measures
from jepamine.manim.layout_model.evaluation.report import format_measure
from jepamine.manim.layout_model.predictors.transformer_module import LayoutTransformer
from jepamine.manim.layout_model.targets import layout_of
from jepamine.manim.layouts import Layout
from jepamine.runs.loading import load_run
from jepamine.runs.quantization import quantize, size
from jepamine.utils.files import write_json
from jepamine.utils.tables import table

MEASURES = ("mean_iou", "f1", "type_accuracy", "within_half_unit")


def of_run(experiments: Path, name: str, count: int) -> dict[str, dict[str, Any]]:
    """The measures, bytes and median seconds a frame of a run, whole and quantized."""
    source = load_run(experiments, name).parts.source
    clips = [clip for clip in read_clips(source) if chosen(clip, "val").any()][:count]
    frames = Frames(source.image_size, keep=8)
    pixels = [frames[clip.frames[0]].pixels() for clip in clips]
    eyes = {key: load_layout_run(experiments, name, key == "int8") for key in ("whole", "int8")}
    seconds: dict[str, list[float]] = {key: [] for key in eyes}
    seen: dict[str, list[Layout]] = {key: [] for key in eyes}
    for frame in pixels:
        for key, one in eyes.items():
            began = time.perf_counter()
            seen[key] += one.read_frames([frame])
            seconds[key].append(time.perf_counter() - began)
    true = [layout_of(clip) for clip in clips]
    found = {}
    for key, one in eyes.items():
        comparison = measures(compare(true, seen[key]), Resampled(len(true)))
        found[key] = {
            **{measure: comparison[measure] for measure in MEASURES},
            "bytes": size(one.predictor),
            "seconds": statistics.median(seconds[key]),
        }
    return found


def of_transformer(times: int) -> dict[str, dict[str, float]]:
    """Bytes and median seconds a frame of a `layout-transformer` of 768 x 6 over 7 x 7 tokens of CLIP."""
    models = {"whole": LayoutTransformer(512, (7, 7), 768, 6, 8, 2048, 0.1).eval().requires_grad_(False)}
    models["int8"] = LayoutTransformer(512, (7, 7), 768, 6, 8, 2048, 0.1).eval().requires_grad_(False)
    models["int8"].load_state_dict(models["whole"].state_dict())
    quantize(models["int8"])
    tokens, hidden = torch.randn(1, 50, 512), torch.zeros(1, 7, 7, dtype=torch.bool)
    seconds: dict[str, list[float]] = {key: [] for key in models}
    with torch.inference_mode():
        for _ in range(times):
            for key, model in models.items():
                seconds[key].append(_timed(lambda model=model: model(tokens, hidden)))  # type: ignore[misc]
    return {
        key: {"bytes": size(model), "seconds": statistics.median(seconds[key])}
        for key, model in models.items()
    }


def _timed(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--experiments", type=Path, default=Path("experiments"))
    parser.add_argument("--run", default="manim")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--output", type=Path, help="JSON")
    given = parser.parse_args()
    torch.set_num_threads(1)
    result: dict[str, Any] = {
        "run": of_run(given.experiments.absolute(), given.run, given.count),
        "transformer": of_transformer(30),
    }
    rows: list[list[Any]] = [["", *MEASURES, "MB", "ms a frame"]]
    for what, both in result.items():
        for key, one in both.items():
            measured = [format_measure(one[measure]) if measure in one else "-" for measure in MEASURES]
            rows.append([f"{what}, {key}", *measured, one["bytes"] / 1e6, 1000 * one["seconds"]])
    print(table(rows))
    if given.output:
        write_json(given.output, result)


if __name__ == "__main__":
    main()
