"""The predictor `layout-proposals`."""

from __future__ import annotations

import pytest
import torch

from jepamine.errors import UserError
from jepamine.manim.layout_model.layout_protocol import (
    BoundedPredictor,
    CalibratedPredictor,
    LayoutPredictor,
    ProposalPredictor,
)
from jepamine.manim.layout_model.predictors.comparison import relations
from jepamine.manim.layout_model.predictors.layout_predictors import layout_proposals
from jepamine.manim.layout_model.predictors.proposal_module import LayoutProposals
from jepamine.manim.layout_model.predictors.selection import distinct


@pytest.fixture(params=[False, True], ids=["by sides", "by pixels"])
def predictor(request):
    torch.manual_seed(0)
    return LayoutProposals((144, 256), 32, 2, 40, lit=request.param).eval()


def frames():
    """A white square in the first frame, nothing in the second."""
    pixels = torch.zeros(2, 144, 256, 3)
    pixels[0, 63:81, 119:137] = 1
    return pixels.flatten(1, 2), torch.zeros(2, 9, 16, dtype=torch.bool)


def test_it_has_every_ability_of_layout_predictors(predictor):
    abilities = (LayoutPredictor, BoundedPredictor, CalibratedPredictor, ProposalPredictor)
    assert all(isinstance(predictor, ability) for ability in abilities)


@torch.no_grad()
def test_a_confident_proposal_becomes_an_object_and_an_empty_frame_has_none(predictor):
    answer = predictor(*frames())
    assert answer["present"].tolist() == [[True], [False]]
    answer["sure"] = torch.full((2, 1), 5.0)
    first, second = predictor.layouts(answer)
    (item,) = first.objects
    assert item.box == pytest.approx((0, 0, 1, 1), abs=0.05)
    assert second.objects == ()
    answer["sure"] = torch.full((2, 1), -5.0)
    assert predictor.layouts(answer)[0].objects == ()


@torch.no_grad()
def test_a_prediction_does_not_depend_on_the_other_frames(predictor):
    tokens, hidden = frames()
    pixels = tokens.view(2, 144, 256, 3).clone()
    pixels[1, 20:30, 20:60] = pixels[1, 50:60, 20:30] = torch.tensor([1.0, 0, 0])
    together = predictor(pixels.flatten(1, 2), hidden)
    alone = predictor(pixels.flatten(1, 2)[:1], hidden[:1])
    for name in ("sure", "types", "boxes"):
        assert torch.allclose(together[name][0, :1], alone[name][0], atol=1e-5)


def test_how_boxes_lie_to_each_other():
    boxes = torch.tensor([[[0.0, 0, 2, 2], [0.5, 0, 1, 1]]])
    found = relations(boxes)[0]
    assert found[0, 1].tolist() == pytest.approx([0.125, 0, -0.3466, -0.3466, 0.25, 1.0, 0.25, 0.0], abs=1e-4)
    assert found[0, 0].tolist() == pytest.approx([0, 0, 0, 0, 1, 1, 1, 1])


def test_of_duplicates_the_most_confident_is_kept():
    boxes = torch.tensor([[0.0, 0, 2, 2], [0.1, 0, 2, 2], [4, 0, 2, 2], [-4, 0, 2, 2]])
    alike = torch.zeros(4, dtype=torch.int64)
    assert distinct(boxes, torch.tensor([0.6, 0.9, 0.5, 0.3]), alike).tolist() == [1, 2]


def test_objects_of_other_types_may_overlap_more():
    # Axes and the curve over them: an IoU of 0.59, a little wider each.
    boxes, presence = torch.tensor([[0.0, 0, 6, 4], [0, 0.3, 5.4, 2.6]]), torch.tensor([0.9, 0.8])
    assert distinct(boxes, presence, torch.tensor([1, 1])).tolist() == [0]
    assert distinct(boxes, presence, torch.tensor([1, 2])).tolist() == [0, 1]


@torch.no_grad()
def test_outside_of_training_a_few_crops_at_a_time_give_the_same(predictor, monkeypatch):
    pixels = torch.zeros(1, 144, 256, 3)
    pixels[0, 20:40, 20:40] = pixels[0, 60:62, 20:200] = 1
    given = (pixels.flatten(1, 2), torch.zeros(1, 9, 16, dtype=torch.bool))
    whole = predictor(*given)
    assert whole["present"].sum() > 1
    monkeypatch.setattr("jepamine.manim.layout_model.predictors.proposal_module.CROPS", 1)
    assert torch.allclose(predictor(*given)["types"], whole["types"], atol=1e-5)


def test_other_encoders_are_refused():
    class Tokens:
        name = "clip"

        def grid(self, shape):
            return (7, 7)

    with pytest.raises(UserError, match="reads pixels, not the tokens of 'clip'; use the encoder 'pixels'"):
        layout_proposals(768, (1, 144, 256), Tokens())


def test_imitating_oneself_costs_least(predictor):
    with torch.no_grad():
        answer = predictor(*frames())
        other = answer | {"sure": answer["sure"] + 3, "boxes": answer["boxes"] + 1}
        assert predictor.imitation(answer, answer, 2.0) < predictor.imitation(other, answer, 2.0)
