"""Split the TeX text of a formula: commands, characters, and the marks of Manim's parts."""

from __future__ import annotations

import re
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
