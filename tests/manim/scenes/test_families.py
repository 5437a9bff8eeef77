import pytest

from jepamine.errors import UserError
from jepamine.manim.scenes.families import Shares, parse_shares


@pytest.mark.parametrize("seed", [0, 1, 12345])
def test_any_hundred_scenes_have_the_shares_nearly(seed):
    shares = Shares(0.4, 0.4, 0.2)
    for start in (0, 77, 5000):
        families = [shares.family(seed, index) for index in range(start, start + 100)]
        assert abs(families.count("random") - 40) <= 3
        assert abs(families.count("structured") - 40) <= 3
        assert abs(families.count("overlap") - 20) <= 3


def test_a_family_without_weight_is_never_drawn():
    assert {Shares(0.0, 2.0, 0.0).family(0, index) for index in range(300)} == {"structured"}


@pytest.mark.parametrize(
    ("text", "shares"),
    [
        ("random", Shares(1.0, 0.0, 0.0)),
        ("random,overlap", Shares(1.0, 0.0, 1.0)),
        ("structured = 0.7, random = 0.3", Shares(0.3, 0.7, 0.0)),
    ],
)
def test_shares_are_read_from_words(text, shares):
    assert parse_shares(text) == shares


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "strctured",
            "no family 'strctured' (did you mean 'structured'?); known: random, structured, overlap, "
            "writing, tables, plots, geometry, slides, notes, charts, figures, nested",
        ),
        ("random=a", "family random: 'a' is not a weight (0 or more)"),
        ("random=-1", "family random: '-1' is not a weight (0 or more)"),
        ("random=nan", "family random: 'nan' is not a weight (0 or more)"),
        ("random=0", "no family has a weight above 0"),
    ],
)
def test_a_mistake_in_the_shares_is_reported(text, message):
    with pytest.raises(UserError) as told:
        parse_shares(text)
    assert str(told.value) == message
