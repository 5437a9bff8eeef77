"""Measure the best that choosing among proposed boxes can reach: the budget of `layout-proposals`.

For each type of the objects of a manifest of scenes: the mean IoU of the best proposed box, before its edges
move, and the shares of objects whose best box has an IoU of 0.5, and a padded one, as it is trained with.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch

from jepamine.data.images import decode
from jepamine.manim.layout_model.predictors.proposal_boxes import propose
from jepamine.manim.layout_model.predictors.proposal_crops import edges_in_units
from jepamine.manim.layout_model.predictors.proposal_loss import padded_iou
from jepamine.manim.layout_model.predictors.proposals import contrast_from_ground
from jepamine.manim.layout_model.targets import iou
from jepamine.manim.layouts import from_json
from jepamine.utils.json_files import read_jsonl
from jepamine.utils.printing import table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("manifest", type=Path, help="scenes.jsonl of `jepamine scenes render`")
    parser.add_argument("--families", nargs="+", help="only scenes of these families")
    parser.add_argument("--count", type=int, default=240)
    given = parser.parse_args()
    found: dict[str, list[tuple[float, float]]] = defaultdict(list)
    boxes, scenes, seconds = 0, 0, 0.0
    for _, line in read_jsonl(given.manifest):
        if scenes == given.count or (given.families and line.get("family") not in given.families):
            continue
        image = decode((given.manifest.parent / line["frame_paths"][0]).read_bytes(), "frame")
        pixels = np.asarray(image.convert("RGB"), np.float32) / 255
        began = time.process_time()
        edges, _ = propose(pixels, *contrast_from_ground(pixels, np.zeros(pixels.shape[:2], bool)))
        seconds += time.process_time() - began
        scenes, boxes = scenes + 1, boxes + len(edges)
        places = torch.from_numpy(edges_in_units(edges, pixels.shape[1])).double()
        for item in from_json(line["layout"]).objects:
            true = torch.tensor([item.box], dtype=torch.float64)
            best = [float(how(places, true).max()) if len(places) else 0.0 for how in (iou, padded_iou)]
            for name in ("all", item.type):
                found[name].append((best[0], best[1]))
    rows = []
    for name, values in sorted(found.items(), key=lambda each: -len(each[1])):
        plain, padded = np.array(values).T
        measures = (plain.mean(), (plain >= 0.5).mean(), (padded >= 0.5).mean())
        rows.append([name, len(values), *(f"{value:.3f}" for value in measures)])
    print(table([["type", "objects", "mean IoU", "IoU >= 0.5", "padded >= 0.5"], *rows]))
    print(f"{scenes} scenes, {boxes / scenes:.0f} boxes and {seconds / scenes:.3f} CPU s a frame")


if __name__ == "__main__":
    main()
