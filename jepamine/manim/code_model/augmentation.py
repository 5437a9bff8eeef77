"""Augment scenes with other texts and colours, so that a model copies them from the layout.

The dataset has only about seventy words and twelve colours, which a model would otherwise memorize.
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
# No apostrophe, which would end the text in the description. Non-ASCII letters are escapes in the code.
_MARKS = string.punctuation.replace("'", "") + "äéñößüΔπ°"
LONGEST_WORD, MOST_WORDS = 9, 4
# The share of words with a punctuation mark or a non-ASCII letter.
MARKED = 0.15


def augment(example: Example, words: float, colours: float) -> Example:
    """Return the example with other texts and other colours in these shares of objects.

    The changes are consistent in the layout, the description (texts only) and the code. Draws from torch's
    generator, whose state checkpoints hold.
    """
    rng = random.Random(int(torch.randint(2**31, ())))
    objects = list(example.layout.objects)
    expressions = list(example.expressions)
    description = example.description
    for line, place in enumerate(order_of(example.layout)):
        item = objects[place]
        if item.text and rng.random() < words:
            text = _random_text(rng)
            description = description.replace(f"'{item.text}'", f"'{text}'")
            expressions[line] = expressions[line].replace(json.dumps(item.text), json.dumps(text))
            (wide, high), (width, height) = text_extent(text), text_extent(item.text)
            wide, high = item.width * wide / width, item.height * high / height
            item = replace(item, text=text, width=wide, height=high)
        if item.color and rng.random() < colours:
            item, expressions[line] = _recoloured(rng, item, expressions[line])
        objects[place] = item
    return Example(Layout(tuple(objects)), description, tuple(expressions))


def _random_text(rng: random.Random) -> str:
    words = []
    for _ in range(rng.choice([1, 1, 1, *range(1, MOST_WORDS + 1)])):
        letters = rng.choices(_LETTERS, k=rng.randint(1, LONGEST_WORD))
        if rng.random() < MARKED:
            letters[rng.randrange(len(letters))] = rng.choice(_MARKS)
        words.append("".join(letters))
    return " ".join(words)


def _recoloured(rng: random.Random, item: Object, code: str) -> tuple[Object, str]:
    old = colour_name(item.color)
    pattern = rf"(?<![\w\"]){old}(?![\w\"])"
    if not re.search(pattern, code):
        return item, code
    new = rng.choice(list(PALETTE))
    return replace(item, color=PALETTE[new][0]), re.sub(pattern, new, code)
