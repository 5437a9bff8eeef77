"""The smallest part of benchmarks/calibration.py."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest


@pytest.fixture(scope="module")
def calibration():
    path = Path(__file__).parents[2] / "benchmarks" / "calibration.py"
    spec = importlib.util.spec_from_file_location("calibration", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["calibration"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["calibration"]


@pytest.mark.slow
def test_with_8_scenes_intervals_hold_the_truth_and_claims_are_rare(calibration):
    tally = calibration.simulate(40, 8, "spread", seed=1)
    assert tally.rate("average_precision after") >= 0.85
    assert tally.rate("auroc differs after") <= 0.15
    assert tally.rate("above after") <= 0.06
    assert tally.rate("any after") <= 0.125


@pytest.mark.slow
def test_intervals_of_an_auroc_near_1_hold_the_truth_where_scenes_are_alike_inside(calibration):
    tally = calibration.auroc_coverage(40, 20, "strong", seed=1)
    assert tally.rate("0.98 before") < 0.8
    assert tally.rate("0.98 after") >= 0.93
    assert tally.rate("0.50 after") >= 0.93


def test_a_scorer_that_reads_the_dataset_is_found_out(calibration):
    tally = calibration.Tally()
    rng = np.random.default_rng(0)
    for _ in range(10):
        calibration.one_audit(tally, rng, 40, 0.3, 2)
    assert tally.rate("flagged after") >= 0.9 > tally.rate("flagged before")
    assert tally.rate("claims before") >= 0.9
    assert tally.rate("claims after") <= 0.1
