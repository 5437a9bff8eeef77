"""The README's commands and plugins, and the notebook, as a new user would run them."""

from __future__ import annotations

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

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
DRIVING = ROOT.parent / "shared" / "data"

pytestmark = pytest.mark.slow


def blocks(language: str) -> list[str]:
    fenced = re.findall(r"^```(\w*)\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)
    return [text for name, text in fenced if name == language]


# What takes minutes is run on less: the same command, few scenes, one epoch.
LESS = " --set dataset.scenes=40 --set trainer.val_scenes=8 --epochs 1"
LONG = ("jepamine run recipes/manim.toml", "jepamine run recipes/manim-student.toml",
        "jepamine run recipes/manim-code.toml")  # fmt: skip


def commands() -> list[str]:
    """Every command of the README's sh blocks, without the installing part, which came before this test."""
    lines = [line for block in blocks("sh") for line in block.replace("\\\n", "").splitlines()]
    return [line.partition(" && ")[2] if line.startswith("pip install") else line for line in lines]


def needs_manim(command: str) -> bool:
    return "scenes" in command or "manim" in command


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, write_video) -> Path:
    """A folder with the recipes and two videos, where the commands run in the README's order."""
    folder = tmp_path_factory.mktemp("home")
    shutil.copytree(ROOT / "recipes", folder / "recipes")
    for name, darkest in (("drive", 13), ("night", 10)):
        write_video(folder / f"{name}.mp4", list(range(0, 4000, 50)), darkest)
    (folder / "videos").mkdir()
    for name in ("drive", "night"):
        shutil.copy(folder / f"{name}.mp4", folder / "videos")
    return folder


def shell(command: str, folder: Path, **environment: str) -> str:
    variables = {name: value for name, value in os.environ.items() if name != "JEPAMINE_EXPERIMENTS"}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command,
        shell=True,
        cwd=folder,
        env=variables | {"PATH": path} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_the_first_two_commands_are_the_first_thing_after_one_paragraph():
    paragraphs = README.split("\n\n")
    assert paragraphs[0] == "# jepamine"
    assert paragraphs[2] == "```sh\npip install -e . && jepamine run recipes/default.toml\n```"
    assert paragraphs[3] == "```sh\npip install nox && nox -s tests\n```"
    # This test runs inside `nox -s tests`, which .ci/run calls as the README does.
    assert "nox -s tests" in commands()
    assert "-s tests" in (ROOT / ".ci" / "run").read_text()


def test_every_command_of_the_readme_works_in_its_order(home):
    ours = [line for line in commands() if line.startswith("jepamine") and "driving.jsonl" not in line]
    # Of the others one runs this test; clips, service and its client have a test of their own.
    assert len(ours) == len(commands()) - 3
    ours = [line for line in ours if "serve" not in line]
    if importlib.util.find_spec("manim") is None:
        ours = [line for line in ours if not needs_manim(line)]
    outputs = {command: shell(command + LESS * (command in LONG), home) for command in ours}
    first = outputs["jepamine run recipes/default.toml"]
    assert "cos(predicted, clean)" in first
    assert "jepamine score --run default experiments/default/manifest.jsonl" in first
    # The printed comparison is the README's, but for what a machine's speed and rounding change.
    (shown,) = blocks("")
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


@pytest.mark.manim
def test_the_service_of_the_readme_answers(home):
    pytest.importorskip("manim", reason="Manim is not installed: pip install -e '.[manim]'")
    (serve,) = [line for line in commands() if "serve" in line]
    (ask,) = [line for line in commands() if line.startswith("curl")]
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


@pytest.mark.real
@pytest.mark.skipif(not DRIVING.is_dir(), reason="no real driving clips beside the checkout")
def test_on_real_clips_the_prediction_is_clearly_closer_than_the_masked_embedding(home):
    shutil.copy(DRIVING / "driving.jsonl", home)
    (home / "driving").symlink_to(DRIVING / "driving")
    (command,) = [line for line in commands() if "driving.jsonl" in line]
    shell(command, home)
    metrics = json.loads((home / "experiments" / "real" / "record.json").read_text())["metrics"]
    table = re.search(r"cos\(masked, clean\) \|\n\|---\|---\|\n\| ([\d.]+) \| ([\d.]+) \|", README)
    assert metrics["mean_cosine_similarity"] == pytest.approx(float(table[1]), abs=0.01)
    assert metrics["masked_cosine_similarity"] == pytest.approx(float(table[2]), abs=0.01)
    assert metrics["mean_cosine_similarity"] > metrics["masked_cosine_similarity"] + 0.3


def test_the_masking_of_the_readme_works_beside_a_recipe(jepamine, recipe, tmp_path):
    (code,) = [block for block in blocks("python") if "def hood" in block]
    assert len(code.splitlines()) < 20
    (tmp_path / "hood.py").write_text(code)
    text = recipe.read_text().replace('plugin = "patches"', 'plugin = "./hood.py:hood"\nrows = 4')
    recipe.write_text(text)
    result = jepamine("run", recipe, "--epochs", 1)
    assert result.exit_code == 0, result.output
    refused = jepamine("run", recipe, "--set", "masking.row=4")
    assert "[masking] row: unknown key (did you mean 'rows'?)" in refused.output


def test_the_encoder_of_the_readme_works_as_an_installed_package(recipe, tmp_path):
    (code,) = [block for block in blocks("python") if "class Colours" in block]
    assert len(code.splitlines()) < 20
    (declared,) = [block for block in blocks("toml") if "entry-points" in block]
    packages = tmp_path / "site"
    packages.mkdir()
    (packages / "colours.py").write_text(code)
    # What an installer writes for such a pyproject.toml.
    facts = packages / "colours-1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: colours\nVersion: 1.0\n")
    name, target = re.search(r'^(\w+) = "(.*)"$', declared, re.M).groups()
    (facts / "entry_points.txt").write_text(f"[jepamine.encoder]\n{name} = {target}\n")
    path = os.pathsep.join([str(packages), os.environ.get("PYTHONPATH", "")])
    listed = shell("jepamine plugins --check", tmp_path, PYTHONPATH=path)
    assert re.search(r"^encoder +colours +colours +1.0 +ok$", listed, re.M)
    shell(
        f"jepamine run {recipe} --epochs 1 --set 'encoder={{plugin=\"colours\"}}'", tmp_path, PYTHONPATH=path
    )
    record = json.loads((tmp_path / "experiments" / "small" / "record.json").read_text())
    assert record["plugins"]["encoder"] == {"name": "colours", "source": "colours", "version": "1.0"}


def execute(notebook: nbformat.NotebookNode) -> str:
    """Run a notebook's cells in a kernel of their own; all that they put out."""
    NotebookClient(notebook, resources={"metadata": {"path": str(ROOT)}}, timeout=None).execute()
    return "".join(str(cell.get("outputs", "")) for cell in notebook.cells)


# In the folder of the walk above, whose embeddings it finds.
@pytest.mark.filterwarnings("default")  # of the notebook's own machinery
def test_the_notebook_trains_and_resumes(home, monkeypatch):
    monkeypatch.setenv("JEPAMINE_EXPERIMENTS", str(home / "experiments"))
    whole = execute(nbformat.read(ROOT / "notebooks" / "train_jepa.ipynb", as_version=4))
    run = home / "experiments" / "colab"
    assert "mean_cosine_similarity" in whole
    # All cells again: up to the one that trains.
    again = nbformat.read(ROOT / "notebooks" / "train_jepa.ipynb", as_version=4)
    trains = next(number for number, cell in enumerate(again.cells) if "runner.resume" in cell.source)
    again.cells = again.cells[: trains + 1]
    assert "already finished" in execute(again)
    assert json.loads((run / "record.json").read_text())["status"] == "finished"
    assert (run / "loss.png").stat().st_size > 10_000
    assert len((run / "scores" / "manifest.jsonl").read_text().splitlines()) == 80
