"""The trainer `distill`: a small layout predictor learns from a trained run's predictor."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from jepamine.manim.layout_model.trainer import Count, LayoutTrainer, Share

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from jepamine.protocols import Parts, Tensors


class DistillTrainer:
    """Train like `layout`, with an added loss: the distance from the teacher's outputs for the same view.

    `teacher` is the name of a trained layout run with a predictor of the same kind, `temperature` softens its
    centres and types, and `weight` is the weight of its loss.
    """

    meanings: Mapping[str, str] = {
        **LayoutTrainer.meanings,
        "teacher_mean_iou": "the teacher's mean IoU on the same held-out scenes, unmasked",
        "smaller": "the teacher's number of parameters divided by the student's",
    }
    ranks_clips = False

    def __init__(
        self,
        predictor_of: Callable[[str], torch.nn.Module],
        *,
        teacher: str,
        temperature: Annotated[float, Field(gt=0)] = 2.0,
        weight: Annotated[float, Field(ge=0)] = 1.0,
        epochs: Count = 12,
        batch_size: Count = 16,
        lr: Annotated[float, Field(gt=0)] = 2e-3,
        weight_decay: Annotated[float, Field(ge=0)] = 0.02,
        checkpoint_every: Count = 1,
        keep_checkpoints: Annotated[int, Field(ge=0)] = 2,
        val_scenes: Count = 500,
        masked: Share = 0.5,
        views: Count = 16,
    ) -> None:
        self.supervised = LayoutTrainer(
            epochs=epochs,
            batch_size=batch_size,
            lr=lr,
            weight_decay=weight_decay,
            checkpoint_every=checkpoint_every,
            val_scenes=val_scenes,
            masked=masked,
            views=views,
        )
        self.epochs, self.batch_size = epochs, batch_size
        self.checkpoint_every, self.keep_checkpoints = checkpoint_every, keep_checkpoints
        self.predictor_of, self.teacher_name = predictor_of, teacher
        self.temperature, self.weight = temperature, weight
        self._teacher: torch.nn.Module | None = None
        self._teacher_iou: float | None = None

    def plan(self, parts: Parts) -> list[dict[str, Any]]:
        from jepamine.manim.layout_model.inference import check_teacher

        # Fail on an unusable teacher before anything is read.
        self._teacher = check_teacher(self.predictor_of(self.teacher_name), self.teacher_name, parts)
        return self.supervised.plan(parts)

    def prepare(self, parts: Parts) -> tuple[Tensors, Tensors]:
        from jepamine.manim.layout_model.inference import check_teacher

        if self._teacher is None:
            self._teacher = check_teacher(self.predictor_of(self.teacher_name), self.teacher_name, parts)
        return self.supervised.prepare(parts)

    def optimizer(self, parameters: Iterable[torch.nn.Parameter]) -> torch.optim.Optimizer:
        return self.supervised.optimizer(parameters)

    def loss(self, predictor: torch.nn.Module, batch: Tensors) -> Tensor:
        import torch

        from jepamine.manim.layout_model.inference import check_same_kind

        assert self._teacher is not None, "prepare comes first"
        check_same_kind(predictor, self._teacher)
        tokens, hidden = self.supervised.view(batch)
        with torch.no_grad():
            target = self._teacher(tokens, hidden)
        answer = predictor(tokens, hidden)
        imitation = predictor.imitation(answer, target, self.temperature)  # type: ignore[operator]
        return predictor.loss(answer, batch) + self.weight * imitation  # type: ignore[no-any-return,operator]

    def validate(self, predictor: torch.nn.Module, val: Tensors) -> dict[str, float]:
        from jepamine.manim.layout_model.inference import size_ratio

        assert self._teacher is not None, "prepare comes first"
        if self._teacher_iou is None:
            self._teacher_iou = self.supervised.validate(self._teacher, val)["mean_iou"]
        return self.supervised.validate(predictor, val) | {
            "teacher_mean_iou": self._teacher_iou,
            "smaller": size_ratio(predictor, self._teacher),
        }

    def evaluate(self, predictor: torch.nn.Module, parts: Parts, split: str | None) -> dict[str, Any]:
        from jepamine.manim.layout_model.inference import compare_with_teacher

        teacher = self.predictor_of(self.teacher_name)
        result = self.supervised.evaluate(predictor, parts, split)
        return result | {"teacher": compare_with_teacher(self.teacher_name, teacher, predictor, parts, split)}

    def describe(self, result: Mapping[str, Any]) -> str:
        from jepamine.manim.layout_model.inference import describe

        return f"{self.supervised.describe(result)}\n\n{describe(result['teacher'])}"

    def sheet(self, predictor: torch.nn.Module, parts: Parts, split: str | None, path: Path) -> None:
        """Write a PNG of frames with true and predicted boxes side by side."""
        self.supervised.sheet(predictor, parts, split, path)
