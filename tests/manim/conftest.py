"""Manim for the tests that need it: loaded once, and skipped with a word where it is not installed."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator

import pytest

from jepamine.manim.engine.engine import Engine, engine, load_manim


@pytest.fixture(scope="session")
def manim_there() -> None:
    """Skip where Manim is missing."""
    if importlib.util.find_spec("manim") is None:
        pytest.skip("Manim is not installed: pip install -e '.[manim]'")
    load_manim()


@pytest.fixture(scope="session")
def own(manim_there: None) -> Iterator[Engine]:
    """An engine for frames of 256 x 144."""
    with engine() as made:
        yield made
