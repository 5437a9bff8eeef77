"""Hold a language model to a grammar of Manim code: whatever tokens it chooses are a whole program."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch

from jepamine.errors import UserError
from jepamine.manim.code_model.lm_language import Language, Pretrained, Vocabulary
from jepamine.manim.code_model.prompt import INDENT, LAST, SLOT, variables
from jepamine.manim.engine.palette import PALETTE
from jepamine.manim.layouts import Layout

_EXPRESSIONS = Path(__file__).with_suffix(".lark")


def grammar_of(layout: Layout, slots: bool) -> str:
    """Return the Lark grammar of the bodies for a layout.

    A line assigns each of its objects, by name and in drawing order, and the last one shows them.
    """
    names = variables(layout)
    lines = [f'"{_escaped(INDENT + name)} = " expression ".move_to(" place ")"' for name in names]
    last = _escaped(f"{INDENT}{LAST}{', '.join(names)})\n")
    # The longest first, so that no name is taken for the beginning of another.
    colours = "|".join(sorted(PALETTE, key=len, reverse=True))
    return "\n".join(
        [
            f'start: {" ".join(lines)} "{last}"',
            f'place: "{SLOT}"' if slots else "place: vector",
            f"COLOUR: /{colours}/",
            _EXPRESSIONS.read_text(),
        ]
    )


def _escaped(text: str) -> str:
    return text.replace("\n", "\\n")


def require_llguidance() -> None:
    """Raise UserError if llguidance, which applies grammars to tokens, is not installed."""
    if find_spec("llguidance") is None:
        raise UserError(
            "--set grammar=true needs the package llguidance: pip install 'jepamine[grammar]', "
            "or leave it out"
        )


@dataclass(frozen=True)
class Constraint:
    """The tokens that may follow those chosen so far. `matcher` is llguidance's."""

    matcher: Any

    @property
    def complete(self) -> bool:
        """Return whether the body is complete: nothing may follow it."""
        return bool(self.matcher.is_stopped())

    def masked(self, logits: torch.Tensor) -> torch.Tensor:
        """Return logits (V,) with those of forbidden tokens at minus infinity."""
        allowed = torch.frombuffer(bytearray(self.matcher.compute_logit_bias()), dtype=torch.uint8)
        forbidden = torch.ones(len(logits), dtype=torch.bool)
        count = min(len(allowed), len(logits))
        forbidden[:count] = allowed[:count] == 0
        return logits.masked_fill(forbidden.to(logits.device), float("-inf"))

    def take(self, token: int) -> None:
        """Go on after a token that was allowed. Raises RuntimeError for another."""
        if not self.matcher.consume_token(token):
            raise RuntimeError(f"token {token} is outside the grammar: {self.matcher.get_error()}")


def constraint(language: Language, layout: Layout, slots: bool) -> Constraint:
    """Return the constraint of a body for a layout, at its beginning. Raises UserError without llguidance."""
    require_llguidance()
    from llguidance import LLMatcher

    matcher = LLMatcher(_tokenizer(language), LLMatcher.grammar_from_lark(grammar_of(layout, slots)))
    if matcher.is_error():
        raise RuntimeError(f"the grammar of Manim code: {matcher.get_error()}")
    return Constraint(matcher)


@cache
def _tokenizer(language: Language) -> Any:
    """Return a model's tokenizer for llguidance, which takes a second to build from 50,000 tokens."""
    from llguidance import LLTokenizer, TokenizerWrapper
    from llguidance.hf import from_tokenizer

    if isinstance(language.tokens, Vocabulary):
        return LLTokenizer(TokenizerWrapper(_Bytes(language.tokens)))
    assert isinstance(language.tokens, Pretrained), "there are two kinds of tokenizers"
    size = int(language.model.get_input_embeddings().weight.shape[0])
    return from_tokenizer(language.tokens.tokenizer, n_vocab=size)


class _Bytes:
    """What llguidance asks of a tokenizer: the bytes of its tokens, and an end, which is beyond them."""

    bos_token_id = None

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self.eos_token_id = vocabulary.size
        pieces = [piece.encode() for piece in vocabulary.pieces]
        self.tokens = [*(bytes([byte]) for byte in range(256)), *pieces, b"<end>"]
        self.special_token_ids = [self.eos_token_id]

    def __call__(self, text: bytes) -> list[int]:
        return self._vocabulary.encode(text.decode("utf-8", "replace"))[0]
