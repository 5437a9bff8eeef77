"""Runs side by side."""

import json

import pytest
import tomli_w

from jepamine.errors import UserError
from jepamine.runs.compare import compare
from jepamine.runs.run_folder import RunFolder


@pytest.fixture
def run(tmp_path):
    """Write a run of a recipe and a record."""

    def write(name, recipe, **record):
        folder = RunFolder(tmp_path / name)
        folder.path.mkdir()
        folder.recipe.write_bytes(tomli_w.dumps({"name": name, **recipe}).encode())
        folder.record.write_text(json.dumps({"status": "finished", "metrics": {}, **record}))
        return folder

    return write


def test_only_what_differs_is_reported(run):
    a = run("a", {"seed": 1, "trainer": {"lr": 1e-4, "epochs": 30}}, metrics={"val_loss": 0.25, "x": 1.0})
    b = run("b", {"seed": 1, "trainer": {"lr": 1e-3, "epochs": 30}}, metrics={"val_loss": 0.5, "x": 1.0})
    assert compare([a, b], everything=False) == {
        "runs": ["a", "b"],
        "settings": {"trainer.lr": [1e-4, 1e-3]},
        "metrics": {"val_loss": [0.25, 0.5]},
    }


def test_what_one_run_lacks_is_none(run):
    a = run("a", {"masking": {"plugin": "patches", "ratio": 0.75}}, seconds={"train": 2.5})
    b = run("b", {"masking": {"plugin": "tubes"}})
    c = run("c", {"masking": {"plugin": "tubes", "extra": [1]}}, epochs_done=3)
    assert compare([a, b, c], everything=False) == {
        "runs": ["a", "b", "c"],
        "settings": {
            "masking.plugin": ["patches", "tubes", "tubes"],
            "masking.ratio": [0.75, None, None],
            "masking.extra": [None, None, [1]],
        },
        "metrics": {"epochs_done": [None, None, 3], "seconds.train": [2.5, None, None]},
    }


def test_runs_that_are_alike_differ_in_nothing_not_even_their_names(run):
    assert compare([run("a", {"seed": 1}), run("b", {"seed": 1})], everything=False) == {
        "runs": ["a", "b"], "settings": {}, "metrics": {}
    }  # fmt: skip


def test_everything_is_reported_when_asked_for(run):
    told = compare([run("a", {"seed": 1}), run("b", {"seed": 1})], everything=True)
    assert told["settings"] == {"seed": [1, 1]}
    assert told["metrics"]["status"] == ["finished", "finished"]


def test_a_run_whose_writer_is_gone_is_reported_as_interrupted(run):
    told = compare([run("a", {}, status="running"), run("b", {})], everything=False)
    assert told["metrics"] == {"status": ["interrupted", "finished"]}


@pytest.mark.parametrize("file", ["recipe", "record"])
def test_a_damaged_file_is_an_error_that_names_it(run, file):
    a = run("a", {})
    getattr(a, file).write_text("[")
    with pytest.raises(UserError) as raised:
        compare([a, run("b", {})], everything=False)
    assert str(raised.value).startswith(f"{getattr(a, file)}: cannot be read")
