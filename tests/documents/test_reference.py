"""The reference that docs/reference.py makes from the code, and the published schemas against real files."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path

import click
import pytest
from jsonschema import Draft202012Validator

import jepamine as package
from jepamine.cli.main import cli
from jepamine.config import registry

ROOT = Path(__file__).parents[2]
SCHEMAS = Path(package.__file__).parent / "schemas"
OLD_RUNS = ROOT / "tests" / "runs" / "old_runs"


@pytest.fixture(scope="module")
def reference():
    """The script as a module."""
    spec = importlib.util.spec_from_file_location("reference", ROOT / "docs" / "reference.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def pages(reference):
    return reference.pages()


def commands(group: click.Group, path: str):
    for name, command in group.commands.items():
        yield f"{path} {name}"
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")


def test_every_command_has_a_section_with_its_options(pages):
    text = pages["reference/commands.md"]
    titles = re.findall(r"^## (jepamine .*)$", text, re.M)
    assert sorted(titles) == sorted(commands(cli, "jepamine"))
    section = text.partition("## jepamine merge\n")[2].partition("\n## ")[0]
    assert "| `--manifest FILE` |" in section


def test_a_recipe_key_is_listed_with_type_and_default(pages):
    text = pages["reference/recipes.md"]
    for kind in registry.kinds():
        for plugin in registry.listed(kind):
            assert f"\n### {kind}: {plugin.name}\n" in text
    patches = text.partition("### masking: patches\n")[2].partition("\n### ")[0]
    assert '| `seeding` | `"clip"`, `"index"` | `"clip"` |' in patches
    clips = text.partition("### dataset: clips\n")[2].partition("\n### ")[0]
    assert "| `manifest` | URL or path | required |" in clips
    assert "| `tubelet_size` | integer, at least 1, at most 64 | `2` |" in clips


def test_schemas_made_from_types_are_those_that_are_published(reference):
    for name, text in reference.made_schemas().items():
        assert (SCHEMAS / name).read_text() == text, "python docs/reference.py FOLDER writes it again"


def schema(name: str) -> Draft202012Validator:
    found = json.loads((SCHEMAS / f"{name}.schema.json").read_text())
    Draft202012Validator.check_schema(found)
    return Draft202012Validator(found)


def lines(path: Path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def problems(name: str, values) -> list[str]:
    return [error.message for value in values for error in schema(name).iter_errors(value)]


def test_every_schema_has_a_section(pages):
    text = pages["reference/formats.md"]
    assert {path.name for path in SCHEMAS.glob("*.json")} == set(
        re.findall(r"`jepamine/schemas/(.*)`\n", text)
    )


def test_files_of_a_run_keep_to_the_schemas(jepamine, recipe, clips, tmp_path):
    assert jepamine("run", recipe, "--epochs", 2, "--name", "one").exit_code == 0
    labels = tmp_path / "labels.jsonl"
    labels.write_text(
        "".join(
            json.dumps({"clip_id": line["clip_id"], "binary_label": number % 2}) + "\n"
            for number, line in enumerate(lines(clips))
        )
    )
    assert jepamine("score", "--run", "one", clips, "--output", tmp_path / "s.jsonl").exit_code == 0
    result = jepamine("eval", "--run", "one", "--labels", labels, "--output", tmp_path / "eval.json")
    assert result.exit_code == 0, result.output
    run = tmp_path / "experiments" / "one"
    assert problems("manifest", [*lines(clips), *lines(run / "manifest.jsonl")]) == []
    assert problems("record", [json.loads((run / "record.json").read_text())]) == []
    assert problems("metrics", lines(run / "metrics.jsonl")) == []
    assert problems("scores", lines(tmp_path / "s.jsonl")) == []
    assert problems("labels", lines(labels)) == []
    assert problems("eval", [json.loads((tmp_path / "eval.json").read_text())]) == []


def test_files_of_earlier_versions_keep_to_the_schemas():
    found = sorted(OLD_RUNS.rglob("record.json"))
    assert found
    assert problems("record", [json.loads(path.read_text()) for path in found]) == []
    for path in sorted(OLD_RUNS.rglob("metrics.jsonl")):
        assert problems("metrics", lines(path)) == []
    for path in sorted(OLD_RUNS.rglob("manifest.jsonl")):
        assert problems("scores" if path.parent.name == "scores" else "manifest", lines(path)) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("manifest", {"clip_id": "a"}),
        ("manifest", {"frame_paths": []}),
        ("manifest", {"video": "a.mp4", "start": 0, "end": 1}),
        ("labels", {"clip_id": "a", "binary_label": 2}),
        ("labels", {"clip_id": "a"}),
        ("scores", {"clip_id": "a", "score": "high", "scores": {}, "tubelet_scores": []}),
        ("record", {"status": "done", "metrics": {}}),
        ("layout", {"objects": [{"type": "blob", "x": 0, "y": 0, "z": 0, "width": 1, "height": 1}]}),
    ],
)
def test_what_is_no_such_file_is_refused(name, value):
    assert len(problems(name, [value])) == 1


def test_a_layout_with_all_its_keys_keeps_to_the_schema():
    from jepamine.manim.layouts import Layout, Object, to_json

    whole = Object("text", 0.0, 0.5, 0, 1.0, 0.5, 0.9, "a", "#FFFFFF", 0.5, (0.0, 0.5, 0.5, 0.5))
    assert problems("layout", [to_json(Layout((whole,), more=True))]) == []
