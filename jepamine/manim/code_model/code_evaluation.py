"""The output of `eval` for code, as JSON and as text: first attempts, run in the sandbox."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from jepamine.manim.code_model.code_examples import Example
from jepamine.manim.layout_model.evaluation.layout_report import format_measure
from jepamine.manim.layout_model.evaluation.measures import Resampled
from jepamine.manim.layouts import Layout, iou
from jepamine.manim.validation.adherence import HALF
from jepamine.manim.validation.scene_report import Report
from jepamine.utils.printing import table
from jepamine.utils.progress import progress


@dataclass(frozen=True)
class ObjectOutcome:
    """The outcome of one object: centre within half a unit; right type, text and colour; IoU of its box.

    None if the layout does not specify the property; a missing object has no property right.
    """

    within: bool
    type: bool
    text: bool | None
    colour: bool | None
    iou: float


def outcomes_of(report: Report, layout: Layout) -> list[ObjectOutcome]:
    """Return the outcome of each object of the layout, by the names in the report."""
    adherence = report.final.adherence
    assert adherence is not None, "validated against a layout"
    by_name = {item.name: item for item in report.objects}
    result = []
    for match, item in zip(adherence.matches, layout.objects, strict=True):
        drawn = by_name[match.name] if match.name is not None else None
        result.append(
            ObjectOutcome(
                within=match.error is not None and match.error <= HALF,
                type=drawn is not None and drawn.type == item.type,
                text=None if item.text is None else drawn is not None and drawn.text == item.text,
                colour=None if item.color is None else drawn is not None and drawn.color == item.color,
                iou=iou(drawn.box, item.box) if drawn is not None else 0.0,
            )
        )
    return result


def placed_within(report: Report) -> list[bool]:
    """Return for each object of the layout whether any drawn object is within half a unit of its place."""
    adherence = report.final.adherence
    assert adherence is not None, "validated against a layout"
    return [match.error is not None and match.error <= HALF for match in adherence.matches]


#: Measure -> meaning.
MEANINGS = {
    "first_tries_that_run": "scenes whose first code is allowed and runs without errors",
    "within_half_unit": "objects whose centre is within 0.5 units of its place in the layout",
    "within_half_unit_shuffled": "the same given another scene's layout: the level of chance",
    "types": "objects of the right type",
    "texts": "texts with the right words",
    "colours": "objects of the right colour",
    "mean_iou": "mean IoU of the objects' boxes and the layout's",
    "seconds": "seconds to write a scene",
}


def evaluate(predictor: Any, examples: Sequence[Example]) -> dict[str, Any]:
    """Return all measures of a `CodePredictor` on scenes: {"value", "interval", "count"}, bootstrapped by
    scene.

    For "shuffled", scene i is given the layout of scene i + 1 with its own description, and compared with its
    own layout; objects are matched regardless of their names.
    """
    from jepamine.manim.validation.validator import validator

    ran: list[bool] = []
    seconds: list[float] = []
    objects: list[list[ObjectOutcome]] = []
    shuffled: list[list[bool]] = []
    with validator() as code_validator, progress("write scenes", len(examples), "scenes", every=20) as bar:
        for place, example in enumerate(examples):
            began = time.perf_counter()
            generated = predictor.generate(example.layout, example.description)
            seconds.append(time.perf_counter() - began)
            report = code_validator.validate(generated.code, layout=example.layout, names=generated.names)
            ran.append(report.runs)
            objects.append(outcomes_of(report, example.layout))
            next_layout = examples[(place + 1) % len(examples)].layout
            wrong = predictor.generate(next_layout, example.description)
            shuffled.append(placed_within(code_validator.validate(wrong.code, layout=example.layout)))
            bar.step()
    resampled = Resampled(len(examples))

    def mean(rows: Sequence[Sequence[float | None]]) -> dict[str, Any]:
        flat = [(scene, value) for scene, row in enumerate(rows) for value in row if value is not None]
        scenes = np.array([scene for scene, _ in flat], dtype=np.int64)
        return resampled.mean(scenes, np.array([value for _, value in flat], dtype=np.float64))

    return {
        "scenes": len(examples),
        "objects": sum(map(len, objects)),
        "first_tries_that_run": mean([[value] for value in ran]),
        "within_half_unit": mean([[outcome.within for outcome in row] for row in objects]),
        "within_half_unit_shuffled": mean(shuffled),
        "types": mean([[outcome.type for outcome in row] for row in objects]),
        "texts": mean([[outcome.text for outcome in row] for row in objects]),
        "colours": mean([[outcome.colour for outcome in row] for row in objects]),
        "mean_iou": mean([[outcome.iou for outcome in row] for row in objects]),
        "seconds": mean([[value] for value in seconds])
        | {"95th percentile": float(np.percentile(seconds, 95))},
    }


def describe(result: Mapping[str, Any]) -> str:
    """Format the result of `evaluate` as a table."""
    rows = [[name, format_measure(result[name]), meaning] for name, meaning in MEANINGS.items()]
    scenes = f"{result['scenes']} scenes, {result['objects']} objects; first attempts, without repairs"
    return f"{scenes}\n\n{table([['measure', 'value [95 %]', 'meaning'], *rows])}"
