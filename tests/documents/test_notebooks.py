"""The notebooks, cell by cell, as a new user would run them."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.slow


def execute(notebook: nbformat.NotebookNode) -> str:
    """Run a notebook's cells in a kernel of their own; all that they put out."""
    NotebookClient(notebook, resources={"metadata": {"path": str(ROOT)}}, timeout=None).execute()
    return "".join(str(cell.get("outputs", "")) for cell in notebook.cells)


def read(name: str) -> nbformat.NotebookNode:
    return nbformat.read(ROOT / "notebooks" / name, as_version=4)


def training(**replaced: str) -> nbformat.NotebookNode:
    """The first notebook with other first lines; half of the recipe's 80 clips save half a minute."""
    notebook = read("train_jepa.ipynb")
    first = next(cell for cell in notebook.cells if cell.cell_type == "code")
    for old, new in replaced.items():
        assert f"{old} = " in first.source
        first.source = first.source.replace(f"{old} = ", f"{old} = {new}  # ")
    return notebook


def up_to_training(**replaced: str) -> nbformat.NotebookNode:
    """The first notebook up to the cell that trains, without looking at parts."""
    notebook = training(**replaced)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    trains = next(cell for cell in code if "run_or_resume" in cell.source)
    notebook.cells = [*code[:3], trains]
    return notebook


@pytest.mark.filterwarnings("default")  # of the notebooks' own machinery
def test_the_notebooks_train_resume_and_review(home, monkeypatch):
    experiments = home / "experiments"
    monkeypatch.setenv("JEPAMINE_EXPERIMENTS", str(experiments))
    fewer = '{("dataset", "clips"): 40, ("trainer", "epochs"): %d}'
    whole = execute(training(OVERRIDES=fewer % 10))
    run = experiments / "colab"
    assert "mean_cosine_similarity" in whole
    # The cells that look at the parts: patches of a tubelet, tokens, layers, two losses of one step.
    assert "hidden patches: 294 of 392" in whole
    assert "gives tokens (tubelets, tokens, numbers): (1, 98, 1280)" in whole
    assert "LayerNorm((1280,)" in whole
    before, after = map(float, re.findall(r"loss: (\d\.\d+)", whole))
    assert after < before
    assert (run / "loss.png").stat().st_size > 10_000
    assert len((run / "scores" / "manifest.jsonl").read_text().splitlines()) == 40
    # All cells again show the run; other overrides start another one.
    assert "already finished" in execute(up_to_training(OVERRIDES=fewer % 10))
    execute(up_to_training(OVERRIDES=fewer % 2))
    records = [json.loads((experiments / name / "record.json").read_text()) for name in ("colab", "colab-2")]
    assert [(record["status"], record["epochs_done"]) for record in records] == [
        ("finished", 10),
        ("finished", 2),
    ]
    # Labels of the training clips, as the review page of the second notebook downloads them.
    labels = home / "labels.jsonl"
    shutil.copy(run / "labels.jsonl", labels)
    notebook = read("review_clips.ipynb")
    notebook.cells[1].source += f"\nLABELS = {str(labels)!r}"
    printed = execute(notebook)
    assert str(run / "reports" / "manifest.html") in printed
    assert "40 labels" in printed
    assert (run / "reports" / "probe.html").is_file()


@pytest.mark.filterwarnings("default")
def test_the_research_recipe_is_a_switch_in_the_first_cell(home, monkeypatch):
    monkeypatch.setenv("JEPAMINE_EXPERIMENTS", str(home / "experiments"))
    notebook = up_to_training(RESEARCH="True")
    notebook.cells = notebook.cells[:3]
    shown = execute(notebook)
    assert "facebook/vjepa2-vitl-fpc64-256" in shown


def test_on_colab_matplotlib_is_installed_with_it():
    for name in ("train_jepa.ipynb", "review_clips.ipynb"):
        (install,) = [cell.source for cell in read(name).cells if "%pip" in cell.source]
        assert '%pip install --quiet "{CHECKOUT}[plot]"' in install
