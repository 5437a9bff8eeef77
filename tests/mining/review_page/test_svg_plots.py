"""The plots as SVG."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jepamine.mining.review_page.svg_plots import bars, histogram, loss_curve

finite = st.floats(-1e6, 1e6, allow_nan=False)


def test_the_loss_curve_says_where_the_held_out_loss_is_lowest():
    lines = [{"epoch": n, "train_loss": 1 / n, "val_loss": abs(n - 3) + 0.5} for n in range(1, 6)]
    drawn = loss_curve(lines)
    assert 'aria-label="Loss by epoch, 5 epochs. The held-out loss is lowest in epoch 3: 0.5000."' in drawn
    assert drawn.count("<polyline") == 2


def test_a_run_without_epochs_has_no_curve():
    assert loss_curve([]) == ""


@given(st.lists(st.tuples(finite, finite), min_size=1, max_size=40))
def test_every_loss_curve_is_drawn_within_its_picture(losses):
    lines = [{"epoch": n, "train_loss": a, "val_loss": b} for n, (a, b) in enumerate(losses, 1)]
    root = ElementTree.fromstring(loss_curve(lines))
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    for line in root.iter("polyline"):
        for point in line.attrib["points"].split():
            x, y = map(float, point.split(","))
            assert 0 <= x <= width and 0 <= y <= height


@given(st.lists(finite, min_size=1, max_size=60), st.integers(0, 60))
def test_a_histogram_has_a_tick_for_every_shown_clip(scores, shown):
    root = ElementTree.fromstring(histogram(scores, scores[:shown]))
    [rug] = [path for path in root.iter("path") if path.attrib["class"] == "rug"]
    assert rug.attrib["d"].count("M") == min(shown, len(scores))


def test_heights_of_a_histogram_are_counts():
    root = ElementTree.fromstring(histogram([0.0] * 4 + [1.0] * 2 + [0.5], [1.0]))
    heights = [float(column.attrib["height"]) for column in root.iter("rect")]
    assert heights == pytest.approx([heights[0], heights[0] / 4, heights[0] / 2], abs=0.06)


def test_bars_are_between_the_bounds_of_the_page():
    drawn = bars([0.0, 0.5, 1.0], 0.0, 1.0)
    assert re.findall(r"V([\d.]+)h", drawn) == ["23.0", "11.5", "0.0"]
    assert bars([], 0.0, 1.0) == ""
