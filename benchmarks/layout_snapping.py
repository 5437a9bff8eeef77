"""What snapping boxes to pixels is worth: the same run on the same scenes, without it and with it.

Takes the run's held-out scenes, or those of a manifest with layouts.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from unittest.mock import patch

from jepamine.manim.layout_model.evaluation.layout_report import format_measure
from jepamine.manim.layout_model.evaluation.matching import compare
from jepamine.manim.layout_model.evaluation.measures import Resampled, measures
from jepamine.manim.layout_model.examples import scenes_of
from jepamine.manim.layout_model.inference import predict
from jepamine.manim.layout_model.layout_protocol import object_limit
from jepamine.manim.layout_model.predictors import peaks
from jepamine.manim.layout_model.targets import layout_of
from jepamine.runs.loading import load_run
from jepamine.utils.json_files import write_json
from jepamine.utils.printing import table

SHOWN = ("mean_iou", "f1", "type_accuracy", "within_half_unit", "false_positives", "calibration_error")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("manifest", type=Path, nargs="?")
    parser.add_argument("--experiments", type=Path, default=Path("experiments"))
    parser.add_argument("--run", default="manim")
    parser.add_argument("--output", type=Path, help="JSON")
    given = parser.parse_args()
    manifest = given.manifest.absolute() if given.manifest else None
    loaded = load_run(given.experiments.absolute(), given.run, manifest)
    parts = loaded.parts
    clips = scenes_of(parts, None if given.manifest else "val")
    true = [layout_of(clip) for clip in clips]
    results = {}
    for title, snap in (("without", lambda _, boxes, __: boxes), ("with", peaks.snapped_to)):
        with patch.object(peaks, "snapped_to", snap):
            answers, _, _ = predict(loaded.predictor, parts, clips)
        comparison = compare(true, answers, None, object_limit(loaded.predictor))
        results[title] = measures(comparison, Resampled(len(true)))
    rows = [[title, *(format_measure(result[name]) for name in SHOWN)] for title, result in results.items()]
    print(table([["snapping", *SHOWN], *rows]))
    if given.output:
        write_json(given.output, results)


if __name__ == "__main__":
    main()
