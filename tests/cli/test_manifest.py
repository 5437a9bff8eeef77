"""The command line of `jepamine manifest`: what is a wrong command line, and where lines go."""

import json

import pytest

from jepamine.manifests import video_clips as video_module


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["frames", ".", "--window", "1"], "Invalid value for '--window': 1 is not in the range x>=2."),
        (["frames", ".", "--stride", "0"], "Invalid value for '--stride': 0 is not in the range x>=1."),
        (["frames", ".", "--max-gap", "0"], "Invalid value for '--max-gap'"),
        (["frames"], "Missing argument 'DIR'."),
        (["nuscenes", ".", "--labels", "rare=0"], "'rare=0' is neither rare=N nor category,category."),
        (["nuscenes", ".", "--labels", "rare"], "'rare' is neither rare=N nor category,category."),
        (["nuscenes", ".", "--labels", "a,,b"], "'a,,b' is neither rare=N nor category,category."),
        (
            ["nuscenes", ".", "--labels", "a"],
            "--labels requires --labels-output FILE or --output FILE.",
        ),
        (["nuscenes", ".", "--labels-output", "l.jsonl"], "--labels-output requires --labels."),
        (
            ["nuscenes", ".", "--labels", "a", "--output", "m.jsonl", "--labels-output", "m.jsonl"],
            "--labels-output is the same file as the manifest; choose another.",
        ),
        (["video"], "Missing argument 'FILE...'."),
        (["video", "a.mp4", "--fps", "0"], "Invalid value for '--fps'"),
        (["split", "m.jsonl", "--seed", "-1"], "Invalid value for '--seed'"),
    ],
)
def test_a_wrong_command_line_is_reported_with_exit_code_2(jepamine, words, message):
    result = jepamine("manifest", *words)
    assert (result.exit_code, message in result.stderr) == (2, True), result.stderr


@pytest.mark.parametrize("words", [["frames", "gone"], ["nuscenes", "gone"], ["split", "gone"]])
def test_what_is_not_there_is_reported_with_exit_code_1(jepamine, words):
    result = jepamine("manifest", *words)
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: ")
    assert "gone" in result.stderr


def test_a_videos_path_is_relative_below_the_manifests_folder_and_absolute_elsewhere(
    jepamine, tmp_path, monkeypatch
):
    asked = []

    def lines(*words):
        asked.append(words)
        video = {"video": "in/a.mp4", "start": 0.0, "end": 0.4, "fps": 5.0, "timestamps": [0, 200_000]}
        return [{"clip_id": "a__0", "scene": "a", **video}]

    monkeypatch.setattr(video_module, "video_lines", lines)
    monkeypatch.chdir(tmp_path)
    words = ("manifest", "video", "in/a.mp4", "--fps", 5, "--window", 5, "--stride", 2, "--camera", "dash")
    below, elsewhere = (jepamine(*words, "--output", path) for path in ("in/m.jsonl", "out/m.jsonl"))
    assert (below.exit_code, elsewhere.exit_code) == (0, 0), below.output
    assert below.stderr.startswith("1 clips, 1 scenes, 2 frames\nin/m.jsonl: written\n")
    assert [str(asked[0][0][0]), *asked[0][1:]] == ["in/a.mp4", 5.0, 5, 2, "dash", None]
    found = [json.loads((tmp_path / path).read_text())["video"] for path in ("in/m.jsonl", "out/m.jsonl")]
    assert [*found, json.loads(jepamine(*words).stdout)["video"]] == [
        "a.mp4",
        f"{tmp_path}/in/a.mp4",
        f"{tmp_path}/in/a.mp4",
    ]


def test_two_clips_of_one_id_are_an_error_and_nothing_is_written(jepamine, tmp_path, monkeypatch):
    line = {"clip_id": "a", "scene": "a", "video": "a.mp4", "start": 0.0, "end": 0.4, "fps": 5.0}
    monkeypatch.setattr(video_module, "video_lines", lambda *_: [line, line | {"video": "b.mp4"}])
    result = jepamine("manifest", "video", "a.mp4", "--output", tmp_path / "m.jsonl")
    assert (result.exit_code, result.stderr) == (
        1,
        "Error: clip_id 'a' names two clips, of a.mp4 and of b.mp4\n",
    )
    assert not (tmp_path / "m.jsonl").exists()


def test_a_manifest_that_is_written_over_is_said_to_be_replaced(jepamine, tmp_path):
    for name in ("0.jpg", "1.jpg"):
        (tmp_path / name).touch()
    told = [jepamine("manifest", "frames", tmp_path, "--output", tmp_path / "m.jsonl").stderr for _ in "ab"]
    assert f"{tmp_path / 'm.jsonl'}: written\n" in told[0]
    assert f"{tmp_path / 'm.jsonl'}: replaced\n" in told[1]
