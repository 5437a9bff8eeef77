"""The module behind the predictor `layout-proposals`: judge boxes that pixels propose, all of a frame
together.

Each proposal is described by two crops and some numbers; a small Transformer compares the proposals of a
frame, with a bias from how two boxes lie (relation networks: Hu et al. 2018, arXiv:1711.11575), so that of a
letter, its word and its line one is kept. There is no map of the frame: what no pixel shows is not found.

Shapes: N frames, K proposals, D features.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from jepamine.manim.layout_model.layout_protocol import scaled
from jepamine.manim.layout_model.predictors.backbone import conv
from jepamine.manim.layout_model.predictors.peaks import snapped_to
from jepamine.manim.layout_model.predictors.proposal_boxes import MARKS
from jepamine.manim.layout_model.predictors.proposal_crops import (
    NEAR,
    WIDE,
    candidate_tensors,
    candidates,
    shown_as_floats,
)
from jepamine.manim.layout_model.predictors.proposal_loss import padded_iou, proposal_loss
from jepamine.manim.layout_model.predictors.snapping import by_sides
from jepamine.manim.layout_model.targets import to_layout
from jepamine.manim.layouts import FRAME_HEIGHT, FRAME_WIDTH, TYPES, Layout
from jepamine.protocols import Tensors

HEADS = 4
# Features of a crop, of the surroundings, of the numbers.
OF_NEAR, OF_WIDE, OF_NUMBERS = 96, 64, 48
# The least side whose logarithm is taken, and the margin that edges move by shares of, in units.
SHORTEST, MARGIN = 0.05, 0.3
# Crops that are looked at together outside of training: those of 64 frames take gigabytes.
CROPS = 1024
# The least confidence that a proposal is an object, and the IoU from which the less confident of two is left
# out: of two of one type, and of others. On 264 held-out scenes of the families `notes` to `geometry`, 0.4,
# 0.5 and 0.6 give F1 0.856, 0.872, 0.874, mean IoU 0.792, 0.777, 0.760 and 1.50, 0.99, 0.71 false positives a
# frame; one IoU of 0.5 for all, as measured here, leaves out curves over their axes: F1 is 0.876 and mean IoU
# 0.783 with these.
LEAST, DUPLICATE, OVER = 0.5, 0.5, 0.65


class LayoutProposals(nn.Module):
    """A `jepamine.manim.layout_model.layout_protocol.LayoutPredictor` and `ProposalPredictor`."""

    temperature: Tensor

    def __init__(self, grid: tuple[int, int], width: int, layers: int, max_objects: int) -> None:
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
        self.pair = nn.Sequential(nn.Linear(8, 24), nn.ReLU(), nn.Linear(24, HEADS * layers))
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
        `depth` (N, K), and `sure` (N, K) logits: whether this is the proposal for an object; with `places`
        and `present`.
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
        bias = self.pair(relations(places)).permute(0, 3, 1, 2)
        bias = bias.masked_fill(~present[:, None, None], -1e4).split(HEADS, dim=1)
        features = self.enter(described)
        for layer, own in zip(self.compare, bias, strict=True):
            features = layer(features, own)
        features = self.judge(torch.cat([features, described], dim=-1))
        sides = places[..., 2:] + MARGIN
        moves = self.edges(features)
        low = places[..., :2] - places[..., 2:] / 2 + moves[..., :2] * sides
        high = places[..., :2] + places[..., 2:] / 2 + moves[..., 2:] * sides
        return {
            "types": self.types(features),
            "boxes": torch.cat([(low + high) / 2, (high - low).clamp(min=0)], dim=-1),
            "depth": self.depth(features)[..., 0],
            "sure": self.sure(features)[..., 0],
            "places": places,
            "present": present,
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
        sure = torch.sigmoid(answer["sure"]).masked_fill(~answer["present"], 0.0)
        of_type, kinds = answer["types"].softmax(dim=-1).max(dim=-1)
        found = []
        for frame, (boxes, presence) in enumerate(zip(answer["boxes"], sure, strict=True)):
            kept = distinct(boxes, presence, kinds[frame])
            kind = kinds[frame, kept]
            places = snapped_to(answer["picture"][frame], boxes[kept], kind)
            kind = torch.from_numpy(by_sides(places.double().cpu().numpy(), kind.cpu().numpy())).to(kind)
            confidence = scaled(presence[kept] * of_type[frame, kept], self.temperature)
            found.append(to_layout(places, kind, confidence, answer["depth"][frame, kept], self.max_objects))
        return found

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


class Comparison(nn.Module):
    """A Transformer block over the proposals of a frame, with a bias for each pair."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm, self.norm_mlp = nn.LayerNorm(width), nn.LayerNorm(width)
        self.queries_keys_values, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))

    def forward(self, features: Tensor, bias: Tensor) -> Tensor:
        """Map features (N, K, D), bias (N, heads, K, K) to features."""
        count, rows, width = features.shape
        split = self.queries_keys_values(self.norm(features)).view(count, rows, 3, HEADS, width // HEADS)
        queries, keys, values = split.permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(queries, keys, values, attn_mask=bias)
        features = features + self.out(mixed.transpose(1, 2).reshape(count, rows, width))
        changed: Tensor = features + self.mlp(self.norm_mlp(features))
        return changed


def relations(boxes: Tensor) -> Tensor:
    """Describe how boxes (N, K, 4) in units lie to each other: (N, K, K, 8).

    Distances in sides of the first, logarithms of the ratios of the sides, the shares that each covers of the
    other, IoU, and whether they have one centre.
    """
    centres, sides = boxes[..., :2], boxes[..., 2:].clamp(min=0.1)
    away = (centres[:, None] - centres[:, :, None]) / sides[:, :, None]
    ratio = (sides[:, None] / sides[:, :, None]).log()
    low, high = centres - sides / 2, centres + sides / 2
    shared = torch.minimum(high[:, None], high[:, :, None]) - torch.maximum(low[:, None], low[:, :, None])
    common, area = shared.clamp(min=0).prod(dim=-1), sides.prod(dim=-1)
    first, second = area[:, :, None], area[:, None]
    shares = torch.stack([common / first, common / second, common / (first + second - common)], dim=-1)
    one_centre = (away.abs().amax(dim=-1, keepdim=True) < 0.05).to(boxes)
    return torch.cat([away.clamp(-4, 4) / 2, ratio.clamp(-4, 4) / 2, shares, one_centre], dim=-1)


def distinct(boxes: Tensor, presence: Tensor, kinds: Tensor) -> Tensor:
    """Return the indices, int64, of boxes (K, 4) present with `LEAST` or more, the most confident of
    duplicates; `kinds` (K,) are their types.
    """
    order = presence.argsort(descending=True, stable=True)
    order = order[presence[order] >= LEAST]
    alike = kinds[order][:, None] == kinds[order][None]
    overlap = padded_iou(boxes[order][:, None], boxes[order][None])
    duplicate = overlap > torch.where(alike, DUPLICATE, OVER)
    kept: list[int] = []
    for row in range(len(order)):
        if not duplicate[row, kept].any():
            kept.append(row)
    return order[torch.tensor(kept, dtype=torch.int64, device=order.device)]
