"""Clips straight from video files."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest

from jepamine.data.clips import read_clips
from jepamine.data.drives import drive_of, span_of
from jepamine.errors import UserError
from jepamine.manifests.video_clips import video_lines
from jepamine.mining.overlap import ExtentIndex, extent_of
from jepamine.places import Moment
from jepamine.protocols import Source

TEN = 1_704_450_030_000_000  # 2024-01-05 10:20:30
REAL = Path(__file__).parents[2].parent / "shared" / "data" / "video"


@pytest.fixture
def drives(tmp_path: Path, write_video) -> list[Path]:
    """Three seconds at 20 a second, and one that stands still between 0.5 and 1.5 s."""
    even, uneven = tmp_path / "even.mp4", tmp_path / "uneven.mp4"
    write_video(even, list(range(0, 3000, 50)))
    write_video(uneven, [*range(0, 500, 50), *range(1500, 2000, 50)])
    return [even, uneven]


def test_clips_are_windows_of_time_with_the_frames_own_timestamps(drives):
    first, *_ = lines = video_lines(drives, 10, 8, 8, "CAM_FRONT")
    assert [line["clip_id"] for line in lines] == [
        *("even__00000000", "even__00000800", "even__00001600", "even__00002400"),
        *("uneven__00000000", "uneven__00000800", "uneven__00001600"),
    ]
    assert first == {
        "clip_id": "even__00000000",
        "scene": "even",
        "video": str(drives[0]),
        "start": 0.0,
        "end": 0.8,
        "fps": 10,
        "timestamps": [100_000 * number for number in range(8)],
        "camera": "CAM_FRONT",
    }
    # 3 s hold 30 frames at 10 a second: the rest of 6 is a shorter clip.
    assert (lines[3]["start"], lines[3]["end"]) == (2.4, 3.0)


def test_where_the_video_is_still_the_frame_that_is_shown_repeats(drives):
    uneven = [line for line in video_lines(drives, 10, 8, 8, None) if line["scene"] == "uneven"]
    assert uneven[0]["timestamps"] == [0, 100_000, 200_000, 300_000, 400_000, 450_000, 450_000, 450_000]
    assert uneven[1]["timestamps"] == [450_000] * 7 + [1_500_000]


def test_a_line_names_as_many_frames_as_it_has_timestamps(drives, tmp_path):
    lines = video_lines(drives, 7.3, 6, 3, None)
    manifest = tmp_path / "m.jsonl"
    manifest.write_text("".join(json.dumps(line) + "\n" for line in lines))
    for clip in read_clips(Source(manifest)):
        assert len(clip.frames) == len(clip.line["timestamps"])
        first = clip.frames[0]
        assert isinstance(first, Moment)
        assert first.microseconds == round(clip.line["start"] * 1e6)


def test_overlapping_windows_hold_every_frame_and_none_is_within_another(drives):
    spans = [(line["start"], line["end"]) for line in video_lines(drives[:1], 10, 8, 3, None)]
    assert spans[0][0] == 0.0
    assert spans[-1][1] == 3.0
    assert all(start < after and end < beyond for (start, end), (after, beyond) in itertools.pairwise(spans))


def test_a_rate_above_the_videos_own_is_reported(drives, capsys):
    video_lines(drives[:1], 40, 8, 8, None)
    assert (
        "even.mp4: 20 frames per second on average, so frames repeat at --fps 40" in capsys.readouterr().err
    )


def test_no_clip_spans_a_gap_in_the_recording_or_fills_it(tmp_path, write_video, capsys):
    paused = tmp_path / "paused.mp4"
    write_video(paused, [*range(0, 1000, 100), *range(3_600_000, 3_601_000, 100)])
    lines = video_lines([paused], 10, 8, 8, None)
    assert [(line["start"], line["end"]) for line in lines] == [
        (0.0, 0.8), (0.8, 1.0), (3600.0, 3600.8), (3600.8, 3601.0)
    ]  # fmt: skip
    assert capsys.readouterr().err == (
        f"{paused}: time gaps of more than 10 s: 1; no clip spans one\nread: 20 frames in 1 video\n"
    )


def test_a_time_lapse_is_no_gap(tmp_path, write_video):
    lapse = tmp_path / "lapse.mp4"
    write_video(lapse, [60_000 * number for number in range(4)])
    (line,) = video_lines([lapse], 1 / 60, 8, 8, None)
    assert line["timestamps"] == [60_000_000 * number for number in range(4)]
    with pytest.raises(UserError) as raised:
        video_lines([lapse], 10, 8, 8, None)
    assert str(raised.value).endswith(
        "repeat each 600 times; pass a lower --fps, or repair the clock of the file"
    )


def test_what_is_read_and_left_out_is_counted_by_reason(drives, capsys):
    video_lines(drives, 10, 8, 8, None)
    between = f"frames skipped: 39 (between those taken at --fps 10), the first {drives[0]}\n"
    assert capsys.readouterr().err == f"{between}read: 80 frames in 2 videos\n"


def test_a_frame_at_the_end_and_those_between_windows_are_counted_as_in_no_clip(
    tmp_path, write_video, capsys
):
    seven = tmp_path / "seven.mp4"
    write_video(seven, list(range(0, 700, 100)))
    reason = "in no clip: between windows, or less than a tubelet"
    video_lines([seven], 10, 4, 4, None)
    read = f", the first {seven}\nread: 7 frames in 1 video\n"
    assert capsys.readouterr().err == f"frames skipped: 1 ({reason}){read}"
    assert len(video_lines([seven], 10, 2, 5, None)) == 2
    assert capsys.readouterr().err == f"frames skipped: 3 ({reason}){read}"


def test_frames_before_the_first_key_frame_are_counted(tmp_path, write_video, capsys):
    import av

    whole, late = tmp_path / "whole.mp4", tmp_path / "late.mkv"
    write_video(whole, list(range(0, 2000, 100)))
    with av.open(str(whole)) as source, av.open(str(late), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        packets = [packet for packet in source.demux(source.streams.video[0]) if packet.size]
        # A key frame every 5 frames: the first 4 of the file depend on one that is missing.
        for packet in packets[1:]:
            packet.stream = stream
            target.mux(packet)
    video_lines([late], 10, 4, 4, None)
    assert capsys.readouterr().err == (
        "frames skipped: 1 (in no clip: between windows, or less than a tubelet), "
        f"the first {late}\n"
        f"frames skipped: 4 (before the first key frame, cannot be decoded), the first {late}\n"
        "read: 19 frames in 1 video\n"
    )


def test_all_videos_below_a_folder_are_read_and_what_is_not_is_counted(tmp_path, write_video, capsys):
    card = tmp_path / "карта SD"
    for name in (
        "NORMAL/20240105_102030_F.mp4",
        "NORMAL/20240105_102030_R.mp4",
        "EVENT/20240105_102031_F.mp4",
    ):
        (card / name).parent.mkdir(parents=True, exist_ok=True)
        write_video(card / name, list(range(0, 1000, 100)))
    (card / "NORMAL" / "20240105_102032_F.mp4").write_bytes(b"\0\0\0\x18ftypmp42, cut off")
    (card / "NORMAL" / "20240105_102033_F.mp4").touch()
    (card / "NORMAL" / "._20240105_102030_F.mp4").write_bytes(b"Mac OS X")
    (card / "NORMAL" / "Thumbs.db").touch()
    lines = video_lines([card], 10, 10, 10, None)
    assert [(line["scene"], line["drive"], line["camera"], line["video_start"]) for line in lines] == [
        ("20240105_102031_F", "20240105_102030", "F", 1_704_450_031_000_000),
        ("20240105_102030_F", "20240105_102030", "F", 1_704_450_030_000_000),
        ("20240105_102030_R", "20240105_102030", "R", 1_704_450_030_000_000),
    ]
    error = capsys.readouterr().err.splitlines()
    assert error == [
        f"videos skipped: 1 (hidden), the first {card}/NORMAL/._20240105_102030_F.mp4",
        f"videos skipped: 1 (empty files), the first {card}/NORMAL/20240105_102033_F.mp4",
        f"files skipped: 1 (not videos: 1 .db), the first {card}/NORMAL/Thumbs.db",
        f"videos skipped: 1 (video {card}/NORMAL/20240105_102032_F.mp4: cannot be read: "
        "Invalid data found when processing input)",
        "read: 30 frames in 3 videos",
        "drives of several files, by their names: 1, of 3 files, cameras F, R",
    ]
    with pytest.raises(UserError, match=r"no videos .* below"):
        (tmp_path / "none").mkdir()
        video_lines([tmp_path / "none"], 10, 8, 8, None)


def test_two_videos_of_one_name_are_scenes_by_their_paths(tmp_path, write_video):
    for name in ("a/x.mp4", "b/x.mp4", "b/y.mp4"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        write_video(tmp_path / name, [0, 100])
    assert [line["clip_id"] for line in video_lines([tmp_path], 10, 2, 2, None)] == [
        "a/x__00000000",
        "b/x__00000000",
        "y__00000000",
    ]


def test_files_of_one_drive_are_one_clock_and_its_cameras_overlap(tmp_path, write_video):
    for second in (30, 31):
        for camera in "FR":
            write_video(tmp_path / f"20240105_1020{second}_{camera}.mp4", list(range(0, 1000, 100)))
    manifest = tmp_path / "m.jsonl"
    manifest.write_text(
        "".join(json.dumps(line) + "\n" for line in video_lines([tmp_path], 10, 10, 10, None))
    )
    clips = [clip for clip in read_clips(Source(manifest, None)) if not isinstance(clip, UserError)]
    assert [drive_of(clip) for clip in clips] == ["20240105_102030"] * 4
    assert [span_of(clip)[0] for clip in clips] == [TEN, TEN, TEN + 1_000_000, TEN + 1_000_000]
    extents = [extent_of(clip, [bytes([number] * 8)]) for number, clip in enumerate(clips)]
    assert ExtentIndex(extents).overlapping(extents[0]).tolist() == [0, 1]


@pytest.mark.slow
def test_a_run_a_score_and_an_eval_read_a_video_and_write_nothing_beside_it(
    jepamine, recipe, drives, tmp_path
):
    folder = tmp_path / "footage"
    folder.mkdir()
    for drive in drives:
        drive.rename(folder / drive.name)
    manifest = tmp_path / "videos.jsonl"
    lines = video_lines([folder / drive.name for drive in drives], 10, 4, 4, None)
    manifest.write_text("".join(json.dumps(line) + "\n" for line in lines))
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    result = jepamine("run", recipe, "--set", f'dataset.manifest="{manifest}"')
    assert result.exit_code == 0, result.output
    result = jepamine("score", "--run", "small", manifest, "--output", tmp_path / "scores.jsonl")
    assert result.exit_code == 0, result.output
    scored = [json.loads(line) for line in (tmp_path / "scores.jsonl").read_text().splitlines()]
    assert [line["clip_id"] for line in scored] == [line["clip_id"] for line in lines]
    assert scored[1]["first_frame"] == f"{folder / 'even.mp4'}#t=0.400000"
    assert jepamine("eval", "--run", "small").exit_code == 0
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before


def test_a_video_that_does_not_exist_is_reported_before_anything_is_encoded(jepamine, recipe, tmp_path):
    manifest = tmp_path / "m.jsonl"
    line = {"video": "gone.mp4", "start": 0, "end": 1.0, "fps": 4}
    manifest.write_text(json.dumps(line) + "\n" + json.dumps(line | {"start": 1.0, "end": 2}) + "\n")
    result = jepamine("run", recipe, "--set", f'dataset.manifest="{manifest}"')
    assert result.exit_code == 1
    assert f"m.jsonl:1: video {tmp_path / 'gone.mp4'}: no such file" in result.output


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ({"video": "a.mp4", "start": 0, "end": 1}, "'fps' is None"),
        ({"video": "a.mp4", "start": "0", "end": 1, "fps": 10}, "'start' is '0'"),
        ({"video": "a.mp4", "start": 1, "end": 1, "fps": 10}, "0 s at 10 frames per second contain no frame"),
        ({"video": 3, "start": 0, "end": 1, "fps": 10}, "'video' is not a path: 3"),
        ({"video": "a.mp4", "start": 0, "end": 0.3, "fps": 10}, "3 frames do not divide into tubelets of 2"),
    ],
)
def test_a_line_that_is_not_a_clip_of_a_video_is_reported(line, message, tmp_path):
    manifest = tmp_path / "m.jsonl"
    manifest.write_text(json.dumps(line) + "\n")
    with pytest.raises(UserError, match=f"m.jsonl:1: .*{message}"):
        list(read_clips(Source(manifest)))


@pytest.mark.real
@pytest.mark.skipif(not REAL.is_dir(), reason="no real videos beside the checkout")
def test_real_videos_become_clips_whose_frames_can_be_read():
    pytest.importorskip("av", reason="PyAV is not installed: pip install -e '.[video]'")
    lines = video_lines(sorted(REAL.glob("*.mp4")), 10, 16, 16, None)
    assert [(line["scene"], len(line["timestamps"])) for line in lines[:6]] == [
        ("solidWhiteRight", 16)
    ] * 5 + [("solidWhiteRight", 8)]
