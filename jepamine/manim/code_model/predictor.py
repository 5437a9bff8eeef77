"""The predictor `layout-lm`.

A causal language model that writes Manim code for a description and a layout.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from jepamine.config.schema import Weights
from jepamine.errors import UserError

if TYPE_CHECKING:
    from torch import nn

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
