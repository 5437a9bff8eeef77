"""Run a predictor on scenes: for `eval`, for validation after each epoch, and beside its teacher."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from jepamine.data.clips import Clip, read_clips
from jepamine.data.frames import Frames
from jepamine.errors import UserError
from jepamine.manim.layout_model.evaluation.layout_report import format_measure, report
from jepamine.manim.layout_model.evaluation.matching import compare
from jepamine.manim.layout_model.evaluation.measures import Resampled, measures
from jepamine.manim.layout_model.examples import encode_views, load_frames, masks_of, scenes_of, view
from jepamine.manim.layout_model.full_size import at_full_size
from jepamine.manim.layout_model.layout_protocol import (
    CalibratedPredictor,
    LayoutPredictor,
    fit_temperature,
    object_limit,
)
from jepamine.manim.layout_model.plan import UNSEEN, token_grid
from jepamine.manim.layout_model.targets import layouts_of, shown_layout
from jepamine.manim.layouts import FRAME_WIDTH, Layout
from jepamine.protocols import Encoder, Parts, Tensors

BATCH = 64


def predict(
    predictor: torch.nn.Module, parts: Parts, clips: list[Clip]
) -> tuple[list[Layout], list[Layout], list[NDArray[np.bool_]]]:
    """Return (layouts of clean frames, layouts of masked frames, masks bool (rows, columns)) of clips.

    The predictor, a `LayoutPredictor`, must be in eval mode. Scenes are predicted one at a time, so that a
    prediction does not depend on the batch. The edges of the first are those in the frame's own size. Raises
    UserError for an unreadable frame.
    """
    device = next(predictor.parameters()).device
    size = parts.source.image_size
    whole = Frames(size, keep=1)
    clean, masked, masks = [], [], []
    for clip, pixels in load_frames(parts, clips, "predict layouts"):
        mask = masks_of(parts, clip, 1)
        hidden = np.concatenate([np.zeros_like(mask), mask])
        tokens = encode_views(parts, pixels, hidden).to(device)
        with torch.inference_mode():
            answer = predictor(tokens, torch.from_numpy(hidden).to(device))
        first, second = predictor.layouts(answer)  # type: ignore[operator]
        image = np.asarray(whole[clip.frames[0]].image())
        clean.append(at_full_size(first, image, size[1]))
        masked.append(second)
        masks.append(mask[0])
    return clean, masked, masks


def evaluate(
    predictor: torch.nn.Module, parts: Parts, split: str | None, leave_out: Sequence[str] = ()
) -> dict[str, Any]:
    """Return the report on the scenes of `split` (None: all); `unseen_families` on those of `leave_out`.

    The scenes of `leave_out` are those of the run's own manifest that it was not trained on.
    """
    clips = scenes_of(parts, split)
    result = _report(predictor, parts, clips)
    unseen = defaultdict[str, list[Clip]](list)
    for clip in read_clips(parts.source) if leave_out else ():
        if clip.line.get("split") == UNSEEN:
            unseen[str(clip.line.get("family"))].append(clip)
    for family, of_family in unseen.items():
        measured = _report(predictor, parts, of_family)
        facts = {"scenes": measured["scenes"], "measures": measured["clean"]["measures"]}
        result.setdefault("unseen_families", []).append({"family": family, **facts})
    return result


def _report(predictor: torch.nn.Module, parts: Parts, clips: list[Clip]) -> dict[str, Any]:
    families = [str(clip.line.get("family", "unknown")) for clip in clips]
    true = [shown_layout(clip) for clip in clips]
    result = report(true, families, *predict(predictor, parts, clips), object_limit(predictor))
    shown = sum(len(layout.objects) for layout in true)
    result["under_copies"] = sum(len(clip.line["layout"]["objects"]) for clip in clips) - shown
    return result


def calibrate(predictor: torch.nn.Module, scenes: Tensors, encoder: Encoder) -> None:
    """Set a predictor's temperature, if it has one, from its predictions for clean frames of `scenes`.

    Families weigh the same: where one has twice the objects, the calibration error of the other half of
    `nested` is 0.067 instead of 0.091.
    """
    if not isinstance(predictor, CalibratedPredictor):
        return
    predictor.set_temperature(1.0)
    predicted, _ = _predict_view(predictor, scenes, 0, encoder)
    comparison = compare(layouts_of(scenes), predicted, None, object_limit(predictor))
    predictions = comparison.predictions
    family = scenes["family"].cpu().numpy()[predictions["scene"]]
    predictor.set_temperature(fit_temperature(predictions["confidence"], predictions["right"], family))


def _predict_view(
    predictor: torch.nn.Module, scenes: Tensors, which: int, encoder: Encoder
) -> tuple[list[Layout], float]:
    """Return the layouts predicted for one view of each scene, and the mean loss."""
    count = len(scenes["types"])
    predicted: list[Layout] = []
    loss = 0.0
    for start in range(0, count, BATCH):
        batch = {name: tensor[start : start + BATCH] for name, tensor in scenes.items()}
        answer = predictor(*view(batch, torch.full((len(batch["types"]),), which), encoder))
        loss += float(predictor.loss(answer, batch)) * len(batch["types"])  # type: ignore[operator]
        predicted += predictor.layouts(answer)  # type: ignore[operator]
    return predicted, loss / count


def validate(predictor: torch.nn.Module, val: Tensors, encoder: Encoder) -> dict[str, float]:
    """Return the loss and the main measures, without intervals; `val` has two views of each scene."""
    true = layouts_of(val)
    views: list[dict[str, float | None]] = []
    losses = []
    for which in (0, 1):
        predicted, loss = _predict_view(predictor, val, which, encoder)
        losses.append(loss)
        comparison = measures(
            compare(true, predicted, None, object_limit(predictor)), Resampled(len(true), resamples=0)
        )
        views.append({name: measure["value"] for name, measure in comparison.items()})
    clean, masked = views
    return {
        "val_loss": sum(losses) / 2,
        "mean_iou": clean["mean_iou"] or 0.0,
        "f1": clean["f1"] or 0.0,
        "type_accuracy": clean["type_accuracy"] or 0.0,
        # With no match at all the position error is as bad as it can be.
        "position_loss": FRAME_WIDTH if clean["centre_error"] is None else clean["centre_error"],
        "masked_mean_iou": masked["mean_iou"] or 0.0,
    }


def check_teacher(teacher: torch.nn.Module, name: str, parts: Parts) -> torch.nn.Module:
    """Return the teacher in eval mode. Raises UserError if it predicts no layouts or expects other tokens."""
    if not isinstance(teacher, LayoutPredictor):
        raise UserError(
            f"trainer.teacher: run '{name}' does not predict layouts; name a run of the trainer 'layout'"
        )
    grid = teacher.grid
    own_grid = token_grid(parts.encoder, (1, *parts.source.image_size))
    if grid != own_grid:
        raise UserError(
            f"trainer.teacher: run '{name}' expects {grid[0]} x {grid[1]} tokens, this recipe's encoder "
            f"gives {own_grid[0]} x {own_grid[1]}; use its encoder and frame size"
        )
    return teacher.eval()


def check_same_kind(student: torch.nn.Module, teacher: torch.nn.Module) -> None:
    """Raise UserError if the student's outputs differ in kind from the teacher's."""
    if type(student) is not type(teacher):
        raise UserError(
            f"predictor: a {type(student).__name__} cannot imitate the teacher's {type(teacher).__name__}; "
            "use the teacher's plugin with smaller settings"
        )


def size_ratio(student: torch.nn.Module, teacher: torch.nn.Module) -> float:
    """Return the teacher's number of parameters divided by the student's."""
    return count_parameters(teacher) / count_parameters(student)


def count_parameters(module: torch.nn.Module) -> int:
    """Return the number of a module's parameters."""
    return sum(parameter.numel() for parameter in module.parameters())


def compare_with_teacher(
    name: str,
    teacher: torch.nn.Module,
    student: torch.nn.Module,
    parts: Parts,
    split: str | None,
) -> dict[str, Any]:
    """Return the teacher's mean IoU on the same scenes, how much the student loses, and both sizes.

    The loss is a paired difference over the same objects; its interval is a bootstrap over scenes.
    """
    clips = scenes_of(parts, split)
    true = [shown_layout(clip) for clip in clips]
    resampled = Resampled(len(true))
    teacher_clean, teacher_masked, _ = predict(teacher, parts, clips)
    student_clean, student_masked, _ = predict(student, parts, clips)
    limit = object_limit(student)
    losses = {}
    for title, *pair in (("clean", teacher_clean, student_clean), ("masked", teacher_masked, student_masked)):
        first, second = (compare(true, layouts, None, limit).objects for layouts in pair)
        losses[title] = {
            "mean_iou": resampled.mean(first["scene"], first["iou"]),
            "lost": resampled.mean(first["scene"], first["iou"] - second["iou"]),
        }
    sizes = {"parameters": count_parameters(teacher), "student_parameters": count_parameters(student)}
    return {"run": name} | sizes | {"smaller": size_ratio(student, teacher)} | losses


def describe(result: Mapping[str, Any]) -> str:
    """Summarize the result of `compare_with_teacher` as text."""
    clean, clean_loss, masked, masked_loss = (
        format_measure(result[frames][key]) for frames in ("clean", "masked") for key in ("mean_iou", "lost")
    )
    return (
        f"The teacher '{result['run']}' has {result['parameters']:,} parameters, the student "
        f"{result['student_parameters']:,}: {result['smaller']:.1f} times fewer.\n"
        f"Mean IoU of the teacher {clean}; the student loses {clean_loss}.\n"
        f"On masked frames {masked}; the student loses {masked_loss}."
    )
