"""Evaluate a code predictor: run its first tries in the sandbox, measure and report."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from jepamine.manim.code_model.examples import Example
from jepamine.manim.layout_model.evaluation.bootstrap import Resampled
from jepamine.manim.layout_model.evaluation.report import interval_text
from jepamine.manim.layouts import Layout, iou
from jepamine.manim.validation.adherence import HALF
from jepamine.manim.validation.report import Report
from jepamine.utils.progress import progress
from jepamine.utils.tables import table


@dataclass(frozen=True)
class Kept:
    """For one object: whether its centre is within half a unit, type, text and colour are right; the IoU of
    its box.

    None if the layout does not define it; a missing object has nothing right.
    """

    within: bool
    type: bool
    text: bool | None
    colour: bool | None
    iou: float


def kept(report: Report, layout: Layout) -> list[Kept]:
    """Return one entry per object of the layout, by the names that the report was made with."""
    adherence = report.final.adherence
    assert adherence is not None, "validated against a layout"
    by_name = {found.name: found for found in report.objects}
    result = []
    for match_, item in zip(adherence.matches, layout.objects, strict=True):
        found = by_name[match_.name] if match_.name is not None else None
        result.append(
            Kept(
                within=match_.error is not None and match_.error <= HALF,
                type=found is not None and found.type == item.type,
                text=None if item.text is None else found is not None and found.text == item.text,
                colour=None if item.color is None else found is not None and found.color == item.color,
                iou=iou(found.box, item.box) if found is not None else 0.0,
            )
        )
    return result


def share_within(report: Report) -> list[bool]:
    """Return for each object of the layout whether any object is within half a unit of its place."""
    adherence = report.final.adherence
    assert adherence is not None, "validated against a layout"
    return [match_.error is not None and match_.error <= HALF for match_ in adherence.matches]


#: Measure -> its meaning.
MEANINGS = {
    "first_tries_that_run": "scenes whose first code is allowed and runs to its end",
    "within_half_unit": "objects whose centre is within 0.5 units of its place in the layout",
    "within_half_unit_shuffled": "the same if another scene's layout is given: luck, if layouts count",
    "types": "objects of the right type",
    "texts": "texts that say what they should",
    "colours": "objects of the right colour",
    "mean_iou": "mean IoU of the objects' boxes and the layout's",
    "seconds": "seconds that writing a scene takes",
}


def evaluate(predictor: Any, examples: Sequence[Example]) -> dict[str, Any]:
    """Return all measures of a `CodePredictor` on scenes; each `{"value", "interval", "count"}`, by scenes.

    With layouts shuffled, scene i is given the layout of scene i + 1 with its own description, and is
    measured against its own layout; any of its objects may match an object of the layout, whatever its name.
    """
    from jepamine.manim.validation.validator import validator

    ran: list[bool] = []
    seconds: list[float] = []
    objects: list[list[Kept]] = []
    shuffled: list[list[bool]] = []
    with validator() as opened, progress("write scenes", len(examples), "scenes", every=20) as bar:
        for place, example in enumerate(examples):
            began = time.perf_counter()
            generated = predictor.generate(example.layout, example.description)
            seconds.append(time.perf_counter() - began)
            report = opened.validate(generated.code, layout=example.layout, names=generated.names)
            ran.append(report.runs)
            objects.append(kept(report, example.layout))
            other = examples[(place + 1) % len(examples)].layout
            wrong = predictor.generate(other, example.description)
            shuffled.append(share_within(opened.validate(wrong.code, layout=example.layout)))
            bar.step()
    resampled = Resampled(len(examples))

    def mean(rows: Sequence[Sequence[float | None]]) -> dict[str, Any]:
        flat = [(scene, value) for scene, row in enumerate(rows) for value in row if value is not None]
        scenes = np.array([scene for scene, _ in flat], dtype=np.int64)
        return resampled.mean(scenes, np.array([value for _, value in flat], dtype=np.float64))

    return {
        "scenes": len(examples),
        "objects": sum(map(len, objects)),
        "first_tries_that_run": mean([[one] for one in ran]),
        "within_half_unit": mean([[one.within for one in row] for row in objects]),
        "within_half_unit_shuffled": mean(shuffled),
        "types": mean([[one.type for one in row] for row in objects]),
        "texts": mean([[one.text for one in row] for row in objects]),
        "colours": mean([[one.colour for one in row] for row in objects]),
        "mean_iou": mean([[one.iou for one in row] for row in objects]),
        "seconds": mean([[one] for one in seconds]) | {"95th percentile": float(np.percentile(seconds, 95))},
    }


def describe(result: Mapping[str, Any]) -> str:
    """Format the result of `evaluate` as a table."""
    rows = [[name, interval_text(result[name]), meaning] for name, meaning in MEANINGS.items()]
    scenes = f"{result['scenes']} scenes, {result['objects']} objects; first tries, none repaired"
    return f"{scenes}\n\n{table([['measure', 'value [95 %]', 'what it means'], *rows])}"
