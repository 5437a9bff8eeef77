"""A manifest mended: what becomes of each kind of finding, and that nothing of it is left."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

import click
import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from jepamine.cli.manifest import fix as fix_command
from jepamine.data.clips import read_clips
from jepamine.errors import UserError
from jepamine.manifests.audit import audit
from jepamine.manifests.findings import KINDS
from jepamine.manifests.fix import fix, fix_manifest
from jepamine.manifests.video_clips import video_lines
from jepamine.protocols import Source


def pan(place, count):
    """Pictures of a camera that pans over the landscape number `place`."""
    coarse = np.random.default_rng(place).integers(0, 256, (4, 20, 3), dtype=np.uint8)
    wide = Image.fromarray(coarse).resize((640, 36), Image.Resampling.BICUBIC)
    return [wide.crop((3 * number, 0, 3 * number + 64, 36)) for number in range(count)]


@pytest.fixture(scope="module")
def drives(tmp_path_factory):
    """Frames `a/0.png` to `a/15.png` of a and b, a once more as `copy`, one after the other in `spliced`."""
    root = tmp_path_factory.mktemp("drives")
    for place, name in ((0, "a"), (50, "b")):
        (root / name).mkdir()
        for number, picture in enumerate(pan(place, 16)):
            picture.save(root / name / f"{number}.png")
    (root / "a" / "text.png").write_text("no image")
    shutil.copytree(root / "a", root / "copy")
    (root / "turn").mkdir()
    for number, picture in enumerate(pan(8, 6)):
        (picture if number > 1 else picture.crop((0, 2, 64, 34))).save(root / "turn" / f"{number}.png")
    (root / "spliced").mkdir()
    for number, picture in enumerate([*pan(70, 5), *pan(90, 11)]):
        picture.save(root / "spliced" / f"{number}.png")
    return root


@pytest.fixture
def repair(drives, tmp_path):
    """Mend lines; gives the new ones without what they share with the old line of the same id."""

    def repair(*lines, drop=()):
        manifest, output = tmp_path / "m.jsonl", drives / "fixed.jsonl"
        manifest.write_text("".join(json.dumps(line) + "\n" for line in lines))
        fixed = fix_manifest(Source(manifest, drives), output, drop=drop)
        written = [json.loads(line) for line in output.read_text().splitlines()]
        assert written == list(fixed.lines)
        left = audit(Source(output)).findings
        assert all(kind == "uneven_length" or not ids for kind, ids in left.items())
        assert fixed.left == {kind: len(ids) for kind, ids in left.items() if ids}
        return written

    return repair


def paths(*frames):
    """`a/0-3` (a/0 to a/3) or `a/7`, as paths."""
    found = []
    for words in frames:
        folder, _, numbers = words.partition("/")
        first, _, last = numbers.partition("-")
        spans = range(int(first), int(last) + 1) if last else [first]
        found += [f"{folder}/{number}.png" for number in spans]
    return found


def clip(name, *frames, **more):
    scene = frames[0].partition("/")[0] if frames else "a"
    return {"clip_id": name, "frame_paths": paths(*frames), "scene": scene} | more


GOOD = clip("good", "b/0-7")


def test_a_sound_manifest_stays_as_it_is(repair):
    lines = [GOOD, clip("x", "a/0-7", timestamps=list(range(8)), weather={"rain": 1})]
    assert repair(*lines) == lines


def test_a_gap_divides_a_clip_into_whole_tubelets(repair):
    stamps = [0, 1, 2, 5, 6, 7, 8, 9]
    line = clip("x", "a/0-7", timestamps=[1_000_000 * stamp for stamp in stamps], weather="rain")
    assert repair(GOOD, line)[1:] == [
        line | {"clip_id": "x__a", "frame_paths": paths("a/0-1"), "timestamps": [0, 1_000_000]},
        line
        | {
            "clip_id": "x__b",
            "frame_paths": paths("a/3-6"),
            "timestamps": [5_000_000, 6_000_000, 7_000_000, 8_000_000],
        },
    ]


def test_a_cut_divides_a_clip_and_what_is_less_than_a_tubelet_goes(repair):
    assert repair(GOOD, clip("x", "spliced/4-11"), clip("y", "spliced/0-7"))[1:] == [
        clip("x", "spliced/5-10"),
        clip("y__a", "spliced/0-3"),
        clip("y__b", "spliced/5-6"),
    ]


def test_a_cut_that_comes_into_a_tubelet_by_another_division_divides_too(repair):
    stamps = [1_000_000 * stamp for stamp in (0, 5, 6, 7, 8, 9)]
    # The cut before frame 5 lies between tubelets, until the gap after the first frame shifts them.
    line = clip("x", "spliced/1-6", timestamps=stamps)
    assert [new["frame_paths"] for new in repair(GOOD, line)[1:]] == [
        paths("spliced/2-3"),
        paths("spliced/5-6"),
    ]


def test_parts_of_a_clip_that_crosses_scenes_get_each_its_own(repair):
    assert repair(GOOD, clip("y", "a/0-5"), clip("x", "a/6-9", "b/8-11"))[1:] == [
        clip("y", "a/0-5"),
        clip("x__a", "a/6-9"),
        clip("x__b", "b/8-11"),
    ]


def test_a_scene_that_no_clip_knows_is_called_by_its_folder(repair):
    lines = repair(GOOD, clip("x", "a/0-3", "spliced/8-11", scene="monday", split="val"))
    assert lines[1:] == [
        clip("x__a", "a/0-3", scene="monday", split="val"),
        clip("x__b", "spliced/8-11", scene="spliced", split="val"),
    ]


def test_ids_of_parts_pass_over_those_that_are_taken(repair):
    line = clip("x", "a/0-3", "b/8-11")
    assert [new["clip_id"] for new in repair(GOOD, line, clip("x__a", "a/4-7"))] == [
        "good", "x__b", "x__c", "x__a"
    ]  # fmt: skip


def test_clips_of_missing_or_unreadable_files_go(repair):
    bad = clip("x", "a/0-6", "a/gone"), clip("y", "a/0-6", "a/text")
    assert repair(*bad, GOOD) == [GOOD]


def test_of_clips_with_the_same_frames_the_first_stays(repair):
    first = clip("x", "a/0-7")
    assert repair(GOOD, first, clip("y", "a/0-7"), clip("x", "a/0-7"), clip("z", "copy/0-7")) == [GOOD, first]


def test_a_clip_that_shares_only_its_id_gets_another(repair):
    same = [clip("x", "a/0-7"), clip("x", "a/8-15"), clip("x__2", "spliced/8-15")]
    assert [line["clip_id"] for line in repair(*same)] == ["x", "x__3", "x__2"]
    assert [line["clip_id"] for line in repair(*same, drop=["duplicate_clip"])] == ["x", "x__2"]


def test_a_frame_twice_is_left_out(repair):
    assert repair(GOOD, clip("x", "a/0-3", "a/3-6"))[1:] == [clip("x", "a/0-5")]


def test_a_frame_that_an_earlier_scene_has_is_left_out_and_divides(repair):
    lines = repair(GOOD, clip("x", "a/0-7"), clip("y", "copy/7-14"), clip("z", "spliced/8-11", "copy/0-3"))
    assert lines[1:] == [
        clip("x", "a/0-7"), clip("y", "copy/8-13"), clip("z", "spliced/8-11")
    ]  # fmt: skip


def test_an_odd_length_loses_its_last_frame_and_one_alone_goes(repair):
    assert repair(GOOD, clip("x", "a/0-6"), clip("y", "a/9"), clip("z")) == [GOOD, clip("x", "a/0-5")]


def test_timestamps_of_another_number_than_frames_go(repair):
    assert repair(GOOD, clip("x", "a/0-7", timestamps=[0, 1])) == [GOOD, clip("x", "a/0-7")]


def test_an_unusual_length_stays_unless_it_is_to_be_dropped(repair):
    lines = [GOOD, clip("x", "a/0-7"), clip("y", "a/8-11")]
    assert repair(*lines) == lines
    assert repair(*lines, drop=["uneven_length"]) == lines[:2]


def test_a_leaking_scene_moves_to_the_split_with_most_of_its_clips(repair):
    lines = [
        clip("x", "a/0-7", split="val"),
        clip("y", "a/2-9", split="train"),
        clip("z", "a/4-11", split="val"),
        GOOD | {"split": "train"},
    ]
    assert [line["split"] for line in repair(*lines)] == ["val", "val", "val", "train"]
    assert [line["clip_id"] for line in repair(*lines, drop=["split_leak"])] == ["x", "z", "good"]


def test_scenes_that_share_frames_move_together(repair):
    lines = [
        clip("x", "a/0-7", split="val", scene=None),
        clip("y", "a/2-9", split="train", scene=None),
        clip("z", "a/8-15", split="train", scene=None),
    ]
    assert [line["split"] for line in repair(*lines)] == ["train"] * 3


def test_a_clip_is_divided_where_the_size_of_its_frames_changes(repair):
    assert [line["frame_paths"] for line in repair(clip("x", "turn/0-5"))] == [
        ["turn/0.png", "turn/1.png"],
        ["turn/2.png", "turn/3.png", "turn/4.png", "turn/5.png"],
    ]


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("time_gap", clip("x", "a/0-3", timestamps=[0, 1, 9_000_000, 9_000_001])),
        ("cut_in_tubelet", clip("x", "spliced/0-7")),
        ("scene_crossing", clip("x", "a/0-3", "b/8-11")),
        ("size_change", clip("x", "turn/0-3")),
        ("duplicate_frame", clip("x", "a/0-3", "a/3-6")),
        ("uneven_length", clip("x", "a/0-6")),
    ],
)
def test_a_kind_can_be_dropped_rather_than_fixed(repair, kind, line):
    assert len(repair(GOOD, line)) > 1
    assert repair(GOOD, line, drop=[kind]) == [GOOD]


def test_what_mending_does_not_end_is_dropped(repair, monkeypatch):
    monkeypatch.setattr("jepamine.manifests.fix.TURNS", 0)
    assert repair(GOOD, clip("x", "a/0-6"), clip("y", "a/7-10", "b/8-11")) == [GOOD]


def test_a_clip_of_a_video_is_divided_by_time(tmp_path, write_video):
    write_video(tmp_path / "v.mp4", [*range(0, 400, 100), *range(2000, 2600, 100)])
    (line,) = video_lines([tmp_path / "v.mp4"], 10, 100, 100, None)
    (tmp_path / "m.jsonl").write_text(json.dumps(line))
    fixed = fix_manifest(Source(tmp_path / "m.jsonl"), tmp_path / "fixed.jsonl")
    assert [(new["clip_id"], new["start"], new["end"]) for new in fixed.lines] == [
        ("v__00000000__a", 0.0, 0.4),
        ("v__00000000__b", 2.0, 2.6),
    ]
    assert [new["timestamps"][0] for new in fixed.lines] == [0, 2_000_000]
    for made, new in zip(read_clips(Source(tmp_path / "fixed.jsonl")), fixed.lines, strict=True):
        assert [frame.microseconds for frame in made.frames] == new["timestamps"]
    assert audit(Source(tmp_path / "fixed.jsonl")).findings == {
        kind: [] for kind in KINDS
    } | {"uneven_length": ["v__00000000__a"]}  # fmt: skip


def test_in_another_folder_paths_are_absolute_and_ids_stay(drives, tmp_path):
    manifest = drives / "m.jsonl"
    lines = [GOOD, {"frames": paths("a/0-7")}]
    manifest.write_text("".join(json.dumps(line) + "\n" for line in lines))
    before = [made.clip_id for made in read_clips(Source(manifest))]
    fix_manifest(Source(manifest), tmp_path / "sub" / "fixed.jsonl")
    after = list(read_clips(Source(tmp_path / "sub" / "fixed.jsonl")))
    assert [made.clip_id for made in after] == before
    assert after[1].line["frames"] == [str(drives / path) for path in paths("a/0-7")]


def test_the_manifest_itself_is_never_overwritten(drives, tmp_path):
    manifest = tmp_path / "m.jsonl"
    manifest.write_text(json.dumps(GOOD))
    (tmp_path / "link.jsonl").symlink_to(manifest)
    for output in (manifest, tmp_path / "sub" / ".." / "m.jsonl", tmp_path / "link.jsonl"):
        with pytest.raises(UserError, match="is the manifest itself; choose another --output"):
            fix_manifest(Source(manifest, drives), output)


def test_where_no_clip_is_left_nothing_is_written(drives, tmp_path):
    manifest, output = tmp_path / "m.jsonl", tmp_path / "fixed.jsonl"
    manifest.write_text(json.dumps(clip("x", "a/gone", "a/0")))
    with pytest.raises(UserError, match="no clip remains after repairs") as raised:
        fix_manifest(Source(manifest, drives), output)
    assert "x (line 1) dropped: frame " in str(raised.value)
    assert not output.exists()


def call(*words):
    result = CliRunner().invoke(fix_command, [str(word) for word in words])
    if result.exception is not None and not isinstance(result.exception, (SystemExit, click.ClickException)):
        raise result.exception
    return result


def test_the_command_reports_what_it_did_to_which_clip(drives, tmp_path):
    manifest, output = tmp_path / "m.jsonl", tmp_path / "fixed.jsonl"
    lines = [GOOD, clip("x", "a/0-3", "b/8-11"), clip("y", "a/4-10"), clip("z", "a/gone")]
    manifest.write_text("".join(json.dumps(line) + "\n" for line in lines))
    result = call(manifest, "--output", output, "--root", drives)
    assert result.exit_code == 0
    rows = [line.split(maxsplit=2) for line in result.stdout.splitlines()]
    assert rows[:4] == [
        ["clip", "line", "done"],
        ["x", "2", rows[1][2]],
        ["y", "3", "cut to 6 of 7 frames: 7 frames, not whole tubelets of 2"],
        ["z", "4", f"dropped: frame {drives / 'a' / 'gone.png'}: no such file"],
    ]
    assert rows[1][2].startswith(
        "divided into 'x__a' (4), 'x__b' (4) of 8 frames, part of it now in scene 'b': "
    )
    assert f"{output}: 4 clips, from 4" in result.stdout
    assert f"jepamine manifest audit {output}" in result.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "Missing option '--output'"),
        (["--output", "o.jsonl", "--drop", "gap"], "'gap' is not one of 'time_gap'"),
        (["--output", "o.jsonl", "--max-gap", "0"], "Invalid value for '--max-gap'"),
    ],
)
def test_a_wrong_command_line_exits_with_2(words, message):
    result = call("m.jsonl", *words)
    assert (result.exit_code, message in result.stderr) == (2, True), result.stderr


@st.composite
def broken_lines(draw):
    """Clips of the drives with all that can be wrong with them."""
    lines = []
    for index in range(draw(st.integers(1, 7))):
        frames = []
        for _ in range(draw(st.sampled_from([1, 1, 1, 2, 3]))):
            folder = draw(st.sampled_from(["a", "a", "b", "copy", "spliced"]))
            first = draw(st.integers(0, 12))
            length = draw(st.sampled_from([0, 1, 2, 3, 4, 4, 4, 6]))
            step = draw(st.sampled_from([1, 1, 1, 0, -1]))
            numbers = [min(max(first + step * number, 0), 15) for number in range(length)]
            frames += [f"{folder}/{number}.png" for number in numbers]
        if draw(st.integers(0, 9)) == 0:
            frames.insert(
                draw(st.integers(0, len(frames))), draw(st.sampled_from(["a/gone.png", "a/text.png"]))
            )
        line = {"frame_paths": frames}
        if draw(st.booleans()):
            steps = draw(
                st.lists(st.sampled_from([1, 1, 1, 5, -2]), min_size=len(frames), max_size=len(frames))
            )
            line["timestamps"] = [500_000 * sum(steps[:number]) for number in range(len(frames))]
            line["timestamps"] += [0] * (draw(st.integers(0, 9)) == 0)
        line["clip_id"] = draw(st.sampled_from([f"c{index}", f"c{index}", "c0", "c0__a", None]))
        for key, values in (("scene", [None, "a", "b", "copy", "s", 7]), ("split", [None, "train", "val"])):
            line[key] = draw(st.sampled_from(values))
        lines.append(line)
    return lines


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(lines=broken_lines(), drop=st.lists(st.sampled_from(list(KINDS)), max_size=2))
def test_an_audit_of_the_result_finds_nothing_that_is_fixed(drives, lines, drop):
    with tempfile.TemporaryDirectory() as folder:
        manifest, output = Path(folder, "m.jsonl"), Path(folder, "fixed.jsonl")
        manifest.write_text("".join(json.dumps(line) + "\n" for line in lines))
        try:
            fixed = fix_manifest(Source(manifest, drives), output, drop=drop)
        except UserError as error:
            assert "no clip remains" in str(error)
            return
        found = audit(Source(output)).findings
        left = {kind for kind, ids in found.items() if ids}
        assert left <= (set() if "uneven_length" in drop else {"uneven_length"})
        made = list(read_clips(Source(output)))  # every one can be cut into tubelets
        assert len({clip.clip_id for clip in made}) == len(made) == len(fixed.lines)
        known = {(drives / path).as_posix() for line in lines for path in line["frame_paths"]}
        assert all(str(frame) in known for clip in made for frame in clip.frames)
        again = fix(Source(output), drop=drop)
        assert (len(again.repairs), list(again.lines)) == (0, [clip.line for clip in made])
