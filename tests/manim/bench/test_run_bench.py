"""The measurement of generators: prompts in the proportions of what people ask, graded on what was run."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from jepamine.cli.scenes import scenes
from jepamine.manim.bench.grading import fulfils
from jepamine.manim.bench.run_bench import Measured, prompts, summary
from jepamine.manim.validation.check_answer import Found
from jepamine.utils.json_files import read_jsonl


def test_the_prompts_have_the_proportions_of_real_ones():
    kinds = Counter(prompt["kind"] for prompt in prompts())
    assert (sum(kinds.values()), kinds["explanation"], kinds["motion"]) == (60, 22, 20)
    assert len({prompt["words"] for prompt in prompts()}) == 60
    assert len(prompts(7)) == 7


def made(*objects):
    """A result whose scene ends with these objects: (name, type, box)."""
    found = tuple(Found(name, box, True, (), kind, None, "#FC6255") for name, kind, box in objects)
    return SimpleNamespace(report=SimpleNamespace(objects=found, moments=()), code="")


@pytest.mark.parametrize(
    ("box", "facts", "true"),
    [
        ((-3.0, 0.0, 2.0, 2.0), ["size 0 2 2", "at 0 -3 0", "left 0 1"], True),
        ((-3.0, 0.0, 2.4, 2.0), ["size 0 2 2"], False),
        ((4.0, 0.0, 2.0, 2.0), ["left 0 1"], False),
        ((-6.0, 0.0, 2.0, 2.0), ["leftmost 0"], True),
        ((-3.0, 0.0, 2.0, 2.0), ["ever 2 circle|square"], True),
        ((-3.0, 0.0, 2.0, 2.0), ["ever 2 circle"], False),
    ],
)
def test_facts_are_about_what_was_run(box, facts, true):
    result = made(("a", "circle", box), ("b", "square", (2.0, 0.0, 1.0, 1.0)))
    assert fulfils({"objects": ["red circle", "? square"], "facts": facts}, result) is true


def test_missing_objects_count_and_others_only_if_asked():
    result = made(("a", "circle", (0.0, 0.0, 2.0, 2.0)), ("b", "square", (2.0, 0.0, 1.0, 1.0)))
    assert not fulfils({"objects": ["blue circle"]}, result)
    assert not fulfils({"objects": ["red circle"]}, result)
    assert fulfils({"objects": ["red circle"]}, result, others=True)


def test_the_table_has_a_line_for_each_kind_and_one_for_all():
    results = [
        Measured("motion", "a", True, 0.5, True, 2, 100, 0.1, 1.0),
        Measured("motion", "b", False, None, False, 0, 0, 0.0, 3.0, "refused"),
        Measured("shapes", "c", True, 1.0, True, 0, 50, 0.0, 5.0),
    ]
    assert [line.split() for line in summary(results).splitlines()[1:]] == [
        ["motion", "2", "50%", "50%", "50%", "2", "100", "2.0"],
        ["shapes", "1", "100%", "100%", "100%", "0", "50", "5.0"],
        ["all", "3", "67%", "75%", "67%", "2", "150", "3.0"],
    ]


@pytest.mark.slow
@pytest.mark.manim
def test_the_command_measures_template(tmp_path):
    pytest.importorskip("manim", reason="Manim is not installed: pip install -e '.[manim]'")
    out = tmp_path / "bench.jsonl"
    called = CliRunner().invoke(
        scenes, ["bench", "--count", "2", "--out", str(out), "--experiments", str(tmp_path)], obj=tmp_path
    )
    assert called.exit_code == 0, called.output
    lines = [line for _, line in read_jsonl(out)]
    assert [line["words"] for line in lines] == [prompt["words"] for prompt in prompts(2)]
    assert lines[0]["runs"]
    assert all(line["runs"] or line["problem"] for line in lines)
