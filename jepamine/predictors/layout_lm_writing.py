"""Writing code token by token, each told the object on whose line it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from jepamine.code_task.prompt import prompt
from jepamine.code_task.written import LAST
from jepamine.layouts import Layout
from jepamine.predictors.layout_lm_language import likeliest

if TYPE_CHECKING:
    from jepamine.predictors.layout_lm_module import LayoutLm

#: A line of more tokens than this beside those of its line in the prompt is no good, and ends the code.
LONGEST_LINE = 160
#: How freely later attempts draw.
TEMPERATURE = 0.5


@torch.inference_mode()
def write(predictor: LayoutLm, layout: Layout, description: str, attempt: int) -> str:
    """What a model writes behind the prompt of a layout, until the line that shows the objects is done.

    Attempt 0 is greedy; others draw, seeded by their number.
    """
    language = predictor.language
    draw = torch.Generator().manual_seed(attempt)
    temperature = TEMPERATURE if attempt else 0.0
    device = predictor.gate.device
    count = len(layout.objects)
    before = predictor.told(layout, prompt(layout, description))
    lengths = [before.owners.count(owner) for owner in range(1, count + 1)]
    longest = LONGEST_LINE + max(lengths, default=0)
    vectors = predictor.vectors([layout])

    embedded = predictor.embed(
        torch.tensor([before.tokens], device=device), torch.tensor([before.owners], device=device), vectors
    )
    prefix = predictor.prefix(vectors)
    if prefix is not None:
        embedded = torch.cat([prefix, embedded], dim=1)
    cache = None
    tokens: list[int] = []
    line: list[int] = []
    number = 0
    while len(line) < longest:
        answer = language.model(
            inputs_embeds=embedded, past_key_values=cache, use_cache=True, logits_to_keep=1
        )
        cache = answer.past_key_values
        token = likeliest(answer.logits[0, -1], temperature, draw)
        if token in language.ends:
            break
        tokens.append(token)
        breaks = language.tokens.decode([token]).count("\n")
        if breaks:
            said = language.tokens.decode(line).strip()
            if said.startswith(LAST.strip()) or number > count:
                break
            number += breaks
            line = []
        line.append(token)
        owner = number if number <= count else 0
        embedded = predictor.embed(
            torch.tensor([[token]], device=device), torch.tensor([[owner]], device=device), vectors
        )
    return language.tokens.decode(tokens)
