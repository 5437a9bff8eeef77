"""Runs that an earlier layout of the package made, local plugins included, are read by this one.

`old_runs/` was written by the commit before the package was divided into wings; its plugins still say
`from jepamine.clips import Source`.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from jepamine.runs.integrity import remember_code
from jepamine.runs.run_folder import RunFolder
from jepamine.utils.files import sha256_file
from jepamine.utils.json_files import write_json

HERE = Path(__file__).parent / "old_runs"
WRITTEN_IN = "/srv/jepamine"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """Copy the old runs into tmp_path/experiments, with their paths rewritten."""
    for path in HERE.iterdir():
        (shutil.copytree if path.is_dir() else shutil.copy)(path, tmp_path / path.name)
    for path in tmp_path.rglob("*"):
        if path.suffix in (".json", ".jsonl", ".toml"):
            path.write_text(path.read_text().replace(WRITTEN_IN, str(tmp_path)))
    for path in (tmp_path / "experiments").glob("*/record.json"):
        # The recorded hash is that of the recipe before its paths were rewritten.
        run = RunFolder(path.parent)
        write_json(path, json.loads(path.read_text()) | {"recipe_sha256": sha256_file(run.recipe)})
        remember_code(run)
    return tmp_path


def lines_of(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_an_old_run_scores_as_it_did(jepamine, old):
    before = lines_of(old / "experiments" / "small" / "scores" / "manifest.jsonl")
    output = old / "again.jsonl"
    result = jepamine("score", "--run", "small", old / "clips" / "manifest.jsonl", "--output", output)
    assert result.exit_code == 0, result.output
    after = lines_of(output)
    assert [line["clip_id"] for line in after] == [line["clip_id"] for line in before]
    for name in ("predicted", "knn", "random"):
        assert [line["scores"][name] for line in after] == pytest.approx(
            [line["scores"][name] for line in before], abs=1e-6
        )


def test_an_old_run_is_evaluated_against_labels_and_reported(jepamine, old):
    words = ("--run", "small", old / "clips" / "manifest.jsonl", "--labels", old / "clips" / "labels.jsonl")
    result = jepamine("eval", *words, "--json")
    assert result.exit_code == 0, result.output
    before = json.loads((old / "experiments" / "small" / "evals" / "manifest-all-labels.json").read_text())
    after = json.loads(result.stdout)
    assert after["mean_cosine_similarity"] == pytest.approx(before["mean_cosine_similarity"], abs=1e-6)
    assert set(before["ranking"]) <= set(after["ranking"])
    assert jepamine("report", "--run", "small", "--top", 2).exit_code == 0
    assert (old / "experiments" / "small" / "reports" / "manifest.html").stat().st_size > 10_000


def test_old_score_files_are_ranked_without_their_run(jepamine, old):
    scores = old / "experiments" / "small" / "scores" / "manifest.jsonl"
    result = jepamine("eval", "--scores", scores, "--labels", old / "clips" / "labels.jsonl", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["labelled"]["clips"] == 8


def test_an_old_run_is_shown_compared_and_finished(jepamine, old):
    assert jepamine("show", "small").exit_code == 0
    assert jepamine("compare", "small", "boxes").exit_code == 0
    result = jepamine("run", "--resume", "small")
    assert (result.exit_code, "already finished" in result.stderr) == (0, True)


def test_the_resolved_recipe_of_an_old_run_runs_again(jepamine, old):
    result = jepamine("run", old / "experiments" / "small" / "recipe.toml", "--name", "again")
    assert result.exit_code == 0, result.output
    before, after = (
        json.loads((old / "experiments" / name / "record.json").read_text())["metrics"]
        for name in ("small", "again")
    )
    assert after["mean_cosine_similarity"] == pytest.approx(before["mean_cosine_similarity"], abs=1e-6)


def test_an_old_layout_run_is_evaluated_as_it_was(jepamine, old):
    result = jepamine("eval", "--run", "boxes", "--json")
    assert result.exit_code == 0, result.output
    before = json.loads((old / "boxes-eval.json").read_text())
    after = json.loads(result.stdout)
    assert after["scenes"] == before["scenes"] == 8
    for view in ("clean", "masked"):
        measures = before[view]["measures"]
        assert {name: after[view]["measures"][name]["value"] for name in measures} == pytest.approx(
            {name: value["value"] for name, value in measures.items()}, abs=1e-5
        )
