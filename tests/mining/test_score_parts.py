"""Parts of a score file, merged: byte-identical to one process, refused unless every clip is scored once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jepamine.errors import UserError
from jepamine.mining.score_parts import completion_path, merge_parts, save_completion

EVERY = ["predicted", "masked", "knn", "mahalanobis", "uniqueness", "scene", "ensemble", "random"]


def write(path: Path, lines: list[dict]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    lines = [{"clip_id": name, "frame_paths": ["a.jpg", "b.jpg"]} for name in "abcdef"]
    return write(tmp_path / "m.jsonl", lines)


def part(path: Path, ids: str, **facts: object) -> Path:
    write(path, [{"clip_id": name, "score": ord(name), "scores": {}} for name in ids])
    save_completion(path, path, {"run": "r", "shards": 2, **facts})
    return path


def refusal(parts: list[Path], manifest: Path) -> str:
    output = manifest.with_name("out.jsonl")
    with pytest.raises(UserError) as error:
        merge_parts(parts, manifest, output)
    assert not output.exists()
    assert [path.name for path in manifest.parent.glob(".out*")] == []
    return str(error.value)


@pytest.mark.parametrize("offset", [0, 1, 5])
def test_parts_of_an_array_are_byte_identical_to_one_process(
    offset, jepamine, recipe, clips, tmp_path, monkeypatch
):
    recipe.write_text(recipe.read_text() + f"[scoring]\nalso = {json.dumps(EVERY)}\n")
    assert jepamine("run", recipe, "--epochs", 1).exit_code == 0
    whole = tmp_path / "whole.jsonl"
    assert jepamine("score", "--run", "small", clips, "--output", whole).exit_code == 0
    for key, value in {"COUNT": 3, "MIN": offset, "MAX": offset + 2, "STEP": 1}.items():
        monkeypatch.setenv(f"SLURM_ARRAY_TASK_{key}", str(value))
    for number in range(3):
        monkeypatch.setenv("SLURM_ARRAY_TASK_ID", str(offset + number))
        result = jepamine("score", "--run", "small", clips)
        assert f"scoring part {number + 1} of 3 (SLURM_ARRAY_TASK_ID)" in result.output
    folder = tmp_path / "experiments" / "small" / "scores"
    parts = [folder / f"manifest-{number}-of-3.jsonl" for number in (2, 3, 1)]
    record = json.loads(completion_path(parts[0]).read_text())
    assert (record["complete"], record["shard"], record["shards"], record["clips"]) == (True, 2, 3, 3)
    merged = tmp_path / "merged.jsonl"
    result = jepamine("merge", *parts, "--manifest", clips, "--output", merged)
    assert result.output == f"merged 3 parts, 12 clips: {merged}\n"
    assert merged.read_bytes() == whole.read_bytes()


def test_a_clip_that_is_missing_double_or_foreign_is_named(manifest, tmp_path):
    first, second = part(tmp_path / "1.jsonl", "acx"), part(tmp_path / "2.jsonl", "bdc")
    message = refusal([first, second], manifest)
    assert message.splitlines() == [
        f"2 clips are in no part, but in {manifest}: e (m.jsonl:5), f (m.jsonl:6)",
        "1 clips are in more than one line of the parts: c (1.jsonl:2)",
        f"1 clips are not in {manifest}: x (1.jsonl:3)",
        f"{tmp_path / 'out.jsonl'}: not written",
    ]


def test_a_part_given_twice_is_refused_also_under_another_name(manifest, tmp_path):
    parts = [part(tmp_path / "1.jsonl", "abc"), part(tmp_path / "2.jsonl", "def")]
    assert refusal([*parts, parts[0]], manifest) == f"{parts[0]}: is given twice"
    again = part(tmp_path / "3.jsonl", "abc")
    assert "3 clips are in more than one line of the parts: a (1.jsonl:1)" in refusal(
        [*parts, again], manifest
    )


def test_a_lost_shard_is_named_with_the_option_that_scores_it(manifest, tmp_path):
    parts = [part(tmp_path / f"{n}.jsonl", "abcdef"[n], shard=n + 1, shards=9) for n in (0, 3)]
    message = refusal(parts, manifest).splitlines()
    assert message[0].startswith(f"4 clips are in no part, but in {manifest}: b (m.jsonl:2)")
    listed = "2/9, 3/9, 5/9, 6/9, 7/9 and 2 more"
    assert message[1] == f"no part is shard {listed}: score it with --shard 2/9 and pass its file, too"
    # With a part whose shard is unknown, the lost one is.
    assert "--shard" not in refusal([*parts, part(tmp_path / "old.jsonl", "b", shards=9)], manifest)


def test_a_part_that_was_cut_after_it_was_finished_is_refused(manifest, tmp_path):
    parts = [part(tmp_path / "1.jsonl", "abc"), part(tmp_path / "2.jsonl", "def")]
    parts[1].write_text("".join(parts[1].read_text().splitlines(keepends=True)[:2]))
    message = refusal(parts, manifest)
    assert "2.jsonl: differs from its record 2.jsonl.done; score it again" in message
    assert "f (m.jsonl:6)" in message


def test_an_unfinished_part_is_refused(jepamine, recipe, clips, tmp_path):
    assert jepamine("run", recipe, "--epochs", 1).exit_code == 0
    lines = [json.loads(line) for line in clips.read_text().splitlines()]
    lines[4] = lines[4] | {"frame_paths": ["absent.jpg"] * 4}
    broken = write(clips.with_name("parts-broken.jsonl"), lines)
    for number in (1, 2):
        jepamine("score", "--run", "small", broken, "--shard", f"{number}/2")
    folder = tmp_path / "experiments" / "small" / "scores"
    (unfinished,) = folder.glob("*.part")
    finished = folder / "parts-broken-1-of-2.jsonl"
    result = jepamine("merge", finished, unfinished, "--manifest", broken, "--output", tmp_path / "o.jsonl")
    assert result.exit_code == 1
    assert f"{unfinished}: is unfinished; run its command again with --resume" in result.output
    assert "5 clips are in no part" in result.output


def test_parts_of_other_runs_manifests_or_divisions_are_not_mixed(manifest, tmp_path):
    first = part(tmp_path / "1.jsonl", "abc")
    assert '2.jsonl: run is "s", but "r" in' in refusal(
        [first, part(tmp_path / "2.jsonl", "def", run="s")], manifest
    )
    assert "2.jsonl: shards is 3, but 2 in" in refusal(
        [first, part(tmp_path / "2.jsonl", "def", shards=3)], manifest
    )
    old = part(tmp_path / "2.jsonl", "def", manifest_sha256="0" * 64)
    assert "2.jsonl: was scored from other lines than those of" in refusal([first, old], manifest)


def test_parts_of_earlier_versions_have_no_record_and_are_merged_if_they_are_whole(manifest, tmp_path):
    parts = [part(tmp_path / "1.jsonl", "fdb"), part(tmp_path / "2.jsonl", "eca")]
    for path in parts:
        completion_path(path).unlink()
    output = tmp_path / "out.jsonl"
    assert merge_parts(parts, manifest, output) == {"clips": 6, "errors": 0}
    assert [json.loads(line)["clip_id"] for line in output.read_text().splitlines()] == list("abcdef")
    parts[0].write_text(parts[0].read_text().rstrip("\n"))
    output.unlink()
    assert "1.jsonl: its last line is incomplete" in refusal(parts, manifest)


def test_lines_of_broken_clips_keep_their_place(jepamine, recipe, clips, tmp_path):
    assert jepamine("run", recipe, "--epochs", 1).exit_code == 0
    broken = clips.with_name("parts-torn.jsonl")
    lines = clips.read_text().splitlines()
    broken.write_text("\n".join([*lines[:3], "{torn", "", *lines[3:6], '{"frames": ["a.jpg"]}']) + "\n")
    words = ("score", "--run", "small", broken, "--on-error", "record", "--output")
    jepamine(*words, tmp_path / "whole.jsonl")
    for number in (1, 2, 3):
        jepamine(*words, tmp_path / f"{number}.jsonl", "--shard", f"{number}/3")
    parts = [tmp_path / f"{number}.jsonl" for number in (1, 2, 3)]
    assert merge_parts(parts, broken, tmp_path / "out.jsonl") == {"clips": 8, "errors": 2}
    assert (tmp_path / "out.jsonl").read_bytes() == (tmp_path / "whole.jsonl").read_bytes()


def test_a_part_is_not_the_output_and_a_manifest_is_not_a_part(manifest, tmp_path):
    only = part(tmp_path / "1.jsonl", "abcdef")
    with pytest.raises(UserError, match=r"1.jsonl: is a part; choose another --output"):
        merge_parts([only], manifest, only)
    (tmp_path / "2.jsonl").write_text('{"score": 1}\n')
    assert "2.jsonl:1: no key 'clip_id'; not a line of a score file" in refusal(
        [tmp_path / "2.jsonl"], manifest
    )
    assert "m.jsonl:1: no key 'score'; not a line of a score file" in refusal([manifest], manifest)


def test_a_part_with_a_torn_line_is_named_with_what_to_do(manifest, tmp_path):
    parts = [part(tmp_path / "1.jsonl", "abc"), part(tmp_path / "2.jsonl", "def")]
    parts[1].write_text(parts[1].read_text() + "{torn")
    message = refusal(parts, manifest).splitlines()
    assert message[0].startswith(f"{parts[1]}:4: broken JSON")
    assert message[1:] == [
        f"{parts[1]}: differs from its record 2.jsonl.done; score it again",
        f"{tmp_path / 'out.jsonl'}: not written",
    ]
