"""Writing code token by token, each told the object on whose line it stands."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import torch

from jepamine.manim.code_model.layout_lm_told import rows_of
from jepamine.manim.code_model.lm_language import likeliest
from jepamine.manim.code_model.prompt import prompt
from jepamine.manim.code_model.token_context import about
from jepamine.manim.code_model.written import LAST
from jepamine.manim.layouts import Layout

if TYPE_CHECKING:
    from jepamine.manim.code_model.lm_module import LayoutLm

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
        # Of a character that several tokens spell this makes several: it is read for its line breaks alone.
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
