"""The LaTeX document of a formula from the parts of Manim's templates."""

from __future__ import annotations

import pytest

from jepamine.manim.latex.source import Formula, Refused, document, parse, shown

CLASS = r"\documentclass[preview]{standalone}"
AMS = "\\usepackage[english]{babel}\n\\usepackage{amsmath}\n\\usepackage{amssymb}"


def formula(expression="x^2", environment="align*", **changed):
    values = {"documentclass": CLASS, "preamble": AMS, "beginning": "", "compiler": "latex"} | changed
    return Formula(expression=expression, environment=environment, **values)


def reason(made):
    with pytest.raises(Refused) as caught:
        document(made)
    return str(caught.value)


def test_the_document_is_the_one_that_manim_writes():
    manim = pytest.importorskip("manim")
    template = manim.TexTemplate().add_to_preamble(r"\usepackage[dvipsnames]{xcolor}")
    template.add_to_document(r"\boldmath")
    for environment in ("align*", "{tabular}[t]{cccl}", "center", None):
        made = formula("a & b", environment, preamble=template.preamble, beginning=template.post_doc_commands)
        expected = (
            template.get_texcode_for_expression_in_env("a & b", environment)
            if environment
            else template.get_texcode_for_expression("a & b")
        )
        assert document(made) == expected + "\n"


def test_manims_own_templates_for_latex_are_allowed_and_the_others_name_what_they_need():
    templates = pytest.importorskip("manim.utils.tex_templates")
    refused = {}
    for library in (templates.TexTemplateLibrary, templates.TexFontTemplates):
        for name, template in vars(library).items():
            if not name.startswith("__"):
                made = formula(preamble=template.preamble, compiler=template.tex_compiler)
                try:
                    document(made)
                except Refused as error:
                    refused[name] = str(error)
    assert {text for name, text in refused.items() if name != "noteworthy_light"} == {
        "the template needs xelatex: only latex is run",
        "the template needs lualatex: only latex is run",
    }
    # It needs fontspec, which latex cannot run.
    assert refused["noteworthy_light"] == "the package fontspec is not among those that formulas may use"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"expression": r"\input{/etc/passwd}"}, r"\input is not allowed in formulas"),
        ({"expression": r"\immediate\write18{ls}"}, r"\immediate is not allowed in formulas"),
        ({"expression": r"\special{dvisvgm:raw <g id='x'>}"}, r"\special is not allowed in formulas"),
        ({"expression": r"\@gobble x"}, r"\@gobble is not allowed in formulas"),
        ({"expression": "^^5cinput x"}, "^^ is not allowed in formulas"),
        ({"environment": r"align*}\input{x"}, r"'align*}\\input{x' is not the name of an environment"),
        ({"environment": "%"}, "'%' is not the name of an environment"),
        ({"beginning": r"\openout1=x"}, r"\openout is not allowed in formulas"),
        ({"compiler": "lualatex"}, "the template needs lualatex: only latex is run"),
        (
            {"documentclass": r"\documentclass{beamer}"},
            r"the template's class is not \documentclass[preview]{st",
        ),
        ({"documentclass": r"\input{x}"}, r"the template's class is not \documentclass[preview]{st"),
        (
            {"preamble": r"\usepackage{shellesc}"},
            "the package shellesc is not among those that formulas may use",
        ),
        (
            {"preamble": r"\usepackage{amsmath,tikz}"},
            "the package tikz is not among those that formulas may use",
        ),
        ({"preamble": r"\usepackage{../x}"}, r"'\\usepackage{../x}' is not allowed in a template's preamble"),
        ({"preamble": r"\input{x}"}, r"'\\input{x}' is not allowed in a template's preamble"),
        ({"preamble": r"\newcommand{\a}{\input{x}}"}, r"\input is not allowed in formulas"),
        ({"preamble": r"\newcommand{\a}{"}, "a brace or bracket of the template's preamble is not closed"),
        ({"preamble": "\\usepackage{amsmath} x"}, "'x' is not allowed in a template's preamble"),
    ],
)
def test_what_is_not_allowed_is_refused_by_name(changed, message):
    assert reason(formula(**changed)).startswith(message)


def test_definitions_packages_and_comments_of_a_preamble_stay():
    preamble = r"""% mine
\usepackage{ bm , physics }
\newcommand{\R}{
  \mathbb{R}
}
\DeclareMathOperator{\sgn}{sgn}"""
    lines = document(formula(r"\R", preamble=preamble)).splitlines()
    assert lines[1:-6] == [
        r"\usepackage{bm,physics}",
        r"\newcommand{\R}{",
        r"  \mathbb{R}",
        "}",
    ]
    assert lines[-6:] == [
        r"\DeclareMathOperator{\sgn}{sgn}",
        r"\begin{document}",
        r"\begin{align*}",
        r"\R",
        r"\end{align*}",
        r"\end{document}",
    ]


def test_the_marks_of_manims_parts_are_allowed_and_not_shown():
    text = r"\special{dvisvgm:raw <g id='unique000'>}a^2 \special{dvisvgm:raw </g>}b"
    assert text in document(formula(text))
    assert shown(text) == "a^2 b"
    assert shown("x" * 90) == "x" * 77 + "..."


@pytest.mark.parametrize(
    "question", [None, [], {"expression": "x"}, vars(formula()) | {"expression": 3}, "x" * 9]
)
def test_a_message_that_is_not_a_formula_is_refused(question):
    with pytest.raises(Refused, match="not a formula as Manim writes it"):
        parse(question)
    assert parse(vars(formula())) == formula()
