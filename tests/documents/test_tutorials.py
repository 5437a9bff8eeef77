"""The tutorials, from drawn footage and from a description, as a new user would follow them."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from jepamine.mining.street.generate import generate

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.slow


def test_footage_becomes_a_reviewed_list(document, here, tmp_path):
    generate(tmp_path, clips=36, event_rate=0.2, seed=5, frames=16, size=(64, 36))
    (tmp_path / "frames").rename(tmp_path / "footage")
    start, score, report, labels = [block.splitlines() for block in document("docs/tutorial.md").blocks("sh")]
    assert start[1:] == ["cd mydrives"]
    here(start[0], tmp_path)
    folder = tmp_path / "mydrives"
    for command in score:
        here(command, folder)
    printed = here(report[0], folder)
    page = folder / re.search(r"experiments/own/reports/scores\.html", printed)[0]
    # What the page's button downloads, for the clips that it shows.
    shown = [json.loads(line)["clip_id"] for line in (folder / "scores.jsonl").read_text().splitlines()]
    assert sum(name in page.read_text() for name in shown) >= 20
    (name,) = set(re.findall(r"labels-own-scores\.jsonl", printed))
    lines = [{"clip_id": clip, "binary_label": number % 2} for number, clip in enumerate(shown)]
    (folder / name).write_text("".join(json.dumps(line) + "\n" for line in lines))
    for command in labels:
        here(command, folder)
    assert (folder / "experiments" / "own" / "reports" / "probe.html").is_file()


@pytest.mark.manim
def test_a_description_becomes_a_scene(document, here, tmp_path):
    pytest.importorskip("manim", reason="Manim is not installed: pip install -e '.[manim]'")
    shutil.copytree(ROOT / "recipes", tmp_path / "recipes")
    describe, check, read = document("docs/tutorial-scenes.md").blocks("sh")
    here(describe, tmp_path)
    assert (tmp_path / "scene.png").stat().st_size > 1000
    assert "GeneratedScene runs: 3 objects" in here(check, tmp_path)
    # A layout run of few scenes, which sees little: that an image is read at all.
    train, again = read.splitlines()
    here(f"{train} --set dataset.scenes=40 --set trainer.val_scenes=8 --epochs 1", tmp_path)
    here(again.replace("--image", '"a red circle" --image'), tmp_path)
    assert "GeneratedScene" in (tmp_path / "again.py").read_text()
