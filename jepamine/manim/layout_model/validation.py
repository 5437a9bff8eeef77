"""Validate on the held-out scenes after every epoch: clean, and each under one mask."""

from __future__ import annotations

import torch

from jepamine.manim.layout_model.evaluation.bootstrap import Resampled
from jepamine.manim.layout_model.evaluation.matching import judge
from jepamine.manim.layout_model.evaluation.measures import measures
from jepamine.manim.layout_model.examples import view
from jepamine.manim.layout_model.targets import layouts_from
from jepamine.manim.layouts import FRAME_WIDTH, Layout
from jepamine.protocols import Encoder, Tensors

BATCH = 64


def validate(predictor: torch.nn.Module, val: Tensors, encoder: Encoder) -> dict[str, float]:
    """Return the loss and the first measures of the eval, without intervals.

    `val` has two views per scene.
    """
    true = layouts_from(val)
    results: list[dict[str, float | None]] = []
    losses = []
    for which in (0, 1):
        guessed: list[Layout] = []
        for start in range(0, len(true), BATCH):
            batch = {name: tensor[start : start + BATCH] for name, tensor in val.items()}
            count = len(batch["types"])
            answer = predictor(*view(batch, torch.full((count,), which), encoder))
            losses.append(float(predictor.loss(answer, batch)) * count)  # type: ignore[operator]
            guessed += predictor.layouts(answer)  # type: ignore[operator]
        judged = measures(judge(true, guessed), Resampled(len(true), resamples=0))
        results.append({name: measure["value"] for name, measure in judged.items()})
    clean, masked = results
    return {
        "val_loss": sum(losses) / (2 * len(true)),
        "mean_iou": clean["mean_iou"] or 0.0,
        "f1": clean["f1"] or 0.0,
        "type_accuracy": clean["type_accuracy"] or 0.0,
        # Without any match no position counts as good.
        "position_loss": FRAME_WIDTH if clean["centre_error"] is None else clean["centre_error"],
        "masked_mean_iou": masked["mean_iou"] or 0.0,
    }
