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


def test_clips_go_to_a_labelling_tool_and_its_answers_come_back(document, here, tmp_path):
    page = document("docs/tutorial-labels.md")
    rank, export, back, table, learn = [block.splitlines() for block in page.blocks("sh")]
    # What takes minutes is run on less: few small clips, with more events among them.
    less = "clips=40", "frames=2", "image_size=64", "event_rate=0.3"
    here(f"{rank[0]} --epochs 2 " + " ".join(f"--set dataset.{key}" for key in less), tmp_path)
    here(rank[1], tmp_path)
    assert "exported 40 clips" in here(export[0], tmp_path)
    # The annotator knows the truth.
    lines = (tmp_path / "experiments/default/labels.jsonl").read_text().splitlines()
    truth = {line["clip_id"]: line["binary_label"] for line in map(json.loads, lines)}
    tasks = json.loads((tmp_path / "scores.label-studio.json").read_text())
    interface = (tmp_path / "scores.label-studio.xml").read_text()
    assert all(f'<Choice value="{value}"' in interface for value in "01")
    for task in tasks:
        choice = str(truth[task["data"]["clip_id"]])
        result = {"from_name": "label", "to_name": "clip", "type": "choices", "value": {"choices": [choice]}}
        task["annotations"] = [{"result": [result]}]
    (tmp_path / "project.json").write_text(json.dumps(tasks))
    ones = sum(truth[task["data"]["clip_id"]] for task in tasks)
    assert f"binary_label: {ones} are 1, {40 - ones} are 0" in here(back[0], tmp_path)
    assert "AUROC" in here(back[1], tmp_path)
    (sheet,) = page.blocks("csv")
    (tmp_path / "review.csv").write_text(sheet + "\n")
    here(table[0], tmp_path)
    assert [json.loads(line) for line in (tmp_path / "review.jsonl").read_text().splitlines()] == [
        {"clip_id": "street-0000-0", "binary_label": 1, "labels": {"fog": 0}},
        {"clip_id": "street-0001-0", "binary_label": 0, "labels": {"fog": 0}},
    ]
    for command in learn:
        here(command, tmp_path)
    again = json.loads((tmp_path / "probe.label-studio.json").read_text())
    assert any(task.get("annotations") for task in again)


def test_footage_in_a_bucket_becomes_a_reviewed_list(document, here, s3, tmp_path):
    (tmp_path / "drawn").mkdir()
    generate(tmp_path / "drawn", clips=12, event_rate=0.2, seed=5, frames=16, size=(64, 36))
    (tmp_path / "upload").mkdir()
    (tmp_path / "drawn" / "frames").rename(tmp_path / "upload" / "footage")
    s3.put(tmp_path / "upload")
    for block in document("docs/tutorial-buckets.md").blocks("sh"):
        for command in block.splitlines():
            less = " --set dataset.image_size=64 --set trainer.epochs=2" * command.startswith("jepamine run")
            here(command.replace("s3://my-bucket", s3.url) + less, tmp_path)
    shown = json.loads((tmp_path / "tasks.json").read_text())
    assert shown[0]["data"]["images"][0].startswith(f"{s3.url}/footage/")
    assert (tmp_path / "experiments/far/reports/scores.html").is_file()
    assert ("PUT", "scores/far.jsonl") in s3.methods()
