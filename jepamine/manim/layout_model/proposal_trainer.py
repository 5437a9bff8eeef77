"""The trainer `layout-proposals`: like `layout`, on boxes that are proposed once, before the first epoch.

Proposing and cropping a frame takes 36 ms of CPU, training on it once 26. Crops are held in memory: 320 kB a
scene.

Shapes: S scenes, K proposals of each, N scenes of a batch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from jepamine.errors import UserError
from jepamine.manim.layout_model.layout_trainers import Count, LayoutTrainer, Share

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from jepamine.protocols import Parts, Tensors

# Of frames in other colours: the share that is inverted, the least and the most gain; and the standard
# deviation of the moves, in units.
INVERTED, GAIN, MOVED = 0.3, (0.5, 1.1), 0.5
# Added to the count of each type before its rarity is taken.
FEW = 50
# Scenes to train on whose proposals are all kept, to fit the selection to.
SELECTION = 600


class ProposalTrainer:
    """Train a `ProposalPredictor` by the trainer `layout`'s rules, on crops that are made once.

    Of each scene `proposals` are kept: those of its objects, others that overlap them, and some of the rest,
    drawn by the run's seed. The share `masked` of the scenes is masked, always in the same way; the share
    `varied` of a batch is shown in other colours, and moved.
    """

    meanings = LayoutTrainer.meanings
    ranks_clips = False

    def __init__(
        self,
        *,
        epochs: Count = 5,
        batch_size: Count = 8,
        lr: Annotated[float, Field(gt=0)] = 2e-3,
        weight_decay: Annotated[float, Field(ge=0)] = 0.02,
        checkpoint_every: Count = 1,
        keep_checkpoints: Annotated[int, Field(ge=0)] = 2,
        val_scenes: Count = 100,
        masked: Share = 0.1,
        varied: Share = 0.6,
        proposals: Annotated[int, Field(ge=8)] = 96,
        leave_out: str | list[str] = "",
    ) -> None:
        self.supervised = LayoutTrainer(
            epochs=epochs,
            batch_size=batch_size,
            lr=lr,
            weight_decay=weight_decay,
            val_scenes=val_scenes,
            masked=masked,
            views=1,
            leave_out=leave_out,
        )
        self.epochs, self.batch_size = epochs, batch_size
        self.checkpoint_every, self.keep_checkpoints = checkpoint_every, keep_checkpoints
        self.masked, self.varied, self.proposals = masked, varied, proposals
        self.plan, self.optimizer = self.supervised.plan, self.supervised.optimizer
        self.evaluate = self.supervised.evaluate
        self.describe, self.sheet = self.supervised.describe, self.supervised.sheet
        self._selection: list[tuple[Tensors, Tensors]] = []

    def prepare(self, parts: Parts) -> tuple[Tensors, Tensors]:
        """Return the scenes of the splits as tensors: truth and candidates to train on, frames to validate
        on.
        """
        from jepamine.manim.layout_model.proposed_scenes import drawn_candidates, masked_views, whole_scenes

        train, val = self.supervised.prepare(parts)
        if "frames" not in train:
            raise UserError(
                f"encoder '{parts.encoder.name}': boxes are proposed from the pixels of a frame; "
                "use the encoder 'pixels'"
            )
        truth = {name: train[name] for name in ("boxes", "types", "z")}
        truth["weights"] = rarity(train["types"])
        views = masked_views(train, self.masked, parts.seed)
        threads = parts.source.threads
        self._selection = whole_scenes(views, truth, SELECTION, threads)
        return truth | drawn_candidates(views, truth, self.proposals, parts.seed, threads), val

    def loss(self, predictor: torch.nn.Module, batch: Tensors) -> Tensor:
        from jepamine.manim.layout_model.layout_protocol import ProposalPredictor

        if not isinstance(predictor, ProposalPredictor):
            raise UserError(
                "trainer.plugin: 'layout-proposals' trains the predictor of that name only; "
                "use the trainer 'layout' for others"
            )
        batch = varied_crops(batch, self.varied)
        return predictor.loss(predictor.judged(batch), batch)

    def validate(self, predictor: torch.nn.Module, val: Tensors) -> dict[str, float]:
        """Fit the selection to the predictor as it is now, then calibrate and validate it."""
        from jepamine.manim.layout_model.layout_protocol import SelectingPredictor

        if isinstance(predictor, SelectingPredictor):
            predictor.fit_selection(self._selection)
        return self.supervised.validate(predictor, val)


def rarity(types: Tensor) -> Tensor:
    """Return weights of objects (S, K) by the root of how rare their type is, 1 on average.

    With them, and twice as many scenes, 0.53 instead of 0.17 of the ellipses and 0.56 instead of 0.25 of the
    polygons have their type, on 240 scenes of other seeds.
    """
    from jepamine.manim.layout_model.targets import NOTHING
    from jepamine.manim.layouts import TYPES

    present = types != NOTHING
    counts = types[present].bincount(minlength=len(TYPES)) + FEW
    weights = counts.float().rsqrt()[types.clamp(min=0)] * present
    return weights / weights[present].mean()


def varied_crops(batch: Tensors, share: float) -> Tensors:
    """Return the batch with a share of its scenes in other colours, and moved by `moved` (N, 2), in units."""
    import torch

    count = len(batch["types"])
    chosen = torch.nonzero(torch.rand(count) < share)[:, 0].tolist()
    batch = batch | {name: batch[name].clone() for name in ("near", "wide", "places", "boxes")}
    batch["moved"] = torch.zeros(count, 2).to(batch["places"])
    for row in chosen:
        order = torch.randperm(3).tolist()
        gain = GAIN[0] + (GAIN[1] - GAIN[0]) * float(torch.rand(()))
        sign = -1 if float(torch.rand(())) < INVERTED else 1
        for name in ("near", "wide"):
            crop = batch[name][row].float()
            crop[..., :3] = (crop[..., order] - 128) * gain * sign + 128
            crop[..., 3] *= gain
            batch[name][row] = crop.round().clamp(0, 255).to(torch.uint8)
        moved = (MOVED * torch.randn(2)).to(batch["places"])
        for name in ("places", "boxes"):
            batch[name][row, :, :2] += moved
        batch["moved"][row] = moved
    return batch
