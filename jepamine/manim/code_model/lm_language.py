"""Language models with tokenizers: pretrained from a hub or a folder, or small and trained from scratch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import nn

from jepamine.encoders.checkpoint import load_whole
from jepamine.encoders.inference import freeze
from jepamine.errors import UserError
from jepamine.manim.code_model.lm_vocabulary import Vocabulary

KEY = "predictor.weights"


class Tokens(Protocol):
    """A tokenizer."""

    def encode(self, text: str) -> tuple[list[int], list[int]]:
        """Return the tokens of a text, and the offset at which each begins."""
        ...

    def decode(self, tokens: list[int]) -> str:
        """Return the text of tokens."""
        ...


@dataclass(frozen=True)
class Language:
    """A causal language model of transformers.

    `frozen`: it is not trained. `ends`: tokens that end a text.
    """

    model: Any
    tokens: Tokens
    frozen: bool
    ends: frozenset[int] = frozenset()

    @property
    def dim(self) -> int:
        """Return the dimension of its embeddings."""
        return int(self.model.get_input_embeddings().weight.shape[1])


def from_scratch(hidden_dim: int, layers: int, heads: int, feed_forward: int) -> Language:
    """Return a small Qwen2, initialized from torch's generator."""
    import transformers

    if hidden_dim % (2 * heads):
        raise UserError(
            f"predictor.hidden_dim: {hidden_dim} is not a multiple of twice the {heads} heads; "
            f"use {hidden_dim // (2 * heads) * 2 * heads or 2 * heads}"
        )
    tokens = Vocabulary()
    config = transformers.Qwen2Config(
        vocab_size=tokens.size,
        hidden_size=hidden_dim,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=heads,
        intermediate_size=feed_forward,
        tie_word_embeddings=True,
        initializer_range=hidden_dim**-0.5,
        bos_token_id=None,
        eos_token_id=None,
    )
    return Language(transformers.Qwen2ForCausalLM(config), tokens, frozen=False)


def from_weights(weights: str) -> Language:
    """Return the frozen model called `weights` with its tokenizer.

    Raises UserError, with the next step, if either is missing or incomplete.
    """
    import transformers

    auto = transformers.AutoModelForCausalLM
    model = freeze(
        load_whole(weights, transformers.AutoConfig, auto, "causal language model", _spare, key=KEY)
    )
    tokenizer = _tokenizer(weights)
    ends = {tokenizer.eos_token_id, model.config.eos_token_id}
    return Language(model, _Pretrained(tokenizer), True, frozenset(ends - {None}))


@dataclass(frozen=True)
class _Pretrained:
    tokenizer: Any

    def encode(self, text: str) -> tuple[list[int], list[int]]:
        encoding = self.tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
        return list(encoding["input_ids"]), [start for start, _ in encoding["offset_mapping"]]

    def decode(self, tokens: list[int]) -> str:
        return str(self.tokenizer.decode(tokens, clean_up_tokenization_spaces=False))


def _spare(layer: str) -> bool:
    return layer.endswith("rotary_emb.inv_freq")


def _tokenizer(weights: str) -> Any:
    import transformers
    from transformers.utils.hub import cached_file

    # Only tokenizers from this file give offsets; without it transformers would construct one.
    if not cached_file(weights, "tokenizer.json", _raise_exceptions_for_missing_entries=False):
        raise UserError(f"{KEY}: '{weights}' has no tokenizer.json; download the whole checkpoint")
    return transformers.AutoTokenizer.from_pretrained(weights, use_fast=True, trust_remote_code=False)


def trainable_part(language: Language) -> nn.Module | None:
    """Return the part of a model that is trained and stored with the predictor; None if it is frozen."""
    # Without the head, which shares the embeddings' weights and would store them twice.
    return None if language.frozen else language.model.base_model


def next_token(logits: torch.Tensor, temperature: float, draw: torch.Generator) -> int:
    """Return a token for logits (V,): the most likely at temperature 0, else a sample."""
    if temperature == 0:
        return int(logits.argmax())
    shares = (logits.float() / temperature).softmax(0).cpu()
    return int(torch.multinomial(shares, 1, generator=draw))
