"""`report`: a run and a score file on one page."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from jepamine.cli.review import report
from jepamine.errors import UserError
from jepamine.mining.review_page.gather import gather
from jepamine.mining.review_page.page import write_page
from jepamine.runs.loading import load_run

CLIP_BYTES = 300_000


@pytest.fixture
def own_clips(tmp_path, clips):
    """The shared clips, copied: a test may damage them. Clip s0-0 comes in a second scene, too."""
    lines = [json.loads(line) for line in clips.read_text().splitlines()]
    for line in lines:
        for name in line["frame_paths"]:
            copy = tmp_path / "footage" / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes((clips.parent / name).read_bytes())
    lines.append({**lines[0], "clip_id": "twin", "scene": "scene-9"})
    manifest = tmp_path / "footage" / "manifest.jsonl"
    manifest.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return manifest


@pytest.fixture
def scored_run(jepamine, recipe, own_clips, tmp_path):
    """(experiments, score file) of a trained run `small` that scored its clips."""
    jepamine(
        "run", recipe, "--set", f"dataset.manifest={own_clips}", "--set", 'scoring.also=["knn", "random"]'
    )
    jepamine("score", "--run", "small", own_clips)
    return tmp_path / "experiments", tmp_path / "experiments" / "small" / "scores" / "manifest.jsonl"


def call(experiments: Path, *words: object) -> str:
    """What the command prints."""
    result = CliRunner().invoke(
        report, [str(word) for word in words], obj=experiments, catch_exceptions=False
    )
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_command_says_where_the_page_is_and_what_is_next(scored_run):
    experiments, scores = scored_run
    said = call(experiments, "--run", "small", "--top", 5)
    page = experiments / "small" / "reports" / "manifest.html"
    assert f"review page of 5 of 13 clips: {page} ({page.stat().st_size / 1e6:.1f} MB)" in said
    assert "jepamine probe --run small --labels labels-small-manifest.jsonl" in said
    assert b"http" not in page.read_bytes().lower()
    assert str(scores.stem) in page.read_text()


def test_a_run_that_scored_nothing_is_reported_how_to(jepamine, recipe, tmp_path):
    jepamine("run", recipe)
    with pytest.raises(UserError, match="jepamine score --run small"):
        call(tmp_path / "experiments", "--run", "small")


def test_the_page_holds_what_run_and_score_file_say(scored_run):
    experiments, scores = scored_run
    page = gather(load_run(experiments, "small"), scores, 50)
    lines = {line["clip_id"]: line for line in map(json.loads, scores.read_text().splitlines())}
    assert (page.run, page.scorer, len(page.epochs)) == ("small", "predicted", 4)
    settings = dict(page.settings)
    assert (settings["clips"], settings["epochs"], settings["masking ratio"]) == ("13", "4", "0.7500")
    assert sorted(page.scores) == sorted(line["score"] for line in lines.values())
    # The copy stands behind its original, or the original behind it: whichever the file has first.
    assert sorted(
        [clip.clip_id for clip in page.clips] + [i for c in page.clips for i in c.stands_for]
    ) == sorted(lines)
    for clip in page.clips:
        line = lines[clip.clip_id]
        assert clip.score == line["score"] and clip.scene == line["scene"]
        assert {value.name: value.value for value in clip.values} == line["scores"]
        assert [score for cell in clip.cells for score in cell.scores] == line["tubelet_scores"]
        assert len(clip.pictures) == clip.frames == 4
        assert (clip.manifest, clip.root) == (line["manifest"], line.get("root"))
    together = [clip for clip in page.clips if {clip.clip_id, *clip.stands_for} >= {"s0-0", "twin"}]
    assert len(together) == 1


def test_a_clip_is_not_a_neighbour_of_its_own(scored_run):
    experiments, scores = scored_run
    opened = load_run(experiments, "small")
    page = gather(opened, scores, 50)
    for clip in page.clips:
        near = [other.clip_id for other in clip.neighbours]
        assert len(near) == 3 and clip.clip_id not in near
        distances = [other.distance for other in clip.neighbours]
        assert distances == sorted(distances)
        assert all(other.picture for other in clip.neighbours)
        # The same frames under another name are no neighbour either.
        assert clip.clip_id not in ("s0-0", "twin") or not {"s0-0", "twin"} & set(near)


def test_clips_that_cannot_be_read_any_more_come_last_with_the_reason(scored_run, own_clips):
    experiments, scores = scored_run
    gone = json.loads(own_clips.read_text().splitlines()[4])
    (own_clips.parent / gone["frame_paths"][1]).unlink()
    page = gather(load_run(experiments, "small"), scores, 13)
    assert [clip.clip_id for clip in page.clips if clip.error] == [gone["clip_id"]]
    last = page.clips[-1]
    assert last.error and "no such file" in last.error and gone["frame_paths"][1] in last.error
    assert last.cells == () and last.values


@pytest.mark.slow
def test_a_page_of_clips_that_jpeg_cannot_shrink_takes_300_kB_a_clip(tmp_path, jepamine, recipe):
    rng = np.random.default_rng(0)
    lines = []
    for clip, frames in enumerate((16, 16, 80)):
        names = [f"{clip}-{frame}.png" for frame in range(frames)]
        for name in names:
            Image.fromarray(rng.integers(0, 256, (270, 480, 3), dtype=np.uint8)).save(
                tmp_path / name, compress_level=0
            )
        lines.append({"clip_id": f"noise-{clip}", "scene": f"s{clip}", "frame_paths": names})
    manifest = tmp_path / "noise.jsonl"
    manifest.write_text("".join(json.dumps(line) + "\n" for line in lines))
    jepamine("run", recipe, "--set", f"dataset.manifest={manifest}", "--epochs", 1)
    jepamine("score", "--run", "small", manifest)
    experiments = tmp_path / "experiments"
    scores = experiments / "small" / "scores" / "noise.jsonl"
    opened = load_run(experiments, "small")
    sizes = {}
    for top in (1, 3):
        page = gather(opened, scores, top)
        write_page(page, tmp_path / "page.html")
        sizes[top] = (tmp_path / "page.html").stat().st_size
        assert sizes[top] <= CLIP_BYTES * len(page.clips)
    long = next(clip for clip in page.clips if clip.frames == 80)
    assert 8 <= len(long.pictures) <= 64
    assert sum(len(cell.scores) for cell in long.cells) == 40
    assert sum(long.seconds) == pytest.approx(80 / 8)


def test_a_page_made_twice_is_the_same(scored_run, tmp_path):
    experiments, scores = scored_run
    for name in ("a.html", "b.html"):
        call(experiments, "--run", "small", scores, "--output", tmp_path / name)
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()
    assert re.search(r'id="clip-1"', (tmp_path / "a.html").read_text())
