"""The trainers `layout`, which predicts the full layout of a frame from its visible patches, and `distill`.

The encoder is frozen. The predictor sees a mix of clean and masked frames, always with the full layout as the
target, and defines its own loss (`jepamine.manim.layout_model.layout_protocol`). `distill` trains a small
predictor to give what that of a trained run gives as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from jepamine.protocols import Encoder, Parts, Tensors

Count = Annotated[int, Field(ge=1)]
Share = Annotated[float, Field(ge=0, le=1)]


class LayoutTrainer:
    """AdamW on the predictor's own loss; the learning rate warms up over a tenth of the steps, then anneals.

    Scenes of the family or families `leave_out` are kept from training: half of them calibrate the
    confidences, and `eval` measures the others separately, which shows how well the predictor generalizes.
    Of the frames to train on, the share `varied` is recoloured, and as many are moved. The rate depends only
    on the optimizer's step count, which checkpoints hold: resumed runs are identical.
    """

    meanings: Mapping[str, str] = {
        "mean_iou": "mean IoU of true objects and their predictions, held-out scenes, unmasked",
        "f1": "F1 of finding objects (IoU of 0.5 or more), the same scenes",
        "type_accuracy": "share of matched objects of the right type, the same scenes",
        "position_loss": "mean distance of matched objects' centres, Manim units, the same scenes",
        "masked_mean_iou": "mean IoU on the same scenes with the recipe's share of patches masked",
        "val_loss": "mean of the predictor's loss on clean and masked held-out scenes; lower is better",
    }
    ranks_clips = False

    def __init__(
        self,
        *,
        epochs: Count = 12,
        batch_size: Count = 16,
        lr: Annotated[float, Field(gt=0)] = 2e-3,
        weight_decay: Annotated[float, Field(ge=0)] = 0.02,
        checkpoint_every: Count = 1,
        keep_checkpoints: Annotated[int, Field(ge=0)] = 2,
        val_scenes: Count = 500,
        masked: Share = 0.5,
        varied: Share = 0.0,
        views: Count = 16,
        leave_out: str | list[str] = "",
    ) -> None:
        self.epochs, self.batch_size, self.lr = epochs, batch_size, lr
        self.weight_decay, self.checkpoint_every = weight_decay, checkpoint_every
        self.keep_checkpoints = keep_checkpoints
        self.varied = varied
        self.val_scenes, self.masked, self.views = val_scenes, masked, views
        self.leave_out = [leave_out] if isinstance(leave_out, str) and leave_out else list(leave_out)
        self._encoder: Encoder | None = None
        self._steps = 0
        self._calibration: Tensors = {}

    def plan(self, parts: Parts) -> list[dict[str, Any]]:
        from jepamine.manim.layout_model.plan import plan

        return plan(parts, self.val_scenes, self.leave_out)

    def prepare(self, parts: Parts) -> tuple[Tensors, Tensors]:
        from jepamine.manim.layout_model.examples import examples
        from jepamine.manim.layout_model.plan import CALIBRATION

        train, val = examples(parts, "train", self.views), examples(parts, "val", 1)
        if self.leave_out:
            self._calibration = examples(parts, CALIBRATION, 1)
        self._encoder = parts.encoder
        self._steps = self.epochs * -(-len(train["types"]) // self.batch_size)
        return train, val

    def optimizer(self, parameters: Iterable[torch.nn.Parameter]) -> torch.optim.Optimizer:
        from jepamine.runs.training import adamw

        return adamw(parameters, self.lr, self.weight_decay, self._steps)

    def view(self, batch: Tensors) -> tuple[Tensor, Tensor]:
        """Return (tokens, hidden) of one random view of each example, clean or masked."""
        from jepamine.manim.layout_model.examples import draw_view

        assert self._encoder is not None, "prepare comes first"
        return draw_view(batch, self.masked, self._encoder)

    def loss(self, predictor: torch.nn.Module, batch: Tensors) -> Tensor:
        from jepamine.manim.layout_model.examples import varied

        batch = varied(batch, self.varied)
        return predictor.loss(predictor(*self.view(batch)), batch)  # type: ignore[no-any-return,operator]

    def validate(self, predictor: torch.nn.Module, val: Tensors) -> dict[str, float]:
        from jepamine.manim.layout_model.inference import calibrate, validate

        assert self._encoder is not None, "prepare comes first"
        if self._calibration:
            device = val["types"].device
            scenes = {name: tensor.to(device) for name, tensor in self._calibration.items()}
            calibrate(predictor, scenes, self._encoder)
        return validate(predictor, val, self._encoder)

    def evaluate(self, predictor: torch.nn.Module, parts: Parts, split: str | None) -> dict[str, Any]:
        from jepamine.manim.layout_model.inference import evaluate

        return evaluate(predictor, parts, split, self.leave_out)

    def describe(self, result: Mapping[str, Any]) -> str:
        from jepamine.manim.layout_model.evaluation.layout_report import describe

        return describe(result)

    def sheet(self, predictor: torch.nn.Module, parts: Parts, split: str | None, path: Path) -> None:
        """Write a PNG of frames with true and predicted boxes side by side."""
        from jepamine.manim.layout_model.examples import scenes_of
        from jepamine.manim.layout_model.prediction_sheet import write_sheet

        write_sheet(predictor, parts, scenes_of(parts, split), path)


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
        self.optimizer, self.sheet = self.supervised.optimizer, self.supervised.sheet
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
