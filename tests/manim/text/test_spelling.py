"""Misspelled words are read as the one known word that they are one slip from."""

import pytest

from jepamine.manim.text.spelling import corrected


@pytest.mark.parametrize(
    ("word", "right"),
    [
        ("sqaure", "square"),
        ("cirle", "circle"),
        ("traingle", "triangle"),
        ("rectagle", "rectangle"),
        ("yelow", "yellow"),
        ("dissapears", "disappears"),
        ("highlite", "highlight"),
    ],
)
def test_a_slip_is_corrected(word, right):
    assert corrected(word) == right


@pytest.mark.parametrize(
    "word", ["square", "squared", "sides", "start", "charges", "prints", "plant", "files", "shade", "circled"]
)
def test_known_words_and_words_of_another_meaning_stay(word):
    assert corrected(word) is None
