"""Make text from data safe to print: what a terminal would obey, or hide, is shown as an escape."""

from __future__ import annotations

import unicodedata

# Control characters, those that change the direction of writing or have no width, halves of surrogates, and
# separators of lines.
_HIDDEN = ("Cc", "Cf", "Cs", "Zl", "Zp")


def visible(text: str, keep: str = "\n\t") -> str:
    r"""Return `text` with characters that would not show as escapes (`\x1b`), but for those in `keep`."""
    if text.isprintable():
        return text
    return "".join(
        repr(letter)[1:-1] if letter not in keep and unicodedata.category(letter) in _HIDDEN else letter
        for letter in text
    )


def in_one_line(text: str) -> str:
    r"""Return a name from data as it is printed within a line: a line break in it is `\n`."""
    return visible(text, "")
