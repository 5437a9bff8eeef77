"""The names of the 20 types of objects."""

from __future__ import annotations

from typing import Any

from jepamine.manim.scenes.phrases import NOUNS

# Further names -> (type, traits); where the several are not the one and an s, they stand after a slash.
_NOUNS = {
    "circle": {"disc": "filled", "disk": "filled"},
    "rectangle": {"box/boxes": "box", "block": "box", "bar": "", "rounded rectangle": ""},
    "polygon": {"pentagon": "5", "hexagon": "6", "heptagon": "7", "octagon": "8"},
    "line": {"line segment": "", "segment": ""},
    "dashed_line": {"dotted line": ""},
    "arrow": {"vector": ""},
    "double_arrow": {"two headed arrow": ""},
    "arc": {"semicircle": "", "half circle": ""},
    "annulus": {"donut": ""},
    "text": {
        "label": "label", "caption": "label", "word": "", "letter": "", "sentence": "", "number": "",
        "equation": "", "formula/formulas": "", "title": "title", "heading": "title", "headline": "title",
    },
    "axes": {"axes/axes": "", "coordinate axes/coordinate axes": "", "pair of axes/pairs of axes": ""},
    "number_plane": {"coordinate plane": ""},
    "function_graph": {
        "graph": "", "plot": "", "function": "", "sine function": "", "graph of a sine function": "",
        "graph of a function": "", "graph of the sine function": "", "cosine function": "cosine",
        "graph of a parabola": "parabola", "sine wave": "", "sine curve": "", "sine": "", "wave": "",
        "cosine": "cosine", "cosine curve": "cosine", "cosine wave": "cosine", "parabola": "parabola",
    },
}  # fmt: skip


def nouns() -> dict[tuple[str, ...], tuple[tuple[str, Any], ...]]:
    """A name's words -> ("noun", (type, trait or "", whether it is several))."""
    found: dict[tuple[str, ...], tuple[tuple[str, Any], ...]] = {}

    def say(words: str, type_: str, trait: str, several: bool) -> None:
        found[tuple(words.replace("-", " ").split())] = (("noun", (type_, trait, several)),)

    for type_, pairs in NOUNS.items():
        for one, several in pairs:
            say(one, type_, "", False)
            say(several, type_, "", True)
    for type_, names in _NOUNS.items():
        for words, trait in names.items():
            one, _, plural = words.partition("/")
            say(plural or f"{one}s", type_, trait, True)
            say(one, type_, trait, False)
    return found
