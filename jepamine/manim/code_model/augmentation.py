"""Vary the words and colours of scenes: what comes from the layout must be copied, not memorised.

The dataset's texts have some seventy words, and its objects twelve colours; users' have others.
"""

from __future__ import annotations

import json
import random
import re
import string
from dataclasses import replace

import torch

from jepamine.manim.code_model.examples import Example
from jepamine.manim.code_model.prompt import colour_name, order_of
from jepamine.manim.engine.palette import PALETTE
from jepamine.manim.layouts import Layout, Object
from jepamine.manim.text.solve.sizes import text_extent

_LETTERS = string.ascii_lowercase * 4 + string.ascii_uppercase * 2 + string.digits
# An apostrophe would end the text in the description. Letters beyond ASCII are escapes in the code.
_MARKS = string.punctuation.replace("'", "") + "äéñößüΔπ°"
LONGEST_WORD, MOST_WORDS = 9, 4
# The share of words with a mark or a letter beyond ASCII in them.
MARKED = 0.15


def varied(example: Example, words: float, colours: float) -> Example:
    """Return the example with other texts, and other colours, for these shares of objects.

    Layout, description (texts only) and code stay consistent. Draws from torch's generator, which
    checkpoints hold.
    """
    rng = random.Random(int(torch.randint(2**31, ())))
    objects = list(example.layout.objects)
    expressions = list(example.expressions)
    description = example.description
    for line, place in enumerate(order_of(example.layout)):
        item = objects[place]
        if item.text and rng.random() < words:
            fresh = _text(rng)
            description = description.replace(f"'{item.text}'", f"'{fresh}'")
            expressions[line] = expressions[line].replace(json.dumps(item.text), json.dumps(fresh))
            (wide, high), (width, height) = text_extent(fresh), text_extent(item.text)
            wide, high = item.width * wide / width, item.height * high / height
            item = replace(item, text=fresh, width=wide, height=high)
        if item.color and rng.random() < colours:
            item, expressions[line] = _coloured(rng, item, expressions[line])
        objects[place] = item
    return Example(Layout(tuple(objects)), description, tuple(expressions))


def _text(rng: random.Random) -> str:
    words = []
    for _ in range(rng.choice([1, 1, 1, *range(1, MOST_WORDS + 1)])):
        letters = rng.choices(_LETTERS, k=rng.randint(1, LONGEST_WORD))
        if rng.random() < MARKED:
            letters[rng.randrange(len(letters))] = rng.choice(_MARKS)
        words.append("".join(letters))
    return " ".join(words)


def _coloured(rng: random.Random, item: Object, code: str) -> tuple[Object, str]:
    old = colour_name(item.color)
    pattern = rf"(?<![\w\"]){old}(?![\w\"])"
    if not re.search(pattern, code):
        return item, code
    new = rng.choice(list(PALETTE))
    return replace(item, color=PALETTE[new][0]), re.sub(pattern, new, code)
