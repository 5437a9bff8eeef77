"""A chain, opened: its validator, its layout run, its generators."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from jepamine.config import registry
from jepamine.config.factory import make
from jepamine.config.schema import keywords
from jepamine.manim.generation.find_layout import Eyes
from jepamine.manim.generation.pipeline import Chain, Maker
from jepamine.manim.generators.protocol import Generator
from jepamine.manim.generators.styles import Complexity, Style
from jepamine.manim.validation.validator import validator
from jepamine.sandbox.limits import Limits

if TYPE_CHECKING:
    from jepamine.manim.generation.layout_run import Sight


@contextmanager
def chain(
    experiments: Path,
    run: str | None,
    *,
    workers: int = 1,
    tries: int = 3,
    limits: Limits | None = None,
    int8: bool = False,
) -> Iterator[Chain]:
    """A chain with the layout run called `run` (None: descriptions alone) and `workers` servers for code.

    With `int8` the linear layers of all runs are quantized. Raises UserError where a run or Manim is missing.
    """
    eyes = eyes_of(open_sight(experiments, run, int8)) if run is not None else None
    with validator(workers=workers, limits=limits or Limits()) as opened:
        yield Chain(opened, eyes, maker(experiments, int8), tries)


def open_sight(experiments: Path, run: str, int8: bool = False) -> Sight:
    """The layout run called `run`; imports torch."""
    from jepamine.manim.generation import layout_run as sight

    return sight.open_sight(experiments, run, int8)


def eyes_of(sight: Sight) -> Eyes:
    """Eyes that look at one frame at a time."""
    return Eyes(sight.size, lambda frame: sight.see([frame])[0], lambda text: sight.imagine([text])[0])


def maker(experiments: Path, int8: bool = False) -> Maker:
    """Builds generators by name, each once. What a generator has no setting for, it is not told."""

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
