"""The module behind the predictor `layout-proposals`: judge boxes that pixels propose, all of a frame
together.

Each proposal is described by two crops and some numbers; a small Transformer compares the proposals of a
frame, with a bias from how two boxes lie and which lit pixels they share, so that of a letter, its word and
its line one is kept. What each box accounts for beside the others selects the objects (`box_selection`).
The predictor has no map of the frame, so objects of which no pixel is visible are not found.

Shapes: N frames, K proposals, D features.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from jepamine.manim.layout_model.layout_protocol import scaled
from jepamine.manim.layout_model.predictors.backbone import conv
from jepamine.manim.layout_model.predictors.box_relations import HEADS, Comparison, relations
from jepamine.manim.layout_model.predictors.box_selection import (
    LEAST,
    LEAST_AGAIN,
    Selection,
    distinct,
    facts_of,
    of_frame,
)
from jepamine.manim.layout_model.predictors.lit_pixels import shared_pixels, summed
from jepamine.manim.layout_model.predictors.peaks import snapped_to
from jepamine.manim.layout_model.predictors.proposal_boxes import MARKS
from jepamine.manim.layout_model.predictors.proposal_crops import (
    NEAR,
    WIDE,
    candidate_tensors,
    candidates,
    shown_as_floats,
)
from jepamine.manim.layout_model.predictors.proposal_loss import proposal_loss
from jepamine.manim.layout_model.predictors.selection_fit import fit_selection
from jepamine.manim.layout_model.predictors.snapping import by_sides
from jepamine.manim.layout_model.targets import to_layout
from jepamine.manim.layouts import FRAME_HEIGHT, FRAME_WIDTH, TYPES, Layout
from jepamine.protocols import Tensors

# Features of a crop, of the surroundings, of the numbers.
OF_NEAR, OF_WIDE, OF_NUMBERS = 96, 64, 48
# The least side whose logarithm is taken, and the margin that edges move by shares of, in units.
SHORTEST, MARGIN = 0.05, 0.3
# Crops that are looked at together outside of training: those of 64 frames take gigabytes.
CROPS = 1024


class LayoutProposals(nn.Module):
    """A `jepamine.manim.layout_model.layout_protocol.LayoutPredictor` and `ProposalPredictor`."""

    temperature: Tensor

    def __init__(self, grid: tuple[int, int], width: int, layers: int, max_objects: int, lit: bool) -> None:
        super().__init__()
        self.grid, self.max_objects = grid, max_objects
        self.near = nn.Sequential(
            nn.PixelUnshuffle(2), conv(16, 32), conv(32, 48, stride=2), conv(48, 64, stride=2), nn.Flatten(),
            nn.Linear(64 * (NEAR.size // 8) ** 2, OF_NEAR), nn.ReLU(),
        )  # fmt: skip
        self.wide = nn.Sequential(
            nn.PixelUnshuffle(2), conv(16, 24), conv(24, 48, stride=2), nn.Flatten(),
            nn.Linear(48 * (WIDE.size // 4) ** 2, OF_WIDE), nn.ReLU(),
        )  # fmt: skip
        self.numbers = nn.Sequential(nn.Linear(4 + MARKS + 2, OF_NUMBERS), nn.ReLU())
        self.described = OF_NEAR + OF_WIDE + OF_NUMBERS
        self.enter = nn.Sequential(nn.Linear(self.described, width), nn.ReLU(), nn.Linear(width, width))
        # Runs from before have neither relations by pixels nor a selection.
        self.selection = Selection() if lit else None
        of_pair = 11 if lit else 8
        self.pair = nn.Sequential(nn.Linear(of_pair, 24), nn.ReLU(), nn.Linear(24, HEADS * layers))
        self.compare = nn.ModuleList(Comparison(width) for _ in range(layers))
        self.judge = nn.Sequential(
            nn.LayerNorm(width + self.described), nn.Linear(width + self.described, 192), nn.ReLU()
        )
        self.types, self.sure = nn.Linear(192, len(TYPES)), nn.Linear(192, 1)
        self.edges, self.depth = nn.Linear(192, 4), nn.Linear(192, 1)
        # Start without moving boxes.
        nn.init.zeros_(self.edges.weight)
        nn.init.zeros_(self.edges.bias)
        self.register_buffer("temperature", torch.ones(()))

    def forward(self, tokens: Tensor, hidden: Tensor) -> Tensors:
        """Propose boxes in frames (N, H * W, 3), hidden bool (N, rows, columns), and judge them: see
        `judged`.

        In addition `picture` float32 (N, H, W, 4), the pixels and the mask.
        """
        rows, columns = self.grid
        pixels = tokens.view(len(tokens), rows, columns, -1)
        mask = F.interpolate(hidden[:, None].to(tokens.dtype), size=self.grid)[:, 0]
        found = [
            candidates(frame, covered > 0.5)
            for frame, covered in zip(pixels.cpu().numpy(), mask.cpu().numpy(), strict=True)
        ]
        given = {name: tensor.to(tokens.device) for name, tensor in candidate_tensors(found).items()}
        return self.judged(given) | {"picture": torch.cat([pixels, mask[..., None]], dim=3)}

    def judged(self, given: Tensors) -> Tensors:
        """Map the tensors of `candidate_tensors` to `types` (N, K, 20) logits, `boxes` (N, K, 4) in units,
        `depth` (N, K), and `sure` (N, K) logits: whether this is the proposal for an object; with `places`,
        `present`, and what the selection needs.

        `given` may have `moved` (N, 2), by how much `places` are moved from where the frame shows them.
        """
        places, present = given["places"], given["present"]
        frame = places.new_tensor([FRAME_WIDTH / 2, FRAME_HEIGHT / 2])
        numbers = torch.cat(
            [
                places[..., :2] / frame,
                places[..., 2:].clamp(min=SHORTEST).log(),
                given["marks"],
                given["filled"][..., None],
                given["marks"].sum(dim=-1, keepdim=True) / (MARKS / 2),
            ],
            dim=-1,
        )
        described = places.new_zeros(*present.shape, self.described)
        if present.any():
            shown = (given[name][present] for name in ("near", "wide"))
            seen = [
                self._looked(look, crops) for look, crops in zip((self.near, self.wide), shown, strict=True)
            ]
            described[present] = torch.cat([*seen, self.numbers(numbers[present])], dim=1)
        answer = {"places": places, "present": present}
        pairs = relations(places)
        if self.selection is not None:
            shown_at = places.clone()
            shown_at[..., :2] -= given["moved"][:, None] if "moved" in given else 0.0
            sums = summed(given["lit"])
            pairs = torch.cat([pairs, shared_pixels(shown_at, sums)], dim=-1)
            answer |= {"sums": sums, "filled": given["filled"], "marked": given["marks"].sum(dim=-1)}
        bias = self.pair(pairs).permute(0, 3, 1, 2)
        bias = bias.masked_fill(~present[:, None, None], -1e4).split(HEADS, dim=1)
        features = self.enter(described)
        for layer, own in zip(self.compare, bias, strict=True):
            features = layer(features, own)
        features = self.judge(torch.cat([features, described], dim=-1))
        sides = places[..., 2:] + MARGIN
        moves = self.edges(features)
        low = places[..., :2] - places[..., 2:] / 2 + moves[..., :2] * sides
        high = places[..., :2] + places[..., 2:] / 2 + moves[..., 2:] * sides
        return answer | {
            "types": self.types(features),
            "boxes": torch.cat([(low + high) / 2, (high - low).clamp(min=0)], dim=-1),
            "depth": self.depth(features)[..., 0],
            "sure": self.sure(features)[..., 0],
        }

    def _looked(self, look: nn.Module, crops: Tensor) -> Tensor:
        """Map crops uint8 (M, S, S, 4) to features; many at a time only where their batch matters."""
        some = torch.split(crops, max(len(crops), 1) if self.training else CROPS)
        return torch.cat([look(shown_as_floats(part)) for part in some])

    def loss(self, answer: Tensors, truth: Tensors) -> Tensor:
        """Return the loss of `proposal_loss`."""
        return proposal_loss(answer, truth)

    def layouts(self, answer: Tensors) -> list[Layout]:
        """Keep the confident proposals that are no duplicates; of more than `max_objects` the largest."""
        sure, least = torch.sigmoid(answer["sure"]).masked_fill(~answer["present"], 0.0), LEAST
        if self.selection is not None and self.selection.fitted:
            least = LEAST_AGAIN
            for frame, present in enumerate(answer["present"]):
                sure[frame, present] = torch.sigmoid(self.selection(facts_of(of_frame(answer, frame))))
        of_type, kinds = answer["types"].softmax(dim=-1).max(dim=-1)
        found = []
        for frame, (boxes, presence) in enumerate(zip(answer["boxes"], sure, strict=True)):
            kept = distinct(boxes, presence, kinds[frame], least)
            kind = kinds[frame, kept]
            places = snapped_to(answer["picture"][frame], boxes[kept], kind)
            kind = torch.from_numpy(by_sides(places.double().cpu().numpy(), kind.cpu().numpy())).to(kind)
            confidence = scaled(presence[kept] * of_type[frame, kept], self.temperature)
            found.append(to_layout(places, kind, confidence, answer["depth"][frame, kept], self.max_objects))
        return found

    def fit_selection(self, frames: Sequence[tuple[Tensors, Tensors]]) -> None:
        """Fit which boxes are selected to frames: each given tensors and truth, both of N = 1; the weights
        keep it.
        """
        if self.selection is None:
            return
        device = self.temperature.device
        # Also where nothing else has gradients, as in validation.
        with torch.inference_mode(False):
            known = [
                ({name: each.to(device) for name, each in tensors.items()} for tensors in pair)
                for pair in frames
            ]
            with torch.no_grad():
                judged = [(of_frame(self.judged(given), 0), truth) for given, truth in known]
            fit_selection(self.selection, judged)

    def set_temperature(self, value: float) -> None:
        """Divide the logits of all later confidences by `value`; the weights keep it."""
        self.temperature.fill_(value)

    def imitation(self, answer: Tensors, teacher: Tensors, temperature: float) -> Tensor:
        """Compare proposal by proposal: softened `sure` and types, and boxes, weighted by the teacher's
        `sure`.
        """
        weight = torch.sigmoid(teacher["sure"]) * teacher["present"]
        soft = torch.sigmoid(teacher["sure"] / temperature)
        sure = F.binary_cross_entropy_with_logits(answer["sure"] / temperature, soft, reduction="none")
        own, others = (F.log_softmax(each["types"] / temperature, dim=-1) for each in (answer, teacher))
        types = F.kl_div(own, others, log_target=True, reduction="none").sum(dim=-1)
        boxes = (answer["boxes"] - teacher["boxes"]).abs().sum(dim=-1)
        total = temperature**2 * (sure * answer["present"] + weight * types) + weight * boxes
        return total.sum() / weight.sum().clamp(min=1)
