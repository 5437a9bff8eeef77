"""What an audit finds in a manifest: every kind where it should, and not beside it."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from jepamine.cli.manifest import audit as audit_command
from jepamine.errors import UserError
from jepamine.manifests.audit import audit
from jepamine.manifests.findings import KINDS
from jepamine.manifests.video_clips import video_lines
from jepamine.protocols import Source
from jepamine.utils import spilled
from jepamine.utils.progress import silence

REAL = Path(__file__).parents[2].parent / "shared" / "data"


def pan(place, count):
    """Pictures of a camera that pans over the landscape number `place`."""
    coarse = np.random.default_rng(place).integers(0, 256, (4, 20, 3), dtype=np.uint8)
    wide = Image.fromarray(coarse).resize((640, 36), Image.Resampling.BICUBIC)
    return [wide.crop((3 * number, 0, 3 * number + 64, 36)) for number in range(count)]


@pytest.fixture(scope="module")
def drives(tmp_path_factory):
    """Frames `a/0.png` to `a/15.png` of three drives a, b and c.

    `copy` is a once more; `spliced` has another drive from its frame 3 on, `alike` one frame twice, `stand` a
    camera that stands.
    """
    root = tmp_path_factory.mktemp("drives")
    for place, name in enumerate("abc"):
        (root / name).mkdir()
        for number, picture in enumerate(pan(place, 16)):
            picture.save(root / name / f"{number}.png")
    (root / "a" / "text.png").write_text("no image")
    (root / "a" / "half.png").write_bytes((root / "a" / "0.png").read_bytes()[:200])
    shutil.copytree(root / "a", root / "copy")
    (root / "turn").mkdir()
    for number, picture in enumerate(pan(8, 6)):
        # The first two are as wide as the others, and cropped.
        (picture if number > 1 else picture.crop((0, 2, 64, 34))).save(root / "turn" / f"{number}.png")
    for name in ("spliced", "alike", "stand"):
        (root / name).mkdir()
    for number, picture in enumerate([*pan(0, 3), *pan(50, 6)]):
        picture.save(root / "spliced" / f"{number}.png")
    still = pan(3, 3)
    for number, picture in enumerate([*still, still[1]]):
        picture.save(root / "alike" / f"{number}.png")
        pixels = np.array(still[0])
        pixels[5, 5 + number] ^= 1
        Image.fromarray(pixels).save(root / "stand" / f"{number}.png")
    return root


@pytest.fixture
def look(drives, tmp_path, monkeypatch):
    """Audit lines; gives what was found as {kind: ids} without the kinds with nothing.

    The same must be found when hardly anything is kept in memory, as with a manifest of millions of lines.
    """

    def look(*lines, max_gap=1.0):
        manifest = tmp_path / "m.jsonl"
        manifest.write_text("".join(json.dumps(line) + "\n" for line in lines))
        found = audit(Source(manifest, drives), max_gap)
        document = {"clips": len(lines), "findings": {kind: found.findings[kind] for kind in KINDS}}
        assert "".join(found.json()) == json.dumps(document, indent=2)
        with monkeypatch.context() as patch, silence():
            patch.setattr(spilled, "IN_MEMORY", 1)
            assert list(audit(Source(manifest, drives), max_gap).details) == list(found.details)
        return {kind: ids for kind, ids in found.findings.items() if ids}

    return look


def clip(name, *frames, **more):
    """A line with frames `a/0-3` (a/0 to a/3) or `a/7`."""
    paths = []
    for words in frames:
        folder, _, numbers = words.partition("/")
        first, _, last = numbers.partition("-")
        spans = range(int(first), int(last) + 1) if last else [first]
        paths += [f"{folder}/{number}.png" for number in spans]
    return {
        "clip_id": name,
        "frame_paths": paths,
        "scene": frames[0].partition("/")[0] if frames else "a",
    } | more


def seconds(*times):
    return [round(time * 1e6) for time in times]


GOOD = clip("good", "b/0-3"), clip("good2", "b/4-7")


def test_a_sound_manifest_has_nothing(look):
    assert look(*GOOD, clip("x", "a/0-3", timestamps=seconds(0, 0.5, 1.0, 1.5))) == {}


@pytest.mark.parametrize(
    ("name", "length"), [("seconds", 1), ("milliseconds", 10**3), ("nanoseconds", 10**9)]
)
@pytest.mark.parametrize("begin", [0, 1_532_402_927])
def test_timestamps_in_another_unit_are_recognised_once_and_gaps_seen(look, capsys, name, length, begin):
    times = [(begin + time) * length for time in (0, 0.1, 0.2, 0.3, 30.3, 30.4)]
    gap, even = clip("gap", "a/0-3", timestamps=times[2:]), clip("x", "a/4-7", timestamps=times[:4])
    found = look(*GOOD, gap, even)
    assert found == {"time_gap": ["gap"]}
    notice = f"'timestamps' should be microseconds; taken as {name} (frames are 0.1 s apart)\n"
    assert capsys.readouterr().err.count(notice) == 1


def test_timestamps_in_microseconds_need_no_notice(look, capsys):
    look(clip("x", "a/0-3", timestamps=seconds(0, 0.5, 1.0, 1.5)))
    assert "taken as" not in capsys.readouterr().err


SECOND = seconds(0, 1, 2, 3)
# What: (kind, lines, the clips of them in which that is found and nothing else, lines in which nothing is).
CASES = {
    "a gap": (
        "time_gap",
        [clip("x", "a/0-3", timestamps=seconds(0, 0.1, 1.2, 1.3))], ["x"],
        [clip("x", "a/0-3", timestamps=SECOND)],
    ),
    "time backwards": (
        "time_gap",
        [clip("x", "a/0-3", timestamps=seconds(1, 1.2, 1.1, 1.3))], ["x"],
        [clip("x", "a/0-3", timestamps=seconds(1, 1.2, 1.2, 1.3))],
    ),
    "a cut in the picture": (
        "cut_in_tubelet",
        [clip("x", "spliced/0-3")], ["x"],
        # Between tubelets it is none of them.
        [clip("x", "spliced/1-4")],
    ),
    "frames of another folder": (
        "scene_crossing",
        [clip("x", "a/0-1", "c/0-1")], ["x"],
        [clip("x", "a/0-3"), clip("y", "c/0-3")],
    ),
    "frames that others claim": (
        "scene_crossing",
        [clip("x", "a/0-3", scene="s"), clip("y", "a/4-7", scene="t"), clip("z", "a/2-5", scene="s")], ["z"],
        [clip("x", "a/0-3", scene="s"), clip("y", "a/6-9", scene="t"), clip("z", "a/2-5", scene="s")],
    ),
    "a scene in two splits": (
        "split_leak",
        [clip("x", "a/0-3", split="train"), clip("y", "a/4-7", split="val")], ["x", "y"],
        [clip("x", "a/0-3", split="train"), clip("y", "c/0-3", split="val"), clip("z", "a/4-7")],
    ),
    "two cameras of a drive in two splits": (
        "split_leak",
        [
            clip("x", "a/0-3", split="train", scene="d/left", drive="d"),
            clip("y", "c/0-3", split="val", scene="d/right", log="d"),
        ],
        ["x", "y"],
        [
            clip("x", "a/0-3", split="train", scene="1", drive="d"),
            clip("y", "c/0-3", split="val", scene="1", drive="e"),
        ],
    ),
    "frames in two splits": (
        "split_leak",
        [clip("x", "a/0-3", split="train", scene=None), clip("y", "a/2-5", split="val", scene=None)],
        ["x", "y"],
        [clip("x", "a/0-3", split="train", scene=None), clip("y", "a/4-7", split="val", scene=None)],
    ),
    "an id twice": (
        "duplicate_clip",
        [clip("x", "a/0-3"), clip("x", "a/4-7")], ["x"],
        [clip("x", "a/0-3"), clip("y", "a/4-7")],
    ),
    "the same frames twice": (
        "duplicate_clip",
        [clip("x", "a/0-3"), clip("y", "a/0-3")], ["x", "y"],
        # Windows that overlap are not.
        [clip("x", "a/0-3"), clip("y", "a/2-5")],
    ),
    "the same content twice": (
        "duplicate_clip",
        [clip("x", "a/0-3"), clip("y", "copy/0-3")], ["x", "y"],
        [clip("x", "a/0-3"), clip("y", "copy/4-7")],
    ),
    "a frame twice": ("duplicate_frame", [clip("x", "a/0-2", "a/2")], ["x"], [clip("x", "a/0-3")]),
    "a content twice": (
        "duplicate_frame",
        [clip("x", "alike/0-3")], ["x"],
        # A car that stands: much alike, but no two the same.
        [clip("x", "stand/0-3")],
    ),
    "a content in two scenes": (
        "duplicate_frame",
        [clip("x", "a/0-3"), clip("y", "copy/2-5")], ["x", "y"],
        [clip("x", "a/0-3"), clip("y", "copy/2-5", scene="a")],
    ),
    "another size": (
        "size_change",
        [clip("x", "turn/0-3")], ["x"],
        [clip("x", "turn/2-5")],
    ),
    "no file": ("missing_file", [clip("x", "a/0-2", "a/gone")], ["x"], [clip("x", "a/0-3")]),
    "no image": ("unreadable_file", [clip("x", "a/0-2", "a/text")], ["x"], [clip("x", "a/0-3")]),
    "half an image": ("unreadable_file", [clip("x", "a/1-3", "a/half")], ["x"], [clip("x", "a/0-3")]),
    "an odd number": ("uneven_length", [clip("x", "a/0-4")], ["x"], [clip("x", "a/0-3")]),
    "not the usual number": ("uneven_length", [clip("x", "a/0-5")], ["x"], [clip("x", "a/0-3")]),
    "no frames": ("uneven_length", [clip("x")], ["x"], [clip("x", "a/0-3")]),
    "other timestamps than frames": (
        "uneven_length",
        [clip("x", "a/0-3", timestamps=SECOND[:3])], ["x"],
        [clip("x", "a/0-3", timestamps=SECOND)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_kind_is_found_where_it_is_and_no_other(look, case):
    kind, bad, ids, _ = CASES[case]
    assert look(*GOOD, *bad) == {kind: ids}


@pytest.mark.parametrize("case", CASES)
def test_nothing_is_found_beside_it(look, case):
    assert look(*GOOD, *CASES[case][3]) == {}


@pytest.mark.parametrize("gone", ["gone/1", "b/77", "c/text"])
def test_a_frame_that_does_not_exist_says_nothing_about_scenes(look, gone):
    lines = (
        clip("x", "a/0", gone, "a/2-3"),
        clip("y", gone, "a/5-7", scene="a"),
        clip("z", "a/8", gone, "c/2-3"),
    )
    found = look(*GOOD, *lines)
    assert found == {"scene_crossing": ["z"], "missing_file": ["x", "y", "z"]}


def test_every_kind_has_a_case():
    assert {kind for kind, *_ in CASES.values()} == set(KINDS)


def test_ids_are_in_the_manifests_order_each_once(look):
    lines = [clip(name, f"a/{at}-{at + 4}") for name, at in (("z", 0), ("y", 1), ("z", 2), ("x", 3))]
    assert look(*GOOD, *lines)["uneven_length"] == ["z", "y", "x"]


@pytest.mark.parametrize(("gap", "found"), [(1.0, ["x"]), (1.1, []), (1.05, ["x"])])
def test_the_gap_that_is_one_can_be_told(look, gap, found):
    line = clip("x", "a/0-3", timestamps=seconds(0, 0.1, 1.2, 1.3))
    assert look(*GOOD, line, max_gap=gap).get("time_gap", []) == found


def test_a_gap_and_another_folder_within_a_tubelet_are_cuts_in_it_too(look):
    gap = clip("gap", "a/0-3", timestamps=seconds(0, 3, 4, 5))
    other = clip("other", "c/0-2", "b/8")
    assert look(*GOOD, gap, other) == {
        "time_gap": ["gap"],
        "cut_in_tubelet": ["gap", "other"],
        "scene_crossing": ["other"],
    }


def named(name, *frames, **more):
    return {"clip_id": name, "frame_paths": [f"named/{frame}.png" for frame in frames], **more}


LOGS = [f"{log}__CAM_FRONT__{time}" for log in "pq" for time in seconds(10, 10.5, 11, 11.5)]


def test_names_report_log_camera_and_time(look, drives):
    (drives / "named").mkdir()
    left = [name.replace("FRONT", "LEFT") for name in LOGS[:2]]
    for name, picture in zip([*LOGS, *left], [*pan(0, 4), *pan(1, 4), *pan(0, 6)[4:]], strict=True):
        picture.save(drives / "named" / f"{name}.png")
    p, q = LOGS[:4], LOGS[4:]
    # Several scenes of one log, in one folder, are no crossing; two logs in a clip are.
    one, two = named("1", *p[:2], scene="s"), named("2", *p[2:], scene="t")
    assert look(one, two) == {}
    assert look(one, named("3", *p[2:], *q[:2], scene="s"))["scene_crossing"] == ["3"]
    assert look(one, named("3", p[2], q[0], scene="s")) == {
        "cut_in_tubelet": ["3"], "scene_crossing": ["3"]
    }  # fmt: skip
    # Two cameras in a tubelet are no neighbours; nor are frames whose names are 1.5 s apart.
    assert look(one, named("4", p[3], left[0], scene="s")) == {"cut_in_tubelet": ["4"]}
    assert look(one, named("5", p[0], p[3], scene="s")) == {"time_gap": ["5"], "cut_in_tubelet": ["5"]}


def test_folders_that_are_not_scenes_are_not_crossing(look):
    # Their names begin with the scene's; or clips of several scenes go through both; or the scene has both.
    assert look(clip("x", "a/0-1", "c/0-1", scene="."), clip("y", "a/2-3", "c/2-3", scene="t")) == {}
    assert (
        look(
            clip("x", "a/0-3", scene="s"),
            clip("y", "b/0-3", scene="s"),
            clip("z", "a/4-5", "b/4-5", scene="s"),
        )
        == {}
    )
    assert look(clip("x", "a/0-1", "c/0-1", scene="s"))["scene_crossing"] == ["x"]


def test_a_clip_whose_frames_others_have_in_another_scene_is_a_crossing(look):
    windows = [clip(f"w{start}", f"a/{start}-{start + 3}", scene="s") for start in (0, 2, 4)]
    assert look(*windows, clip("x", "a/1-4", scene="t")) == {"scene_crossing": ["x"]}


def test_a_clip_without_scene_crosses_where_others_know_the_scenes(look):
    known = clip("x", "a/0-3"), clip("y", "c/0-3")
    assert look(*known, clip("z", "a/4-5", "c/4-5", scene=None)) == {"scene_crossing": ["z"]}
    assert look(*known, clip("z", "a/4-7", scene=None)) == {}


def test_a_moment_of_a_video_is_the_frame_shown_then(look, tmp_path, write_video):
    write_video(tmp_path / "v.mp4", list(range(0, 800, 100)))
    video = {"video": str(tmp_path / "v.mp4"), "scene": "v", "start": 0.0, "end": 0.4}
    lines = [
        {"clip_id": "x", "fps": 10} | video,
        {"clip_id": "y", "fps": 10} | video | {"end": 0.8, "start": 0.4},
    ]
    assert look(*lines) == {}
    # Twice as many frames as the video has; and beyond its end.
    assert look(lines[1], {"clip_id": "x", "fps": 20} | video | {"end": 0.2}) == {"duplicate_frame": ["x"]}
    assert look(lines[0], lines[1] | {"start": 0.6, "end": 1.0}) == {"unreadable_file": ["y"]}
    assert look(lines[0], lines[1] | {"video": "gone.mp4"}) == {"missing_file": ["y"]}
    assert look(lines[0], lines[1] | {"video": "a/text.png"}) == {"unreadable_file": ["y"]}


def test_a_video_that_is_still_for_long_has_a_gap(look, tmp_path, write_video):
    write_video(tmp_path / "v.mp4", [0, 100, 200, 300, 1500, 1600])
    (line,) = video_lines([tmp_path / "v.mp4"], 10, 100, 100, None)
    found = look(line)
    assert (found["time_gap"], found["duplicate_frame"]) == (["v__00000000"], ["v__00000000"])
    del line["timestamps"]
    assert look(line) == found


@pytest.fixture
def written(tmp_path):
    """Write raw lines as a manifest."""

    def write(*lines):
        (tmp_path / "m.jsonl").write_text("".join(f"{line}\n" for line in lines))
        return tmp_path / "m.jsonl"

    return write


def test_all_lines_that_are_not_clips_are_reported_at_once(written):
    path = written(
        '{"clip_id": "x", "frames": []}', "{", '{"clip_id": "x"}', "", '{"frames": ["a"], "clip_id": [1]}',
        '{"frames": ["a"], "timestamps": ["1"]}', "[]",
    )  # fmt: skip
    with pytest.raises(UserError) as raised:
        audit(Source(path))
    assert str(raised.value).splitlines() == [
        f"{path}:2: broken JSON: Expecting property name enclosed in double quotes: line 2 column 1 (char 2)",
        f"{path}:3: no key 'frame_paths' (or 'frames', or 'video')",
        f"{path}:5: 'clip_id' is not text: [1]",
        f"{path}:6: 'timestamps' is not a list of microseconds",
        f"{path}:7: expected a JSON object, found list",
    ]


def test_of_very_many_such_lines_the_first_are_reported(written):
    with pytest.raises(UserError) as raised:
        audit(Source(written(*["{"] * 23)))
    assert len(str(raised.value).splitlines()) == 21
    assert str(raised.value).endswith("\nand 3 lines more")


def test_a_manifest_without_lines_or_none_at_all_is_an_error(written, tmp_path):
    with pytest.raises(UserError, match="contains no clip;"):
        audit(Source(written("")))
    with pytest.raises(UserError, match=r"no such file$"):
        audit(Source(tmp_path / "gone" / "gone.jsonl"))


def test_every_file_is_read_once_whatever_the_order_of_clips(drives, written, monkeypatch):
    read = []
    read_bytes = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: read.append(path.name) or read_bytes(path))
    starts = [12, 0, 6, 3, 9, 1, 10, 4, 7, 2]
    monkeypatch.setattr("jepamine.manifests.findings.contents.KEPT", 6)
    # One thread: of two, one may run ahead of what so few kept frames allow.
    monkeypatch.setattr(
        "jepamine.data.frames.ThreadPoolExecutor", lambda _, **more: ThreadPoolExecutor(1, **more)
    )
    lines = [json.dumps(clip(f"x{start}", f"a/{start}-{start + 3}")) for start in starts]
    audit(Source(written(*lines), drives))
    assert len(read) == len(set(read)) == 16


def call(*words):
    result = CliRunner().invoke(audit_command, [str(word) for word in words])
    if result.exception is not None and not isinstance(result.exception, (SystemExit, click.ClickException)):
        raise result.exception
    return result


@pytest.fixture
def broken(drives, tmp_path):
    manifest = tmp_path / "m.jsonl"
    lines = [*GOOD, clip("x", "a/0-4"), clip("y", "a/5-9"), clip("z", "a/9-13"), clip("z", "b/0-4")]
    manifest.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return manifest


def test_the_table_reports_kind_count_meaning_and_the_first_clips_with_their_lines(broken, drives):
    result = call(broken, "--root", drives)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == f"{broken}: 6 clips, 4 with findings"
    (row,) = [line for line in lines if line.startswith("uneven_length")]
    assert row.split("  ")[-1].strip() == "x (3), y (4), z (5)"
    assert "an odd number of frames, or not the usual 4" in row
    assert f"  {broken}:5: duplicate_clip: the same id as line 6" in lines
    assert lines[-1].startswith(f"  jepamine manifest fix {broken} --output ")
    assert lines[-1].endswith(f" --root {drives}")


def test_what_fix_leaves_alone_is_offered_to_be_dropped(drives, tmp_path):
    manifest = tmp_path / "m.jsonl"
    lines = [*GOOD, clip("x", "a/4-5")]
    manifest.write_text("".join(json.dumps(line) + "\n" for line in lines))
    lines = call(manifest, "--root", drives).stdout.splitlines()
    assert lines[-2] == "They can be used unchanged. To drop them:"
    assert lines[-1].endswith(" --drop uneven_length")


def test_json_is_one_document_and_progress_goes_to_stderr(broken, drives):
    result = call(broken, "--root", drives, "--json")
    assert json.loads(result.stdout) == {
        "clips": 6,
        "findings": {kind: [] for kind in KINDS}
        | {"duplicate_clip": ["z"], "uneven_length": ["x", "y", "z"]},
    }
    assert "look at frames: 6/6 clips" in result.stderr


def test_strict_exits_with_1_where_something_is_found(broken, drives, tmp_path):
    result = call(broken, "--root", drives, "--strict")
    assert (result.exit_code, "(--strict)" in result.stderr) == (1, True)
    assert call(broken, "--root", drives, "--strict", "--json").exit_code == 1
    sound = tmp_path / "sound.jsonl"
    sound.write_text(json.dumps(GOOD[0]))
    result = call(sound, "--root", drives, "--strict")
    assert (result.exit_code, result.stdout) == (0, f"{sound}: 1 clips, nothing found\n")


@pytest.mark.real
def test_nothing_is_found_in_real_driving_clips():
    if not (REAL / "driving.jsonl").is_file():
        pytest.skip("no real driving clips beside the checkout")
    found = audit(Source(REAL / "driving.jsonl"))
    assert (found.clips, list(found.details)) == (20, [])
