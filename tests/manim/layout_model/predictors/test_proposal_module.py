"""The predictor `layout-proposals`."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from jepamine.errors import UserError
from jepamine.manim.layout_model.layout_protocol import (
    BoundedPredictor,
    CalibratedPredictor,
    LayoutPredictor,
    ProposalPredictor,
)
from jepamine.manim.layout_model.predictors import proposal_module
from jepamine.manim.layout_model.predictors.layout_predictors import layout_proposals
from jepamine.manim.layout_model.predictors.proposal_crops import candidate_tensors, candidates
from jepamine.manim.layout_model.predictors.proposal_module import LayoutProposals


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


def test_boxes_that_are_moved_to_train_on_share_the_pixels_of_where_they_were(monkeypatch):
    seen = []
    module = "jepamine.manim.layout_model.predictors.proposal_module"
    real = proposal_module.shared_pixels
    monkeypatch.setattr(
        f"{module}.shared_pixels", lambda boxes, sums: seen.append(boxes) or real(boxes, sums)
    )
    predictor = LayoutProposals((144, 256), 32, 1, 40, lit=True).eval()
    pixels = np.zeros((144, 256, 3), np.float32)
    pixels[63:81, 119:137] = 1
    given = candidate_tensors([candidates(pixels, np.zeros((144, 256), bool))])
    moved = given | {
        "moved": torch.tensor([[1.0, 2.0]]),
        "places": given["places"] + torch.tensor([1.0, 2, 0, 0]),
    }
    with torch.no_grad():
        predictor.judged(given)
        predictor.judged(moved)
    assert torch.allclose(seen[0], seen[1], atol=1e-6)


def two_readings():
    """A white square, judged: its proposal, and one of its left third."""
    predictor = LayoutProposals((144, 256), 32, 1, 40, lit=True).eval()
    pixels = torch.zeros(1, 144, 256, 3)
    pixels[0, 63:81, 119:137] = 1
    with torch.no_grad():
        answer = predictor(pixels.flatten(1, 2), torch.zeros(1, 9, 16, dtype=torch.bool))
    third = answer["boxes"].clone()
    third[..., 0] -= third[..., 2] / 3
    third[..., 2] /= 3
    both = {name: torch.cat([answer[name]] * 2, dim=1) for name in ("types", "depth", "places", "present")}
    both |= {name: torch.cat([answer[name]] * 2, dim=1) for name in ("filled", "marked")}
    both |= {"boxes": torch.cat([answer["boxes"], third], dim=1), "sure": torch.tensor([[0.1, 3.0]])}
    return predictor, answer | both


def test_a_fitted_selection_decides_and_until_then_each_box_does():
    predictor, answer = two_readings()
    with torch.no_grad():
        assert len(predictor.layouts(answer)[0].objects) == 2
        predictor.selection.fitted.fill_(True)
        predictor.selection.layers[-1].weight.zero_()
        predictor.selection.layers[-1].bias.fill_(-2.0)
        assert predictor.layouts(answer)[0].objects == ()


def test_only_a_predictor_that_compares_by_pixels_has_a_selection():
    old, new = (LayoutProposals((144, 256), 32, 1, 40, lit=lit) for lit in (False, True))
    added = set(new.state_dict()) - set(old.state_dict())
    assert {name.split(".")[0] for name in added} == {"selection"}
    assert old.pair[0].in_features == 8
    old.fit_selection([])
    assert old.selection is None
