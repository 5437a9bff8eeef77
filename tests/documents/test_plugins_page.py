"""The masking and the encoder of docs/plugins.md work as that page says."""

from __future__ import annotations

import json
import os
import re

import pytest

PAGE = "docs/plugins.md"


def test_the_masking_works_beside_a_recipe(document, jepamine, recipe, tmp_path):
    (code,) = [block for block in document(PAGE).blocks("python") if "def hood" in block]
    assert len(code.splitlines()) < 20
    (tmp_path / "hood.py").write_text(code)
    text = recipe.read_text().replace('plugin = "patches"', 'plugin = "./hood.py:hood"\nrows = 4')
    recipe.write_text(text)
    result = jepamine("run", recipe, "--epochs", 1)
    assert result.exit_code == 0, result.output
    refused = jepamine("run", recipe, "--set", "masking.row=4")
    assert "[masking] row: unknown key (did you mean 'rows'?)" in refused.output


@pytest.mark.slow
def test_the_encoder_works_as_an_installed_package(document, shell, recipe, tmp_path):
    (code,) = [block for block in document(PAGE).blocks("python") if "class Colours" in block]
    assert len(code.splitlines()) < 20
    (declared,) = [block for block in document(PAGE).blocks("toml") if "entry-points" in block]
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
