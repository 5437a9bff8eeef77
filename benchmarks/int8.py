"""Measure the effect of `--int8` on a layout run: accuracy, size and seconds per frame, on one core.

Also on a randomly initialized `layout-transformer` of the design document's size (size and seconds only). The
float and quantized models alternate, so that other load affects both; seconds are medians. For the
adherence of code, run `seen_scenes.py --int8`.
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
from jepamine.manim.generation.build_pipeline import load_layout_run
from jepamine.manim.layout_model.evaluation.layout_report import format_measure
from jepamine.manim.layout_model.evaluation.matching import compare
from jepamine.manim.layout_model.evaluation.measures import Resampled, measures
from jepamine.manim.layout_model.predictors.transformer_module import LayoutTransformer
from jepamine.manim.layout_model.targets import layout_of
from jepamine.manim.layouts import Layout
from jepamine.runs.loading import load_run, quantize, size
from jepamine.utils.json_files import write_json
from jepamine.utils.printing import table

MEASURES = ("mean_iou", "f1", "type_accuracy", "within_half_unit")


def of_run(experiments: Path, name: str, count: int) -> dict[str, dict[str, Any]]:
    """Return the measures, bytes and median seconds per frame of a run, in floats and quantized."""
    source = load_run(experiments, name).parts.source
    clips = [clip for clip in read_clips(source) if chosen(clip, "val").any()][:count]
    frames = Frames(source.image_size, keep=8)
    pixels = [frames[clip.frames[0]].pixels() for clip in clips]
    runs = {key: load_layout_run(experiments, name, key == "int8") for key in ("float", "int8")}
    seconds: dict[str, list[float]] = {key: [] for key in runs}
    seen: dict[str, list[Layout]] = {key: [] for key in runs}
    for frame in pixels:
        for key, run in runs.items():
            began = time.perf_counter()
            seen[key] += run.read_frames([frame])
            seconds[key].append(time.perf_counter() - began)
    true = [layout_of(clip) for clip in clips]
    result = {}
    for key, run in runs.items():
        comparison = measures(compare(true, seen[key]), Resampled(len(true)))
        result[key] = {
            **{measure: comparison[measure] for measure in MEASURES},
            "bytes": size(run.predictor),
            "seconds": statistics.median(seconds[key]),
        }
    return result


def of_transformer(times: int) -> dict[str, dict[str, float]]:
    """Return bytes and seconds per frame of a `layout-transformer` of 768 x 6 over 7 x 7 CLIP tokens."""
    models = {"float": LayoutTransformer(512, (7, 7), 768, 6, 8, 2048, 0.1).eval().requires_grad_(False)}
    models["int8"] = LayoutTransformer(512, (7, 7), 768, 6, 8, 2048, 0.1).eval().requires_grad_(False)
    models["int8"].load_state_dict(models["float"].state_dict())
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
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    result: dict[str, Any] = {
        "run": of_run(arguments.experiments.absolute(), arguments.run, arguments.count),
        "transformer": of_transformer(30),
    }
    rows: list[list[Any]] = [["", *MEASURES, "MB", "ms per frame"]]
    for model, variants in result.items():
        for key, values in variants.items():
            measured = [format_measure(values[measure]) if measure in values else "-" for measure in MEASURES]
            rows.append([f"{model}, {key}", *measured, values["bytes"] / 1e6, 1000 * values["seconds"]])
    print(table(rows))
    if arguments.output:
        write_json(arguments.output, result)


if __name__ == "__main__":
    main()
