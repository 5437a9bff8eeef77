"""A run on a read-only file system is scored and evaluated all the same, with the results elsewhere."""

from __future__ import annotations

import errno
import json
import os
import tempfile
from pathlib import Path

import pytest


@pytest.fixture
def read_only(monkeypatch):
    """Make everything below a folder read-only, as a mount would."""

    def freeze(folder: Path) -> None:
        def refuse(path: str | Path) -> None:
            if Path(path).absolute().is_relative_to(folder):
                raise OSError(errno.EROFS, "Read-only file system", str(path))

        mkstemp, opening, mkdir = tempfile.mkstemp, os.open, os.mkdir

        def guarded_mkstemp(*, dir, **options):
            refuse(dir)
            return mkstemp(dir=dir, **options)

        def guarded_open(path, flags, *rest, **options):
            if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
                refuse(path)
            return opening(path, flags, *rest, **options)

        def guarded_mkdir(path, *rest, **options):
            if not Path(path).exists():
                refuse(path)
            return mkdir(path, *rest, **options)

        monkeypatch.setattr(tempfile, "mkstemp", guarded_mkstemp)
        monkeypatch.setattr(os, "open", guarded_open)
        monkeypatch.setattr(os, "mkdir", guarded_mkdir)

    return freeze


def files(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def scores(path: Path) -> list[dict[str, float]]:
    return [json.loads(line)["scores"] for line in path.read_text().splitlines()]


def test_it_is_scored_elsewhere_with_the_same_scores_and_one_notice_a_cache(
    jepamine, recipe, clips, tmp_path, read_only
):
    experiments = tmp_path / "experiments"
    assert jepamine("run", recipe).exit_code == 0
    words = ("score", "--run", "small", clips, "--scorer", "ensemble", "--output")
    read_only(experiments)
    before = files(experiments)
    result = jepamine(*words, tmp_path / "a.jsonl")
    assert result.exit_code == 0, result.output
    assert files(experiments) == before
    refusal = "cannot be written (Read-only file system); continuing without it"
    (store,) = (path for path in (experiments / "_store").iterdir() if path.is_dir())
    assert [line for line in result.stderr.splitlines() if "Read-only" in line] == [
        f"{store}: {refusal}",  # of the differences between frames, for `sensor`
        f"{experiments / 'small' / 'reference.json'}: {refusal}",
    ]


def test_embeddings_of_new_clips_are_computed_each_time_and_mentioned_once(
    jepamine, recipe, clips, tmp_path, read_only
):
    experiments = tmp_path / "experiments"
    assert jepamine("run", recipe).exit_code == 0
    (store,) = (path for path in (experiments / "_store").iterdir() if path.is_dir())
    words = ("score", "--run", "small", clips, "--output")
    assert jepamine(*words, tmp_path / "a.jsonl").exit_code == 0
    for part in store.rglob("*.part"):
        part.unlink()
    read_only(experiments)
    result = jepamine(*words, tmp_path / "b.jsonl")
    assert result.exit_code == 0, result.output
    assert scores(tmp_path / "b.jsonl") == scores(tmp_path / "a.jsonl")
    assert [line for line in result.stderr.splitlines() if "Read-only" in line] == [
        f"{store}: cannot be written (Read-only file system); continuing without it"
    ]
    assert not list(store.rglob("*.part"))


def test_it_is_evaluated_and_the_eval_is_written_where_asked(jepamine, recipe, tmp_path, read_only):
    experiments = tmp_path / "experiments"
    assert jepamine("run", recipe).exit_code == 0
    read_only(experiments)
    result = jepamine("eval", "--run", "small", "--output", tmp_path / "e.json")
    assert result.exit_code == 0, result.output
    assert "mean_cosine_similarity" in json.loads((tmp_path / "e.json").read_text())
    assert (
        f"{experiments / 'small' / 'evals' / 'run-val.json'}: cannot be written (Read-only file system); "
        "continuing without it\n"
    ) in result.stderr


def test_an_output_on_the_read_only_file_system_is_an_error_that_names_it(
    jepamine, recipe, clips, tmp_path, read_only
):
    assert jepamine("run", recipe).exit_code == 0
    read_only(tmp_path / "experiments")
    result = jepamine("score", "--run", "small", clips)
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (
        1,
        f"Error: {tmp_path / 'experiments' / 'small' / 'scores'}: cannot be written (Read-only file system); "
        "pass --output, such as --output manifest.jsonl",
    )
