"""The trainers `embedding` and `temporal`: predict a tubelet's clean embedding from its masked one.

The encoder is frozen and a tubelet's mask is fixed, so both embeddings are computed once; then the predictor
alone trains, on batches of embeddings (research notebook). `temporal` predicts beside it the next tubelet
from those before. Its heads share no weights, so each learns as if it were alone; the temporal one uses the
clean embeddings that the spatial one is trained on, and nothing more is encoded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from jepamine.errors import UserError
from jepamine.mining.predictors.mlps import temporal_predictor

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from jepamine.protocols import Parts, Tensors

Count = Annotated[int, Field(ge=1)]


class EmbeddingTrainer:
    """L1 between L2-normalised prediction and L2-normalised clean embedding, AdamW, no schedule."""

    meanings: Mapping[str, str] = {
        "mean_cosine_similarity": "cos(predicted, clean), held-out clips (they choose the epoch)",
        "masked_cosine_similarity": "cos(masked, clean), the same clips: what you get without a predictor",
        "val_loss": "L1 between unit-length predicted and clean embeddings, held-out clips; lower is better",
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
    ) -> None:
        self.epochs, self.batch_size, self.lr = epochs, batch_size, lr
        self.checkpoint_every, self.keep_checkpoints = checkpoint_every, keep_checkpoints
        self.val_fraction, self.val_by, self.test_fraction = val_fraction, val_by, test_fraction

    def plan(self, parts: Parts) -> Iterable[dict[str, Any]]:
        from jepamine.data.run_manifest import manifest_lines

        return manifest_lines(parts.source, self.val_by, self.val_fraction, parts.seed, self.test_fraction)

    def prepare(self, parts: Parts) -> tuple[Tensors, Tensors]:
        from jepamine.mining.clip_embeddings import training_tensors

        return training_tensors(parts)

    def optimizer(self, parameters: Iterable[torch.nn.Parameter]) -> torch.optim.Optimizer:
        import torch

        # Fused: 10.9 ms a step instead of 19.7 on two cores (D = 1280), the same update in one kernel.
        return torch.optim.AdamW(parameters, lr=self.lr, fused=True)

    def step_work(self, parameters: int) -> float:
        """Return 6 a parameter and example: forward, and twice as many backward."""
        return 6.0 * parameters * self.batch_size

    def loss(self, predictor: torch.nn.Module, batch: Tensors) -> Tensor:
        from torch.nn.functional import l1_loss, normalize

        # predicted, clean: (N, D), unit length -> mean over N and D
        predicted = normalize(predictor(batch["masked"], batch["fraction"]), dim=1)
        return l1_loss(predicted, normalize(batch["clean"], dim=1))

    def validate(self, predictor: torch.nn.Module, val: Tensors) -> dict[str, float]:
        from torch.nn.functional import cosine_similarity, l1_loss, normalize

        # predicted, masked, clean: (N, D)
        predicted, masked, clean = predictor(val["masked"], val["fraction"]), val["masked"], val["clean"]
        return {
            "val_loss": float(l1_loss(normalize(predicted, dim=1), normalize(clean, dim=1))),
            "mean_cosine_similarity": float(cosine_similarity(predicted, clean).mean()),
            "masked_cosine_similarity": float(cosine_similarity(masked, clean).mean()),
        }

    def evaluate(self, predictor: torch.nn.Module, parts: Parts, split: str | None) -> dict[str, Any]:
        from jepamine.mining.clip_embeddings import cosine_report

        return cosine_report(predictor, parts, split)

    @staticmethod
    def remark(metrics: Mapping[str, Any]) -> str:
        """Return a warning for a run whose metrics show that it learned nothing; else empty."""
        if metrics["mean_cosine_similarity"] > metrics["masked_cosine_similarity"]:
            return ""
        return "The prediction is no closer to the clean embedding than the masked one is."

    def describe(self, result: Mapping[str, Any]) -> str:
        from jepamine.utils.printing import table

        mean, masked = result["mean_cosine_similarity"], result["masked_cosine_similarity"]
        learned = "The prediction is closer to the clean embedding than the masked one is."
        return "\n".join(
            [
                f"{result['clips']} clips, {result['tubelets']} tubelets",
                f"cos(predicted, clean)  {mean:.4f}  (standard deviation "
                f"{result['std_cosine_similarity']:.4f})",
                f"cos(masked, clean)     {masked:.4f}  what you get without a predictor",
                self.remark(result) or learned,
                "",
                table([["scene", "cos(predicted, clean)"], *result["per_scene"].items()]),
            ]
        )


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
        self.plan, self.optimizer = self.spatial.plan, self.spatial.optimizer
        self.evaluate, self.describe = self.spatial.evaluate, self.spatial.describe
        self.step_work = self.spatial.step_work

    def prepare(self, parts: Parts) -> tuple[Tensors, Tensors]:
        from jepamine.mining.clip_embeddings import training_tensors

        train, val = training_tensors(parts, self.context)
        for name, part in (("train", train), ("val", val)):
            if not part["known"].any():
                raise UserError(
                    f"trainer.context: no clip of the {name} part has more than {self.context} tubelets; "
                    "use longer clips or a smaller context"
                )
        return train, val

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

    @staticmethod
    def remark(metrics: Mapping[str, Any]) -> str:
        """Return a warning for a run whose metrics show that it learned nothing; else empty."""
        remark = EmbeddingTrainer.remark(metrics)
        learned = metrics.get("next_cosine_similarity", 1) > metrics.get("persistence_cosine_similarity", 0)
        if not learned:
            remark = f"{remark} The temporal prediction is no closer than the tubelet before is.".strip()
        return remark


def next_loss(predictor: torch.nn.Module, batch: Tensors) -> Tensor:
    """Return the L1 loss of the temporal head, mean over D and the tubelets that have enough before them."""
    from torch.nn.functional import normalize

    # before: (N, context, D) at unit length, zeros where unknown; known: (N, 1)
    predicted = temporal_predictor(predictor).next(batch["before"])
    error = (predicted - normalize(batch["clean"], dim=1)).abs().mean(dim=1, keepdim=True)
    loss: Tensor = (error * batch["known"]).sum() / batch["known"].sum().clamp(min=1)
    return loss
