"""Select which judged boxes are objects, by what each accounts for beside the others.

The judgement of a box by itself is uncertain where a word, its letters and its line are all likely. Selected
once by that, the boxes leave lit pixels that no box holds, or hold some twice: a small network judges again
by such facts, which are the same for frames of any author. Trained on 4,000 scenes, F1 is 0.899 instead of
0.882; on 12,864 it changes nothing on scenes like those, and on frames of Manim's documentation there are
0.58 instead of 0.73 false positives, and a calibration error of 0.099 instead of 0.134.

Shapes: K boxes of one frame of H x W pixels.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from jepamine.manim.layout_model.predictors.box_relations import held_shares
from jepamine.manim.layout_model.predictors.lit_pixels import counted, edges_in_pixels, summed
from jepamine.manim.layout_model.predictors.proposal_loss import padded_iou
from jepamine.manim.layouts import TYPES
from jepamine.protocols import Tensors

# The least confidence that a proposal is an object, and the IoU from which the less confident of two is left
# out: of two of one type, and of others. On 264 held-out scenes of the families `notes` to `geometry`, 0.4,
# 0.5 and 0.6 give F1 0.856, 0.872, 0.874, mean IoU 0.792, 0.777, 0.760 and 1.50, 0.99, 0.71 false positives a
# frame; one IoU of 0.5 for all, as measured here, leaves out curves over their axes: F1 is 0.876 and mean IoU
# 0.783 with these.
LEAST, DUPLICATE, OVER = 0.5, 0.5, 0.65
# The least confidence of the second judgement: 0.4 and 0.45 give F1 0.899 and 0.899, mean IoU 0.802 and 0.797
# on 150 held-out scenes.
LEAST_AGAIN = 0.4
# A box is in another by this share of its area.
INSIDE = 0.8
# Boxes that are nearly one, and boxes that meet, by IoU.
NEARLY, MEET = 0.5, 0.3
#: The facts of a box, in the order of the network's inputs. Pixels are lit ones, "likely" is by the first
#: judgement, and "chosen" boxes are the distinct ones of it.
FACTS = (
    # How likely it is an object (logit), of its likeliest type, a text.
    *("sure", "type", "text"),
    # The share of its pixels in no other chosen box, in no chosen box at all; their number, and that of all
    # (logarithms).
    *("own", "unclaimed", "unclaimed_pixels", "pixels"),
    # The IoU with the nearest chosen box; the sum and the most of what is likely of those nearly alike; the
    # sum of those that it meets.
    *("nearest", "alike", "likeliest_alike", "meeting"),
    # The most and the sum of what is likely of the boxes that hold it, and that it holds; the sum of those of
    # its type; the likeliest text that holds it.
    *("likeliest_holder", "holders", "likeliest_part", "parts", "parts_of_type", "text_holder"),
    # Sides in units, marks of the ways of looking that found it, share that is lit, whether it is chosen.
    *("width", "height", "marks", "filled", "chosen"),
    # Of the frame: the number of chosen boxes, the sum of what is likely, the share that is lit.
    *("all_chosen", "all_likely", "all_lit"),
)
HIDDEN = 48
_TEXT = TYPES.index("text")


class Selection(nn.Module):
    """Map the facts of boxes to logits: whether each is an object. It is fitted by `fit_selection`."""

    mean: Tensor
    spread: Tensor
    fitted: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(len(FACTS), HIDDEN),
            nn.ReLU(),
            nn.Linear(HIDDEN, HIDDEN),
            nn.ReLU(),
            nn.Linear(HIDDEN, 1),
        )
        self.register_buffer("mean", torch.zeros(len(FACTS)))
        self.register_buffer("spread", torch.ones(len(FACTS)))
        self.register_buffer("fitted", torch.zeros((), dtype=torch.bool))

    def forward(self, facts: Tensor) -> Tensor:
        """Map facts (K, facts) to logits (K,)."""
        known = ((facts - self.mean) / self.spread).clamp(-5, 5)
        logits: Tensor = self.layers(known)[:, 0]
        return logits


def of_frame(answer: Tensors, frame: int) -> Tensors:
    """Return what an answer of `LayoutProposals.judged` has of one frame, without the absent boxes."""
    present = answer["present"][frame]
    names = ("sure", "types", "boxes", "filled", "marked")
    return {name: answer[name][frame, present] for name in names} | {"sums": answer["sums"][frame]}


def facts_of(judged: Tensors) -> Tensor:
    """Return the facts float32 (K, facts) of the boxes of one frame, see `of_frame`."""
    boxes, sums, count = judged["boxes"], judged["sums"][None], len(judged["boxes"])
    if not count:
        return boxes.new_empty(0, len(FACTS))
    sure, of_type = judged["sure"].sigmoid(), judged["types"].softmax(dim=-1)
    likely, kinds = of_type.max(dim=-1)
    kept = distinct(boxes, sure, kinds)
    chosen = torch.zeros(count, dtype=torch.bool, device=boxes.device)
    chosen[kept] = True

    edges = edges_in_pixels(boxes, sums.shape[1] - 1, sums.shape[2] - 1)
    held = counted(sums, edges[None])[0]
    unclaimed, claimed_once = _left(sums, edges[kept])
    alone, once = counted(unclaimed, edges[None])[0], counted(claimed_once, edges[None])[0]

    itself = torch.eye(count, dtype=torch.bool, device=boxes.device)
    overlap = padded_iou(boxes[:, None], boxes[None]).masked_fill(itself, 0.0)
    alike = overlap.gt(NEARLY) * sure
    inside = held_shares(boxes).masked_fill(itself, 0.0) > INSIDE
    # How likely the boxes are that hold each, and those that each holds.
    holders, parts = inside * sure, inside.T * sure
    facts = {
        "sure": judged["sure"],
        "type": likely,
        "text": of_type[:, _TEXT],
        "own": torch.where(chosen, once, alone) / held.clamp(min=1),
        "unclaimed": alone / held.clamp(min=1),
        "unclaimed_pixels": alone.log1p(),
        "pixels": held.log1p(),
        "nearest": (overlap * chosen).amax(dim=1),
        "alike": alike.sum(dim=1),
        "likeliest_alike": alike.amax(dim=1),
        "meeting": (overlap.gt(MEET) * sure).sum(dim=1),
        "likeliest_holder": holders.amax(dim=1),
        "holders": holders.sum(dim=1),
        "likeliest_part": parts.amax(dim=1),
        "parts": parts.sum(dim=1),
        "parts_of_type": (parts * (kinds[None] == kinds[:, None])).sum(dim=1),
        "text_holder": (holders * of_type[:, _TEXT]).amax(dim=1),
        "width": boxes[:, 2],
        "height": boxes[:, 3],
        "marks": judged["marked"],
        "filled": judged["filled"],
        "chosen": chosen.float(),
        "all_chosen": torch.full_like(sure, len(kept)),
        "all_likely": torch.full_like(sure, float(sure.sum())),
        "all_lit": torch.full_like(sure, float(sums[0, -1, -1]) / sums[0, 1:, 1:].numel()),
    }
    return torch.stack([facts[name] for name in FACTS], dim=1)


def _left(sums: Tensor, edges: Tensor) -> tuple[Tensor, Tensor]:
    """Return the `summed` tables of the lit pixels in none of the boxes with `edges`, and in one at most."""
    corner = sums[0]
    lit = corner[1:, 1:] - corner[:-1, 1:] - corner[1:, :-1] + corner[:-1, :-1]
    claims = torch.zeros_like(lit)
    for left, top, right, bottom in edges.tolist():
        claims[top:bottom, left:right] += 1
    return summed((lit * (claims == 0))[None]), summed((lit * (claims <= 1))[None])


def distinct(boxes: Tensor, presence: Tensor, kinds: Tensor, least: float = LEAST) -> Tensor:
    """Return the indices, int64, of boxes (K, 4) present with `least` or more, the most confident of
    duplicates; `kinds` (K,) are their types.
    """
    order = presence.argsort(descending=True, stable=True)
    order = order[presence[order] >= least]
    alike = kinds[order][:, None] == kinds[order][None]
    overlap = padded_iou(boxes[order][:, None], boxes[order][None])
    duplicate = overlap > torch.where(alike, DUPLICATE, OVER)
    kept: list[int] = []
    for row in range(len(order)):
        if not duplicate[row, kept].any():
            kept.append(row)
    return order[torch.tensor(kept, dtype=torch.int64, device=order.device)]
