"""Compare a student with its teacher."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from jepamine.errors import UserError
from jepamine.manim.layout_model.evaluation.bootstrap import Resampled
from jepamine.manim.layout_model.evaluation.matching import compare
from jepamine.manim.layout_model.evaluation.report import format_measure
from jepamine.manim.layout_model.examples import scenes_of
from jepamine.manim.layout_model.inference import predict
from jepamine.manim.layout_model.plan import token_grid
from jepamine.manim.layout_model.protocol import LayoutPredictor, object_limit
from jepamine.manim.layout_model.targets import layout_of
from jepamine.protocols import Parts


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
    true = [layout_of(clip) for clip in clips]
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
