"""The trainer `temporal`: the trainer `embedding`, and beside it the next tubelet from those before.

The spatial and the temporal head of the predictor share no weights, so each learns as if it were alone; the
temporal one uses the clean embeddings that the spatial one is trained on, and nothing more is encoded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from jepamine.errors import UserError
from jepamine.mining.temporal_context import temporal_predictor
from jepamine.mining.trainer import Count, EmbeddingTrainer

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from jepamine.protocols import Parts, Tensors


class TemporalTrainer:
    """The sum of two L1 losses between unit-length embeddings: spatial and temporal; AdamW, no schedule."""

    meanings: Mapping[str, str] = {
        **EmbeddingTrainer.meanings,
        "val_loss": "spatial + temporal L1 between unit-length embeddings, held-out clips; lower is better",
        "next_cosine_similarity": "cos(predicted next, clean) of tubelets from the one after `context` on",
        "persistence_cosine_similarity": "cos(last, clean) of the same tubelets: predicting no change at all",
    }
    ranks_clips = True

    def __init__(
        self,
        *,
        epochs: Count = 30,
        batch_size: Count = 8,
        lr: Annotated[float, Field(gt=0)] = 1e-4,
        checkpoint_every: Count = 5,
        keep_checkpoints: Annotated[int, Field(ge=0)] = 2,
        val_fraction: Annotated[float, Field(gt=0, lt=1)] = 0.2,
        val_by: Literal["scene", "tubelet"] = "scene",
        test_fraction: Annotated[float, Field(ge=0, lt=1)] = 0.0,
        context: Count = 2,
    ) -> None:
        self.spatial = EmbeddingTrainer(
            epochs=epochs,
            batch_size=batch_size,
            lr=lr,
            checkpoint_every=checkpoint_every,
            keep_checkpoints=keep_checkpoints,
            val_fraction=val_fraction,
            val_by=val_by,
            test_fraction=test_fraction,
        )
        self.epochs, self.batch_size = epochs, batch_size
        self.checkpoint_every, self.keep_checkpoints = checkpoint_every, keep_checkpoints
        self.context = context

    def plan(self, parts: Parts) -> list[dict[str, Any]]:
        return self.spatial.plan(parts)

    def prepare(self, parts: Parts) -> tuple[Tensors, Tensors]:
        from jepamine.mining.task import training_tensors

        train, val = training_tensors(parts, self.context)
        for name, part in (("train", train), ("val", val)):
            if not part["known"].any():
                raise UserError(
                    f"trainer.context: no clip of the {name} part has more than {self.context} tubelets; "
                    "use longer clips or a smaller context"
                )
        return train, val

    def optimizer(self, parameters: Iterable[torch.nn.Parameter]) -> torch.optim.Optimizer:
        return self.spatial.optimizer(parameters)

    def loss(self, predictor: torch.nn.Module, batch: Tensors) -> Tensor:
        return self.spatial.loss(predictor, batch) + next_loss(predictor, batch)

    def validate(self, predictor: torch.nn.Module, val: Tensors) -> dict[str, float]:
        from torch.nn.functional import cosine_similarity

        metrics = self.spatial.validate(predictor, val)
        known = val["known"][:, 0] > 0
        before, clean = val["before"][known], val["clean"][known]
        predicted = temporal_predictor(predictor).next(before)
        metrics["val_loss"] += float(next_loss(predictor, val))
        metrics["next_cosine_similarity"] = float(cosine_similarity(predicted, clean).mean())
        metrics["persistence_cosine_similarity"] = float(cosine_similarity(before[:, -1], clean).mean())
        return metrics

    def evaluate(self, predictor: torch.nn.Module, parts: Parts, split: str | None) -> dict[str, Any]:
        return self.spatial.evaluate(predictor, parts, split)

    @staticmethod
    def remark(metrics: Mapping[str, Any]) -> str:
        """Return a warning for a run whose metrics show that it learned nothing; else empty."""
        remark = EmbeddingTrainer.remark(metrics)
        learned = metrics.get("next_cosine_similarity", 1) > metrics.get("persistence_cosine_similarity", 0)
        if not learned:
            remark = f"{remark} The temporal prediction is no closer than the tubelet before is.".strip()
        return remark

    def describe(self, result: Mapping[str, Any]) -> str:
        return self.spatial.describe(result)


def next_loss(predictor: torch.nn.Module, batch: Tensors) -> Tensor:
    """Return the L1 loss of the temporal head, mean over D and the tubelets that have enough before them."""
    from torch.nn.functional import normalize

    # before: (N, context, D) at unit length, zeros where unknown; known: (N, 1)
    predicted = temporal_predictor(predictor).next(batch["before"])
    error = (predicted - normalize(batch["clean"], dim=1)).abs().mean(dim=1, keepdim=True)
    loss: Tensor = (error * batch["known"]).sum() / batch["known"].sum().clamp(min=1)
    return loss
