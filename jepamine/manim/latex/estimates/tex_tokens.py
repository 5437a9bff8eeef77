"""The TeX text of a formula as commands, characters and marks of Manim's parts, read one by one."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

_TOKEN = re.compile(r"\\([A-Za-z]+\*?)[ \t\n]*|\\(.)|(%[^\n]*\n?)|(\s+)|(.)", re.DOTALL)


@dataclass(frozen=True)
class Token:
    """`text` is a command without its backslash, a character, a space, or a mark."""

    kind: Literal["command", "character", "space", "mark"]
    text: str

    def is_character(self, text: str) -> bool:
        """Return whether it is this character."""
        return self.kind == "character" and self.text == text

    def is_command(self, *names: str) -> bool:
        """Return whether it is one of these commands."""
        return self.kind == "command" and self.text in names


def tokens_of(pieces: list[str]) -> list[Token]:
    """Return the tokens of texts and marks in turn, as `source.parts_of` splits them."""
    tokens = []
    for number, piece in enumerate(pieces):
        if number % 2:
            tokens.append(Token("mark", piece))
            continue
        for word, sign, comment, space, character in _TOKEN.findall(piece):
            if word or sign:
                tokens.append(Token("command", word or sign))
            elif space:
                tokens.append(Token("space", " "))
            elif not comment:
                tokens.append(Token("character", character))
    return tokens


class TokenReader:
    """Reads tokens from `at` on; marks are passed to `on_mark` on the way."""

    def __init__(self, tokens: list[Token], on_mark: Callable[[str], None]) -> None:
        self._tokens, self._on_mark = tokens, on_mark
        self.at = 0

    def peek(self) -> Token | None:
        """Return the next token that is no mark, None at the end."""
        while self.at < len(self._tokens) and self._tokens[self.at].kind == "mark":
            self._on_mark(self._tokens[self.at].text)
            self.at += 1
        return self._tokens[self.at] if self.at < len(self._tokens) else None

    def take(self) -> Token | None:
        """Return the next token that is no mark, and go behind it; None at the end."""
        token = self.peek()
        self.at += token is not None
        return token

    def skip_spaces(self) -> None:
        """Go to the next token that is no space."""
        while (token := self.peek()) is not None and token.kind == "space":
            self.at += 1

    def name(self) -> str:
        """Return the text of a group in braces, such as the name of an environment; empty without one."""
        self.skip_spaces()
        text = ""
        if (token := self.peek()) is not None and token.is_character("{"):
            self.at += 1
            while (token := self.take()) is not None and not token.is_character("}"):
                text += token.text
        return text
