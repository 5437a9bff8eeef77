"""Validate on the held-out scenes after each epoch: clean, and each under one mask."""

from __future__ import annotations

import torch

from jepamine.manim.layout_model.evaluation.bootstrap import Resampled
from jepamine.manim.layout_model.evaluation.matching import compare
from jepamine.manim.layout_model.evaluation.measures import measures
from jepamine.manim.layout_model.examples import view
from jepamine.manim.layout_model.targets import layouts_of
from jepamine.manim.layouts import FRAME_WIDTH, Layout
from jepamine.protocols import Encoder, Tensors

BATCH = 64


def validate(predictor: torch.nn.Module, val: Tensors, encoder: Encoder) -> dict[str, float]:
    """Return the loss and the main measures, without intervals; `val` has two views of each scene."""
    true = layouts_of(val)
    views: list[dict[str, float | None]] = []
    losses = []
    for which in (0, 1):
        predicted: list[Layout] = []
        for start in range(0, len(true), BATCH):
            batch = {name: tensor[start : start + BATCH] for name, tensor in val.items()}
            count = len(batch["types"])
            answer = predictor(*view(batch, torch.full((count,), which), encoder))
            losses.append(float(predictor.loss(answer, batch)) * count)  # type: ignore[operator]
            predicted += predictor.layouts(answer)  # type: ignore[operator]
        comparison = measures(compare(true, predicted), Resampled(len(true), resamples=0))
        views.append({name: measure["value"] for name, measure in comparison.items()})
    clean, masked = views
    return {
        "val_loss": sum(losses) / (2 * len(true)),
        "mean_iou": clean["mean_iou"] or 0.0,
        "f1": clean["f1"] or 0.0,
        "type_accuracy": clean["type_accuracy"] or 0.0,
        # With no match at all the position error is as bad as it can be.
        "position_loss": FRAME_WIDTH if clean["centre_error"] is None else clean["centre_error"],
        "masked_mean_iou": masked["mean_iou"] or 0.0,
    }
