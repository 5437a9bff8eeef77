"""The commands of README and docs, in their order, as a new user would run them."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import click
import pytest

from jepamine.cli.main import cli

ROOT = Path(__file__).parents[2]
DRIVING = ROOT.parent / "shared" / "data"
PAGES = sorted(str(path.relative_to(ROOT)) for path in [ROOT / "README.md", *ROOT.glob("docs/*.md")])

# Pages whose commands build on each other; the others have tests of their own, or show forms of a command.
WALK = ("README.md", "docs/runs.md", "docs/manifests.md", "docs/ranking.md", "docs/review.md",
        "docs/layouts.md", "docs/scenes.md")  # fmt: skip

# What takes minutes is run on less: the same command, few scenes, one epoch.
LESS = " --set dataset.scenes=40 --set trainer.val_scenes=8 --epochs 1"
LONG = ("jepamine run recipes/manim.toml", "jepamine run recipes/manim-student.toml",
        "jepamine run recipes/manim-code.toml")  # fmt: skip


def parse(words: list[str]) -> None:
    """Let click read a command line without running it; an unknown command or option is an error."""
    command: click.Command = cli
    context = click.Context(cli, info_name="jepamine")
    while True:
        _, words, _ = command.make_parser(context).parse_args(list(words))
        if not isinstance(command, click.Group) or not words:
            return
        name, found, words = command.resolve_command(context, words)
        assert found is not None
        command, context = found, click.Context(found, info_name=name, parent=context)


def test_the_commands_of_the_plan_exist_with_their_options(document):
    rows = [
        line
        for line in document("docs/from-the-plan.md").text.splitlines()
        if re.match(r"\|.*\|.*\|.*\|$", line)
    ]
    spans = [span for row in rows for span in re.findall(r"`(jepamine [^`]*)`", row.rsplit("|", 2)[1])]
    assert len(spans) > 25
    for span in spans:
        parse(shlex.split(span)[1:])


def test_the_metrics_of_the_plan_are_those_of_the_service(document):
    pytest.importorskip("prometheus_client", reason="no prometheus-client: pip install -e '.[serve]'")
    from jepamine.serving.prometheus import Metrics

    named = set(re.findall(r"`(jepamine_\w+)`", document("docs/from-the-plan.md").text))
    text = Metrics("boxes", 0.5).text().decode()
    assert len(named) == 10
    assert {name for name in named if f"\n{name}" not in text} == set()


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_a_page_exists_with_its_options(document, page):
    lines = document(page).commands() + [
        line for block in document(page).blocks("bash") for line in block.replace("\\\n", "").splitlines()
    ]
    for line in lines:
        words = shlex.split(line, comments=True)
        if words[:1] == ["jepamine"]:
            parse(words[1:])


def test_the_first_two_commands_are_the_first_thing_after_one_paragraph(document):
    readme = document("README.md")
    paragraphs = readme.text.split("\n\n")
    assert paragraphs[0] == "# jepamine"
    assert paragraphs[2] == "```sh\npip install -e . && jepamine run recipes/default.toml\n```"
    assert paragraphs[3] == "```sh\npip install nox && nox -s tests\n```"
    # This test runs inside `nox -s tests`, which .ci/run calls as the README does.
    assert "nox -s tests" in readme.commands()
    assert "-s tests" in (ROOT / ".ci" / "run").read_text()
    assert len(readme.text.splitlines()) <= 150


@pytest.mark.slow
def test_the_commands_of_the_pages_work_in_their_order(document, shell, here, home):
    lines = [line for page in WALK for line in document(page).commands()]
    ours = list(dict.fromkeys(line for line in lines if line.startswith("jepamine")))
    assert [line for line in lines if not line.startswith("jepamine")] == ["nox -s tests"]
    if importlib.util.find_spec("manim") is None:
        ours = [line for line in ours if "scenes" not in line and "manim" not in line]
    # The first as a user starts it, the others in this process.
    outputs = {ours[0]: (first := shell(ours[0], home))}
    outputs |= {command: here(command + LESS * (command in LONG), home) for command in ours[1:]}
    assert ours[0] == "jepamine run recipes/default.toml"
    assert "cos(predicted, clean)" in first
    assert "jepamine score --run default experiments/default/manifest.jsonl" in first
    # The printed comparison is that of the page, but for what a machine's speed and rounding change.
    (shown,) = document("docs/runs.md").blocks("")
    settings, metrics = outputs["jepamine compare default fast"].split("\n\n")
    assert shown.startswith(settings)
    names = [line.split()[0] for line in metrics.splitlines()]
    assert names == [line.split()[0] for line in shown.split("\n\n")[1].splitlines()]
    # The second run encodes nothing.
    seconds = [
        json.loads((home / "experiments" / name / "record.json").read_text())["seconds"]["encode"]
        for name in ("default", "fast")
    ]
    assert seconds[1] < seconds[0] / 5


@pytest.mark.slow
@pytest.mark.manim
def test_the_service_answers_as_its_page_asks(document, shell, home):
    pytest.importorskip("manim", reason="Manim is not installed: pip install -e '.[manim]'")
    serve, ask = document("docs/service.md").commands()
    if not (home / "experiments" / "manim").exists():
        shell(f"{LONG[0]}{LESS}", home)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    words, variables = shlex.split(f"{serve} --port {port}"), os.environ | {"PATH": path}
    patient = f"{ask.replace('8000', str(port))} --retry 120 --retry-connrefused --retry-delay 1"
    with subprocess.Popen(words, cwd=home, env=variables, stderr=subprocess.DEVNULL) as service:
        try:
            answer = json.loads(shell(patient, home))
        finally:
            service.terminate()
    assert answer["adherence"]["within_tenth"] == 1.0
    assert answer["layout"]["objects"][0]["type"] == "circle"
    assert answer["preview_url"].startswith("/previews/")


@pytest.mark.slow
@pytest.mark.real
@pytest.mark.skipif(not DRIVING.is_dir(), reason="no real driving clips beside the checkout")
def test_on_real_clips_the_prediction_is_clearly_closer_than_the_masked_embedding(document, shell, home):
    shutil.copy(DRIVING / "driving.jsonl", home)
    (home / "driving").symlink_to(DRIVING / "driving")
    page = document("docs/recipes.md")
    (command,) = page.commands()
    shell(command, home)
    metrics = json.loads((home / "experiments" / "real" / "record.json").read_text())["metrics"]
    table = re.search(r"cos\(masked, clean\) \|\n\|---\|---\|\n\| ([\d.]+) \| ([\d.]+) \|", page.text)
    assert metrics["mean_cosine_similarity"] == pytest.approx(float(table[1]), abs=0.01)
    assert metrics["masked_cosine_similarity"] == pytest.approx(float(table[2]), abs=0.01)
    assert metrics["mean_cosine_similarity"] > metrics["masked_cosine_similarity"] + 0.3


@pytest.mark.parametrize("notebook", ["train_jepa.ipynb", "review_clips.ipynb"])
def test_every_name_that_a_notebook_imports_exists(notebook):
    text = (ROOT / "notebooks" / notebook).read_text()
    imports = re.findall(r'"from (jepamine[\w.]*) import ([\w, ]+)', text)
    assert imports
    for module, names in imports:
        for name in names.split(", "):
            found = hasattr(importlib.import_module(module), name)
            assert found or importlib.util.find_spec(f"{module}.{name}"), f"{module}.{name}"
