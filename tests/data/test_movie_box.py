"""The movie box of MP4 and MOV: lengths and turns of tracks, and boxes that do not fit."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from struct import pack, unpack_from

import pytest

from jepamine.data.movie_box import fits, frames_last, is_level, movie_signs, read_movie, track_lengths
from jepamine.data.video_index import video_index
from tests.data import written_videos

pytest.importorskip("av", reason="PyAV is not installed: pip install -e '.[video]'")

write = partial(written_videos.write, frames=24)
changed = written_videos.changed


def lengths(path: Path, track: int = 1) -> tuple[float, float] | None:
    return track_lengths(read_movie(path)[0], track)


@pytest.mark.parametrize("options", [{}, {"movflags": "faststart"}, {"use_editlist": "0"}])
@pytest.mark.parametrize("name", ["a.mp4", "a.mov"])
def test_the_track_of_a_whole_file_lasts_as_long_as_it_is_shown(tmp_path, name, options):
    write(tmp_path / name, container_options=options, bf="2")
    shown, lasts = lengths(tmp_path / name)
    assert shown == pytest.approx(lasts, abs=0.1)
    assert lengths(tmp_path / name, 7) is None
    assert video_index(tmp_path / name).note == ""


def test_an_edit_shows_its_length_at_its_speed(tmp_path):
    content = write(tmp_path / "a.mp4")
    at = content.find(b"elst") + 4 + 4 + 4 + 8
    assert content[at : at + 4] == b"\0\1\0\0"
    for speed, shown in ((b"\0\0\x80\0", 0.48), (b"\4\1\0\0", 984.0), (b"\0\0\0\0", None)):
        path = tmp_path / "b.mp4"
        path.write_bytes(content[:at] + speed + content[at + 4 :])
        found = lengths(path)
        assert shown == (None if found is None else round(found[0], 6))


@pytest.mark.parametrize("kind", [b"tkhd", b"mdhd"])
def test_a_box_that_is_too_short_for_its_version_states_nothing(tmp_path, kind):
    content = write(tmp_path / "a.mp4")
    at = content.find(kind) + 4
    path = tmp_path / "b.mp4"
    path.write_bytes(content[:at] + b"\1" + content[at + 1 :])
    assert list(movie_signs(path, 1)) == []


def test_fragments_have_no_length(tmp_path):
    write(tmp_path / "a.mp4", container_options={"movflags": "frag_keyframe+empty_moov"})
    assert lengths(tmp_path / "a.mp4") is None


def test_a_damaged_unit_of_time_says_so(tmp_path):
    content = write(tmp_path / "a.mov")
    at = content.find(b"mdhd") + 16
    assert "0.960 s are shown by its header, of 0.0" in changed(tmp_path / "b.mov", content, at + 1, 4)


def with_lengths(stated: int, runs: list[tuple[int, int]]) -> tuple[float, float] | None:
    """Return what frames_last says of a track of 1000 units a second, with these runs of (frames, units)."""

    def box(kind: bytes, *content: bytes) -> bytes:
        inner = b"".join(content)
        return pack(">I4s", 8 + len(inner), kind) + inner

    times = box(b"stts", pack(">II", 0, len(runs)), *(pack(">II", *run) for run in runs))
    header = box(b"mdhd", pack(">5I", 0, 0, 0, 1000, stated))
    media = box(b"mdia", header, box(b"minf", box(b"stbl", times)))
    return frames_last(box(b"trak", box(b"tkhd", pack(">4I", 0, 0, 0, 1), bytes(70)), media), 1)


@pytest.mark.parametrize(
    ("stated", "runs", "found"),
    [
        (1000, [(10, 100)], None),
        # Without the last frame, with one of another length, with the delay of B-frames.
        (900, [(10, 100)], None),
        (951, [(9, 100), (1, 51)], None),
        (1200, [(10, 100)], None),
        (1400, [(10, 100)], (1.0, 1.4)),
        # A damaged interval: the rest is no whole number of frames.
        (1000, [(10, 112)], (1.12, 1.0)),
        (1000, [(10, 164)], (1.64, 1.0)),
        # Frames at an uneven pace.
        (1010, [(5, 90), (5, 110)], None),
        (1000, [(5, 90), (5, 622)], (3.56, 1.0)),
        # What is not stated: fragments, a recording that was not finished.
        (1000, [], None),
        (0, [(10, 100)], None),
    ],
)
def test_frames_last_as_long_as_their_track_but_for_whole_ones(stated, runs, found):
    assert with_lengths(stated, runs) == found


def test_a_damaged_interval_of_frames_says_so(tmp_path):
    content = write(tmp_path / "a.mp4")
    at = content.find(b"stts") + 4 + 12 + 2
    assert int.from_bytes(content[at - 2 : at + 2]) == 512
    note = changed(tmp_path / "b.mp4", content, at + 1, 64)
    assert "its frames last 1.080 s, by its header 0.960 s" in note


def test_boxes_of_a_movie_fill_those_around_them(tmp_path):
    path = tmp_path / "a.mp4"
    content = write(path)
    assert fits(read_movie(path)[0])
    # The width and height of the track are lost: "tkhd" takes the head of the next box.
    at = content.find(b"tkhd") + 4 + 76
    path.write_bytes(content[:at] + content[at + 8 :])
    assert not fits(read_movie(path)[0])
    assert "boxes of its header reach beyond those around them" in video_index(path).note


@pytest.mark.parametrize(("box", "matrix"), [(b"mvhd", 36), (b"tkhd", 40)], ids=["movie", "track"])
@pytest.mark.parametrize(("entry", "value"), [(0, 0), (1, 1 << 19), (8, 1 << 29)])
def test_a_matrix_that_turns_by_no_quarter_says_so(tmp_path, box, matrix, entry, value):
    path = tmp_path / "a.mp4"
    content = write(path)
    assert is_level(read_movie(path)[0], 1)
    assert video_index(path).note == ""
    at = content.find(box) + 4 + matrix + 4 * entry
    path.write_bytes(content[:at] + value.to_bytes(4, "big") + content[at + 4 :])
    assert "its header turns the picture by no quarter of a turn" in video_index(path).note


def test_frames_that_an_edit_list_cuts_away_are_counted(tmp_path):
    path = tmp_path / "a.mp4"
    content = write(path, bf="2")
    at = content.find(b"elst") + 4 + 4 + 4 + 4
    (start,) = unpack_from(">i", content, at)
    path.write_bytes(content[:at] + (start + 5 * 512).to_bytes(4, "big") + content[at + 4 :])
    assert " frames are cut away by its edit list" in video_index(path).note
