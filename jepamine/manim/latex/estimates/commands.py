"""Commands and environments by how they are arranged, and the size of type that they set."""

from __future__ import annotations

from dataclasses import dataclass, replace

from jepamine.manim.latex.estimates import metrics
from jepamine.manim.latex.vocabulary import words

#: Environments by how their columns are aligned and the space between columns; of the others, one column.
GRIDS = {
    **dict.fromkeys(("matrix", "pmatrix", "bmatrix", "Bmatrix", "vmatrix", "Vmatrix", "array"), ("c", 10.0)),
    **dict.fromkeys(("tabular", "cases", "dcases"), ("l", 10.0)),
    **dict.fromkeys(("align", "align*", "aligned", "split", "alignat", "alignat*"), ("rl", 0.0)),
}
FENCES = {"p": ("(", ")"), "b": ("[", "]"), "B": ("{", "}"), "v": ("|", "|"), "V": ("|", "|")}
UPRIGHT = (
    "text",
    "mathrm",
    "textrm",
    "textbf",
    "mathbf",
    "operatorname",
    "mbox",
    "mathsf",
    "textit",
    "emph",
)
WRAPPERS = (
    "mathbb",
    "mathcal",
    "boldsymbol",
    "mathit",
    "bm",
    "vb",
    "mathfrak",
    "mathscr",
    "displaylimits",
    "ensuremath",
)
ACCENTS = ("hat", "bar", "vec", "dot", "ddot", "tilde", "overline", "widehat", "widetilde", "overrightarrow")
SKIPPED = words(
    """
    displaystyle textstyle scriptstyle limits nolimits left right big Big bigg Bigg bigl bigr Bigl Bigr biggl
    biggr centering noindent hline bf rm it small large Large boldmath nonumber notag tt sf
    """
)
LIMITED = frozenset((*metrics.LIMITED, *metrics.LIMIT_NAMES))


@dataclass(frozen=True)
class Mode:
    """`scale` of the type, whether in a display, whether text."""

    scale: float = 1.0
    display: bool = True
    upright: bool = False

    def script(self) -> Mode:
        """Return the mode of scripts."""
        return replace(self, scale=0.7 if self.scale > 0.7 else 0.5, display=False)

    def inner(self) -> Mode:
        """Return the mode of both parts of a fraction."""
        return replace(self, display=False) if self.display else self.script()


def inner(name: str, mode: Mode) -> Mode:
    """Return the mode of the cells of an environment."""
    return mode if name in ("aligned", "split", "dcases", "align*", "align") else replace(mode, display=False)
