"""Groups of tokens with a meaning of their own: quantities, and the colour of the background."""

from __future__ import annotations

from jepamine.manim.text.lexicon import colour_words
from jepamine.manim.text.quantities import Words, quantity
from jepamine.manim.text.reading import Span
from jepamine.manim.text.token import Token


def with_quantities(description: str, tokens: list[Token]) -> list[Token]:
    """Replace the tokens of each quantity by one of kind "measure", value (name, number)."""
    words = Words(
        [token.kind for token in tokens],
        [token.value for token in tokens],
        [str(token.value) if token.kind == "word" else token.text.lower() for token in tokens],
    )
    result: list[Token] = []
    place = 0
    while place < len(tokens):
        found = quantity(words, place)
        if found is None:
            result.append(tokens[place])
            place += 1
            continue
        span = Span(tokens[place].span.start, tokens[found.end - 1].span.end)
        result.append(Token("measure", (found.name, found.value), span, description[span.start : span.end]))
        place = found.end
    return result


def with_grounds(tokens: list[Token]) -> list[Token]:
    """Replace "on a black background" by one token of kind "ground", whose value is the colour."""
    result: list[Token] = []
    place = 0
    while place < len(tokens):
        token = tokens[place]
        if token.text.lower() not in ("background", "backdrop"):
            result.append(token)
            place += 1
            continue
        start, after = len(result), place + 1
        colours = colour_words()
        value = None
        for length in (3, 2, 1):
            words = tuple(str(part.value) for part in result[-length:])
            if len(result) >= length and value is None and words in colours:
                value, start = colours[words], len(result) - length
        if value is None and result and result[-1].kind == "colour":
            value, start = result[-1].value, len(result) - 1
        if value is None:
            while after < len(tokens) and tokens[after].text.lower() in (
                "color", "colour", "is", "of", "to", ":", "=", "in", "should", "be", "set",
            ):  # fmt: skip
                after += 1
            for length in (3, 2, 1):
                words = tuple(str(part.value) for part in tokens[after : after + length])
                if value is None and words in colours:
                    value, after = colours[words], after + length
            if value is None and after < len(tokens) and tokens[after].kind == "colour":
                value, after = tokens[after].value, after + 1
        while start and result[start - 1].text.lower() in (
            "a",
            "the",
            "on",
            "with",
            "against",
            "over",
            "plain",
            "solid",
            "use",
            "set",
        ):
            start -= 1
        first = result[start] if start < len(result) else token
        span = Span(first.span.start, tokens[after - 1].span.end)
        result[start:] = [Token("ground", value, span, token.text)]
        place = after
    return result
