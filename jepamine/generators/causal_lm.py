"""The generator `causal-lm`: code that a language model writes, told the layout; it may be wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from jepamine.errors import UserError
from jepamine.generators.protocol import Generated
from jepamine.layouts import Layout


@dataclass(frozen=True)
class CausalLm:
    """Writes with the trained predictor of a run."""

    predictor: Any

    def generate(self, layout: Layout, description: str, *, attempt: int = 0) -> Generated:
        """The code: attempt 0 takes the likeliest token each time, later ones draw, each its own."""
        written: Generated = self.predictor.generate(layout, description, attempt=attempt)
        return written


def causal_lm(predictor_of: Callable[[str], Any], *, run: str = "manim-code") -> CausalLm:
    """The generator of the run called `run`, of the trainer `code`.

    Raises UserError where there is no such run, or it is of another kind.
    """
    make_one = "jepamine run recipes/manim-code.toml makes one"
    try:
        predictor = predictor_of(run)
    except UserError as error:
        raise UserError(f"the generator 'causal-lm' needs a trained run: {error}; {make_one}") from None
    if not hasattr(predictor, "generate"):
        raise UserError(f"the generator 'causal-lm': run '{run}' writes no code; {make_one}")
    return CausalLm(predictor)
