"""Which proposal is which object, and what that costs."""

from __future__ import annotations

import pytest
import torch

from jepamine.manim.layout_model.predictors.proposal_loss import assigned, padded_iou, proposal_loss
from jepamine.manim.layout_model.targets import NOTHING

BOXES = torch.tensor([[[0.0, 0, 2, 2], [4, 0, 0.2, 0.2], [0, 0, 0, 0]]])
TRUTH = {"boxes": BOXES, "types": torch.tensor([[0, 5, NOTHING]]), "z": torch.tensor([[0.0, 1, 0]])}


def test_boxes_are_compared_a_little_wider():
    # 0.5 x 0.5 against a copy moved by 0.1: 0.4 x 0.5 shared of 0.5 x 0.5 x 2 - that.
    small = torch.tensor([0.0, 0, 0.2, 0.2])
    assert padded_iou(small, small + torch.tensor([0.1, 0, 0, 0])).item() == pytest.approx(0.2 / 0.3)


def test_each_object_gets_its_nearest_proposal_and_no_proposal_two():
    places = torch.tensor([[[0.1, 0, 2, 2], [0.0, 0, 2, 2], [4.05, 0, 0.2, 0.2], [4.0, 0, 0.2, 0.2]]])
    present = torch.tensor([[True, True, True, False]])
    assert [part.tolist() for part in assigned(places, present, TRUTH)] == [[0, 0], [1, 2], [0, 1]]


def test_a_proposal_far_from_all_objects_is_none():
    places, present = torch.tensor([[[-5.0, 0, 1, 1]]]), torch.ones(1, 1, dtype=torch.bool)
    assert [part.tolist() for part in assigned(places, present, TRUTH)] == [[], [], []]


def answer(places, sure, kinds):
    count = len(places)
    types = torch.full((1, count, 20), -20.0)
    for row, kind in enumerate(kinds):
        types[0, row, kind] = 20
    place = torch.tensor([places])
    return {
        "places": place, "boxes": place, "present": torch.ones(1, count, dtype=torch.bool),
        "sure": torch.tensor([sure]), "types": types, "depth": torch.zeros(1, count),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("places", "sure", "kinds"),
    [
        ([[0.0, 0, 2, 2], [4, 0, 0.2, 0.2], [-5, 0, 1, 1]], [9.0, 9, 9], [0, 5, 0]),
        ([[0.0, 0, 2, 2], [4, 0, 0.2, 0.2], [-5, 0, 1, 1]], [9.0, -9, -9], [0, 5, 0]),
        ([[0.0, 0, 2, 2], [4, 0, 0.2, 0.2], [-5, 0, 1, 1]], [9.0, 9, -9], [0, 6, 0]),
        ([[0.3, 0, 2, 2], [4, 0, 0.2, 0.2], [-5, 0, 1, 1]], [9.0, 9, -9], [0, 5, 0]),
    ],
    ids=["a phantom", "a missed object", "a wrong type", "a wrong box"],
)
def test_every_fault_costs_more_than_the_right_answer(places, sure, kinds):
    right = answer([[0.0, 0, 2, 2], [4, 0, 0.2, 0.2], [-5, 0, 1, 1]], [9.0, 9, -9], [0, 5, 0])
    assert proposal_loss(answer(places, sure, kinds), TRUTH) > proposal_loss(right, TRUTH) + 0.05


def test_a_frame_without_objects_is_trained_on_its_phantoms():
    nothing = TRUTH | {"types": torch.full((1, 3), NOTHING)}
    loud, quiet = (
        proposal_loss(answer([[0.0, 0, 2, 2]], [sure], [0]), nothing).item() for sure in (5.0, -5.0)
    )
    assert loud == pytest.approx(5.0, abs=0.1)
    assert quiet == pytest.approx(0.0, abs=0.01)
