"""Note the line of the submitted code that makes each object, at the moment when it is made."""

from __future__ import annotations

import functools
import sys
from types import FrameType
from typing import Any

from jepamine.sandbox.task import SOURCE, module_of

#: The attribute with what `made_at` returned for an object.
MADE = "_jepamine_made"
# Functions without a name of their own: what is made in them is made where they are written.
_WITHIN = frozenset({"<lambda>", "<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"})


def note_lines(mobject: Any) -> None:
    """Let Manim's class of all objects note where each of them is made or copied."""
    begin, copy = mobject.__init__, mobject.__deepcopy__

    def noting(self: Any, *given: Any, **named: Any) -> None:
        setattr(self, MADE, made_at(sys._getframe(1), self))
        begin(self, *given, **named)

    def copying(self: Any, copies: dict[int, Any]) -> Any:
        # The parts of what is copied are in `copies` by then.
        whole = not copies
        result = copy(self, copies)
        if whole:
            made = made_at(sys._getframe(1), result)
            for part in result.get_family():
                setattr(part, MADE, made)
        return result

    mobject.__init__, mobject.__deepcopy__ = functools.wraps(begin)(noting), copying


def made_at(frame: FrameType | None, mobject: Any) -> dict[str, Any] | None:
    """Return {"module", "line", "called"} of the code that makes an object; None if it is not submitted code.

    That is the innermost line outside of the constructors of the object itself. `called` is the line of
    `construct` that led to it, None if it is in `construct` itself. The file has the module "".
    """
    frames: list[FrameType] = []
    while frame is not None:
        if module_of(frame.f_code) is not None and not _constructs(frame, mobject):
            frames.append(frame)
            if frame.f_code.co_filename == SOURCE and frame.f_code.co_name == "construct":
                break
        frame = frame.f_back
    if not frames:
        return None
    function = next((one for one in frames if one.f_code.co_name not in _WITHIN), frames[-1])
    called = frames[-1].f_lineno if frames[-1] is not function else None
    return {"module": module_of(frames[0].f_code), "line": frames[0].f_lineno, "called": called}


def _constructs(frame: FrameType, mobject: Any) -> bool:
    code = frame.f_code
    return (
        code.co_name == "__init__"
        and code.co_argcount > 0
        and frame.f_locals.get(code.co_varnames[0]) is mobject
    )
