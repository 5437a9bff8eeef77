"""Things people do with runs and manifests that must not give a wrong result in silence."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from jepamine.utils.locks import exclusive


def lines_of(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def written(path: Path, lines: list[dict]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def run_manifest(folder: Path, name: str = "small") -> list[dict]:
    return lines_of(folder / "experiments" / name / "manifest.jsonl")


def test_clips_that_a_manifest_keeps_for_a_test_are_never_trained_on(jepamine, recipe, clips, tmp_path):
    lines = [line | {"split": "test" if line["scene"] == "scene-3" else "train"} for line in lines_of(clips)]
    manifest = written(clips.with_name("kept.jsonl"), lines)
    assert jepamine("run", recipe, "--epochs", 1, "--set", f'dataset.manifest="{manifest}"').exit_code == 0
    parts = {line["scene"]: line["split"] for line in run_manifest(tmp_path)}
    assert parts.pop("scene-3") == "test"
    assert sorted(parts.values()) == ["train", "train", "val"]


def test_a_manifest_split_by_tubelet_can_be_split_by_scene_again(jepamine, recipe, tmp_path):
    jepamine("run", recipe, "--epochs", 1, "--set", "trainer.val_by=tubelet", "--name", "mixed")
    manifest = tmp_path / "experiments" / "mixed" / "manifest.jsonl"
    jepamine("run", recipe, "--epochs", 1, "--set", f'dataset.manifest="{manifest}"')
    assert not any("val_tubelets" in line for line in run_manifest(tmp_path))


def test_a_training_clip_is_known_again_by_its_frames_not_by_its_id(jepamine, recipe, clips, tmp_path):
    jepamine("run", recipe, "--epochs", 1)
    renamed = [line | {"clip_id": f"renamed-{line['clip_id']}"} for line in lines_of(clips)]
    manifest = written(clips.with_name("renamed.jsonl"), renamed)
    scores = []
    for source in (clips, manifest):
        output = tmp_path / "out.jsonl"
        jepamine("score", "--run", "small", source, "--output", output, "--scorer", "knn")
        scores.append([line["score"] for line in lines_of(output)])
    assert scores[0] == pytest.approx(scores[1])


def test_a_clip_id_of_null_is_derived_once_and_stays(jepamine, recipe, clips, tmp_path):
    lines = [line | {"clip_id": None} for line in lines_of(clips)]
    manifest = written(clips.with_name("null.jsonl"), lines)
    jepamine("run", recipe, "--epochs", 1, "--set", f'dataset.manifest="{manifest}"')
    jepamine("score", "--run", "small", manifest, "--output", tmp_path / "out.jsonl")
    ids = [line["clip_id"] for line in lines_of(tmp_path / "out.jsonl")]
    assert [line["clip_id"] for line in run_manifest(tmp_path)] == ids
    assert len(set(ids)) == 12


def test_scene_number_0_is_a_scene(jepamine, recipe, clips, tmp_path):
    lines = [line | {"scene": int(line["scene"][-1])} for line in lines_of(clips)]
    manifest = written(clips.with_name("numbers.jsonl"), lines)
    labels = [{"clip_id": line["clip_id"], "binary_label": int("-0" in line["clip_id"])} for line in lines]
    jepamine("run", recipe, "--epochs", 1)
    words = ("--labels", written(tmp_path / "labels.jsonl", labels), "--json")
    found = json.loads(jepamine("eval", "--run", "small", manifest, *words).stdout)
    assert found["labelled"]["scenes"] == 4


def test_score_finds_frames_below_the_datasets_root(jepamine, recipe, clips, tmp_path):
    manifest = written(tmp_path / "elsewhere.jsonl", lines_of(clips))
    words = ("--set", f'dataset.manifest="{manifest}"', "--set", f'dataset.root="{clips.parent}"')
    assert jepamine("run", recipe, "--epochs", 1, *words).exit_code == 0
    result = jepamine("score", "--run", "small", manifest)
    assert result.exit_code == 0, result.output


def test_a_damaged_frame_is_reported_with_the_line_of_the_users_manifest(
    jepamine, recipe, clips, footage_line
):
    result = jepamine("run", recipe, "--set", f'dataset.manifest="{footage_line}"')
    assert result.exit_code == 1
    assert f"{footage_line}:5: frame " in result.output


@pytest.fixture
def footage_line(clips: Path, tmp_path: Path) -> Path:
    """A manifest with blank lines whose second clip, on line 5, has a frame that is no image."""
    (tmp_path / "text.jpg").write_text("no image")
    first, second = lines_of(clips)[:2]
    second["frame_paths"] = [str(tmp_path / "text.jpg")] * 2
    path = clips.with_name("blank.jsonl")
    path.write_text(f"\n\n{json.dumps(first)}\n\n{json.dumps(second)}\n")
    return path


def test_two_scores_into_one_file_do_not_mix(jepamine, recipe, clips, tmp_path):
    jepamine("run", recipe, "--epochs", 1)
    output = tmp_path / "out.jsonl"
    # The same work has the same unfinished file, and that one's lock.
    broken = written(clips.with_name("broken.jsonl"), [*lines_of(clips)[:1], {"frames": ["gone.jpg"] * 2}])
    jepamine("score", "--run", "small", broken, "--output", output)
    (part,) = tmp_path.glob("out.jsonl.*.part")
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with exclusive(part.with_suffix(".lock"), "held"):
            held.set()
            done.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    result = jepamine("score", "--run", "small", broken, "--output", output)
    done.set()
    thread.join()
    assert (result.exit_code, "another process is scoring into it" in result.output) == (1, True)


def test_the_manifest_itself_is_not_an_output(jepamine, recipe, clips):
    jepamine("run", recipe, "--epochs", 1)
    before = clips.read_bytes()
    result = jepamine("score", "--run", "small", clips, "--output", clips)
    assert (result.exit_code, "is the manifest itself" in result.output) == (1, True)
    assert clips.read_bytes() == before


def test_an_edited_recipe_is_not_resumed_in_silence(jepamine, recipe, tmp_path):
    jepamine("run", recipe, "--epochs", 1)
    run = tmp_path / "experiments" / "small"
    record = json.loads((run / "record.json").read_text()) | {"status": "interrupted"}
    (run / "record.json").write_text(json.dumps(record))
    (run / "recipe.toml").write_text((run / "recipe.toml").read_text() + "\n# lower lr\n")
    result = jepamine("run", "--resume", "small")
    assert (result.exit_code, "changed since run 'small' started" in result.output) == (1, True)


def test_an_unfinished_run_is_used_with_a_warning(jepamine, recipe, tmp_path):
    jepamine("run", recipe, "--epochs", 1)
    path = tmp_path / "experiments" / "small" / "record.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"status": "interrupted"}))
    result = jepamine("eval", "--run", "small")
    assert result.exit_code == 0
    assert "warning: run 'small' is interrupted" in result.stderr


@pytest.mark.parametrize("words", [["eval", "--run", "small"], ["run", "--resume", "small"]])
def test_a_record_that_is_incomplete_is_reported(words, jepamine, recipe, tmp_path):
    jepamine("run", recipe, "--epochs", 1)
    path = tmp_path / "experiments" / "small" / "record.json"
    path.write_text('{"status": "interrupted", "metrics": {}}')
    result = jepamine(*words)
    assert (
        result.exit_code,
        "record.json: incomplete run record: 'recipe_sha256' is missing" in result.output,
    ) == (1, True)


def test_a_mask_that_is_not_a_mask_is_the_plugins_fault(jepamine, recipe, tmp_path):
    (tmp_path / "bad.py").write_text(
        "import numpy as np\ndef bad(shape):\n    return lambda *_: np.ones((2, 14, 14))\n"
    )
    result = jepamine("run", recipe, "--set", 'masking={plugin="./bad.py:bad"}')
    assert (result.exit_code, "the masking plugin returned float64" in result.output) == (1, True)


def test_an_edited_local_plugin_shows_in_compare(jepamine, recipe, tmp_path):
    jepamine("run", recipe, "--epochs", 1)
    (tmp_path / "tiny.py").write_text((tmp_path / "tiny.py").read_text() + "\n# another\n")
    jepamine("run", recipe, "--epochs", 1)
    found = json.loads(jepamine("compare", "small", "small-2", "--json").stdout)
    assert list(found["settings"]) == ["encoder.version"]


def test_every_command_takes_experiments_before_and_after_the_verb(jepamine, recipe, tmp_path):
    other = tmp_path / "other"
    assert jepamine("run", recipe, "--epochs", 1, "--experiments", other).exit_code == 0
    for words in (["runs"], ["show", "small"], ["store"], ["plugins"], ["check", recipe]):
        before, after = jepamine("--experiments", other, *words), jepamine(*words, "--experiments", other)
        assert (before.exit_code, after.exit_code) == (0, 0)
        assert before.output == after.output


def test_a_first_frame_that_does_not_exist_is_reported_like_any_other(jepamine, recipe, clips, tmp_path):
    jepamine("run", recipe)
    lines = lines_of(clips)
    lines[0] = lines[0] | {"frame_paths": ["gone.jpg", "gone2.jpg"]}
    manifest = written(clips.with_name("gone.jsonl"), lines)
    result = jepamine("score", "--run", "small", manifest)
    assert result.exit_code == 1
    assert f"{manifest}:1: frame" in result.output
    assert "0 clips are scored and saved" in result.output
    result = jepamine("score", "--run", "small", manifest, "--on-error", "record")
    assert result.exit_code == 0
    assert "1 clips could not be read" in result.output


def test_training_clips_among_the_ranked_ones_are_reported(jepamine, recipe, clips, tmp_path):
    jepamine("run", recipe)
    own = tmp_path / "experiments" / "small" / "manifest.jsonl"
    scores = tmp_path / "own.jsonl"
    jepamine("score", "--run", "small", own, "--output", scores)
    ids = [line["clip_id"] for line in lines_of(own)]
    labels = written(
        tmp_path / "l.jsonl",
        [{"clip_id": clip_id, "binary_label": number % 2} for number, clip_id in enumerate(ids)],
    )
    train = sum(line["split"] == "train" for line in lines_of(own))
    said = f"{train} of the {len(ids)} ranked clips are training clips"
    assert said in jepamine("eval", "--scores", scores, "--labels", labels).output
    # Also where it is the manifest that the run was made of; other clips of the same ids are new.
    jepamine("score", "--run", "small", clips, "--output", scores)
    assert said in jepamine("eval", "--scores", scores, "--labels", labels).output
    lines = [line | {"frame_paths": line["frame_paths"][::-1]} for line in lines_of(clips)]
    jepamine("score", "--run", "small", written(clips.with_name("o.jsonl"), lines), "--output", scores)
    assert "are training clips" not in jepamine("eval", "--scores", scores, "--labels", labels).output


def test_labels_of_one_kind_are_not_blamed_on_the_ids(jepamine, recipe, tmp_path):
    jepamine("run", recipe)
    own = tmp_path / "experiments" / "small" / "manifest.jsonl"
    labels = written(
        tmp_path / "l.jsonl", [{"clip_id": line["clip_id"], "binary_label": 0} for line in lines_of(own)]
    )
    result = jepamine("eval", "--run", "small", "--labels", labels)
    assert result.exit_code == 1
    assert "0 of them 1: ranking statistics need clips of both labels, 0 and 1\n" in result.output


def test_clips_alone_in_their_scene_are_reported_where_scene_ranks(jepamine, recipe, clips, tmp_path):
    jepamine("run", recipe)
    lines = lines_of(clips)
    manifest = written(clips.with_name("one.jsonl"), [lines[0] | {"scene": "alone"}, *lines[1:]])
    result = jepamine("score", "--run", "small", manifest, "--scorer", "scene")
    assert "warning: 1 clips have no scene, or no other clip in it" in result.output
    result = jepamine("score", "--run", "small", clips, "--scorer", "scene")
    assert "have no scene" not in result.output


def test_a_split_does_not_overwrite_its_manifest(jepamine, clips):
    before = clips.read_bytes()
    result = jepamine("manifest", "split", clips, "--output", clips)
    assert (result.exit_code, "is the manifest itself; choose another --output" in result.output) == (1, True)
    assert clips.read_bytes() == before


def test_a_finished_run_without_weights_says_what_can_be_done(jepamine, recipe, tmp_path):
    jepamine("run", recipe)
    (tmp_path / "experiments" / "small" / "weights.safetensors").unlink()
    result = jepamine("eval", "--run", "small")
    assert result.exit_code == 1
    assert "train it again under another name: jepamine run" in result.output


def test_a_folder_without_a_record_is_not_a_run_to_go_on_with(jepamine, recipe, tmp_path):
    (tmp_path / "experiments" / "mine").mkdir(parents=True)
    result = jepamine("run", recipe, "--name", "mine")
    assert result.exit_code == 1
    assert "holds no run record" in result.output


def test_a_failed_run_says_that_it_keeps_its_own_recipe_and_plugins(jepamine, recipe, tmp_path):
    plugin = tmp_path / "tiny.py"
    plugin.write_text(
        plugin.read_text().replace("        cells =", "        raise ValueError\n        cells =")
    )
    result = jepamine("run", recipe)
    assert result.exit_code == 1
    assert "It uses the recipe, plugins and manifest saved in" in result.output
