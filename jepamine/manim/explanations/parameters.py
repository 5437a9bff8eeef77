"""Read the constants of a film from a description: lists, counts, names, colours."""

from __future__ import annotations

import json
import re

from jepamine.manim.engine.palette import PALETTE
from jepamine.manim.explanations import arithmetic, charted, named_things, plotted
from jepamine.manim.explanations.mathematical import (
    COUNT,
    NOTHING,
    NUMBER,
    Take,
    Taken,
    at,
    bounds,
    counted,
    function,
    growths,
    legs,
    matrices,
    matrix,
    plain,
    terms,
    vectors,
    wave,
)
from jepamine.manim.explanations.single_numbers import NUMBERS
from jepamine.manim.text.literals import literals

#: The most values that fit into a film.
MOST = 8
_NUMBERS = re.compile(
    rf"(?<![\w.]){NUMBER}(?:\s*(?:,\s*and|,|and)\s*{NUMBER})+(?!\w)|"
    # "The list 2 5 8 12": no word between them.
    rf"(?<![\w.]){NUMBER}(?:\s+{NUMBER}){{2,}}(?![\w.]*\d)"
)
_COLOURS = {name.lower().replace("_", " "): value for name, (value, _) in PALETTE.items()}


def values(text: str) -> Taken:
    """Take a list of two to eight numbers; longer lists stay untaken."""
    for start, end, kind, data in literals(text):
        if kind == "data" and isinstance(data, list) and all(isinstance(one, (int, float)) for one in data):
            return Taken({"VALUES": repr(data)}, ((start, end),)) if 2 <= len(data) <= MOST else NOTHING
    for match in _NUMBERS.finditer(text):
        data = [plain(number) for number in re.findall(NUMBER, match[0])]
        brackets = text[: match.start()].endswith(("[", "(")) and text[match.end() :].startswith(("]", ")"))
        span = (match.start() - brackets, match.end() + brackets)
        return Taken({"VALUES": repr(data)}, (span,)) if len(data) <= MOST else NOTHING
    return NOTHING


def target(text: str) -> Taken:
    """Take the number that is searched for."""
    match = re.search(
        rf"\b(?:for|finds?|finding|target)\b[a-z =]*?(?<![\w.])({NUMBER})(?![\w.,]*\d)", text, re.I
    )
    return Taken({"TARGET": match[1]}, (match.span(1),)) if match else NOTHING


def layers(text: str) -> Taken:
    """Take the sizes of a network's layers: "3 input neurons, 4 hidden neurons and 2 outputs"."""
    found: list[tuple[int, int, tuple[int, int]]] = []
    for order, word in enumerate(("input", "hidden", "output")):
        match = re.search(rf"\b{COUNT}\s+(?:neurons? in the )?{word}", text, re.I)
        if match and not re.match(r"\W+layers", text[match.end() :]):
            found.append((order, counted(match[1]), match.span(1)))
    sizes = [size for _, size, _ in found]
    if len(sizes) == 3 and all(1 <= size <= MOST for size in sizes):
        return Taken({"LAYERS": repr(sizes)}, tuple(span for *_, span in found))
    return NOTHING


def colour(text: str) -> Taken:
    """Take the colour of the thing."""
    match = re.search(r"\b(" + "|".join(sorted(_COLOURS, key=len, reverse=True)) + r")\b", text, re.I)
    return Taken({"COLOR": repr(_COLOURS[match[1].lower()])}, (match.span(),)) if match else NOTHING


def bounces(text: str) -> Taken:
    """Take how often something bounces."""
    match = re.search(rf"\b{COUNT} (?:times|bounces)\b", text, re.I)
    return (
        Taken({"BOUNCES": str(counted(match[1]))}, (match.span(),))
        if match and counted(match[1]) <= 10
        else NOTHING
    )


def count(text: str) -> Taken:
    """Take a number of planets."""
    match = re.search(rf"\b{COUNT} planets\b", text, re.I)
    return (
        Taken({"PLANETS": str(counted(match[1]))}, (match.span(1),))
        if match and counted(match[1]) <= MOST
        else NOTHING
    )


def dimensions(text: str) -> Taken:
    """Take rows and columns: "6x6", "4 by 8"."""
    match = re.search(r"\b(\d{1,2})\s*(?:x|\u00d7|by)\s*(\d{1,2})\b", text, re.I)
    if match is None or not all(2 <= int(side) <= 10 for side in match.groups()):
        return NOTHING
    return Taken({"ROWS": match[1], "COLUMNS": match[2]}, (match.span(),))


_JOINING = {"and", "or", "with", "the", "as", "slices", "of"}


def shares(text: str) -> Taken:
    """Take the slices of a pie: "50% red, 30% green", "rent 40, food 35"."""
    pairs = [
        (plain(match[1]), match[2], match.span())
        for match in re.finditer(rf"({NUMBER})\s*(?:%|percent)\s*(?:for |is |are )?([A-Za-z]+)", text)
    ]
    if len(pairs) < 2:
        after = text.lower().find("chart") + len("chart")
        pattern = re.compile(rf"([A-Za-z]\w*)\s*[:=(]?\s*({NUMBER})\s*(?:%|percent)?\)?")
        pairs = [(plain(match[2]), match[1], match.span()) for match in pattern.finditer(text, after)]
    counted = list(re.finditer(rf"({NUMBER})\s*(?:%|percent)", text))
    if len(counted) > 1 and all(name in _JOINING for _, name, _ in pairs):
        # "With 30%, 50% and 20%": the shares are their names.
        pairs = [(plain(match[1]), f"{match[1]}%", match.span()) for match in counted]
    if not 2 <= len(pairs) <= MOST or min(share for share, *_ in pairs) <= 0:
        return NOTHING
    ring = ["RED", "GREEN", "BLUE", "YELLOW", "PURPLE", "ORANGE", "TEAL", "PINK"]
    colours = [
        _COLOURS.get(name.lower(), PALETTE[ring[place]][0]) for place, (_, name, _) in enumerate(pairs)
    ]
    constants = {
        "SHARES": repr([share for share, *_ in pairs]),
        "NAMES": repr([name for _, name, _ in pairs]),
        "COLORS": repr(colours),
    }
    return Taken(constants, tuple(span for *_, span in pairs))


def names(text: str) -> Taken:
    """Take the two names of circles: "labeled A and B"."""
    match = re.search(r"\b(?:label+ed|named|called|of|sets|:) ['\"]?(\w+)['\"]? and ['\"]?(\w+)['\"]?", text)
    if match is None:
        return NOTHING
    found, spans = {"NAMES": json.dumps(list(match.groups()))}, [match.span()]
    where = r"(?:intersection|overlap\w*|middle|cent(?:er|re)|common part)"
    if common := re.search(
        rf"(?:the )?(?:word |text |label )?['\"]?(\w+)['\"]? in the {where}(?: part| region)?", text
    ):
        found["COMMON"] = json.dumps(common[1])
        spans.append(common.span())
    return Taken(found, tuple(spans))


def fibonacci(text: str) -> Taken:
    """Take how many numbers are shown, and compute them."""
    found, numbers = _first(text), [1, 1]
    while len(numbers) < found[0]:
        numbers.append(numbers[-1] + numbers[-2])
    return Taken({"VALUES": repr(numbers[: found[0]])}, found[1])


def primes(text: str) -> Taken:
    """Take how many primes are shown, and compute them."""
    found = _first(text)
    numbers = [number for number in range(2, 80) if all(number % part for part in range(2, number))]
    return Taken({"VALUES": repr(numbers[: found[0]])}, found[1])


def _first(text: str) -> tuple[int, tuple[tuple[int, int], ...]]:
    match = re.search(rf"\b{COUNT}\s+(?:\w+ )?(?:numbers|terms|primes)", text, re.I)
    if match is None or not 2 <= counted(match[1]) <= 20:
        return 8, ()
    return counted(match[1]), (match.span(1),)


_EVERY: tuple[Take, ...] = (
    *(values, target, layers, legs, function, at, wave, terms, growths, vectors, matrices, matrix),
    *(
        arithmetic.counting,
        arithmetic.counter,
        arithmetic.averages,
        arithmetic.fractions,
        arithmetic.sequence,
    ),
    *(arithmetic.word, arithmetic.time_of_day, arithmetic.digits, arithmetic.total, arithmetic.product),
    *(arithmetic.derivative, arithmetic.launch, arithmetic.ring),
    *(colour, bounces, count, dimensions, shares, names, fibonacci, primes),
    *(charted.network, charted.events, charted.series, charted.named_vectors, charted.triangle),
    *(plotted.plotted, plotted.scattered, named_things.captions),
    *(named_things.named_points, named_things.messages, named_things.atom, *NUMBERS),
)
#: Name in index.toml -> what takes it.
PARAMETERS: dict[str, Take] = {getattr(take, "__name__", ""): take for take in _EVERY} | {"range": bounds}
