"""Language models with tokenizers: pretrained from a hub or a folder, or small and trained from scratch."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import nn

from jepamine.encoders.checkpoint import load_whole
from jepamine.encoders.frozen import freeze
from jepamine.errors import UserError
from jepamine.manim.code_model.prompt import HEADER, INDENT, LAST

# Weights depend on the order: append new pieces at the end.
_TYPES = (
    "circle square rectangle triangle ellipse dot star polygon line dashed_line arrow double_arrow arc "
    "annulus text number_line axes number_plane function_graph brace"
)
_COLOURS = (
    "RED RED_A RED_E PURE_RED BLUE BLUE_A BLUE_E BLUE_D PURE_BLUE GREEN GREEN_A GREEN_E PURE_GREEN YELLOW "
    "YELLOW_E PURE_YELLOW ORANGE GOLD GOLD_E PURPLE PURPLE_E PINK TEAL TEAL_E MAROON MAROON_E GRAY GRAY_D "
    "WHITE BLACK"
)
_WORDS = (
    "the a an and of to in at on by from within inside above below under behind front partly covering "
    "covered left right top bottom upper lower centre middle row column grid coloured another small large "
    "one two three four five six seven eight nine ten red blue green yellow orange gold purple pink teal "
    "maroon grey white black circle circles square squares rectangle rectangles triangle triangles ellipse "
    "ellipses oval ovals dot dots point points star stars polygon polygons straight line lines dashed arrow "
    "arrows double double-headed arc arcs annulus annuli ring rings text texts number set sets axes "
    "coordinate system systems plane planes grids function graph graphs curve curves brace braces curly"
)
_CODE = (
    *("\n# ", "# ", ": ", "] ", " x ", f"\n{HEADER}", INDENT, f"{INDENT}{LAST}"),
    *(", ", " = ", ")", "<x>, <y>"),
    *(").move_to([", "]).move_to([", " * DEGREES).move_to([", ".move_to([", ", 0])", ", 0]", ", 0], "),
    *(").rotate(", ").scale(", ").set_color(", ", color=", "color=", ", stroke_width=", ", fill_opacity="),
    *(", fill_color=", ", height=", ", width=", ", radius=", " = Circle(radius=", " = Square(side_length="),
    *(" = Rectangle(width=", " = RoundedRectangle(corner_radius=", " = Triangle(radius=", " = Polygon(["),
    *(", 0], [", " = Ellipse(width=", " = Dot(radius=", " = Star(n=", ", outer_radius=", ", inner_radius="),
    *(" = RegularPolygon(n=", " = Annulus(inner_radius=", " = Line(ORIGIN, [", " = DashedLine(ORIGIN, ["),
    *(", 0], dash_length=", " = Arrow(ORIGIN, [", " = DoubleArrow(ORIGIN, [", ", 0], buff=0, color="),
    *(" = Arc(radius=", ", start_angle=", " * DEGREES, angle=", " * DEGREES, color=", ", 0.1], color="),
    *(" = FunctionGraph(lambda x: ", " * np.sin(", " * np.cos(", " * np.exp(", " * np.sqrt(x)", " * x)"),
    *(" * x**2", " * (x**3 - ", ", x_range=[", "x_range=[", "y_range=[", ", 0.1]", ", 1]", ", 1], y_range=["),
    *(", 1], x_length=", ", 1], length=", ", y_length=", ", tips=False", ", include_tip=True", ", length="),
    *(" = BraceBetweenPoints([", ", 0], direction=", "UP", "DOWN", "LEFT", "RIGHT"),
    *(" = NumberLine(x_range=[",),
    *(" = Axes(x_range=[", " = NumberPlane(x_range=[", ' = Text("', '")', '").scale(', '", color=', '" '),
    *(".stretch_to_fit_width(", ".stretch_to_fit_height(", ".scale_to_fit_width(", ".scale_to_fit_height("),
    *(" = Line([", " = DashedLine([", " = Arrow([", " = DoubleArrow([", ", weight=BOLD"),
)
# Text between double quotes on one line.
_QUOTED = r'(?<=")(?:[^"\\\n]|\\.)+(?=")'


class Vocabulary:
    """A tokenizer that can encode any text."""

    def __init__(self) -> None:
        words = [f" {word}" for word in _WORDS.split()]
        self.pieces = (*_TYPES.split(), *_COLOURS.split(), *_CODE, *words)
        self._number = {piece: 256 + place for place, piece in enumerate(self.pieces)}
        self.size = 256 + len(self.pieces)
        fits = sorted(self.pieces, key=len, reverse=True)
        # A piece that ends in a letter or digit matches whole words only.
        whole = {piece: "(?![A-Za-z])" if piece[-1].isalpha() else "(?![0-9])" for piece in fits}
        ends = {piece: whole[piece] if piece[-1].isalnum() else "" for piece in fits}
        self._pattern = re.compile(
            "|".join([_QUOTED, *(re.escape(piece) + ends[piece] for piece in fits)]) + "|.", re.DOTALL
        )

    def encode(self, text: str) -> tuple[list[int], list[int]]:
        """Return the tokens of a text, and the offset at which each begins."""
        tokens: list[int] = []
        starts: list[int] = []
        for match in self._pattern.finditer(text):
            number = self._number.get(match[0])
            if number is not None:
                tokens.append(number)
                starts.append(match.start())
                continue
            for place, character in enumerate(match[0], match.start()):
                encoded = character.encode("utf-8", "replace")
                tokens += encoded
                starts += [place] * len(encoded)
        return tokens, starts

    def decode(self, tokens: list[int]) -> str:
        """Return the text of tokens; invalid UTF-8 becomes U+FFFD."""
        content = b"".join(
            bytes([token]) if token < 256 else self.pieces[token - 256].encode() for token in tokens
        )
        return content.decode("utf-8", "replace")


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

    @property
    def cache(self) -> str:
        """Return its name for the keys and values of earlier tokens, which transformers 5.24 changed."""
        names = inspect.signature(self.model.forward).parameters
        return "cache" if "cache" in names else "past_key_values"


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


def from_weights(weights: str, revision: str | None = None) -> Language:
    """Return the frozen model called `weights` with its tokenizer; `revision` is one of the hub's.

    Raises UserError, with the next step, if either is missing or incomplete.
    """
    import transformers

    auto = transformers.AutoModelForCausalLM
    model = freeze(
        load_whole(
            weights,
            transformers.AutoConfig,
            auto,
            "causal language model",
            _spare,
            key=KEY,
            revision=revision,
        )
    )
    tokenizer = _tokenizer(weights, revision)
    ends = {tokenizer.eos_token_id, model.config.eos_token_id}
    return Language(model, Pretrained(tokenizer), True, frozenset(ends - {None}))


@dataclass(frozen=True)
class Pretrained:
    """A fast tokenizer of transformers."""

    tokenizer: Any

    def encode(self, text: str) -> tuple[list[int], list[int]]:
        """Return the tokens of a text, and the offset at which each begins."""
        encoding = self.tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
        return list(encoding["input_ids"]), [start for start, _ in encoding["offset_mapping"]]

    def decode(self, tokens: list[int]) -> str:
        """Return the text of tokens."""
        return str(self.tokenizer.decode(tokens, clean_up_tokenization_spaces=False))


def _spare(layer: str) -> bool:
    return layer.endswith("rotary_emb.inv_freq")


def _tokenizer(weights: str, revision: str | None) -> Any:
    import transformers
    from transformers.utils.hub import cached_file

    # Only tokenizers from this file give offsets; without it transformers would construct one.
    where = {"revision": revision}
    if not cached_file(weights, "tokenizer.json", **where, _raise_exceptions_for_missing_entries=False):
        raise UserError(f"{KEY}: '{weights}' has no tokenizer.json; download the whole checkpoint")
    return transformers.AutoTokenizer.from_pretrained(
        weights, **where, use_fast=True, trust_remote_code=False
    )


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
