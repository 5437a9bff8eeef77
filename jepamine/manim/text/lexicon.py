"""The phrases of descriptions, and their meanings."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from jepamine.manim.engine.palette import PALETTE
from jepamine.manim.scenes.phrases import COUNTS, NOUNS, RELATIONS
from jepamine.manim.text.lexicon_places import places, sides

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
    """Return a name's words -> ("noun", (type, trait or "", whether it is several))."""
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


#: A phrase's words in lower case -> (kind, meaning) of each of its parts.
Lexicon = dict[tuple[str, ...], tuple[tuple[str, Any], ...]]

_RELATIONS: dict[str | tuple[str, str], str] = {
    "left": "left to the left of|on the left of|on the left side of|at the left of",
    "right": "right to the right of|on the right of|on the right side of|at the right of",
    "above": "above|over|on top of|atop|higher than",
    "below": "below|under|beneath|underneath|lower than",
    "inside": "inside|inside of|within|into|enclosed by|inscribed in",
    "front": "in front of|partly covering|covering|overlapping|overlapping with|overlaps|partly covers|"
    "covers",
    "behind": "behind|partly covered by|covered by|hidden by|partly hidden by|partly behind",
    "amid": "surrounded by|ringed by|encircled by|circled by",
    "beside": "beside|next to|near|near to|close to|adjacent to|alongside|by the side of",
}
_SIDED = {
    ("above", "left"): "above and to the left of|above and left of|to the upper left of",
    ("above", "right"): "above and to the right of|above and right of|to the upper right of",
    ("below", "left"): "below and to the left of|below and left of|to the lower left of",
    ("below", "right"): "below and to the right of|below and right of|to the lower right of",
}
_ITS = {
    "left": "to its left|on its left|at its left|left of it|on its left side",
    "right": "to its right|on its right|at its right|on its right side",
    "above": "on top of it|over it",
    "below": "under it",
    "inside": "in it|inside it|in its centre|in its center|in its middle|at its centre|at its center",
    "beside": "by its side|at its side",
}
# "to the right" alone means of what was said before.
_OPEN = {"left": "to the left", "right": "to the right", "inside": "in the inside"}

_ARRANGED = {
    "row": "in a row|in one row|in a line|in line|side by side|next to each other|next to one another|"
    "beside each other|beside one another|horizontally|as a row|in a horizontal row|in a horizontal line",
    "column": "in a column|in one column|on top of each other|on top of one another|above each other|"
    "one above the other|one above another|one below the other|one below another|below each other|"
    "above one another|vertically|stacked|stacked vertically|in a stack|as a column|in a vertical line",
    "grid": "in a grid|as a grid",
}
_ORDER = {
    "row": "from left to right|left to right",
    "column": "from top to bottom|top to bottom",
    "grid": "row by row",
}
_FORMS = {"row": "row line", "column": "column stack", "grid": "grid matrix"}

_TRAITS = {
    "small": "small|smaller|tiny|little|mini|in small letters|in smaller letters|in small type",
    "large": "large|larger|big|bigger|huge|giant|in big letters|in large letters|in larger letters|"
    "in bigger letters|in big type|in large type",
    "dashed": "dashed|dotted",
    "filled": "filled|solid|filled in|shaded",
    "outlined": "outlined|hollow|empty|unfilled",
    "vertical": "vertical|upright|tall",
    "horizontal": "horizontal|level|wide",
    "up": "upward|upwards",
    "down": "downward|downwards",
    "left": "leftward|leftwards",
    "right": "rightward|rightwards",
    "diagonal": "diagonal|slanted|slanting|oblique",
    "": "regular|medium|medium sized|normal|simple|plain|single|whole|straight|curved|bold|"
    "in bold|in bold letters|in capital letters|in letters",
}

# More than ten are too many, which can only be told where the word is known.
_MANY = "eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty"
_OTHERS: dict[tuple[str, Any], str] = {
    ("article", "a"): "a|an|some",
    ("article", "another"): "another|one more|a second|a third|a further|a different",
    ("article", "the"): "the|this|these|those",
    ("count", 2): "both|a pair of|a couple of|pair of|couple of",
    ("count", 12): "a dozen|dozen",
    ("ordinal", 0): "first",
    ("ordinal", 1): "second",
    ("ordinal", 2): "third",
    ("ordinal", 3): "fourth",
    ("ordinal", -1): "last",
    ("ordinal", "other"): "other",
    ("one", None): "ones",
    ("pronoun", "it"): "it|itself|it's",
    ("pronoun", "them"): "both of them|them both|them|they|these two|those two|each other|one another",
    ("be", None): "is|are|be|sits|sit|lies|lie|stands|stand|there is|there are|there's|that is|that are|"
    "which is|which are|that lies|that sits|being|should be|must be|goes|comes",
    ("and", None): "and|and also|plus|as well as|while|with also",
    ("with", None): "with|has|have|that has|which has",
    ("contains", None): "containing|contains|enclosing|encloses|holding|holds",
    ("contains", "around"): "around|surrounding|surrounds|encircling|encircles|all around",
    ("between", None): "between|in between",
    ("from", None): "from|going from|pointing from|leading from|running from|drawn from",
    ("joins", None): "connecting|connects|joining|joins|linking|links",
    ("linked", "to"): "connected to|joined to|linked to|connects to|links to",
    ("connect", None): "connect|join|link",
    ("linked", None): "connected by|connected with|connected via|joined by|joined with|linked by|linked with",
    ("gaps", None): "from each to the next|from each one to the next|from one to the next|between each|"
    "between each pair|between each of them|between neighbours|between neighbors",
    ("to", None): "to|towards|toward",
    ("at", None): "pointing at|pointing to|pointing towards|pointing toward|leading to",
    ("pointing", None): "pointing|facing|opening|going|heading|going to the|heading to the|"
    "pointing to the|that points|which points",
    ("label", None): "labelled|labeled|captioned|with labels|with the labels|with captions|named|called|"
    "labelled as|labeled as|marked",
    ("label", "above"): "titled|headed",
    ("label", "inside"): "that says|which says",
    ("saying", None): "saying|reading|that reads|which reads|says|reads",
    ("in", None): "in",
    ("of", None): "of",
    ("on", None): "on|onto|on top",
    ("coloured", None): "coloured|colored|painted|drawn in|filled with|coloured in",
    ("empty", None): "an empty frame|an empty scene|a blank frame|nothing",
    ("filler", None): "draw|write|show|showing|shows|create|make|add|put|place|render|display|displays|"
    "include|please|scene|a scene with|a scene of|a scene showing|a picture of|an image of|the scene shows|"
    "the scene has|a frame with|a diagram with|a diagram of|"
    "a flowchart with|a flowchart of|i want|i would like|i'd like|we see|you can see|let there be|let's|"
    "that|also|then|next|finally|first of all|located|positioned|placed|arranged|set|sitting|standing|lying|"
    "which|who|exactly|directly|just|right at|immediately|all|together|side|in total|here|"
    "of the frame|of the screen|of the scene|of the picture|of the image|of the canvas|of the page|"
    "in the frame|in the scene|on the screen|in the picture|on the canvas|on screen|"
    "without words|colour|color|shape|shapes|evenly spaced|of equal size|at",
}  # fmt: skip
# "The right triangle" is another thing, and "right above" is only "above".
_CLOSER = ("right", "directly", "just", "immediately", "exactly", "partly", "slightly", "far", "well")


@cache
def lexicon() -> Lexicon:
    """Every phrase that is known. A longer one goes before a shorter."""
    found: Lexicon = {}

    def say(phrases: str, *parts: tuple[str, Any]) -> None:
        found.update({tuple(phrase.split()): parts for phrase in phrases.split("|")})

    found |= {words: (("colour", value),) for words, value in colour_words().items()}
    for table, kind in ((_TRAITS, "trait"), (_ARRANGED, "arranged"), (_ORDER, "order")):
        for value, phrases in table.items():
            say(phrases, (kind, value))
    for part, phrases in _OTHERS.items():
        say(phrases, part)
    for number, word in enumerate([*COUNTS, *_MANY.split("|")]):
        say(word, ("count", number))
    for kind, words in _FORMS.items():
        for word in words.split():
            plural = "matrices" if word == "matrix" else f"{word}s"
            say(f"{word} of", ("form", kind), ("of", None))
            say(f"{plural} of", ("forms", kind), ("of", None))
            if word in _FORMS:
                say(word, ("form", kind))
                say(plural, ("forms", kind))
    return found | nouns() | _relations() | places() | sides()


def _relations() -> Lexicon:
    found: Lexicon = {}

    def say(phrase: str, *parts: tuple[str, Any]) -> None:
        words = tuple(phrase.split())
        found[words] = parts
        found.update({(closer, *words): parts for closer in _CLOSER})

    for how, phrases in _RELATIONS.items():
        for phrase in [*phrases.split("|"), *RELATIONS.get(str(how), ())]:
            say(phrase, ("relation", (how,)))
    for hows, phrases in _SIDED.items():
        for phrase in phrases.split("|"):
            say(phrase, ("relation", hows))
    for how, phrases in _ITS.items():
        for phrase in phrases.split("|"):
            say(phrase, ("relation", (how,)), ("pronoun", "it"))
    for how, phrase in _OPEN.items():
        say(phrase, ("relation", (how,)))
    return found
