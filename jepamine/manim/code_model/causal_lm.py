"""The predictor `layout-lm`, a language model that writes code for a layout; the generator `causal-lm`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, Protocol, runtime_checkable

from pydantic import Field

from jepamine.config.schema import Weights
from jepamine.errors import UserError
from jepamine.manim.code_model.code_examples import Example
from jepamine.manim.code_model.prompt import LAST
from jepamine.manim.generators.protocol import Generated
from jepamine.manim.generators.styles import Complexity, Shown, Style, lines_of
from jepamine.manim.layouts import MAX_OBJECTS, Layout
from jepamine.manim.text.reading import Reading

if TYPE_CHECKING:
    from torch import Tensor, nn


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
    style: Style = "static",
    complexity: Complexity = "medium",
) -> CausalLm:
    """Return the generator of the run `run`, of the trainer `code`; styles are those of `template`.

    Raises UserError if there is no such run, or if its predictor does not write code.
    """
    hint = "train one with jepamine run recipes/manim-code.toml"
    try:
        predictor = predictor_of(run)
    except UserError as error:
        raise UserError(f"the generator 'causal-lm' needs a trained run: {error}; {hint}") from None
    if not isinstance(predictor, CodePredictor):
        raise UserError(f"the generator 'causal-lm': run '{run}' does not write code; {hint}")
    return CausalLm(predictor, style, complexity)


Count = Annotated[int, Field(ge=1)]


def layout_lm(
    *,
    weights: Weights = "Qwen/Qwen2.5-Coder-3B",
    revision: str | None = None,
    conditioning: Literal["slots", "lines", "prefix", "prompt-only"] = "slots",
    hidden_dim: Count = 128,
    layers: Count = 2,
    heads: Count = 4,
    feed_forward: Count = 384,
) -> nn.Module:
    """Build a `jepamine.manim.code_model.causal_lm.CodePredictor`.

    `weights` names a causal language model of transformers, on the hub (`revision` is a branch, tag or commit
    of it) or in a folder. It stays frozen and is not stored with the run; only the encoder of layouts is
    trained. "scratch" builds a small Qwen2 instead (`hidden_dim` dimensions, `layers`, `heads`,
    `feed_forward`), which is trained and stored.

    The layout is always in the prompt, as constraints. A decoder has no cross-attention, so `conditioning`
    adds to it: "prompt-only" nothing; "prefix" one embedding per object before the prompt; "lines" a vector
    on the embeddings of all tokens of the object's line, in the prompt and in the code, through a gate that
    starts near 0; "slots" the same, with positions left open in the code and filled in afterwards. Raises
    UserError if the weights are missing or incomplete.
    """
    from jepamine.manim.code_model.lm_language import from_scratch, from_weights
    from jepamine.manim.code_model.lm_module import LayoutLm

    if weights == "scratch":
        if revision is not None:
            raise UserError("predictor.revision: only names on the hub have revisions, not 'scratch'")
        return LayoutLm(from_scratch(hidden_dim, layers, heads, feed_forward), conditioning)
    return LayoutLm(from_weights(weights, revision), conditioning)
