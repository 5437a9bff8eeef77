"""The generator `causal-lm`: code by a language model that is given the layout; it may be wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from jepamine.errors import UserError
from jepamine.manim.code_model.protocol import CodePredictor
from jepamine.manim.generators.protocol import Generated
from jepamine.manim.generators.styles import Complexity, Shown, Style, lines_of
from jepamine.manim.layouts import Layout

#: The line that a model writes last.
SHOWS = "self.add("


@dataclass(frozen=True)
class CausalLm:
    """Writes with the trained predictor of a run, which shows all at once; a style replaces that."""

    predictor: Any
    style: Style = "static"
    complexity: Complexity = "medium"

    def generate(self, layout: Layout, description: str, *, attempt: int = 0) -> Generated:
        """Write code: attempt 0 takes the likeliest token each time, later ones sample, seeded."""
        written: Generated = self.predictor.generate(layout, description, attempt=attempt)
        return styled(written, layout, self.style, self.complexity)


def styled(written: Generated, layout: Layout, style: Style, complexity: Complexity) -> Generated:
    """Return the code with the style's lines in place of its last one, if that shows all objects at once."""
    lines = written.code.rstrip("\n").split("\n")
    if not lines[-1].lstrip().startswith(SHOWS):
        return written
    indent = lines[-1][: len(lines[-1]) - len(lines[-1].lstrip())]
    shown = [Shown(name, layout.objects[place].type) for name, place in written.names.items()]
    shows = [indent + line for line in lines_of(style, complexity, shown)]
    return Generated("\n".join([*lines[:-1], *shows]) + "\n", written.names)


def causal_lm(
    predictor_of: Callable[[str], Any],
    *,
    run: str = "manim-code",
    style: Style = "static",
    complexity: Complexity = "medium",
) -> CausalLm:
    """Build the generator of the run called `run`, of the trainer `code`; styles are those of `template`.

    Raises UserError if there is no such run, or it is of another kind.
    """
    make_one = "train one with jepamine run recipes/manim-code.toml"
    try:
        predictor = predictor_of(run)
    except UserError as error:
        raise UserError(f"the generator 'causal-lm' requires a trained run: {error}; {make_one}") from None
    if not isinstance(predictor, CodePredictor):
        raise UserError(f"the generator 'causal-lm': run '{run}' does not write code; {make_one}")
    return CausalLm(predictor, style, complexity)
