"""The module of the predictor `layout-lm`.

Legend of shapes: N scenes, K = 10 objects, T tokens of prompt and code, D dimensions of an embedding.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Literal

import torch
from torch import Tensor, nn

from jepamine.manim.code_model.examples import Example
from jepamine.manim.code_model.lm_language import Language, held, likeliest
from jepamine.manim.code_model.lm_objects import ObjectEncoder, features_of
from jepamine.manim.code_model.prompt import LAST, body, finished, prompt
from jepamine.manim.code_model.token_context import about, rows_of
from jepamine.manim.generators.protocol import Generated
from jepamine.manim.layouts import Layout

#: A line of more tokens than this beside those of its line in the prompt is broken, and ends the code.
LONGEST_LINE = 160
#: The temperature of later attempts.
TEMPERATURE = 0.5


@torch.inference_mode()
def write(predictor: LayoutLm, layout: Layout, description: str, attempt: int) -> str:
    """Write a model's continuation of a layout's prompt, up to the line that shows the objects.

    Attempt 0 is greedy; others sample, seeded by their number.
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
    while since < longest:
        answer = language.model(
            inputs_embeds=embedded, past_key_values=cache, use_cache=True, logits_to_keep=1
        )
        cache = answer.past_key_values
        token = likeliest(answer.logits[0, -1], temperature, draw)
        if token in language.ends:
            break
        tokens.append(token)
        # A character spelled by several tokens is decoded as several: only its line breaks are used.
        piece = language.tokens.decode([token])
        if "\n" in piece:
            if text[text.rfind("\n") + 1 :].lstrip().startswith(LAST) or text.count("\n") > count:
                break
            since = 0
        since += 1
        rows = rows_of(layout, [token], [about(text + piece[:1], count)])
        embedded = predictor.embed(rows[None].to(device), vectors)
        text += piece
    return language.tokens.decode(tokens)


Conditioning = Literal["slots", "lines", "prefix", "prompt-only"]
# About the size of a language model's embeddings, beside vectors of variance 1.
FIRST_GATE = 0.02
# Scenes of similar length go through the model together, this many at a time.
TOGETHER = 8


class LayoutLm(nn.Module):
    """A causal language model that is given a layout: in its prompt, and by a vector for each object.

    A frozen model is not part of `state_dict` and `parameters`: the recipe names it.
    """

    def __init__(self, language: Language, conditioning: Conditioning) -> None:
        super().__init__()
        self.conditioning = conditioning
        self.slots = conditioning == "slots"
        self.trained = held(language)
        # In a list, so that a frozen model does not become a part of this module.
        self._language = [language]
        conditioned = conditioning != "prompt-only"
        self.objects = ObjectEncoder(language.dim) if conditioned else None
        self.gate = nn.Parameter(torch.full((language.dim,), FIRST_GATE) if conditioned else torch.zeros(1))

    @property
    def language(self) -> Language:
        return self._language[0]

    def _apply(self, fn: Callable[..., Any], recurse: bool = True) -> LayoutLm:
        if self.language.frozen:
            self.language.model._apply(fn)
        super()._apply(fn, recurse)  # type: ignore[no-untyped-call]
        return self

    def vectors(self, layouts: Sequence[Layout]) -> Tensor | None:
        """Return gated vectors (N, 1 + K, D), row 0 all 0; None if only the prompt is used."""
        if self.objects is None:
            return None
        device = self.gate.device
        features = torch.stack([features_of(layout) for layout in layouts]).to(device)
        present = features.any(dim=2, keepdim=True)
        vectors = self.gate * self.objects(features) * present
        return torch.cat([torch.zeros_like(vectors[:, :1]), vectors], dim=1)

    def embed(self, rows: Tensor, vectors: Tensor | None) -> Tensor:
        """Return embeddings (N, T, D) of tokens with their objects' vectors.

        Int64 (N, 3, T) as of `rows_of`.
        """
        tokens, owners, characters = rows.unbind(1)
        embedded: Tensor = self.language.model.get_input_embeddings()(tokens)
        if vectors is None or self.objects is None or self.conditioning == "prefix":
            return embedded
        chosen = vectors.gather(1, owners[..., None].expand(-1, -1, vectors.shape[2]))
        vectors_of_tokens: Tensor = chosen + self.gate * self.objects.characters(characters)
        return embedded + vectors_of_tokens.to(embedded.dtype)

    def prefix(self, vectors: Tensor | None) -> Tensor | None:
        """Return the embeddings before the prompt's: (N, K, D); None without."""
        if vectors is None or self.conditioning != "prefix":
            return None
        return vectors[:, 1:].to(self.language.model.get_input_embeddings().weight.dtype)

    def read(self, layout: Layout, text: str) -> Tensor:
        """Return the tokens of a prompt or of a body, as `rows_of` does: int64 (3, T)."""
        tokens, starts = self.language.tokens.encode(text)
        count = len(layout.objects)
        return rows_of(layout, tokens, [about(text[: start + 1], count) for start in starts])

    def loss(self, examples: Sequence[Example]) -> Tensor:
        """Return the mean next-token loss over the bodies of scenes, nats per token."""
        rows = []
        for example in examples:
            before = self.read(example.layout, prompt(example.layout, example.description))
            after = self.read(example.layout, body(example.layout, example.expressions, self.slots))
            rows.append((example.layout, before, after))
        rows.sort(key=lambda row: row[1].shape[1] + row[2].shape[1])
        sums = [self._sum(rows[start : start + TOGETHER]) for start in range(0, len(rows), TOGETHER)]
        count = sum(after.shape[1] for _, _, after in rows)
        # With prompt-only and a frozen model the gate alone is trained, without effect.
        return torch.stack(sums).sum() / count + 0 * self.gate.sum()

    def _sum(self, examples: Sequence[tuple[Layout, Tensor, Tensor]]) -> Tensor:
        device = self.gate.device
        length = max(before.shape[1] + after.shape[1] for _, before, after in examples)
        rows = torch.zeros(len(examples), 3, length, dtype=torch.int64)
        targets = torch.full((len(examples), length), -100)
        for number, (_, before, after) in enumerate(examples):
            middle, end = before.shape[1], before.shape[1] + after.shape[1]
            rows[number, :, :middle], rows[number, :, middle:end] = before, after
            targets[number, middle - 1 : end - 1] = rows[number, 0, middle:end]
        vectors = self.vectors([layout for layout, _, _ in examples])
        embedded = self.embed(rows.to(device), vectors)
        prefix = self.prefix(vectors)
        if prefix is not None:
            embedded = torch.cat([prefix, embedded], dim=1)
        # Padding comes last: no token attends to it, so no mask is needed.
        first = min(before.shape[1] for _, before, _ in examples) - 1
        keep = length - first
        logits = self.language.model(
            inputs_embeds=embedded, use_cache=False, logits_to_keep=keep
        ).logits.float()
        return nn.functional.cross_entropy(
            logits.flatten(0, 1), targets[:, first:].flatten().to(device), ignore_index=-100, reduction="sum"
        )

    def generate(self, layout: Layout, description: str, *, attempt: int = 0) -> Generated:
        """Write code for a layout, as `jepamine.manim.code_model.protocol.CodePredictor` requires."""
        return finished(write(self, layout, description, attempt), layout)
