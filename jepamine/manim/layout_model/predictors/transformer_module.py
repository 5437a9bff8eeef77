"""The module behind the predictor `layout-transformer`.

The architecture corrects that of the design document: attention runs over tokens, not over the batch; tokens
have position embeddings, and hidden ones are left out; the MLP reads a summary token instead of a mean; a
type is a vector compared with 20 embeddings instead of a number; and objects, which are unordered, are
matched before the loss.

Shapes: N frames, L tokens of D dimensions, K = 10 objects.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from jepamine.manim.layout_model.targets import NOTHING, giou, to_layout
from jepamine.manim.layouts import FRAME_HEIGHT, FRAME_WIDTH, LEAST_SIDE, MAX_OBJECTS, TYPES, Layout
from jepamine.protocols import Tensors


def match_sets(answer: Tensors, truth: Tensors) -> tuple[Tensor, Tensor, Tensor]:
    """Return (scene, index in the answer, index in the truth) of each true object, int64 (objects,) each.

    Each scene's matching minimizes the L1 distance and GIoU loss of boxes minus the probability of the type,
    as in DETR (Carion et al. 2020, arXiv:2005.12872). `answer` has `boxes` (N, K, 4) in units and `types`
    (N, K, 20) logits.
    """
    from scipy.optimize import linear_sum_assignment

    with torch.no_grad():
        boxes, target = answer["boxes"][:, :, None], truth["boxes"][:, None]
        frame = boxes.new_tensor([FRAME_WIDTH, FRAME_HEIGHT, FRAME_WIDTH, FRAME_HEIGHT])
        kinds = answer["types"].softmax(dim=-1)
        columns = truth["types"].clamp(min=0)[:, None].expand(-1, kinds.shape[1], -1)
        cost = 5 * ((boxes - target) / frame).abs().sum(dim=-1) - kinds.gather(2, columns)
        cost = cost - 2 * giou(boxes, target)
        # Diverged training must reach the error message about it.
        costs = torch.nan_to_num(cost, 1e6, 1e6, -1e6).cpu().numpy()
    slots = answer["boxes"].shape[1]
    matches: list[tuple[int, int, int]] = []
    for scene, present in enumerate((truth["types"] != NOTHING).cpu()):
        objects = torch.nonzero(present)[:, 0].numpy()
        if len(objects) > slots:
            # Only the largest are learned, as only they are expected.
            sizes = truth["boxes"][scene, present, 2:].clamp(min=LEAST_SIDE).prod(dim=1).cpu()
            objects = objects[sizes.argsort(descending=True)[:slots].sort().values.numpy()]
        rows, places = linear_sum_assignment(costs[scene][:, objects])
        matches += [(scene, int(row), int(objects[place])) for row, place in zip(rows, places, strict=True)]
    table = torch.tensor(matches, dtype=torch.int64, device=answer["boxes"].device).reshape(-1, 3)
    return table[:, 0], table[:, 1], table[:, 2]


# x, y, width, height, depth, confidence; the type is separate.
NUMBERS = 6
TYPE_DIM = 32
# The least confidence of an object.
LEAST_CONFIDENCE = 0.5


class LayoutTransformer(nn.Module):
    """A `jepamine.manim.layout_model.layout_protocol.LayoutPredictor`."""

    def __init__(
        self,
        dim: int,
        grid: tuple[int, int],
        hidden_dim: int,
        layers: int,
        heads: int,
        feed_forward: int,
        dropout: float,
        max_objects: int = MAX_OBJECTS,
    ) -> None:
        super().__init__()
        self.max_objects = max_objects
        self.grid = grid
        self.project = nn.Sequential(
            nn.Linear(dim, hidden_dim), nn.ReLU(), nn.Dropout(dropout), nn.Linear(hidden_dim, hidden_dim)
        )
        self.place = nn.Parameter(0.02 * torch.randn(grid[0] * grid[1], hidden_dim))
        self.summary = nn.Parameter(0.02 * torch.randn(hidden_dim))
        layer = nn.TransformerEncoderLayer(hidden_dim, heads, feed_forward, dropout, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)
        self.head = nn.Sequential(nn.Linear(hidden_dim, 1024), nn.ReLU())
        self.numbers = nn.Linear(1024, max_objects * NUMBERS)
        self.kinds = nn.Linear(1024, max_objects * TYPE_DIM)
        self.types = nn.Embedding(len(TYPES), TYPE_DIM)

    def forward(self, tokens: Tensor, hidden: Tensor) -> Tensors:
        """Map tokens (N, L, D), hidden bool (N, rows, columns) to boxes (N, K, 4) in units, depth (N, K),
        confidence (N, K) logits and types (N, K, 20) logits.
        """
        count, places = len(tokens), len(self.place)
        # The last tokens are the grid's; those before, such as CLIP's pooled one, have no position.
        first = tokens.shape[1] - places
        sequence = self.project(tokens)
        sequence = torch.cat([sequence[:, :first], sequence[:, first:] + self.place], dim=1)
        sequence = torch.cat([self.summary.expand(count, 1, -1), sequence], dim=1)
        # Leave out tokens whose cell is completely hidden.
        shares = F.adaptive_avg_pool2d(hidden[:, None].float(), self.grid).flatten(1)
        left_out = torch.cat([shares.new_zeros(count, first + 1), shares], dim=1) > 0.999
        out = self.head(self.encoder(sequence, src_key_padding_mask=left_out)[:, 0])
        numbers = self.numbers(out).view(count, self.max_objects, NUMBERS)
        kinds = self.kinds(out).view(count, self.max_objects, TYPE_DIM)
        frame = numbers.new_tensor([FRAME_WIDTH, FRAME_HEIGHT, FRAME_WIDTH, FRAME_HEIGHT])
        shift = numbers.new_tensor([0.5, 0.5, 0.0, 0.0])
        return {
            "boxes": (torch.sigmoid(numbers[..., :4]) - shift) * frame,
            "depth": numbers[..., 4],
            "confidence": numbers[..., 5],
            "types": kinds @ self.types.weight.T,
        }

    def loss(self, answer: Tensors, truth: Tensors) -> Tensor:
        """Match as sets, then sum L1 and GIoU of boxes, cross-entropy of types, L1 of the drawing order, and
        cross-entropy of whether each object was matched.
        """
        scene, guess, true = match_sets(answer, truth)
        matched = torch.zeros_like(answer["confidence"])
        matched[scene, guess] = 1
        boxes, target = answer["boxes"][scene, guess], truth["boxes"][scene, true]
        frame = boxes.new_tensor([FRAME_WIDTH, FRAME_HEIGHT, FRAME_WIDTH, FRAME_HEIGHT])
        objects = max(len(scene), 1)
        distance = ((boxes - target) / frame).abs().sum() / objects
        overlap = (1 - giou(boxes, target)).sum() / objects
        kinds = answer["types"][scene, guess]
        kind = F.cross_entropy(kinds, truth["types"][scene, true], reduction="sum") / objects
        depth = (answer["depth"][scene, guess] - truth["z"][scene, true] / MAX_OBJECTS).abs().sum() / objects
        sure = F.binary_cross_entropy_with_logits(answer["confidence"], matched)
        return 5 * distance + 2 * overlap + kind + 0.2 * depth + sure

    def layouts(self, answer: Tensors) -> list[Layout]:
        """Decode the objects that are more likely present than not."""
        confidence = torch.sigmoid(answer["confidence"])
        types = answer["types"].argmax(dim=-1)
        return [
            self._layout(answer["boxes"][row, kept], types[row, kept], confidence[row, kept], depth[kept])
            for row, (kept, depth) in enumerate(
                zip(confidence >= LEAST_CONFIDENCE, answer["depth"], strict=True)
            )
        ]

    def _layout(self, boxes: Tensor, types: Tensor, confidence: Tensor, depth: Tensor) -> Layout:
        layout = to_layout(boxes, types, confidence, depth, self.max_objects)
        # With every slot used there may be more objects than slots.
        return replace(layout, more=len(boxes) == self.max_objects)

    def imitation(self, answer: Tensors, teacher: Tensors, temperature: float) -> Tensor:
        """Compare slot by slot.

        Boxes and softened types weighted by the teacher's confidence, and confidence.
        """
        sure = torch.sigmoid(teacher["confidence"] / temperature)
        weight = torch.sigmoid(teacher["confidence"])[..., None]
        boxes = ((answer["boxes"] - teacher["boxes"]).abs() / FRAME_WIDTH * weight).sum(-1).mean()
        soft = F.log_softmax(teacher["types"] / temperature, dim=-1)
        kinds = F.kl_div(
            F.log_softmax(answer["types"] / temperature, dim=-1), soft, log_target=True, reduction="none"
        )
        confidence = F.binary_cross_entropy_with_logits(answer["confidence"] / temperature, sure)
        return 5 * boxes + temperature**2 * ((kinds * weight).sum(-1).mean() + confidence)
