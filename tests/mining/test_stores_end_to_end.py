"""A run and its scores with everything in a bucket, as docs/logs-and-buckets.md has them."""

from __future__ import annotations

import json
import random
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from jepamine.places import Url
from jepamine.utils.remote import read
from jepamine.utils.tensors import load_tensors

DOCUMENT = Path(__file__).parents[2] / "docs" / "logs-and-buckets.md"


def numbers(path: Path) -> list[tuple[str, float, dict, list]]:
    """What a score file says of its clips, but for where their frames lie."""
    lines = map(json.loads, path.read_text().splitlines())
    return [(line["clip_id"], line["score"], line["scores"], line["tubelet_scores"]) for line in lines]


@pytest.fixture
def run(s3, jepamine, recipe, clips, tmp_path):
    """The run `local` of clips on disk, and its scores of them; the clips are in the bucket, too."""
    s3.put(clips.parent)
    assert jepamine("run", recipe, "--name", "local").exit_code == 0
    assert jepamine("score", "--run", "local", clips, "--output", tmp_path / "local.jsonl").exit_code == 0
    return numbers(tmp_path / "local.jsonl")


@pytest.mark.slow
def test_a_run_in_a_store_that_fails_a_third_of_its_requests_scores_as_on_disk(
    s3, run, jepamine, recipe, tmp_path
):
    s3.fails = lambda number: number % 3 == 1
    manifest = f"{s3.url}/manifest.jsonl"
    result = jepamine("run", recipe, "--name", "far", "--set", f"dataset.manifest={manifest}")
    assert result.exit_code == 0, result.output
    target = f"{s3.url}/out/scores.jsonl"
    result = jepamine("score", "--run", "far", manifest, "--output", target)
    assert result.exit_code == 0, result.output
    s3.fails = lambda number: False
    result = jepamine("export", target, "--to", "label-studio", "--output", tmp_path / "tasks.json")
    assert result.exit_code == 0, result.output
    assert json.loads((tmp_path / "tasks.json").read_text())[0]["data"]["images"][0].startswith(s3.url)
    (copy,) = (tmp_path / "experiments/far/scores").glob("scores-*.jsonl")
    assert numbers(copy) == run
    # The header names the run's settings, and so the manifest's place.
    near, far = (
        load_tensors(tmp_path / f"experiments/{name}/weights.safetensors")[0] for name in ("local", "far")
    )
    assert near.keys() == far.keys()
    assert all(torch.equal(near[key], far[key]) for key in near)
    assert any(status == 503 for _, _, status, _ in s3.requests)


@pytest.mark.slow
def test_scores_and_report_of_a_bucket_are_those_of_the_disk_byte_for_byte(
    s3, run, jepamine, recipe, clips, tmp_path
):
    manifest, far = f"{s3.url}/manifest.jsonl", tmp_path / "far"
    elsewhere = ("--experiments", far)
    trained = ("run", recipe, "--name", "local", "--set", f"dataset.manifest={manifest}", *elsewhere)
    assert jepamine(*trained).exit_code == 0
    words = ("score", "--run", "local", manifest, "--output", far / "local.jsonl", *elsewhere)
    assert jepamine(*words).exit_code == 0
    # The one difference: where the manifest is.
    near = (tmp_path / "local.jsonl").read_text()
    assert (far / "local.jsonl").read_text() == near.replace(str(clips), manifest)
    pages = []
    for scores, more in ((tmp_path / "local.jsonl", ()), (far / "local.jsonl", elsewhere)):
        page = tmp_path / f"{len(pages)}.html"
        result = jepamine("report", "--run", "local", scores, "--top", 3, "--output", page, *more)
        assert result.exit_code == 0, result.output
        # Under this key the browser keeps labels, a hash of the score file; the
        # second pattern is when each of the two runs was trained.
        pages.append(re.sub(r"jepamine:local:[0-9a-f]+|\d{4}-\d\d-\d\d \d\d:\d\d", "", page.read_text()))
    assert pages[1].replace(s3.url, str(clips.parent)) == pages[0]
    assert pages[0].count("data:image") > 3


@pytest.mark.slow
def test_scoring_stopped_by_its_store_is_resumed_and_nothing_is_lost(s3, run, jepamine, tmp_path):
    before = len(s3.requests)
    s3.fails = lambda number: any(name == "scene-2/0000.jpg" for _, name in s3.methods()[before:])
    words = ("score", "--run", "local", f"{s3.url}/manifest.jsonl", "--output", f"{s3.url}/scores.jsonl")
    stopped = jepamine(*words)
    assert stopped.exit_code == 1
    assert re.search(r"frame s3://\S+.jpg: cannot be read after 8 attempts: ", stopped.output)
    assert "are scored and saved: fix it and continue with --resume" in stopped.output
    s3.fails = lambda number: number % 3 == 1
    resumed = jepamine(*words, "--resume")
    assert resumed.exit_code == 0, resumed.output
    assert ("PUT", "scores.jsonl") in s3.methods()
    (copy,) = (tmp_path / "experiments/local/scores").glob("scores-*.jsonl")
    assert numbers(copy) == run


@pytest.mark.slow
def test_scoring_killed_at_random_while_its_store_fails_ends_byte_for_byte(s3, run, jepamine, tmp_path):
    words = ("score", "--run", "local", f"{s3.url}/manifest.jsonl", "--output")
    assert jepamine(*words, f"{s3.url}/whole.jsonl").exit_code == 0
    # Else no frame would be asked for.
    shutil.rmtree(tmp_path / "experiments" / "_store")
    s3.fails = lambda number: number % 3 == 1
    target, rng, ended = f"{s3.url}/killed.jsonl", random.Random(3), []
    for number in range(5):
        command = [sys.executable, "-m", "jepamine", *words, target, *(["--resume"] if number else [])]
        last = len(s3.requests) + rng.randrange(1, 30)
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
            while process.poll() is None and len(s3.requests) < last:
                time.sleep(0.001)
            process.kill()
            process.communicate()
        ended.append(process.returncode)
    assert ended.count(-signal.SIGKILL) >= 3
    result = jepamine(*words, target, "--resume")
    assert result.exit_code == 0, result.output
    assert any(status == 503 for _, _, status, _ in s3.requests)
    s3.fails = lambda number: False
    assert read(Url(target)) == read(Url(f"{s3.url}/whole.jsonl"))


def test_the_commands_of_the_page(s3, run, jepamine, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"^```sh\n(.*?)^```$", DOCUMENT.read_text(), flags=re.MULTILINE | re.DOTALL)
    commands = [line for line in "\n".join(blocks).splitlines() if line.startswith("jepamine score")]
    assert len(commands) == 1
    for line in commands:
        words = shlex.split(line.replace("s3://bucket", s3.url).replace("NAME", "local"))
        result = jepamine(*words[1:])
        assert result.exit_code == 0, result.output
