"""Every example of docs/descriptions.md is understood to its last word."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from jepamine.errors import UserError
from jepamine.manim.explanations.choose_film import explanation
from jepamine.manim.text.parse import read

PAGE = (Path(__file__).parents[2] / "docs" / "descriptions.md").read_text()
EXAMPLES = [
    line for block in re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()
]


@pytest.mark.parametrize("words", EXAMPLES)
def test_an_example_is_understood(words):
    film = explanation(words)
    if film is None or film.not_understood:
        assert read(words).not_understood == ()


def test_the_page_is_about_films_too():
    films = [words for words in EXAMPLES if (film := explanation(words)) and film.share == 1.0]
    assert len(films) == 38
    with pytest.raises(UserError):
        read("Visualize bubble sort on [5, 3, 8, 1]")
