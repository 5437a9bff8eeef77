"""The module of the predictor `layout-lm`.

Shapes: N scenes, K = 10 objects, T tokens of prompt and code, D dimensions of an embedding.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor, nn

from jepamine.manim.code_model.code_examples import Example
from jepamine.manim.code_model.code_grammar import Constraint, constraint, require_llguidance
from jepamine.manim.code_model.lm_language import Language, next_token, trainable_part
from jepamine.manim.code_model.lm_objects import ObjectEncoder, features_of, rows_of, token_context
from jepamine.manim.code_model.prompt import LAST, body, complete_code, prompt
from jepamine.manim.generators.protocol import Generated
from jepamine.manim.layouts import Layout

Conditioning = Literal["slots", "lines", "prefix", "prompt-only"]
# About the scale of a language model's embeddings, relative to vectors of variance 1.
FIRST_GATE = 0.02
# The batch size; batches hold scenes of similar length.
TOGETHER = 8
#: A line with this many more tokens than the longest object's line in the prompt ends the code.
LONGEST_LINE = 160
#: The sampling temperature of later attempts.
TEMPERATURE = 0.5


class LayoutLm(nn.Module):
    """A causal language model conditioned on a layout, by its prompt and by a vector for each object.

    A frozen model is not part of `state_dict` and `parameters`: the recipe names it.
    """

    def __init__(self, language: Language, conditioning: Conditioning) -> None:
        super().__init__()
        self.conditioning = conditioning
        self.slots = conditioning == "slots"
        self.trained = trainable_part(language)
        # In a list, so that a frozen model is not registered as a submodule.
        self._language = [language]
        has_vectors = conditioning != "prompt-only"
        self.objects = ObjectEncoder(language.dim) if has_vectors else None
        self.gate = nn.Parameter(torch.full((language.dim,), FIRST_GATE) if has_vectors else torch.zeros(1))

    @property
    def language(self) -> Language:
        return self._language[0]

    def _apply(self, fn: Callable[..., Any], recurse: bool = True) -> LayoutLm:
        if self.language.frozen:
            self.language.model._apply(fn)
        super()._apply(fn, recurse)  # type: ignore[no-untyped-call]
        return self

    def vectors(self, layouts: Sequence[Layout]) -> Tensor | None:
        """Return gated vectors (N, 1 + K, D), with row 0 all 0.

        None if the prompt is the only conditioning.
        """
        if self.objects is None:
            return None
        device = self.gate.device
        features = torch.stack([features_of(layout) for layout in layouts]).to(device)
        present = features.any(dim=2, keepdim=True)
        vectors = self.gate * self.objects(features) * present
        return torch.cat([torch.zeros_like(vectors[:, :1]), vectors], dim=1)

    def embed(self, rows: Tensor, vectors: Tensor | None) -> Tensor:
        """Return conditioned embeddings (N, T, D) of `rows_of`, int64 (N, 3, T)."""
        tokens, owners, characters = rows.unbind(1)
        embedded: Tensor = self.language.model.get_input_embeddings()(tokens)
        if vectors is None or self.objects is None or self.conditioning == "prefix":
            return embedded
        chosen = vectors.gather(1, owners[..., None].expand(-1, -1, vectors.shape[2]))
        conditioning: Tensor = chosen + self.gate * self.objects.characters(characters)
        return embedded + conditioning.to(embedded.dtype)

    def prefix(self, vectors: Tensor | None) -> Tensor | None:
        """Return the embeddings before the prompt's, (N, K, D); None if there are none."""
        if vectors is None or self.conditioning != "prefix":
            return None
        return vectors[:, 1:].to(self.language.model.get_input_embeddings().weight.dtype)

    def read(self, layout: Layout, text: str) -> Tensor:
        """Tokenize a prompt or a body and return its `rows_of`, int64 (3, T)."""
        tokens, starts = self.language.tokens.encode(text)
        count = len(layout.objects)
        return rows_of(layout, tokens, [token_context(text[: start + 1], count) for start in starts])

    def loss(self, examples: Sequence[Example]) -> Tensor:
        """Return the mean next-token loss over the bodies of scenes, in nats per token."""
        scenes = []
        for example in examples:
            before = self.read(example.layout, prompt(example.layout, example.description))
            after = self.read(example.layout, body(example.layout, example.expressions, self.slots))
            scenes.append((example.layout, before, after))
        scenes.sort(key=lambda scene: scene[1].shape[1] + scene[2].shape[1])
        sums = [self._sum(scenes[start : start + TOGETHER]) for start in range(0, len(scenes), TOGETHER)]
        count = sum(after.shape[1] for _, _, after in scenes)
        # A frozen model with a prompt only has no other parameter than the gate, which needs a gradient.
        return torch.stack(sums).sum() / count + 0 * self.gate.sum()

    def _sum(self, scenes: Sequence[tuple[Layout, Tensor, Tensor]]) -> Tensor:
        device = self.gate.device
        length = max(before.shape[1] + after.shape[1] for _, before, after in scenes)
        rows = torch.zeros(len(scenes), 3, length, dtype=torch.int64)
        targets = torch.full((len(scenes), length), -100)
        for number, (_, before, after) in enumerate(scenes):
            middle, end = before.shape[1], before.shape[1] + after.shape[1]
            rows[number, :, :middle], rows[number, :, middle:end] = before, after
            targets[number, middle - 1 : end - 1] = rows[number, 0, middle:end]
        vectors = self.vectors([layout for layout, _, _ in scenes])
        embedded = self.embed(rows.to(device), vectors)
        prefix = self.prefix(vectors)
        if prefix is not None:
            embedded = torch.cat([prefix, embedded], dim=1)
        # Padding is at the end, where no token attends to it: no mask is needed.
        first = min(before.shape[1] for _, before, _ in scenes) - 1
        keep = length - first
        logits = self.language.model(
            inputs_embeds=embedded, use_cache=False, logits_to_keep=keep
        ).logits.float()
        return nn.functional.cross_entropy(
            logits.flatten(0, 1), targets[:, first:].flatten().to(device), ignore_index=-100, reduction="sum"
        )

    def generate(self, layout: Layout, description: str, *, attempt: int = 0) -> Generated:
        """Write code for a layout, as in `jepamine.manim.code_model.causal_lm.CodePredictor`."""
        return complete_code(write(self, layout, description, attempt), layout)

    def by_grammar(self) -> ByGrammar:
        """Return this predictor held to the grammar of code. Raises UserError without llguidance."""
        require_llguidance()
        return ByGrammar(self)


@dataclass(frozen=True)
class ByGrammar:
    """A predictor whose code always parses, has a line for each object and uses known names alone."""

    predictor: LayoutLm

    def loss(self, examples: Sequence[Example]) -> Tensor:
        """Return the predictor's own loss."""
        return self.predictor.loss(examples)

    def generate(self, layout: Layout, description: str, *, attempt: int = 0) -> Generated:
        """Write code by the grammar."""
        guide = constraint(self.predictor.language, layout, self.predictor.slots)
        return complete_code(write(self.predictor, layout, description, attempt, guide), layout)


@torch.inference_mode()
def write(
    predictor: LayoutLm, layout: Layout, description: str, attempt: int, guide: Constraint | None = None
) -> str:
    """Continue the prompt of a layout up to the end of the line that shows the objects.

    Attempt 0 is greedy; others sample, with their number as the seed. `guide` leaves only the tokens of a
    grammar, whose texts all end.
    """
    language = predictor.language
    draw = torch.Generator().manual_seed(attempt)
    temperature = TEMPERATURE if attempt else 0.0
    device = predictor.gate.device
    count = len(layout.objects)
    before = predictor.read(layout, prompt(layout, description))
    lengths = Counter(owner for owner in before[1].tolist() if owner)
    longest = LONGEST_LINE + max(lengths.values(), default=0)
    vectors = predictor.vectors([layout])
    embedded = predictor.embed(before[None].to(device), vectors)
    prefix = predictor.prefix(vectors)
    if prefix is not None:
        embedded = torch.cat([prefix, embedded], dim=1)
    cache = None
    tokens: list[int] = []
    text, since = "", 0
    while guide is not None or since < longest:
        answer = language.model(
            inputs_embeds=embedded, use_cache=True, logits_to_keep=1, **{language.cache: cache}
        )
        cache = answer[language.cache]
        logits = answer.logits[0, -1]
        token = next_token(logits if guide is None else guide.masked(logits), temperature, draw)
        if token in language.ends:
            break
        if guide is not None:
            guide.take(token)
        tokens.append(token)
        # A character spelled by several tokens decodes to several here: only line breaks are read from it.
        piece = language.tokens.decode([token])
        if guide is not None and guide.complete:
            break
        if "\n" in piece and guide is None:
            if text[text.rfind("\n") + 1 :].lstrip().startswith(LAST) or text.count("\n") > count:
                break
            since = 0
        since += 1
        rows = rows_of(layout, [token], [token_context(text + piece[:1], count)])
        embedded = predictor.embed(rows[None].to(device), vectors)
        text += piece
    return language.tokens.decode(tokens)
