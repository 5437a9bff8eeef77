"""The colour of the background: "on a black background", "background: navy"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jepamine.manim.text.cursor import Cursor, Token
from jepamine.manim.text.lexicon import colour_words
from jepamine.manim.text.reading import Span

if TYPE_CHECKING:
    from jepamine.manim.text.discourse import Discourse

#: Grounds without a colour's name.
_SHADES = {"dark": "#000000", "bright": "#FFFFFF", "light": "#FFFFFF"}


def ground(cursor: Cursor, story: Discourse) -> None:
    """Parse the colour of the background."""
    part = cursor.next()
    if part.value is None:
        cursor.miss(part.span, "its colour is not one that is known here")
    else:
        story.background = part.value


def _after_on(tokens: list[Token], place: int) -> Token | None:
    """Return "on black", with nothing that is black, as a ground; None for anything else."""
    word, after = [*tokens[place + 1 : place + 3], None, None][:2]
    if word is None or (after is not None and after.kind not in ("stop", "comma", "end")):
        return None
    ground = word.value if word.kind == "colour" else colour_words().get((word.text.lower(),))
    if ground is None:
        return None
    span = Span(tokens[place].span.start, tokens[place + 1].span.end)
    return Token("ground", ground, span, tokens[place].text)


def with_grounds(tokens: list[Token]) -> list[Token]:
    """Replace "on a black background" by one token of kind "ground", whose value is the colour."""
    result: list[Token] = []
    place = 0
    while place < len(tokens):
        token = tokens[place]
        if token.text.lower() == "on" and (ground := _after_on(tokens, place)) is not None:
            result.append(ground)
            place += 2
            continue
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
        if value is None and result and result[-1].text.lower() in _SHADES:
            value, start = _SHADES[result[-1].text.lower()], len(result) - 1
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
