"""Build a generation pipeline: its validator, layout run and generators."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from jepamine.config import registry
from jepamine.config.schema import keywords, make
from jepamine.manim.generation.find_layout import LayoutReader
from jepamine.manim.generation.pipeline import LAST, GeneratorFactory, Pipeline
from jepamine.manim.generators.protocol import Generator
from jepamine.manim.generators.styles import Complexity, Style
from jepamine.manim.text.solve.linear_program import load_solver
from jepamine.manim.validation.validator import validator
from jepamine.sandbox.limits import Limits

if TYPE_CHECKING:
    from jepamine.manim.generation.layout_run import LayoutRun


@contextmanager
def open_pipeline(
    experiments: Path,
    run: str | None,
    *,
    workers: int = 1,
    tries: int = 3,
    limits: Limits | None = None,
    int8: bool = False,
    settings: Mapping[str, Any] | None = None,
) -> Iterator[Pipeline]:
    """Open a pipeline with the layout run `run` (None: text descriptions only) and `workers` code servers.

    With `int8` the linear layers of all runs are quantized; `settings` are those of the generator. Raises
    UserError if a run or Manim is missing.
    """
    reader = layout_reader(load_layout_run(experiments, run, int8)) if run is not None else None
    with validator(workers=workers, limits=limits or Limits(), meanwhile=load_solver) as code_validator:
        yield Pipeline(code_validator, reader, generator_factory(experiments, int8, settings), tries)


def load_layout_run(experiments: Path, run: str, int8: bool = False) -> LayoutRun:
    """Load the layout run called `run`; imports torch."""
    from jepamine.manim.generation.layout_run import load

    return load(experiments, run, int8)


def layout_reader(run: LayoutRun) -> LayoutReader:
    """Return a reader that sends one frame or text at a time through a run."""
    return LayoutReader(
        run.size, lambda frame: run.read_frames([frame])[0], lambda text: run.read_texts([text])[0]
    )


def generator_factory(
    experiments: Path, int8: bool = False, own: Mapping[str, Any] | None = None
) -> GeneratorFactory:
    """Return a function that builds each generator once.

    Style and complexity are omitted where a generator does not have them; the settings `own` are those of all
    generators but the fallback.
    """

    @functools.cache
    def predictor_of(name: str) -> Any:
        from jepamine.runs.loading import predictor_of

        return predictor_of(experiments, name, int8=int8)

    @functools.cache
    def build(plugin: registry.Plugin, *settings: tuple[str, Any]) -> Generator:
        offered = {"predictor_of": predictor_of, "store": experiments / "_store"}
        return cast(Generator, make(plugin, dict(settings), offered))

    @functools.cache
    def plugin_of(name: str) -> registry.Plugin:
        return registry.find("generator", name, Path())

    def generator(name: str, style: Style, complexity: Complexity) -> Generator:
        plugin = plugin_of(name)
        known = keywords(registry.load(plugin))
        styled = {"style": style, "complexity": complexity}
        settings = {key: value for key, value in styled.items() if key in known}
        if name != LAST:
            settings |= own or {}
        return build(plugin, *settings.items())

    return generator
