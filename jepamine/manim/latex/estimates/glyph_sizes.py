"""Sizes of Computer Modern at 10 points, rounded, and kinds of commands; lengths in points.

Widths are those of the fonts cmmi10 and cmr10; spaces and shifts follow Appendix G of The TeXbook.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from jepamine.utils.printing import word_set, words

Kind = Literal["ord", "op", "bin", "rel", "open", "close", "punct"]

_ITALIC = """
a5.3 b4.3 c4.3 d5.2 e4.7 f5.5 g4.9 h5.8 i3.5 j4.4 k5.4 l3 m8.8 n6 o4.9 p5 q4.6 r4.7 s4.7 t3.6 u5.7 v5 w7.3
x5.7 y5 z4.9 A7.5 B7.9 C7.7 D8.4 E7.8 F7.5 G7.9 H9 I5 J6.3 K9 L6.8 M10.6 N9 O7.7 P7.6 Q7.9 R7.6 S6.6 T7.2 U7.8
V7.8 W10.8 X8.8 Y7.8 Z7.4
"""
_ROMAN = """
a5 b5.6 c4.4 d5.6 e4.4 f3.3 g5 h5.6 i2.8 j3.1 k5.3 l2.8 m8.3 n5.6 o5 p5.6 q5.3 r3.9 s3.9 t3.9 u5.6 v5.3 w7.2
x5.3 y5.3 z4.4 A7.5 B7.1 C7.2 D7.6 E6.8 F6.5 G7.9 H7.5 I3.6 J5.1 K7.8 L6.3 M9.2 N7.5 O7.8 P6.8 Q7.8 R7.4 S5.6
T7.2 U7.5 V7.5 W10.3 X7.5 Y7.5 Z6.1
"""


def _widths(text: str) -> dict[str, float]:
    return {word[0]: float(word[1:]) for word in text.split()}


ITALIC, ROMAN = _widths(_ITALIC), _widths(_ROMAN)
TALL, LOW = frozenset("bdfhklABCDEFGHIJKLMNOPQRSTUVWXYZ"), frozenset("gpqyj")


@dataclass(frozen=True)
class Size:
    """A glyph: the space that it takes, and height and depth of its outline (negative above the line)."""

    width: float
    height: float
    depth: float = 0.0
    kind: Kind = "ord"


#: Between the outline and the space that a glyph takes, on each side.
BEARING = 0.35
PUNCTUATION = {
    "+": Size(7.8, 5.8, 0.8, "bin"), "-": Size(7.8, 2.7, -2.3, "bin"), "*": Size(5, 4.7, -0.4, "bin"),
    "/": Size(5, 7.5, 2.5), "=": Size(7.8, 3.7, -1.3, "rel"), "<": Size(7.8, 5.4, 0.4, "rel"),
    ">": Size(7.8, 5.4, 0.4, "rel"), ":": Size(2.8, 4.3, 0, "rel"), "(": Size(3.9, 7.5, 2.5, "open"),
    ")": Size(3.9, 7.5, 2.5, "close"), "[": Size(2.8, 7.5, 2.5, "open"), "]": Size(2.8, 7.5, 2.5, "close"),
    "|": Size(2.8, 7.5, 2.5), ",": Size(2.8, 1.1, 1.9, "punct"), ";": Size(2.8, 4.3, 1.9, "punct"),
    ".": Size(2.8, 1.1), "!": Size(2.8, 7.2, 0, "close"), "?": Size(4.7, 7.1, 0, "close"),
    "'": Size(2.8, 7.0, -3.3), '"': Size(5, 7.0, -3.8),
}  # fmt: skip
#: Hyphens are short in text.
HYPHEN = Size(3.3, 2.5, -1.9)


def _named(size: Size, names: str) -> dict[str, Size]:
    return dict.fromkeys(names.split(), size)


SYMBOLS: dict[str, Size] = {
    **_named(Size(5.6, 4.4), "nu iota omicron kappa upsilon sigma tau epsilon varsigma o"),
    **_named(Size(6.4, 4.4), "alpha pi omega varpi imath jmath"),
    **_named(Size(5.2, 4.4, 2.0), "gamma eta mu rho chi zeta xi varrho"),
    **_named(Size(5.2, 7.0), "delta lambda theta partial vartheta ell hbar"),
    **_named(Size(6.2, 7.0, 2.0), "beta phi psi varphi"),
    **_named(
        Size(7.2, 7.0), "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega forall exists nabla"
    ),
    **_named(Size(10.0, 4.4), "infty"),
    **_named(
        Size(7.8, 5.8, 0.8, "bin"), "pm mp times div oplus otimes ominus odot cup cap vee wedge setminus"
    ),
    **_named(Size(2.8, 3.1, -1.9, "bin"), "cdot"),
    **_named(Size(5.0, 4.5, -0.5, "bin"), "circ ast star bullet"),
    **_named(Size(7.8, 6.4, 1.4, "rel"), "leq geq le ge preceq succeq subseteq supseteq ll gg"),
    **_named(Size(7.8, 4.8, -0.2, "rel"), "approx equiv sim simeq cong propto asymp neq ne doteq triangleq"),
    **_named(Size(6.7, 5.4, 0.4, "rel"), "in ni subset supset notin perp prec succ"),
    **_named(Size(2.8, 7.5, 2.5, "rel"), "mid parallel"),
    **_named(
        Size(10.0, 5.1, 0.1, "rel"), "to rightarrow leftarrow Rightarrow Leftarrow gets leftrightarrow mapsto"
    ),
    **_named(Size(10.0, 5.3, 0.3, "rel"), "Leftrightarrow rightleftharpoons leadsto hookrightarrow"),
    **_named(
        Size(16.4, 5.2, 0.2, "rel"), "iff implies impliedby longrightarrow longleftarrow Longrightarrow"
    ),
    **_named(Size(12.8, 1.1), "ldots dots dotsc"),
    **_named(Size(12.8, 3.1, -1.9), "cdots dotsb"),
    **_named(Size(2.8, 9.0, 0.3), "vdots"),
    **_named(Size(12.8, 8.2, -1.0), "ddots"),
    **_named(Size(5.0, 7.5, 2.5, "open"), "{ lbrace langle lfloor lceil"),
    **_named(Size(5.0, 7.5, 2.5, "close"), "} rbrace rangle rfloor rceil"),
    **_named(Size(2.8, 7.5, 2.5), "vert lvert rvert"),
    **_named(Size(5.0, 7.5, 2.5), "| Vert lVert rVert"),
    **_named(Size(8.3, 7.5, 0.6), "%"),
    **_named(Size(7.8, 7.0), "# $ &"),
    **_named(Size(5.0, 0.0, 0.6), "_"),
    **_named(Size(2.8, 7.0, -3.3), "prime"),
    **_named(Size(5.0, 4.5, -0.2), "degree"),
}
#: Large operators at 10 points in displays, whose limits are above and below, and others.
LIMITED = _named(
    Size(14.4, 9.5, 4.5, "op"), "sum prod coprod bigcup bigcap bigoplus bigotimes bigvee bigwedge"
)
INTEGRALS = {
    **_named(Size(10.0, 13.6, 8.6, "op"), "int oint"),
    "iint": Size(15.6, 13.6, 8.6, "op"),
    "iiint": Size(21.1, 13.6, 8.6, "op"),
}
#: Functions set in upright letters; those of LIMIT_NAMES take limits below.
LIMIT_NAMES = frozenset(("lim", "max", "min", "sup", "inf", "limsup", "liminf", "det", "gcd", "Pr"))
NAMES = LIMIT_NAMES | word_set(
    """
    sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh coth log ln lg exp arg deg dim hom ker
    """
)
SPACES = {
    ",": 1.7, ":": 2.2, ">": 2.2, ";": 2.8, "!": -1.7, " ": 3.3, "~": 3.3, "quad": 10.0, "qquad": 20.0,
    "enspace": 5.0, "thinspace": 1.7,
}  # fmt: skip
#: Space between neighbours; relations 5/18 quad, operators 4/18, punctuation and functions 3/18.
RELATION, BINARY, THIN = 2.8, 2.2, 1.7
#: The middle of a fraction's bar above the line, and the bar's thickness.
AXIS, BAR = 2.5, 0.4
#: Width and total height of a parenthesis in its sizes.
DELIMITERS = ((3.9, 10.0), (4.6, 12.0), (6.0, 18.0), (7.4, 24.0), (7.9, 30.0))


def letter(character: str, upright: bool) -> Size:
    """Return the size of a letter, a digit or another character."""
    if character.isdigit():
        return Size(5.0, 6.5)
    if upright and character == "-":
        return HYPHEN
    if character in PUNCTUATION:
        return PUNCTUATION[character]
    widths = ROMAN if upright else ITALIC
    tall = 6.9 if character in TALL else 6.3 if character in "tij" else 4.4
    low = 2.0 if character in LOW or (not upright and character == "f") else 0.0
    return Size(widths.get(character, 5.5 if character.islower() else 7.0), tall, low)


#: Environments by how their columns are aligned and the space between columns; of the others, one column.
GRIDS = {
    **dict.fromkeys(("matrix", "pmatrix", "bmatrix", "Bmatrix", "vmatrix", "Vmatrix", "array"), ("c", 10.0)),
    **dict.fromkeys(("tabular", "cases", "dcases"), ("l", 10.0)),
    **dict.fromkeys(("align", "align*", "aligned", "split", "alignat", "alignat*"), ("rl", 0.0)),
}
FENCES = {"p": ("(", ")"), "b": ("[", "]"), "B": ("{", "}"), "v": ("|", "|"), "V": ("|", "|")}
UPRIGHT = words("text mathrm textrm textbf mathbf operatorname mbox mathsf textit emph")
WRAPPERS = words("mathbb mathcal boldsymbol mathit bm vb mathfrak mathscr displaylimits ensuremath")
ACCENTS = ("hat", "bar", "vec", "dot", "ddot", "tilde", "overline", "widehat", "widetilde", "overrightarrow")
SKIPPED = word_set(
    """
    displaystyle textstyle scriptstyle limits nolimits left right big Big bigg Bigg bigl bigr Bigl Bigr biggl
    biggr centering noindent hline bf rm it small large Large boldmath nonumber notag tt sf
    """
)
WITH_LIMITS = frozenset((*LIMITED, *LIMIT_NAMES))


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


def fences(environment: str) -> tuple[str, str] | None:
    """Return the delimiters around an environment, "." for none on a side; None without any."""
    if environment.endswith("cases"):
        return "{", "."
    return FENCES.get(environment[:1]) if environment[1:] == "matrix" else None
