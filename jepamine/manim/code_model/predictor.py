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
    """A `jepamine.manim.code_model.protocol.CodePredictor`.

    `weights` name a causal language model of transformers, on the hub or in a folder. It stays frozen, and
    is not stored with the run; the encoder of layouts is what trains. The word "scratch" makes a small Qwen2
    instead (`hidden_dim` dimensions, `layers`, `heads`, `feed_forward`), which trains along and is stored.

    The layout is always in the prompt, as constraints; a decoder takes no cross-attention, so `conditioning`
    says how it is told besides: "prompt-only" not at all; "prefix" by one embedding an object before the
    prompt; "lines" by a vector added, through a gate that starts near 0, on the embeddings of all tokens of
    the object's line, in the prompt and in the code; "slots" as "lines", with the numbers of places left
    open in the code, which the framework then fills in. Raises UserError where weights cannot be had whole.
    """
    from jepamine.manim.code_model.lm_language import from_scratch, from_weights
    from jepamine.manim.code_model.lm_module import LayoutLm

    if weights == "scratch":
        return LayoutLm(from_scratch(hidden_dim, layers, heads, feed_forward), conditioning)
    return LayoutLm(from_weights(weights), conditioning)
