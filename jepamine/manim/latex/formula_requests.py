"""Replace Manim's use of LaTeX in a confined child: formulas are requested from outside."""

from __future__ import annotations

import hashlib
import importlib
from pathlib import Path
from typing import Any

from jepamine.sandbox.messages import ask


class LatexError(ValueError):
    """A formula cannot be typeset. Manim expects a ValueError."""


class Formulas:
    """What takes the place of Manim's `tex_to_svg_file`; `folder` is where it writes SVGs."""

    def __init__(self) -> None:
        self.folder = Path()

    def svg_file(self, expression: str, environment: str | None = None, tex_template: Any = None) -> Path:
        """Return the SVG file of a formula. Raises LatexError with the reason."""
        question = _question(str(expression), environment, tex_template)
        try:
            reply = ask(question)
        except ValueError as error:
            raise LatexError(str(error)) from None
        if "svg" not in reply:
            raise LatexError(reply["error"])
        svg = reply["svg"]
        path = self.folder / f"{hashlib.sha256(svg.encode()).hexdigest()}.svg"
        if not path.exists():
            path.write_text(svg, encoding="utf-8")
        return path


def _question(expression: str, environment: str | None, template: Any) -> dict[str, Any]:
    if template is None:
        template = importlib.import_module("manim").config["tex_template"]
    if template._body:
        raise LatexError("LaTeX: a template read from a file is not used; give its preamble")
    compiler, form = template.tex_compiler, template.output_format
    return {
        "expression": expression,
        "environment": environment,
        "documentclass": template.documentclass,
        "preamble": template.preamble,
        "beginning": template.post_doc_commands,
        "compiler": compiler if isinstance(compiler, str) and form == ".dvi" else f"{compiler} to {form}",
    }


def install() -> Formulas:
    """Let Manim's TeX objects of this process request their SVGs by `jepamine.sandbox.messages`."""
    formulas = Formulas()
    for name in ("manim.mobject.text.tex_mobject", "manim.utils.tex_file_writing"):
        module: Any = importlib.import_module(name)
        module.tex_to_svg_file = formulas.svg_file
    return formulas
