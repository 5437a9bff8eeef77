"""The generator `causal-lm`: code written by a language model that is given the layout; it may be wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from jepamine.errors import UserError
from jepamine.manim.code_model.code_examples import Example
from jepamine.manim.code_model.prompt import LAST
from jepamine.manim.generators.protocol import Generated
from jepamine.manim.generators.styles import Complexity, Shown, Style, lines_of
from jepamine.manim.layouts import MAX_OBJECTS, Layout
from jepamine.manim.text.reading import Reading

if TYPE_CHECKING:
    from torch import Tensor


@runtime_checkable
class CodePredictor(Protocol):
    """A `torch.nn.Module` with these methods."""

    def loss(self, examples: Sequence[Example]) -> Tensor:
        """Return the mean next-token loss over the code of these scenes, in nats; a scalar."""
        ...

    def generate(self, layout: Layout, description: str, *, attempt: int = 0) -> Generated:
        """Write code for a layout: attempt 0 is greedy, later attempts sample, each with its own seed.

        Always terminates, and returns the same code for the same arguments.
        """
        ...


@runtime_checkable
class GrammaticalPredictor(Protocol):
    """A predictor that can be held to a grammar."""

    def by_grammar(self) -> CodePredictor:
        """Return a predictor whose code always parses. Raises UserError if a package is missing."""
        ...


@dataclass(frozen=True)
class CausalLm:
    """Write with a trained predictor, which shows all objects at once, and apply the style to its code."""

    predictor: Any
    style: Style = "static"
    complexity: Complexity = "medium"

    def generate(
        self, layout: Layout, description: str, *, attempt: int = 0, reading: Reading | None = None
    ) -> Generated:
        """Write code: attempt 0 is greedy, later attempts sample, each with its own seed."""
        if len(layout.objects) > MAX_OBJECTS:
            raise UserError(
                f"the generator 'causal-lm' writes at most {MAX_OBJECTS} objects, the layout has "
                f"{len(layout.objects)}; use the generator 'template'"
            )
        written: Generated = self.predictor.generate(layout, description, attempt=attempt)
        return styled(written, layout, self.style, self.complexity)


def styled(written: Generated, layout: Layout, style: Style, complexity: Complexity) -> Generated:
    """Replace the last line by the style's lines, if it shows all objects at once."""
    lines = written.code.rstrip("\n").split("\n")
    if not lines[-1].lstrip().startswith(LAST):
        return written
    indent = lines[-1][: len(lines[-1]) - len(lines[-1].lstrip())]
    shown = [Shown(name, layout.objects[place].type) for name, place in written.names.items()]
    shows = [indent + line for line in lines_of(style, complexity, shown)]
    return Generated("\n".join([*lines[:-1], *shows]) + "\n", written.names)


def causal_lm(
    predictor_of: Callable[[str], Any],
    *,
    run: str = "manim-code",
    grammar: bool = False,
    style: Style = "static",
    complexity: Complexity = "medium",
) -> CausalLm:
    """Return the generator of the run `run`, of the trainer `code`; styles are those of `template`.

    With `grammar` the model chooses among tokens that lead to code that parses (extra `grammar`). Raises
    UserError if there is no such run, if its predictor does not write code, or not by a grammar.
    """
    hint = "train one with jepamine run recipes/manim-code.toml"
    try:
        predictor = predictor_of(run)
    except UserError as error:
        raise UserError(f"the generator 'causal-lm' needs a trained run: {error}; {hint}") from None
    if not isinstance(predictor, CodePredictor):
        raise UserError(f"the generator 'causal-lm': run '{run}' does not write code; {hint}")
    if grammar:
        if not isinstance(predictor, GrammaticalPredictor):
            raise UserError(f"grammar: the predictor of run '{run}' knows no grammar; leave it out")
        predictor = predictor.by_grammar()
    return CausalLm(predictor, style, complexity)
