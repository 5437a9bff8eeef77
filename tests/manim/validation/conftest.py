"""One validator for all tests that need Manim, and answers as a child would give them."""

from __future__ import annotations

import pytest

from jepamine.manim.validation.check_answer import Answer, Found
from jepamine.manim.validation.validator import validator


@pytest.fixture(scope="session")
def opened(tmp_path_factory):
    """A validator with one server."""
    pytest.importorskip("manim", reason="Manim is not installed: pip install -e '.[manim]'")
    with validator(bubblewrap=False, cache=tmp_path_factory.mktemp("formulas")) as made:
        yield made


@pytest.fixture
def found():
    """Make an object of an answer: name, box and what differs from a drawn circle."""

    def make(name, box, **other):
        values = {"shown": True, "parts_of": (), "type": "circle", "text": None, "color": None} | other
        return Found(name=name, box=tuple(map(float, box)), **values)

    return make


@pytest.fixture
def answer_of():
    """Make an answer of a scene that ran with these objects."""

    def make(*objects, moments=()):
        return Answer((), "GeneratedScene", tuple(objects), tuple(moments))

    return make
