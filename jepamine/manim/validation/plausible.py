"""Check an answer against the code that it is about: everything that it names must be there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Set

from jepamine.manim.validation.check_answer import Answer, Made
from jepamine.manim.validation.names import ATTRIBUTES
from jepamine.manim.validation.play import SHARES
from jepamine.sandbox.task import printable

_WORD = re.compile(r"[^\W\d]\w*")
#: `dots[0]`, `self.title`, `parts['left'][2]`, `Circle without a name 2`: the words that must be in the code.
_NAMED = re.compile(r"(?:self\.)?([^\W\d]\w*)(?:\[.*\])?", re.DOTALL)
_UNNAMED = re.compile(r"[^\W\d]\w* without a name(?: \d+)?")


def objection(answer: Answer, code: str, modules: Mapping[str, str]) -> str | None:
    """Return what an answer about `code` and its `modules` names that cannot be; None if nothing.

    The process that ran the code may be taken over by it: its words are checked, not believed.
    """
    words = {word for text in (code, *modules.values()) for word in _WORD.findall(text)}
    # Attributes of the scene may also be Manim's, and a loop may make names for them.
    of_self = None if "setattr" in words else words | ATTRIBUTES
    lengths = {name: len(text.splitlines()) + 1 for name, text in {"": code, **modules}.items()}
    lines = max(lengths.values())
    for name in _scenes(answer):
        if name not in words:
            return f"the scene {printable(name)}, which is not in the code"
    for name in _names(answer):
        if not _known(name, words, of_self):
            return f"the object {printable(name)}, which is not in the code"
    for line in (*(one.line for one in answer.problems), *(look.line for look in answer.moments)):
        if line is not None and not 0 <= line <= lines:
            return f"line {line} of {lines}"
    for made in _made(answer):
        if not (1 <= made.line <= lengths.get(made.module, 0) and 1 <= (made.called or 1) <= lengths[""]):
            return "an object that no line makes"
    places = [(look.play, look.share) for look in answer.moments]
    if places != sorted(set(places)) or any(play < 1 or share not in SHARES for play, share in places):
        return "animations out of order"
    return None


def _scenes(answer: Answer) -> Iterable[str]:
    return (*answer.scenes, *([answer.scene] if answer.scene is not None else []))


def _names(answer: Answer) -> Iterable[str]:
    for item in answer.objects:
        yield from (item.name, *item.parts_of)
    yield from answer.unseen
    for look in answer.moments:
        yield from look.boxes
        for name, groups in look.parts_of.items():
            yield from (name, *groups)


def _made(answer: Answer) -> Iterable[Made]:
    yield from (item.made for item in answer.objects if item.made is not None)
    for look in answer.moments:
        yield from look.made.values()


def _known(name: str, words: Set[str], of_self: Set[str] | None) -> bool:
    match = _NAMED.fullmatch(name)
    if match is None:
        return _UNNAMED.fullmatch(name) is not None
    if name.startswith("self."):
        return of_self is None or match[1] in of_self
    return match[1] in words
