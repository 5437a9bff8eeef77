"""Score files: the contract's fields, and that order, batches and shards change nothing."""

from __future__ import annotations

import itertools
import json
import tracemalloc
from pathlib import Path

import pytest

from jepamine.config import registry
from jepamine.mining import scoring


def lines_of(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def scored(jepamine, manifest: Path, output: Path, *words: object) -> list[dict]:
    result = jepamine("score", "--run", "small", manifest, "--output", output, *words)
    assert result.exit_code == 0, result.output
    return lines_of(output)


@pytest.fixture
def run(jepamine, recipe):
    assert jepamine("run", recipe).exit_code == 0


def rewritten(clips: Path, lines: list[dict], name: str) -> Path:
    path = clips.with_name(name)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_a_line_holds_what_the_contract_names(jepamine, run, clips, tmp_path):
    lines = scored(jepamine, clips, tmp_path / "out.jsonl")
    assert [line["clip_id"] for line in lines] == [line["clip_id"] for line in lines_of(clips)]
    first = lines[0]
    assert list(first) == [
        "clip_id", "scene", "camera", "first_frame", "score", "scores", "tubelet_scores", "manifest"
    ]  # fmt: skip
    assert (first["scene"], first["camera"]) == ("scene-0", "CAM_FRONT")
    assert first["first_frame"] == "scene-0/0000.jpg"
    assert set(first["scores"]) == {"predicted", "masked"}
    assert first["score"] == first["scores"]["predicted"]
    assert first["score"] == pytest.approx(sum(first["tubelet_scores"]) / 2)


def test_scorer_picks_the_headline(jepamine, run, clips, tmp_path):
    line = scored(jepamine, clips, tmp_path / "out.jsonl", "--scorer", "masked")[0]
    assert line["score"] == line["scores"]["masked"]


def test_the_default_output_is_in_the_run(jepamine, run, clips, tmp_path):
    assert jepamine("score", "--run", "small", clips).exit_code == 0
    assert (tmp_path / "experiments" / "small" / "scores" / "manifest.jsonl").is_file()


def test_another_order_gives_each_clip_the_same_score(jepamine, run, clips, tmp_path):
    straight = scored(jepamine, clips, tmp_path / "a.jsonl")
    backwards = scored(jepamine, rewritten(clips, lines_of(clips)[::-1], "back.jsonl"), tmp_path / "b.jsonl")
    assert {line["clip_id"]: line["score"] for line in straight} == pytest.approx(
        {line["clip_id"]: line["score"] for line in backwards}, abs=1e-6
    )


def test_shards_together_are_the_whole(jepamine, run, clips, tmp_path):
    whole = scored(jepamine, clips, tmp_path / "whole.jsonl")
    parts = [
        scored(jepamine, clips, tmp_path / f"{part}.jsonl", "--shard", f"{part}/3") for part in (1, 2, 3)
    ]
    # The scenes are dealt out whole: 0 and 3, 1, 2.
    assert [len(part) for part in parts] == [6, 3, 3]
    together = {line["clip_id"]: line for part in parts for line in part}
    assert [together[line["clip_id"]] for line in whole] == whole


def test_a_manifest_with_an_unreadable_clip_stops_and_resumes_when_fixed(jepamine, run, clips, tmp_path):
    lines = lines_of(clips)
    lines[5] = lines[5] | {"frame_paths": ["absent.jpg"] * 4}
    broken = rewritten(clips, lines, "broken.jsonl")
    output = tmp_path / "out.jsonl"
    result = jepamine("score", "--run", "small", broken, "--output", output)
    assert result.exit_code == 1
    assert "broken.jsonl:6" in result.output
    assert "absent.jpg: no such file" in result.output
    assert "5 clips are scored and saved" in result.output
    assert not output.exists()


def test_on_error_record_gives_an_unreadable_clip_its_line(jepamine, run, clips, tmp_path):
    lines = lines_of(clips)
    lines[5] = lines[5] | {"frame_paths": ["absent.jpg"] * 4}
    broken = rewritten(clips, lines, "broken.jsonl")
    broken.write_text(broken.read_text() + "{torn\n")
    found = scored(jepamine, broken, tmp_path / "out.jsonl", "--on-error", "record")
    assert len(found) == 13
    assert found[5]["clip_id"] == "s1-8"
    assert found[5]["score"] is None
    assert "absent.jpg" in found[5]["error"]
    assert found[12]["clip_id"] is None
    assert "broken.jsonl:13" in found[12]["error"]
    assert all(line["score"] is not None for line in found[:5] + found[6:12])


def test_memory_does_not_grow_with_the_manifest(jepamine, run, clips, tmp_path):
    def peak(repeats: int) -> int:
        lines = [
            line | {"clip_id": f"{line['clip_id']}-{turn}-of-{repeats}"}
            for turn in range(repeats)
            for line in lines_of(clips)
        ]
        manifest = rewritten(clips, lines, f"times-{repeats}.jsonl")
        tracemalloc.start()
        jepamine("score", "--run", "small", manifest, "--output", tmp_path / "out.jsonl")
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return used

    peak(1)  # what is imported and cached once
    short = peak(3)
    assert peak(10) < short + 1_000_000


# All but those that need labels or another encoder.
EVERY = sorted({plugin.name for plugin in registry.listed("scorer")} - {"probe", "surprise"})


def test_no_scorer_depends_on_order_batches_or_shards(jepamine, recipe, clips, tmp_path, monkeypatch):
    words = ["--set", f"scoring.also={json.dumps(EVERY)}", "--epochs", 1]
    for plugin in ("trainer", "predictor"):
        words += ["--set", f"{plugin}.plugin=temporal", "--set", f"{plugin}.context=1"]
    assert jepamine("run", recipe, *words).exit_code == 0
    # Times: neighbours overlap, and the clips of a drive are compared by their gaps.
    lines = [
        line | {"timestamps": [start + 2 * frame for frame in range(4)]}
        for start, line in zip(itertools.cycle([0, 5, 30]), lines_of(clips), strict=False)
    ]
    straight = scored(jepamine, rewritten(clips, lines, "timed.jsonl"), tmp_path / "a.jsonl")
    assert sorted(straight[0]["scores"]) == sorted({"predicted", *EVERY})
    monkeypatch.setattr(scoring, "BATCH_CLIPS", 5)
    back = rewritten(clips, lines[::-1], "back.jsonl")
    backwards = scored(jepamine, back, tmp_path / "b.jsonl", "--shard", "1/2")
    backwards += scored(jepamine, back, tmp_path / "c.jsonl", "--shard", "2/2")
    others = {line["clip_id"]: line["scores"] for line in backwards}
    for line in straight:
        assert others[line["clip_id"]] == pytest.approx(line["scores"], rel=1e-6, abs=1e-6)
    for name in EVERY:
        assert len({line["scores"][name] for line in straight}) > 1, f"{name} is the same for all"


def test_scorers_of_stored_embeddings_encode_nothing(jepamine, recipe, clips, tmp_path):
    words = ["--epochs", 1]
    for plugin in ("trainer", "predictor"):
        words += ["--set", f"{plugin}.plugin=temporal", "--set", f"{plugin}.context=1"]
    assert jepamine("run", recipe, *words).exit_code == 0
    plugin_file = tmp_path / "experiments" / "small" / "plugins" / "tiny.py"
    text = plugin_file.read_text()
    raising = text.replace("        cells =", "        raise RuntimeError('encoded')\n        cells =")
    assert raising != text
    plugin_file.write_text(raising)
    for scorer in ("knn", "mahalanobis", "scene", "drive", "variogram", "camera", "temporal", "ensemble"):
        trusted = ("--trust-changes", "--trust")
        lines = scored(jepamine, clips, tmp_path / "b.jsonl", "--scorer", scorer, *trusted)
        assert len({line["score"] for line in lines}) > 1


def test_scores_of_an_unfinished_file_that_are_of_other_clips_are_not_resumed(jepamine, run, clips, tmp_path):
    lines = lines_of(clips)
    bad = rewritten(clips, [lines[0], lines[1] | {"frame_paths": ["absent.jpg"] * 2}], "bad.jsonl")
    output = tmp_path / "out.jsonl"
    assert jepamine("score", "--run", "small", bad, "--output", output).exit_code == 1
    rewritten(clips, lines[2:4], "bad.jsonl")
    assert [line["clip_id"] for line in scored(jepamine, bad, output, "--resume")] == ["s0-8", "s1-0"]


def test_an_ensemble_takes_its_members_scores_from_the_panel_and_runs_none_again(
    jepamine, recipe, clips, monkeypatch
):
    from jepamine.mining.scorers import cosines

    batches: list[int] = []
    masked = cosines.masked()

    def counted(clips):
        batches.append(len(clips))
        return masked(clips)

    monkeypatch.setattr(cosines, "masked", lambda: counted)
    words = ("--set", 'scoring.also=["masked", "ensemble"]', "--set", 'scoring.ensemble.of=["masked"]')
    assert jepamine("run", recipe, *words).exit_code == 0
    result = jepamine("score", "--run", "small", clips)
    assert result.exit_code == 0, result.output
    assert batches.count(12) == 1
    assert set(batches) <= {1, 12}  # one at a time: the held-out clips, which ranks refer to
