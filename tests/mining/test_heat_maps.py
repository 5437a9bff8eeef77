"""Heat maps: made by `score --heatmaps`, kept beside the score file, read again."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from jepamine.errors import UserError
from jepamine.mining.heat_maps import heat_path, read_heat, token_places


def lines_of(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture
def run(jepamine, grid_recipe):
    assert jepamine("run", grid_recipe, "--set", 'scoring.also=["knn", "random"]').exit_code == 0


@pytest.fixture
def marked(clips, tmp_path) -> Path:
    """One clip of the shared ones with a red square in its third frame: right of the middle, second row."""
    line = lines_of(clips)[0]
    frames = [Image.open(clips.parent / name) for name in line["frame_paths"]]
    frames[2].paste((255, 0, 0), (32, 12, 48, 24))  # of 64 x 48
    for number, frame in enumerate(frames):
        frame.save(tmp_path / f"marked-{number}.png")
    manifest = tmp_path / "marked.jsonl"
    manifest.write_text(json.dumps({"clip_id": "m", "frames": [f"marked-{n}.png" for n in range(4)]}) + "\n")
    return manifest


def scored(jepamine, manifest: Path, output: Path, *words: object) -> list[dict]:
    result = jepamine("score", "--run", "small", manifest, "--output", output, "--heatmaps", *words)
    assert result.exit_code == 0, result.output
    return lines_of(output)


def test_the_cell_that_training_clips_never_showed_is_the_hottest(jepamine, run, marked, tmp_path):
    [line] = scored(jepamine, marked, tmp_path / "out.jsonl")
    heat = read_heat(line, tmp_path / "out.jsonl")
    assert heat is not None and heat.view == (0, 0, 1, 1)
    assert heat.maps.shape == (2, 2, 4, 4)
    # Second tubelet, its first frame, second row, third column.
    assert np.unravel_index(heat.maps.argmax(), heat.maps.shape) == (1, 0, 1, 2)


def test_the_file_is_one_array_of_bytes_in_which_a_line_finds_its_maps(jepamine, run, clips, tmp_path):
    lines = scored(jepamine, clips, tmp_path / "out.jsonl")
    data = np.load(tmp_path / "out.heatmaps.npy")
    assert (data.dtype, data.shape) == (np.uint8, (12 * 2 * 2 * 16,))
    place = lines[3]["heatmap"]
    assert {key: place[key] for key in ("file", "start", "shape", "view")} == {
        "file": "out.heatmaps.npy", "start": 3 * 64, "shape": [2, 2, 4, 4], "view": [0.0, 0.0, 1.0, 1.0]
    }  # fmt: skip
    levels = data[192:256].reshape(2, 2, 4, 4)
    assert (levels.min(), levels.max()) == (0, 255)
    heat = read_heat(lines[3], tmp_path / "out.jsonl")
    assert heat is not None
    expected = place["low"] + levels / 255 * (place["high"] - place["low"])
    assert heat.maps == pytest.approx(expected, abs=1e-6)


def test_every_scorer_that_looks_at_tubelets_gives_its_values(jepamine, run, clips, tmp_path):
    for line in scored(jepamine, clips, tmp_path / "out.jsonl"):
        assert list(line["tubelets"]) == ["predicted", "knn"]
        assert line["tubelets"]["predicted"] == pytest.approx(line["tubelet_scores"], rel=1e-5)
        assert len(set(line["tubelets"]["knn"])) == 2


def test_knn_as_the_headline_gives_tubelets_without_heat_maps_too(jepamine, run, clips, tmp_path):
    output = tmp_path / "out.jsonl"
    assert jepamine("score", "--run", "small", clips, "--output", output, "--scorer", "knn").exit_code == 0
    for line in lines_of(output):
        assert "heatmap" not in line and list(line["tubelets"]) == ["knn"]
        # Its score is of the clip's mean embedding; what older readers read is unchanged.
        assert line["tubelet_scores"] == [line["score"]] * 2


def test_a_stopped_scoring_resumes_to_the_same_bytes(jepamine, run, clips, tmp_path):
    straight, output = tmp_path / "straight.jsonl", tmp_path / "out.jsonl"
    scored(jepamine, clips, straight)
    lines = lines_of(clips)
    broken = clips.with_name("broken-for-heat.jsonl")
    away = clips.parent / "away.jpg"
    missing = clips.parent / lines[6]["frame_paths"][0]
    missing.rename(away)
    try:
        broken.write_text(clips.read_text())
        result = jepamine("score", "--run", "small", broken, "--output", output, "--heatmaps")
        assert result.exit_code == 1 and "6 clips are scored and saved" in result.stderr
    finally:
        away.rename(missing)
    resumed = scored(jepamine, broken, output, "--resume")
    assert [line["heatmap"]["crc32"] for line in resumed] == [
        line["heatmap"]["crc32"] for line in lines_of(straight)
    ]
    assert heat_path(output).read_bytes() == heat_path(straight).read_bytes()
    assert not list(tmp_path.glob("*.heatmaps"))


def test_a_scoring_stopped_between_its_last_two_renames_resumes(jepamine, run, clips, tmp_path, monkeypatch):
    output = tmp_path / "out.jsonl"
    move = Path.replace

    def stopped(path: Path, target: Path) -> Path:
        if target == output:
            raise KeyboardInterrupt
        return move(path, target)

    monkeypatch.setattr(Path, "replace", stopped)
    words = ("score", "--run", "small", clips, "--output", output, "--heatmaps")
    assert jepamine(*words).exit_code == 1
    maps = heat_path(output).read_bytes()
    monkeypatch.undo()
    monkeypatch.setenv("JEPAMINE_EXPERIMENTS", str(tmp_path / "experiments"))
    assert jepamine(*words, "--resume").exit_code == 0
    assert heat_path(output).read_bytes() == maps
    assert read_heat(lines_of(output)[0], output) is not None


def test_maps_of_another_scoring_are_not_taken_for_a_lines_own(jepamine, run, clips, marked, tmp_path):
    [line] = scored(jepamine, marked, tmp_path / "out.jsonl")
    scored(jepamine, clips, tmp_path / "out.jsonl")
    with pytest.raises(UserError, match=r"out\.heatmaps\.npy: does not have the heat map of clip 'm'"):
        read_heat(line, tmp_path / "out.jsonl")
    heat_path(tmp_path / "out.jsonl").unlink()
    with pytest.raises(UserError, match=r"out\.heatmaps\.npy: cannot be read: No such file"):
        read_heat(line, tmp_path / "out.jsonl")


def test_a_line_of_an_older_score_file_has_none():
    assert read_heat({"clip_id": "a", "score": 1.0}, Path("scores.jsonl")) is None


def test_an_encoder_without_places_is_one_line(jepamine, recipe, clips):
    assert jepamine("run", recipe, "--epochs", 1).exit_code == 0
    result = jepamine("score", "--run", "small", clips, "--heatmaps")
    assert result.exit_code == 1
    assert "the encoder 'tiny' has no token grid" in result.stderr


def test_a_cropping_encoder_names_the_part_of_the_frame_that_it_sees():
    class Cropping:
        name = "cropping"

        def grid(self, shape):
            return 2, 3

        def view(self, shape):
            return 0.25, 0.0, 0.75, 1.0

    assert token_places(Cropping(), (2, 64, 64)) == ((2, 3), (0.25, 0.0, 0.75, 1.0))


def test_merged_parts_have_the_maps_of_one_scoring(jepamine, run, clips, tmp_path):
    whole = scored(jepamine, clips, tmp_path / "whole.jsonl")
    parts = [tmp_path / f"part-{number}.jsonl" for number in (1, 2)]
    for number, part in enumerate(parts, 1):
        scored(jepamine, clips, part, "--shard", f"{number}/2")
    merged = tmp_path / "merged.jsonl"
    result = jepamine("merge", *reversed(parts), "--manifest", clips, "--output", merged)
    assert result.exit_code == 0, result.output
    assert [line["clip_id"] for line in lines_of(merged)] == [line["clip_id"] for line in whole]
    for line, expected in zip(lines_of(merged), whole, strict=True):
        found, known = read_heat(line, merged), read_heat(expected, tmp_path / "whole.jsonl")
        assert found is not None
        assert known is not None
        np.testing.assert_array_equal(found.maps, known.maps)
    assert heat_path(merged).read_bytes() == heat_path(tmp_path / "whole.jsonl").read_bytes()
    heat_path(parts[0]).unlink()
    refused = jepamine("merge", *parts, "--manifest", clips, "--output", tmp_path / "again.jsonl")
    assert (refused.exit_code, "part-1.heatmaps.npy: cannot be read" in refused.stderr) == (1, True)
    assert not heat_path(tmp_path / "again.jsonl").exists()
