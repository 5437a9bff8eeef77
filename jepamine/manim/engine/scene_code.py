"""A scene's Python source, as one would write it for Manim."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

#: The name of the class in the source.
CLASS = "GeneratedScene"


def scene_code(objects: Sequence[tuple[str, str]]) -> str:
    """The source for objects (name, expression), in their drawing order.

    `manim scene.py GeneratedScene` renders it.
    """
    lines = [f"{name} = {code}" for name, code in objects]
    added = ", ".join(name for name, _ in objects)
    body = "\n".join([*lines, f"self.add({added})"])
    return (
        "from manim import *\n\n\n"
        f"class {CLASS}(Scene):\n"
        "    def construct(self):\n"
        f"{textwrap.indent(body, ' ' * 8)}\n"
    )
