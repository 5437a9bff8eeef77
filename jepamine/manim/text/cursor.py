"""One token of a description, and a position in a line of them, with the words skipped before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from jepamine.errors import UserError
from jepamine.manim.layouts import LIMIT
from jepamine.manim.text.reading import NotUnderstood, Span


@dataclass(frozen=True)
class Token:
    """One token: its kind and meaning as in `lexicon`, and the words it was read from."""

    kind: str
    value: Any
    span: Span
    text: str


def stands_in(token: Token) -> bool:
    """Return whether a token is a thing without a shape of its own: a car, the ground."""
    return token.kind == "noun" and token.value[1] == "stand_in"


_END = Token("end", None, Span(0, 0), "")


class Cursor:
    """The parser's position in `tokens`; `missed` collects what was not understood."""

    def __init__(self, description: str, tokens: Sequence[Token]) -> None:
        self.description = description
        self.tokens = tokens
        self.place = 0
        self.missed: list[NotUnderstood] = []
        # Labels in lower case -> the index of the labelled object.
        self.names: dict[str, int] = {}

    def peek(self, ahead: int = 0) -> Token:
        """Return the token `ahead` of the next one; one of kind "end" after the last."""
        place = self.place + ahead
        return self.tokens[place] if place < len(self.tokens) else _END

    def at(self, *kinds: str) -> bool:
        """Return whether the next token is of one of these kinds."""
        return self.peek().kind in kinds

    def next(self) -> Token:
        """Return the next token and advance."""
        token = self.peek()
        self.place += 1
        return token

    def named(self, ahead: int = 0) -> int:
        """Return how many tokens from `ahead` on are the name of an object: "the Sun" once labelled so."""
        words: list[str] = []
        longest = 0
        while True:
            part = self.peek(ahead + len(words))
            if part.kind not in ("unknown", "quoted", "count") and part.text != "A" and not stands_in(part):
                return longest
            words.append((part.value if part.kind == "quoted" else part.text).lower())
            after = self.peek(ahead + len(words)).kind
            # "2 circles" is not a name, nor is "A circle".
            if " ".join(words) in self.names and after not in ("noun", "colour", "trait", "form", "forms"):
                longest = len(words)

    def take(self, *kinds: str) -> list[Token]:
        """Return all tokens of these kinds that come next, and advance."""
        start = self.place
        self.skip(*kinds)
        return list(self.tokens[start : self.place])

    def skip(self, *kinds: str) -> bool:
        """Skip all tokens of these kinds that come next; return whether there were any."""
        start = self.place
        while self.at(*kinds):
            self.place += 1
        return self.place > start

    def since(self, place: int) -> Span:
        """Return the words from token `place` up to here."""
        passed = self.tokens[place : max(self.place, place + 1)]
        return Span(passed[0].span.start, passed[-1].span.end) if passed else Span(0, 0)

    def words(self, span: Span) -> str:
        """Return the description's words."""
        return self.description[span.start : span.end]

    def miss(self, span: Span, reason: str) -> None:
        """Record that words were not understood."""
        self.missed.append(NotUnderstood(self.words(span), span, reason))


def too_many(cursor: Cursor, span: Span) -> UserError:
    """Return the error for more objects than a layout holds."""
    return UserError(
        f"description, character {span.start + 1} ('{cursor.words(span)}'): more than {LIMIT} objects; "
        f"a layout holds at most {LIMIT}, so leave some out"
    )
