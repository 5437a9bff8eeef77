"""The predictor `layout-lm`: Manim code from a description and a layout, by a causal language model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from jepamine.config.schema import Weights

if TYPE_CHECKING:
    from torch import nn

Count = Annotated[int, Field(ge=1)]


def layout_lm(
    *,
    weights: Weights = "Qwen/Qwen2.5-Coder-3B",
    conditioning: Literal["slots", "lines", "prefix", "prompt-only"] = "slots",
    hidden_dim: Count = 128,
    layers: Count = 2,
    heads: Count = 4,
    feed_forward: Count = 384,
) -> nn.Module:
    """Build a `jepamine.manim.code_model.protocol.CodePredictor`.

    `weights` name a causal language model of transformers, on the hub or in a folder. It stays frozen, and
    is not stored with the run; only the encoder of layouts is trained. The word "scratch" builds a small
    Qwen2 instead (`hidden_dim` dimensions, `layers`, `heads`, `feed_forward`), which is trained and stored.

    The layout is always in the prompt, as constraints; a decoder has no cross-attention, so `conditioning`
    chooses how it is given in addition: "prompt-only" not at all; "prefix" by one embedding per object
    before the prompt; "lines" by a vector added, through a gate that starts near 0, to the embeddings of
    all tokens of the object's line, in the prompt and in the code; "slots" as "lines", with the coordinates
    left open in the code, which the framework then fills in. Raises UserError if weights are not available
    completely.
    """
    from jepamine.manim.code_model.lm_language import from_scratch, from_weights
    from jepamine.manim.code_model.lm_module import LayoutLm

    if weights == "scratch":
        return LayoutLm(from_scratch(hidden_dim, layers, heads, feed_forward), conditioning)
    return LayoutLm(from_weights(weights), conditioning)
