"""The notebooks, cell by cell, as a new user would run them."""

from __future__ import annotations

import json
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
