"""Build a generation pipeline: validator, layout run, generators."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from jepamine.config import registry
from jepamine.config.factory import make
from jepamine.config.schema import keywords
from jepamine.manim.generation.find_layout import LayoutReader
from jepamine.manim.generation.pipeline import Maker, Pipeline
from jepamine.manim.generators.protocol import Generator
from jepamine.manim.generators.styles import Complexity, Style
from jepamine.manim.validation.validator import validator
from jepamine.sandbox.limits import Limits

if TYPE_CHECKING:
    from jepamine.manim.generation.layout_run import LayoutRun


@contextmanager
def pipeline(
    experiments: Path,
    run: str | None,
    *,
    workers: int = 1,
    tries: int = 3,
    limits: Limits | None = None,
    int8: bool = False,
) -> Iterator[Pipeline]:
    """Open a pipeline with the layout run called `run` (None: descriptions only) and `workers` servers for
    code.

    With `int8` the linear layers of all runs are quantized. Raises UserError if a run or Manim is missing.
    """
    reader = reader_of(load_layout_run(experiments, run, int8)) if run is not None else None
    with validator(workers=workers, limits=limits or Limits()) as opened:
        yield Pipeline(opened, reader, maker(experiments, int8), tries)


def load_layout_run(experiments: Path, run: str, int8: bool = False) -> LayoutRun:
    """Load the layout run called `run`; imports torch."""
    from jepamine.manim.generation import layout_run as layout_run

    return layout_run.load_layout_run(experiments, run, int8)


def reader_of(layout_run: LayoutRun) -> LayoutReader:
    """Return a layout reader for one frame at a time."""
    return LayoutReader(
        layout_run.size, lambda frame: layout_run.see([frame])[0], lambda text: layout_run.imagine([text])[0]
    )


def maker(experiments: Path, int8: bool = False) -> Maker:
    """Return a function that builds generators by name, each once, with the settings they accept."""

    @functools.cache
    def predictor_of(name: str) -> Any:
        from jepamine.runs.loading import predictor_of as opened

        return opened(experiments, name, int8=int8)

    @functools.cache
    def built(plugin: registry.Plugin, *settings: tuple[str, str]) -> Generator:
        return cast(Generator, make(plugin, dict(settings), {"predictor_of": predictor_of}))

    def made(name: str, style: Style, complexity: Complexity) -> Generator:
        plugin = registry.find("generator", name, Path())
        known = keywords(registry.load(plugin))
        settings = {"style": style, "complexity": complexity}
        return built(plugin, *((key, value) for key, value in settings.items() if key in known))

    return made
