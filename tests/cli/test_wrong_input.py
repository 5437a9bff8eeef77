"""Wrong input on purpose: exit code 1, one clear message that names the place, no traceback."""

from __future__ import annotations

import json
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image


def huge_png(path: Path) -> None:
    """A PNG of 100,000 x 100,000 pixels in a hundred bytes."""
    head = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(b"")), (b"IEND", b"")]
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + body)


def clip_line(frames: list[str], **extra: object) -> str:
    return json.dumps({"clip_id": "a", "frame_paths": frames} | extra)


MANIFESTS = {
    "broken JSON": ("{torn", "m.jsonl:2: broken JSON"),
    "no frames": ('{"clip_id": "a"}', "m.jsonl:2: no key 'frame_paths'"),
    "empty frames": (clip_line([]), "m.jsonl:2: 'frame_paths' is empty"),
    "odd frames": (clip_line(["good.jpg"] * 3), "m.jsonl:2: 3 frames do not divide into tubelets of 2"),
    "missing frame": (clip_line(["good.jpg", "gone.jpg"]), "gone.jpg: no such file"),
    "truncated": (clip_line(["good.jpg", "cut.jpg"]), "cut.jpg: damaged or truncated"),
    "no image": (clip_line(["good.jpg", "text.jpg"]), "text.jpg: not an image"),
    "bomb": (clip_line(["good.jpg", "bomb.png"]), "bomb.png: too large to be a frame"),
}


BIG = f"1{'0' * 400}"
NUMBERS = {
    "huge video start": (f'{{"video": "a.mp4", "start": {BIG}, "end": 2, "fps": 5}}', "'start' is 1000"),
    "huge video rate": (f'{{"video": "a.mp4", "start": 0, "end": 2, "fps": {BIG}}}', "'fps' is 1000"),
    "huge timestamp": (f'{{"frames": ["a", "a"], "timestamps": [0, {BIG}]}}', "'timestamps' is not a list"),
    "infinite timestamp": (
        '{"frames": ["a", "a"], "timestamps": [0, Infinity]}',
        "'timestamps' is not a list",
    ),
    "too many digits": (f'{{"frames": ["a", "a"], "x": {BIG * 20}}}', "broken JSON: Exceeds the limit"),
}


@pytest.mark.parametrize("case", NUMBERS)
def test_numbers_beyond_any_measure_are_one_line_errors_of_the_audit(case, jepamine, tmp_path):
    line, message = NUMBERS[case]
    (tmp_path / "m.jsonl").write_text(line + "\n")
    result = jepamine("manifest", "audit", tmp_path / "m.jsonl")
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "m.jsonl:1: " in result.stderr
    assert message in result.stderr


@pytest.mark.parametrize(
    ("score", "message"),
    [(BIG, "'score' is not a finite number: 1000"), ("1e999", "not a finite number: inf"), ("NaN", "nan")],
)
def test_scores_beyond_any_measure_are_one_line_errors(score, message, jepamine, tmp_path):
    (tmp_path / "s.jsonl").write_text(f'{{"clip_id": "a", "score": {score}}}\n')
    (tmp_path / "l.jsonl").write_text('{"clip_id": "a", "binary_label": 1}\n')
    result = jepamine("eval", "--scores", tmp_path / "s.jsonl", "--labels", tmp_path / "l.jsonl")
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "s.jsonl:1: " in result.stderr
    assert message in result.stderr


def test_a_nan_in_a_key_of_the_user_becomes_null_in_what_is_written(jepamine, tmp_path):
    lines = [
        f'{{"clip_id": "{name}", "scene": "{name}", "frames": ["a", "b"], "speed": NaN}}\n' for name in "abcd"
    ]
    (tmp_path / "m.jsonl").write_text("".join(lines))
    result = jepamine("manifest", "split", tmp_path / "m.jsonl", "--output", tmp_path / "s.jsonl")
    assert result.exit_code == 0, result.output
    written = [json.loads(line) for line in (tmp_path / "s.jsonl").read_text().splitlines()]
    assert [line["speed"] for line in written] == [None] * 4


@pytest.fixture
def footage(tmp_path: Path) -> Path:
    """A folder with a good frame and every bad one, and a manifest that begins with a good clip."""
    folder = tmp_path / "footage"
    folder.mkdir()
    Image.new("RGB", (64, 48), "teal").save(folder / "good.jpg")
    (folder / "cut.jpg").write_bytes((folder / "good.jpg").read_bytes()[:400])
    (folder / "text.jpg").write_text("no image")
    huge_png(folder / "bomb.png")
    return folder


@pytest.mark.parametrize("case", MANIFESTS)
def test_a_bad_manifest_or_frame_is_reported_by_run_and_score(case, jepamine, recipe, footage, tmp_path):
    bad, message = MANIFESTS[case]
    manifest = footage / "m.jsonl"
    manifest.write_text(clip_line(["good.jpg"] * 2, clip_id="good") + "\n" + bad + "\n")
    result = jepamine("run", recipe, "--set", f'dataset.manifest="{manifest}"', "--name", "bad")
    assert result.exit_code == 1
    assert message in result.output
    assert jepamine("run", recipe, "--epochs", 1).exit_code == 0
    result = jepamine("score", "--run", "small", manifest)
    assert result.exit_code == 1
    assert message in result.output


@pytest.mark.parametrize(
    ("content", "message"), [("", "contains no clip"), ("\n\n", "contains no clip"), (None, "no such file")]
)
def test_an_empty_or_missing_manifest_is_reported(content, message, jepamine, recipe, tmp_path):
    manifest = tmp_path / "m.jsonl"
    if content is not None:
        manifest.write_text(content)
    result = jepamine("run", recipe, "--set", f'dataset.manifest="{manifest}"')
    assert (result.exit_code, f"m.jsonl: {message}" in result.output) == (1, True)


def test_all_errors_of_a_recipe_are_reported_at_once(jepamine, recipe):
    sets = ["trainer.epoch=3", 'trainer.lr="fast"', "masking.plugin=patchs"]
    result = jepamine("run", recipe, *(word for text in sets for word in ("--set", text)))
    assert result.exit_code == 1
    assert "--set trainer.epoch: [trainer] epoch: unknown key (did you mean 'epochs'?)" in result.output
    assert "--set trainer.lr: [trainer] lr: input should be a valid number, found 'fast'" in result.output
    assert "unknown masking plugin 'patchs' (did you mean 'patches'?)" in result.output


def test_an_error_of_the_recipe_is_blamed_on_it_and_one_of_an_option_on_that(jepamine, recipe):
    result = jepamine("run", recipe, "--set", "epochs=3")
    assert result.exit_code == 1
    assert "--set epochs: epochs: unknown key (did you mean 'trainer.epochs'?)" in result.output
    recipe.write_text(recipe.read_text().replace("epochs = 4", "epochs = -4"))
    result = jepamine("run", recipe, "--lr", "0")
    assert "small.toml: [trainer] epochs: input should be greater than" in result.output
    assert "--set trainer.lr: [trainer] lr: input should be greater than 0" in result.output


@pytest.mark.parametrize("name", ["smal", "../small", "a/b", "..", ""])
@pytest.mark.parametrize(
    "words",
    [["show"], ["run", "--resume"], ["eval", "--run"], ["score", "x.jsonl", "--run"], ["compare", "small"]],
)
def test_a_run_name_that_does_not_exist_or_leaves_the_folder_is_refused(words, name, jepamine, recipe):
    assert jepamine("run", recipe, "--epochs", 1).exit_code == 0
    result = jepamine(*words, name)
    assert result.exit_code == 1
    assert ("did you mean 'small'?" if name == "smal" else "is not a valid run name") in result.output


def test_a_new_run_cannot_be_named_out_of_the_folder(jepamine, recipe, tmp_path):
    result = jepamine("run", recipe, "--name", "../outside")
    assert (result.exit_code, "is not a valid run name" in result.output) == (1, True)
    assert not (tmp_path / "outside").exists()


def test_weights_whose_shapes_do_not_fit_are_reported(jepamine, recipe, clips, tmp_path):
    jepamine("run", recipe, "--epochs", 1)
    jepamine("run", recipe, "--epochs", 1, "--name", "wide", "--set", "predictor.hidden_dim=32")
    runs = tmp_path / "experiments"
    (runs / "small" / "weights.safetensors").write_bytes((runs / "wide" / "weights.safetensors").read_bytes())
    for words in (["eval", "--run", "small"], ["score", "--run", "small", clips]):
        result = jepamine(*words, "--trust-changes")
        assert result.exit_code == 1
        assert "weights.safetensors: the weights do not fit" in result.output


@pytest.mark.parametrize("keep", [0, 4, 60, 2000])
def test_damaged_weights_are_reported(keep, jepamine, recipe, tmp_path):
    jepamine("run", recipe, "--epochs", 1)
    weights = tmp_path / "experiments" / "small" / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:keep])
    result = jepamine("eval", "--run", "small", "--trust-changes")
    assert (result.exit_code, "weights.safetensors: damaged" in result.output) == (1, True)


def test_a_damaged_checkpoint_is_reported_by_resume(jepamine, recipe, tmp_path):
    jepamine("run", recipe)
    run = tmp_path / "experiments" / "small"
    record = json.loads((run / "record.json").read_text()) | {"status": "interrupted"}
    (run / "record.json").write_text(json.dumps(record))
    checkpoint = run / "checkpoints" / "epoch-004.safetensors"
    checkpoint.write_bytes(checkpoint.read_bytes()[:-100])
    result = jepamine("run", "--resume", "small")
    assert (result.exit_code, "epoch-004.safetensors: damaged" in result.output) == (1, True)


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", "\xff"])
def test_a_damaged_record_is_reported_and_the_other_runs_are_still_listed(
    content, jepamine, recipe, tmp_path
):
    jepamine("run", recipe, "--epochs", 1)
    jepamine("run", recipe, "--epochs", 1)
    (tmp_path / "experiments" / "small" / "record.json").write_text(content, encoding="latin-1")
    result = jepamine("show", "small")
    assert (result.exit_code, "record.json" in result.output) == (1, True)
    listed = jepamine("runs")
    assert listed.exit_code == 0
    assert "small-2" in listed.output
    assert "warning" in listed.output


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"clip_id": "s0-0"}', "no key 'binary_label'"),
        ('{"binary_label": 1}', "no key 'clip_id'"),
        ('{"clip_id": "s0-0", "binary_label": 2}', "binary_label is 2"),
        ('{"clip_id": "elsewhere", "binary_label": 1}', "do the clip_ids agree"),
        ("{", "labels.jsonl:1: broken JSON"),
    ],
)
def test_labels_that_do_not_fit_are_reported(line, message, jepamine, recipe, tmp_path):
    jepamine("run", recipe, "--epochs", 1)
    labels = tmp_path / "labels.jsonl"
    labels.write_text(line + "\n")
    result = jepamine("eval", "--run", "small", "--labels", labels)
    assert (result.exit_code, message in result.output) == (1, True)


@pytest.mark.parametrize(
    "words",
    [
        ["run"],
        ["run", "x.toml", "--resume", "small"],
        ["run", "x.toml", "--set", "nonsense"],
        ["run", "x.toml", "--lr", "fast"],
        ["score", "x.jsonl"],
        ["score", "--run", "small", "x.jsonl", "--shard", "4/3"],
        ["eval"],
        ["eval", "--run", "small", "--scores", "x.jsonl"],
        ["compare", "one"],
        ["scoer"],
    ],
)
def test_a_wrong_command_line_exits_with_2(words, jepamine):
    result = jepamine(*words)
    assert result.exit_code == 2
    assert "Error: " in result.output


@pytest.mark.parametrize(
    "words",
    [
        ["score", "--run", "small", "m.jsonl", "--output"],
        ["eval", "--run", "small", "--output"],
        ["manifest", "frames", ".", "--output"],
        ["run"],
    ],
)
def test_an_empty_path_is_a_mistake_of_use(words, jepamine):
    result = jepamine(*words, "")
    assert result.exit_code == 2
    assert "is empty; pass a path." in result.output


def test_a_manifest_that_does_not_exist_is_named_by_its_key_and_the_nearest(jepamine, recipe, clips):
    missing = clips.with_name("manifets.jsonl")
    result = jepamine("run", recipe, "--set", f'dataset.manifest="{missing}"')
    assert result.exit_code == 1
    assert f"[dataset] manifest: {missing}: no such file (did you mean '{clips.name}'?)" in result.output
    assert "--set dataset.manifest=FILE.jsonl" in result.output


def test_a_root_without_a_manifest_is_refused(jepamine, recipe):
    result = jepamine("eval", "--run", "small", "--root", ".")
    assert (result.exit_code, "--root DIR requires a MANIFEST" in result.output) == (2, True)
