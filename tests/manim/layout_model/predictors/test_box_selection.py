"""Which boxes are selected, and the facts that decide."""

from __future__ import annotations

import pytest
import torch

from jepamine.manim.layout_model.predictors.box_selection import FACTS, Selection, distinct, facts_of
from jepamine.manim.layout_model.predictors.lit_pixels import summed
from jepamine.manim.layouts import FRAME_WIDTH

UNIT = FRAME_WIDTH / 256


def test_of_duplicates_the_most_confident_is_kept():
    boxes = torch.tensor([[0.0, 0, 2, 2], [0.1, 0, 2, 2], [4, 0, 2, 2], [-4, 0, 2, 2]])
    alike = torch.zeros(4, dtype=torch.int64)
    assert distinct(boxes, torch.tensor([0.6, 0.9, 0.5, 0.3]), alike).tolist() == [1, 2]


def test_objects_of_other_types_may_overlap_more():
    # Axes and the curve over them: an IoU of 0.59, a little wider each.
    boxes, presence = torch.tensor([[0.0, 0, 6, 4], [0, 0.3, 5.4, 2.6]]), torch.tensor([0.9, 0.8])
    assert distinct(boxes, presence, torch.tensor([1, 1])).tolist() == [0]
    assert distinct(boxes, presence, torch.tensor([1, 2])).tolist() == [0, 1]


def judged(sure, boxes, lit):
    count = len(boxes)
    return {
        "sure": torch.tensor(sure), "types": torch.zeros(count, 20),
        "boxes": torch.tensor(boxes).reshape(count, 4),
        "filled": torch.zeros(count), "marked": torch.ones(count), "sums": summed(lit)[0],
    }  # fmt: skip


def word_of_two_letters(sure):
    """The facts of a word and its two letters, each of 10 x 10 lit pixels, 20 pixels apart."""
    lit = torch.zeros(1, 144, 256, dtype=torch.bool)
    lit[0, 67:77, 100:110] = lit[0, 67:77, 130:140] = True
    spans = [(100, 140), (100, 110), (130, 140)]
    boxes = [[(a + b - 256) / 2 * UNIT, 0.0, (b - a) * UNIT, 10 * UNIT] for a, b in spans]
    return dict(zip(FACTS, facts_of(judged(sure, boxes, lit)).unbind(1), strict=True))


def test_pixels_that_no_chosen_box_holds_speak_for_a_box():
    # The first letter is chosen; the word would add the second, and so would that letter.
    facts = word_of_two_letters([-1.0, 3.0, -1.0])
    assert facts["own"].tolist() == pytest.approx([0.5, 1.0, 1.0])
    assert facts["unclaimed"].tolist() == pytest.approx([0.5, 0.0, 1.0])


def test_pixels_that_other_chosen_boxes_hold_speak_against_it():
    # All three are chosen: the word holds nothing of its own, and neither do the letters.
    assert word_of_two_letters([3.0, 3.0, 3.0])["own"].tolist() == [0.0, 0.0, 0.0]


def test_a_box_knows_how_likely_those_are_that_hold_it_and_that_it_holds():
    facts = word_of_two_letters([0.0, 2.0, -2.0])
    likely = torch.sigmoid(torch.tensor([2.0, -2.0]))
    assert facts["likeliest_holder"].tolist() == pytest.approx([0.0, 0.5, 0.5])
    assert facts["likeliest_part"][0].item() == pytest.approx(likely.max().item())
    assert facts["parts"][0].item() == pytest.approx(likely.sum().item())


def test_a_frame_without_boxes_has_no_facts():
    none = judged([], [], torch.zeros(1, 144, 256, dtype=torch.bool))
    assert facts_of(none).shape == (0, len(FACTS))
    assert Selection()(facts_of(none)).shape == (0,)
