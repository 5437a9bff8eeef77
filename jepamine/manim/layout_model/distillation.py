"""Compare a student with its teacher."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from jepamine.errors import UserError
from jepamine.manim.layout_model.evaluation.bootstrap import Resampled
from jepamine.manim.layout_model.evaluation.matching import judge
from jepamine.manim.layout_model.evaluation.report import interval_text
from jepamine.manim.layout_model.examples import predict, scenes_of
from jepamine.manim.layout_model.protocol import LayoutPredictor
from jepamine.manim.layout_model.targets import layout_of
from jepamine.manim.layout_model.token_grid import token_grid
from jepamine.protocols import Parts


def check_teacher(teacher: torch.nn.Module, name: str, parts: Parts) -> torch.nn.Module:
    """Return the teacher, in eval mode. Raises UserError if it does not predict layouts from such tokens."""
    if not isinstance(teacher, LayoutPredictor):
        raise UserError(
            f"trainer.teacher: run '{name}' does not predict layouts; use a run of the trainer 'layout'"
        )
    mine = token_grid(parts.encoder, (1, *parts.source.image_size))
    grid = teacher.grid
    if grid != mine:
        raise UserError(
            f"trainer.teacher: run '{name}' sees {grid[0]} x {grid[1]} tokens, this recipe's encoder gives "
            f"{mine[0]} x {mine[1]}; use its encoder and frame size"
        )
    return teacher.eval()


def check_alike(student: torch.nn.Module, teacher: torch.nn.Module) -> None:
    """Raise UserError unless both have the same kind of answer."""
    if type(student) is not type(teacher):
        raise UserError(
            f"predictor: a {type(student).__name__} cannot imitate the teacher's {type(teacher).__name__}; "
            "use the teacher's plugin, with smaller settings"
        )


def times_smaller(student: torch.nn.Module, teacher: torch.nn.Module) -> float:
    """Return how many times fewer parameters the student has."""
    return count_parameters(teacher) / count_parameters(student)


def count_parameters(module: torch.nn.Module) -> int:
    """Return the number of a module's parameters."""
    return sum(parameter.numel() for parameter in module.parameters())


def beside_teacher(
    name: str,
    teacher: torch.nn.Module,
    student: torch.nn.Module,
    parts: Parts,
    split: str | None,
) -> dict[str, Any]:
    """Return the teacher's mean IoU on the same scenes, clean and masked, what the student loses, and sizes.

    The loss is a difference of means over the same objects; its interval, a bootstrap over scenes, uses the
    same resamples for both.
    """
    clips = scenes_of(parts, split)
    true = [layout_of(clip) for clip in clips]
    resampled = Resampled(len(true))
    (theirs, theirs_masked, _), (mine, mine_masked, _) = (
        predict(predictor, parts, clips) for predictor in (teacher, student)
    )
    losses = {}
    for title, ious, teacher_ious in (("clean", theirs, mine), ("masked", theirs_masked, mine_masked)):
        first, second = judge(true, ious).objects, judge(true, teacher_ious).objects
        losses[title] = {
            "mean_iou": resampled.mean(first["scene"], first["iou"]),
            "lost": resampled.mean(first["scene"], first["iou"] - second["iou"]),
        }
    sizes = {"parameters": count_parameters(teacher), "student_parameters": count_parameters(student)}
    return {"run": name} | sizes | {"smaller": times_smaller(student, teacher)} | losses


def describe(result: Mapping[str, Any]) -> str:
    """Format the result of `beside_teacher`."""
    clean, masked = result["clean"], result["masked"]
    return (
        f"The teacher '{result['run']}' has {result['parameters']:,} parameters, the student "
        f"{result['student_parameters']:,}: {result['smaller']:.1f} times fewer.\n"
        f"Mean IoU of the teacher {interval_text(clean['mean_iou'])}; "
        f"the student loses {interval_text(clean['lost'])}.\n"
        f"Under the mask {interval_text(masked['mean_iou'])}; "
        f"the student loses {interval_text(masked['lost'])}."
    )
