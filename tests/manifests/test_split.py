"""`manifest split`: which lines train and which are held out."""

import json
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jepamine.errors import UserError
from jepamine.manifests.split import split_lines


def written(path, lines):
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def clip(number, scene, **more):
    return {"clip_id": f"c{number}", "scene": scene, "frame_paths": [f"{scene}/{number}.jpg"] * 2, **more}


@pytest.fixture
def manifest(tmp_path):
    """10 scenes of 3 clips, 2 scenes a log."""
    lines = [clip(number, f"s{number // 3}", log=f"l{number // 6}") for number in range(30)]
    return written(tmp_path / "m.jsonl", lines)


@pytest.mark.parametrize(("by", "val"), [("scene", 6), ("log", 6), ("clip_id", 6)])
def test_whole_groups_are_held_out_and_lines_are_otherwise_as_they_were(manifest, by, val):
    before = [json.loads(line) for line in manifest.read_text().splitlines()]
    lines = list(split_lines(manifest, by, 0.2, 42))
    assert [{key: line[key] for key in line if key != "split"} for line in lines] == before
    assert [line["split"] for line in lines].count("val") == val
    assert [line["split"] for line in lines].count("train") == 30 - val
    sides = {(line[by], line["split"]) for line in lines}
    assert len(sides) == len({value for value, _ in sides})


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.sampled_from([None, 0, "0", "a", "b", ""]), min_size=2, max_size=12),
    st.floats(0.01, 0.99),
    st.integers(0, 99),
)
def test_no_group_is_divided_and_no_side_is_empty(tmp_path_factory, scenes, fraction, seed):
    lines = [{"clip_id": f"c{number}", "scene": scene} for number, scene in enumerate(scenes)]
    groups = [f"c{number}" if scene in (None, "") else str(scene) for number, scene in enumerate(scenes)]
    manifest = written(tmp_path_factory.getbasetemp() / "drawn.jsonl", lines)
    if len(set(groups)) == 1 or set(scenes) <= {None, ""}:
        with pytest.raises(UserError):
            split_lines(manifest, "scene", fraction, seed)
        return
    said = [line["split"] for line in split_lines(manifest, "scene", fraction, seed)]
    assert set(said) == {"train", "val"}
    assert len(set(zip(groups, said, strict=True))) == len(set(groups))


def test_the_seed_decides_which(manifest):
    def held_out(seed):
        return {line["scene"] for line in split_lines(manifest, "scene", 0.2, seed) if line["split"] == "val"}

    assert held_out(1) == held_out(1) != held_out(2)


def test_clips_without_the_key_are_groups_of_their_own_and_told(tmp_path, capsys):
    lines = [clip(0, "a"), clip(1, "a"), {"clip_id": "x"}, {"clip_id": "y"}, clip(2, None, scene_id="a")]
    said = split_lines(written(tmp_path / "m.jsonl", lines), "scene", 0.4, 0)
    assert [line["split"] for line in said] == ["train", "train", "val", "val", "train"]
    assert capsys.readouterr().err == (
        "2 clips have no 'scene': each is a group of its own\n"
        "split by scene: 3 clips of 1 groups train, 2 clips of 2 groups val\n"
    )


def test_what_was_said_before_is_replaced_and_told(tmp_path, capsys):
    before = ["train", "train", "train", "val", "test", "mixed"]
    lines = [clip(number, f"s{number}", split=said) for number, said in enumerate(before)]
    lines[5]["val_tubelets"] = [0]
    said = split_lines(written(tmp_path / "m.jsonl", lines), "scene", 0.5, 0)
    assert sorted(line["split"] for line in said) == ["train"] * 3 + ["val"] * 3
    assert not any("val_tubelets" in line for line in said)
    assert capsys.readouterr().err == (
        "existing splits are replaced: 3 train, 1 val, 1 test, 1 mixed\n"
        "'val_tubelets' is dropped: whole clips are held out now\n"
        "split by scene: 3 clips of 3 groups train, 3 clips of 3 groups val\n"
    )


def test_a_key_that_divides_scenes_is_warned_of(manifest, capsys):
    split_lines(manifest, "clip_id", 0.5, 42)
    assert (
        "5 drives have clips on both sides; neighbouring clips look alike (use --by drive)"
        in capsys.readouterr().err
    )


@pytest.mark.parametrize(
    ("lines", "by", "message"),
    [
        ([clip(0, "a"), clip(1, "b")], "secne", "{m}: no clip has a key 'secne' (did you mean 'scene'?); "
         "keys: clip_id, frame_paths, scene"),
        ([{"clip_id": "x", "place": 1}], "drive",
         "{m}: no clip has a key 'drive', 'log' or 'scene'; keys: clip_id, place"),
        ([clip(0, "a"), clip(1, "a")], "scene", "{m}: every clip has the scene 'a', "
         "and a group is not divided; split --by another key, such as clip_id"),
        ([clip(0, "a"), clip(1, ["b"])], "scene", "{m}:2: 'scene' is not text: ['b']"),
        ([{"scene": "a"}], "scene", "{m}:1: no key 'frame_paths' (or 'frames', or 'video')"),
        ([{"scene": "a", "frames": []}], "scene", "{m}:1: neither a clip_id nor frames"),
        ([], "scene", "{m}: contains no clip; jepamine manifest video and jepamine manifest frames "
         "write manifests"),
    ],
)  # fmt: skip
def test_wrong_input_is_one_clear_message(tmp_path, lines, by, message):
    manifest = written(tmp_path / "m.jsonl", lines)
    with pytest.raises(UserError) as raised:
        split_lines(manifest, by, 0.2, 42)
    assert str(raised.value) == message.format(m=manifest)


def test_by_default_the_cameras_and_scenes_of_a_drive_stay_together(jepamine, tmp_path):
    lines = [
        clip(number, f"{number // 2}/{camera}", clip_id=f"{camera}{number}", **drive, camera=camera)
        for number in range(10)
        for camera in ("front", "left")
        for drive in [{"drive": f"d{number // 2}"} if number < 4 else {"log": f"l{number // 2}"}]
    ]
    result = jepamine("manifest", "split", written(tmp_path / "m.jsonl", lines), "--val", "0.4")
    assert "split by drive: 12 clips of 3 groups train, 8 clips of 2 groups val\n" in result.stderr
    sides = {
        (line.get("drive", line.get("log")), line["split"])
        for line in map(json.loads, result.stdout.splitlines())
    }
    assert len(sides) == 5


def test_a_split_by_scene_that_divides_drives_is_warned_of(tmp_path, capsys):
    lines = [clip(number, f"s{number}", drive="d") for number in range(4)]
    split_lines(written(tmp_path / "m.jsonl", lines), "scene", 0.5, 0)
    assert capsys.readouterr().err == (
        "warning: 1 drives have clips on both sides; neighbouring clips look alike (use --by drive)\n"
        "split by scene: 2 clips of 2 groups train, 2 clips of 2 groups val\n"
    )


def test_without_output_the_lines_go_to_stdout_and_no_file_changes(jepamine, manifest):
    before = manifest.read_bytes()
    result = jepamine("manifest", "split", manifest, "--by", "scene", "--val", "0.2")
    assert result.exit_code == 0
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert lines == list(split_lines(manifest, "scene", 0.2, 42))
    assert f"frame paths stay relative to {manifest.parent}\n" in result.stderr
    assert (manifest.read_bytes(), list(manifest.parent.iterdir())) == (before, [manifest])


def test_in_another_folder_paths_stay_valid(jepamine, tmp_path):
    manifest = tmp_path / "in" / "m.jsonl"
    (tmp_path / "in" / "a").mkdir(parents=True)
    (tmp_path / "in" / "a" / "0.jpg").touch()
    written(manifest, [clip(0, "a"), clip(7, "gone"), {"clip_id": "v", "scene": "v", "video": "v.mp4"}])
    paths = {}
    for name in ("in/n.jsonl", "out/n.jsonl", "n.jsonl"):
        result = jepamine("manifest", "split", manifest, "--output", tmp_path / name)
        assert (result.exit_code, "--root" in result.stderr) == (0, False)
        lines = [json.loads(line) for line in (tmp_path / name).read_text().splitlines()]
        paths[name] = [line.get("video") or line["frame_paths"][0] for line in lines]
    assert paths == {
        "in/n.jsonl": ["a/0.jpg", "gone/7.jpg", "v.mp4"],
        "out/n.jsonl": [f"{tmp_path}/in/{path}" for path in ("a/0.jpg", "gone/7.jpg", "v.mp4")],
        "n.jsonl": ["in/a/0.jpg", "in/gone/7.jpg", "in/v.mp4"],
    }


def test_paths_that_are_relative_to_another_root_stay_and_that_is_reported(jepamine, manifest, tmp_path):
    result = jepamine("manifest", "split", manifest, "--output", tmp_path / "out" / "n.jsonl")
    assert "and readers need the same --root" in result.stderr
    first = json.loads((tmp_path / "out" / "n.jsonl").read_text().splitlines()[0])
    assert first["frame_paths"] == ["s0/0.jpg", "s0/0.jpg"]


@pytest.mark.parametrize("val", ["0", "1", "-0.1", "most"])
def test_a_share_that_leaves_a_side_empty_is_a_wrong_command_line(jepamine, manifest, val):
    result = jepamine("manifest", "split", manifest, "--val", val)
    assert (result.exit_code, "Invalid value for '--val'" in result.output) == (2, True)


def test_no_line_stays_in_memory(tmp_path):
    def peak(count: int) -> int:
        lines = (clip(number, f"s{number // 20}", note="x" * 2_000) for number in range(count))
        manifest = written(tmp_path / f"{count}.jsonl", lines)
        tracemalloc.start()
        for _ in split_lines(manifest, "scene", 0.2, 0):
            pass
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(100)  # what is imported and made once
    assert peak(1_500) - peak(500) < 1_000 * 200
