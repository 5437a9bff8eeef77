"""What counts as a number in input."""

import pytest

from jepamine.utils.json_files import is_number


@pytest.mark.parametrize("value", [0, -1, 0.5, 10**300, 1e308])
def test_finite_numbers_are_numbers(value):
    assert is_number(value)


@pytest.mark.parametrize("value", [True, None, "1", [1], float("nan"), float("inf"), 10**400, -(10**400)])
def test_other_types_infinities_and_integers_beyond_a_float_are_not(value):
    assert not is_number(value)
