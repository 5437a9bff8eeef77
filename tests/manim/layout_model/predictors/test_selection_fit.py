"""The fit of the selection."""

from __future__ import annotations

import pytest
import torch

from jepamine.manim.layout_model.predictors.box_selection import Selection, facts_of
from jepamine.manim.layout_model.predictors.lit_pixels import summed
from jepamine.manim.layout_model.predictors.selection_fit import fit_selection, wanted
from jepamine.manim.layouts import FRAME_WIDTH

UNIT = FRAME_WIDTH / 256


def frame(left: int):
    """A lit square with two equally likely readings: itself, and a box twice as high."""
    lit = torch.zeros(1, 144, 256, dtype=torch.bool)
    lit[0, 62:82, left : left + 20] = True
    own = [(left + 10 - 128) * UNIT, 0.0, 20 * UNIT, 20 * UNIT]
    boxes = torch.tensor([own, [own[0], 0.0, 20 * UNIT, 44 * UNIT]])
    judged = {
        "sure": torch.tensor([-0.1, 0.1]), "types": torch.zeros(2, 20), "boxes": boxes,
        "filled": torch.tensor([1.0, 0.5]), "marked": torch.ones(2), "sums": summed(lit)[0],
    }  # fmt: skip
    truth = {"boxes": boxes[None, :1], "types": torch.zeros(1, 1, dtype=torch.int64), "z": torch.zeros(1, 1)}
    return judged, truth


def test_the_box_of_an_object_is_wanted_and_one_that_is_nearly_it_a_little():
    boxes = torch.tensor([[0.0, 0, 2, 2], [0.02, 0, 2, 2], [0, 0, 1, 1]])
    truth = {"boxes": boxes[None, :1], "types": torch.zeros(1, 1, dtype=torch.int64), "z": torch.zeros(1, 1)}
    target, weights = wanted(boxes, truth)
    assert target.tolist() == [1.0, 1.0, 0.0]
    assert weights.tolist() == pytest.approx([1.0, 0.3, 1.0])


def test_it_learns_what_the_judgement_of_each_box_does_not_tell():
    selection = Selection()
    fit_selection(selection, 8 * [frame(left) for left in range(20, 220, 2)])
    assert selection.fitted
    with torch.no_grad():
        own, double = selection(facts_of(frame(101)[0])).sigmoid().tolist()
    assert own > 0.8
    assert double < 0.2


def test_a_fit_does_not_depend_on_what_was_before_and_leaves_no_gradients():
    frames, fits = [frame(left) for left in range(20, 60, 4)], []
    for seed in (1, 2):
        torch.manual_seed(seed)
        selection = Selection()
        before = torch.get_rng_state()
        fit_selection(selection, frames)
        assert torch.equal(torch.get_rng_state(), before)
        assert all(parameter.grad is None for parameter in selection.parameters())
        fits.append(selection.state_dict())
    assert all(torch.equal(fits[0][name], fits[1][name]) for name in fits[0])


def test_without_a_box_in_any_frame_it_stays_as_it_was():
    judged, truth = frame(100)
    none = {name: judged[name][:0] for name in ("sure", "types", "boxes", "filled", "marked")}
    selection = Selection()
    fit_selection(selection, [(none | {"sums": judged["sums"]}, truth)])
    assert not selection.fitted
