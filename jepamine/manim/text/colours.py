"""Colour words: those of descriptions, Manim's own names, and the names of CSS."""

from __future__ import annotations

import re
from functools import cache

from jepamine.manim.engine.palette import PALETTE

_CAMEL = re.compile(r"^(dark|deep|light|medium|pale|hot|lawn|spring|forest|sky|royal|navy|sea)(?=.)")
_SPELLED = {"gray": "grey", "violet": "purple", "magenta": "pink", "golden": "gold"}


@cache
def colour_words() -> dict[tuple[str, ...], str]:
    """Words, each in lower case -> "#RRGGBB". What descriptions call "red" is Manim's RED."""
    from PIL import ImageColor

    found: dict[tuple[str, ...], str] = {}
    for name, value in ImageColor.colormap.items():
        # Pillow's table also holds values for some names.
        plain = value if isinstance(value, str) else "#{:02x}{:02x}{:02x}".format(*value)
        found[(name,)] = plain.upper()
        if shaded := _CAMEL.match(name):
            found[(shaded[1], name[shaded.end() :])] = plain.upper()
    usual: dict[str, str] = {}
    for name, (value, word) in PALETTE.items():
        usual.setdefault(word, value)
        found[(name.lower(),)] = value
        shade = {"A": "light", "E": "dark"}.get(name.rpartition("_")[2])
        if shade:
            found[(shade, word)] = value
    found |= {(word,): value for word, value in usual.items()}
    for other, word in _SPELLED.items():
        found |= {(*words[:-1], other): value for words, value in list(found.items()) if words[-1] == word}
    return found
