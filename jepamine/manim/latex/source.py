"""Write the LaTeX document of a formula, from allowed commands and what Manim's templates have.

The text of a formula is TeX and thus a program: what confines it is the sandbox that TeX runs in. What is
refused here would fail there too, but with a message that is harder to understand.
"""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from jepamine.utils.printing import word_set

#: Packages of Manim's own templates, then others for formulas. None that runs programs, reads files or draws
#: by PostScript, which is not interpreted: so no tikz and no graphicx.
PACKAGES = word_set(
    """
    amsmath amssymb amsfonts babel fontenc inputenc textcomp dsfont setspace tipa relsize mathrsfs calligra
    wasysym ragged2e physics xcolor microtype
    antpolt aurical avant baskervald chancery comfortaa droidsans droidserif electrum epigrafica fourier
    frcursive helvet libertine libgreek libris lmodern mathastext newcent palatino pxfonts romande tpslifonts
    txfonts txgreeks venturis vollkorn
    amsthm bbm bm bbold braket cancel centernot color colortbl array booktabs multirow mathtools mathdots
    mathabx nicefrac esint esvect euler eucal gensymb latexsym mhchem chemformula siunitx stmaryrd upgreek
    units ulem xfrac soul empheq enumitem extarrows nccmath interval commath diffcoeff derivative tensor
    slashed skak times mathptmx newtxmath newtxtext kpfonts concmath cmbright eulervm iwona arev
    """
)
#: What a line of a template's preamble may begin with, apart from packages.
DEFINITIONS = word_set(
    """
    newcommand renewcommand providecommand DeclareMathOperator DeclareMathAlphabet DeclareMathSymbol
    DeclareSymbolFont SetSymbolFont DeclareFontFamily DeclareFontShape DeclareRobustCommand definecolor
    colorlet sisetup def let linespread boldmath normalfont fontfamily fontseries selectfont bfseries
    sffamily setlength Mathastext MTEulerScale MTgreekfont MTfamily MTseries MTshape DisableLigatures
    everymath renewenvironment newenvironment DeclarePairedDelimiter newlength
    """
)
#: Commands that touch files, other programs or the device, or change how TeX reads its source.
REFUSED = word_set(
    """
    write immediate openout openin closeout closein read readline input include includegraphics includepdf
    lstinputlisting verbatiminput inputminted VerbatimInput InputIfFileExists IfFileExists usepackage
    RequirePackage documentclass LoadClass directlua latelua luaexec luadirect ShellEscape shipout output
    everyjob pdffiledump pdffilesize pdfmdfivesum pdfximage pdfobj pdfshellescape catcode csname scantokens
    special endinput newwrite newread font batchmode errorstopmode scrollmode nonstopmode tracingall dump
    jobname message errmessage typeout typein filecontents lccode uccode escapechar endlinechar
    newlinechar makeatletter AtBeginDocument AtEndDocument
    """
)


_Text = Annotated[str, Field(max_length=20_000)]


class Refused(Exception):
    """A formula or its template contains something that is not typeset."""


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Formula:
    """A formula as Manim gives it, with the parts of its TexTemplate."""

    expression: _Text
    environment: Annotated[str, Field(max_length=200)] | None
    documentclass: Annotated[str, Field(max_length=200)]
    preamble: _Text
    beginning: _Text
    compiler: Annotated[str, Field(max_length=40)]


_FORMULA = TypeAdapter(Formula)
_CLASS = re.compile(r"\\documentclass(\[[a-z0-9=,. ]*\])?\{(standalone|article)\}")
_PACKAGE = re.compile(r"\\usepackage\s*(?:\[([A-Za-z0-9=,.:*\s%-]*)\])?\s*\{([A-Za-z0-9,\s-]+)\}")
_ENVIRONMENT = re.compile(r"[A-Za-z]+\*?[][{}|@ .,:0-9A-Za-z-]*")
_WORD = re.compile(r"\\([A-Za-z@]+)")
_COMMENT = re.compile(r"(?<!\\)%.*")
# What MathTex writes around its parts, so that they can be found in the SVG.
_MARK = re.compile(r"\\special\{dvisvgm:raw (?:<g id='unique\d{3,6}(?:substring)?'>|</g>)\}")


def parse(question: object) -> Formula:
    """Return the formula of a message from a child. Raises Refused for anything else."""
    try:
        return _FORMULA.validate_python(question)
    except ValidationError:
        raise Refused("not a formula as Manim writes it, or longer than 20,000 characters") from None


def document(formula: Formula) -> str:
    """Return the LaTeX document that Manim would write. Raises Refused, with what is not allowed."""
    if formula.compiler != "latex":
        raise Refused(f"the template needs {formula.compiler[:40]}: only latex is run")
    if not _CLASS.fullmatch(formula.documentclass.strip()):
        raise Refused(r"the template's class is not \documentclass[preview]{standalone}")
    for text in (formula.expression, formula.beginning):
        check(text)
    parts = [formula.documentclass.strip(), *_preamble(formula.preamble), r"\begin{document}"]
    parts += [formula.beginning] if formula.beginning else []
    return "\n".join([*parts, _body(formula), r"\end{document}", ""])


def check(text: str) -> None:
    """Raise Refused if TeX text names a command that reads or writes files or changes how TeX reads."""
    text = _MARK.sub("", text)
    if "^^" in text:
        raise Refused("^^ is not allowed in formulas")
    if "\0" in text:
        raise Refused("a NUL character is not allowed in formulas")
    for word in _WORD.findall(text):
        if word in REFUSED or "@" in word:
            raise Refused(f"\\{word} is not allowed in formulas")


def shown(expression: str) -> str:
    """Return a formula as its author wrote it, in one line of at most 80 characters."""
    text = " ".join(_MARK.sub("", expression).split())
    return text if len(text) <= 80 else f"{text[:77]}..."


def parts_of(expression: str) -> list[str]:
    """Return the text of a formula, and between its pieces the marks that Manim puts around parts."""
    pieces, end = [], 0
    for mark in _MARK.finditer(expression):
        pieces += [expression[end : mark.start()], mark[0]]
        end = mark.end()
    return [*pieces, expression[end:]]


def _body(formula: Formula) -> str:
    if formula.environment is None:
        return formula.expression
    # As manim.utils.tex does it: `align*`, `{tabular}[t]{cccl}`, `tabular}{cccl`.
    name = formula.environment.removeprefix(r"\begin").removeprefix("{")
    if not _ENVIRONMENT.fullmatch(name):
        raise Refused(f"{name[:40]!r} is not the name of an environment")
    begin = r"\begin{" + name
    begin += "" if begin.endswith(("}", "]")) else "}"
    return "\n".join([begin, formula.expression, r"\end{" + name.split("}")[0] + "}"])


def _preamble(text: str) -> list[str]:
    """Return the lines of a preamble, written again from packages and definitions that are allowed."""
    lines = []
    waiting = ""
    for line in text.splitlines():
        waiting = f"{waiting}\n{_COMMENT.sub('', line)}".strip()
        if waiting and all(waiting.count(left) <= waiting.count(right) for left, right in ("{}", "[]")):
            lines += _statement(waiting)
            waiting = ""
    if waiting:
        raise Refused("a brace or bracket of the template's preamble is not closed")
    return lines


def _statement(text: str) -> list[str]:
    lines = []

    def package(match: re.Match[str]) -> str:
        options, names = match[1], [name.strip() for name in match[2].split(",")]
        for name in names:
            if name not in PACKAGES:
                raise Refused(f"the package {name} is not among those that formulas may use")
        chosen = f"[{''.join(options.split())}]" if options else ""
        lines.append(f"\\usepackage{chosen}{{{','.join(names)}}}")
        return ""

    rest = _PACKAGE.sub(package, text).strip()
    if rest:
        word = _WORD.match(rest)
        if not word or word[1] not in DEFINITIONS:
            raise Refused(f"{rest[:40]!r} is not allowed in a template's preamble")
        check(rest)
        lines.append(rest)
    return lines
