"""A place in a line of lexemes, and what was passed over without being understood."""

from __future__ import annotations

from collections.abc import Sequence

from jepamine.manim.text.reading import NotUnderstood, Span
from jepamine.manim.text.tokens import Lexeme

_END = Lexeme("end", None, Span(0, 0), "")


class Cursor:
    """Where reading stands in `lexemes`; `missed` collects what was not understood."""

    def __init__(self, description: str, lexemes: Sequence[Lexeme]) -> None:
        self.description = description
        self.lexemes = lexemes
        self.place = 0
        self.missed: list[NotUnderstood] = []
        # What labels say, in lower case -> the place of the thing that bears it.
        self.names: dict[str, int] = {}

    def peek(self, ahead: int = 0) -> Lexeme:
        """The lexeme `ahead` of the next one; one of kind "end" behind the last."""
        place = self.place + ahead
        return self.lexemes[place] if place < len(self.lexemes) else _END

    def at(self, *kinds: str) -> bool:
        """Whether the next lexeme is of one of these kinds."""
        return self.peek().kind in kinds

    def next(self) -> Lexeme:
        """The next lexeme, which is passed."""
        found = self.peek()
        self.place += 1
        return found

    def named(self, ahead: int = 0) -> int:
        """How many lexemes from `ahead` on are the name of a thing: "the Sun" once it is labelled so."""
        words: list[str] = []
        longest = 0
        while True:
            part = self.peek(ahead + len(words))
            if part.kind not in ("unknown", "quoted", "count") and part.text != "A":
                return longest
            words.append((part.value if part.kind == "quoted" else part.text).lower())
            after = self.peek(ahead + len(words)).kind
            # "2 circles" is no name, nor is "A circle".
            if " ".join(words) in self.names and after not in ("noun", "colour", "trait", "form", "forms"):
                longest = len(words)

    def take(self, *kinds: str) -> list[Lexeme]:
        """All lexemes of these kinds that come next, which are passed."""
        start = self.place
        self.skip(*kinds)
        return list(self.lexemes[start : self.place])

    def skip(self, *kinds: str) -> bool:
        """Pass all lexemes of these kinds that come next; whether there were any."""
        start = self.place
        while self.at(*kinds):
            self.place += 1
        return self.place > start

    def since(self, place: int) -> Span:
        """The words from lexeme `place` up to here."""
        passed = self.lexemes[place : max(self.place, place + 1)]
        return Span(passed[0].span.start, passed[-1].span.end) if passed else Span(0, 0)

    def words(self, span: Span) -> str:
        """The description's words."""
        return self.description[span.start : span.end]

    def miss(self, span: Span, reason: str) -> None:
        """Note that words were not understood."""
        self.missed.append(NotUnderstood(self.words(span), span, reason))
