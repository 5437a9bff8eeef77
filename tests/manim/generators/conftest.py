"""The descriptions of tests/manim/text, and Manim for the tests that run code."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

TEXTLAYOUT = Path(__file__).parents[1] / "text" / "conftest.py"


@pytest.fixture(scope="session")
def textlayout() -> ModuleType:
    """The conftest of tests/manim/text: `all_cases()` and `module("truth")`."""
    name = "textlayout_conftest"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, TEXTLAYOUT)
        assert spec is not None and spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


Run = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def run() -> Iterator[Run]:
    """Run a scene's code with Manim: the local variables of `construct` as it returns, and "self"."""
    pytest.importorskip("manim", reason="Manim is not installed: pip install -e '.[manim]'")
    from jepamine.manim.engine.engine import engine, load_manim

    load_manim()

    def call(code: str, play: bool = False) -> dict[str, Any]:
        names: dict[str, Any] = {}
        exec(compile(f"{code}        self.left = dict(locals())\n", "scene.py", "exec"), names)
        scene = names["GeneratedScene"]()
        scene.render() if play else scene.construct()
        return dict(scene.left)

    with engine() as own:
        settings = {"dry_run": True, "disable_caching": True, "progress_bar": "none", "frame_rate": 4}
        with own.manim.tempconfig(settings):
            yield call
