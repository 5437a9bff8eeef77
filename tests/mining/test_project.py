"""init: a project folder without a clone, and from footage to manifest and recipe."""

import json
import tomllib
from pathlib import Path

import pytest
from PIL import Image

import jepamine as package
from jepamine.config import recipe_files
from jepamine.mining.street.generate import generate

ROOT = Path(package.__file__).parent.parent


def jsonl(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def tree(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


@pytest.mark.slow
def test_init_writes_recipes_a_sample_of_20_labelled_clips_a_gitignore_and_a_readme(jepamine, tmp_path):
    result = jepamine("init", tmp_path / "mine")
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in (tmp_path / "mine").iterdir()) == [
        ".gitignore",
        "README.md",
        "recipes",
        "sample",
    ]
    recipes = {path.name: path.read_bytes() for path in (tmp_path / "mine" / "recipes").iterdir()}
    assert recipes == {path.name: path.read_bytes() for path in (ROOT / "recipes").glob("*.toml")}
    clips, labels = (jsonl(tmp_path / "mine" / "sample" / f"{name}.jsonl") for name in ("manifest", "labels"))
    assert [len(clips), sum(label["binary_label"] for label in labels)] == [20, 4]
    assert all(
        (tmp_path / "mine" / "sample" / path).is_file() for clip in clips for path in clip["frame_paths"]
    )


@pytest.mark.slow
def test_init_twice_keeps_every_file_and_says_so(jepamine, tmp_path):
    jepamine("init", tmp_path / "mine")
    (tmp_path / "mine" / "README.md").write_text("my own words")
    before = tree(tmp_path / "mine")
    again = jepamine("init", tmp_path / "mine")
    assert (again.exit_code, tree(tmp_path / "mine")) == (0, before)
    assert f"{tmp_path}/mine/README.md: kept (it exists)" in again.output
    assert ": written" not in again.output


def test_init_into_a_file_is_one_line(jepamine, tmp_path):
    (tmp_path / "file").write_text("")
    result = jepamine("init", tmp_path / "file")
    assert (result.exit_code, "is a file" in result.output) == (2, True)


@pytest.mark.parametrize("word", ["clips", "clips.toml"])
def test_a_shipped_recipe_is_found_by_its_name(jepamine, tmp_path, monkeypatch, word):
    monkeypatch.chdir(tmp_path)
    result = jepamine("check", word)
    assert (result.exit_code, result.output) == (0, f"{ROOT}/recipes/clips.toml: ok\n")


def test_a_recipe_of_that_name_in_the_folder_comes_first(jepamine, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("clips.toml").write_text("schema = 1\n")
    assert "clips.toml: [dataset]: missing" in jepamine("check", "clips.toml").output


def test_recipes_inside_the_package_are_used_where_a_wheel_put_them(tmp_path, monkeypatch):
    (tmp_path / "jepamine" / "recipes").mkdir(parents=True)
    (tmp_path / "jepamine" / "recipes" / "default.toml").write_text("")
    monkeypatch.setattr(package, "__file__", str(tmp_path / "jepamine" / "__init__.py"))
    assert recipe_files.shipped_recipes() == {"default": tmp_path / "jepamine" / "recipes" / "default.toml"}


def test_a_misspelt_recipe_name_is_corrected(jepamine, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "defalt: no such recipe (did you mean 'default'?)" in jepamine("run", "defalt").output
    assert "(by name there are: clips, default, manim" in jepamine("run", "zzz").output


@pytest.fixture(scope="module")
def drives(tmp_path_factory):
    """Three drives of 32 frames each in folders of their own."""
    folder = tmp_path_factory.mktemp("drives")
    generate(folder, clips=12, event_rate=0, seed=5, frames=8, size=(64, 36))
    return folder / "frames"


def test_own_footage_becomes_a_split_manifest_and_a_recipe_that_checks(jepamine, drives, tmp_path):
    result = jepamine("init", tmp_path / "mine", "--own", drives)
    assert result.exit_code == 0, result.output
    lines = jsonl(tmp_path / "mine" / "manifest.jsonl")
    sides = {
        scene: {line["split"] for line in lines if line["scene"] == scene}
        for scene in {x["scene"] for x in lines}
    }
    assert (len(lines), sorted(map(sorted, sides.values()))) == (6, [["train"], ["train"], ["val"]])
    recipe = tomllib.loads((tmp_path / "mine" / "recipes" / "own.toml").read_text())
    assert recipe["dataset"] == {"plugin": "clips", "manifest": "manifest.jsonl"}
    assert jepamine("check", tmp_path / "mine" / "recipes" / "own.toml").exit_code == 0


def test_one_drive_holds_out_its_last_clips_and_warns(jepamine, drives, tmp_path):
    result = jepamine("init", tmp_path / "mine", "--own", drives / "street-0000")
    assert [line["split"] for line in jsonl(tmp_path / "mine" / "manifest.jsonl")] == ["train", "val"]
    assert "held-out figures will be too good" in result.stderr


def test_an_unreadable_frame_is_repaired_away_and_counted(jepamine, drives, tmp_path):
    import shutil

    footage = shutil.copytree(drives, tmp_path / "footage")
    (footage / "street-0001" / "0003.jpg").write_bytes(b"not a picture")
    result = jepamine("init", tmp_path / "mine", "--own", footage)
    assert (result.exit_code, "fix: 1 repairs, 5 of 6 clips remain" in result.output) == (0, True), (
        result.output
    )


@pytest.mark.parametrize(
    ("images", "message"),
    [(0, "no frames"), (2, "only 1 clip; a run needs at least two")],
)
def test_too_little_footage_is_an_error_and_leaves_no_manifest(jepamine, tmp_path, images, message):
    (tmp_path / "footage").mkdir()
    for number in range(images):
        Image.new("RGB", (8, 8), (number, 0, 0)).save(tmp_path / "footage" / f"{number}.png")
    result = jepamine("init", tmp_path / "mine", "--own", tmp_path / "footage")
    assert (result.exit_code, message in result.output) == (1, True), result.output
    assert list((tmp_path / "mine").iterdir()) == []


def test_own_footage_does_not_replace_a_manifest(jepamine, drives, tmp_path):
    (tmp_path / "manifest.jsonl").write_text("mine")
    result = jepamine("init", tmp_path, "--own", drives)
    assert (result.exit_code, (tmp_path / "manifest.jsonl").read_text()) == (1, "mine")
    assert f"{tmp_path}/manifest.jsonl exists; remove it, or pass another folder" in result.output


def test_the_projects_readme_names_commands_and_options_that_exist():
    import click

    from jepamine.cli.main import cli
    from jepamine.mining.project import README

    lines = [line.split()[1:] for line in README.splitlines() if line.startswith("    jepamine ")]
    assert [words[0] for words in lines] == ["run", "score", "eval", "report", "init"]
    for name, *words in lines:
        command = cli.commands[name]
        context = click.Context(command, info_name=name)
        command.make_parser(context).parse_args(list(words))
