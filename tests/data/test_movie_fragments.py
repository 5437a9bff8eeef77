"""Fragments of MP4 files: whole ones, those that readers pass over, and those that are shown late."""

from __future__ import annotations

import pytest

from jepamine.data.video_index import video_index
from tests.data.written_videos import changed, write

pytest.importorskip("av", reason="PyAV is not installed: pip install -e '.[video]'")
OPTIONS = {"movflags": "frag_keyframe+empty_moov"}


@pytest.mark.parametrize(
    "flags", ["frag_keyframe+empty_moov", "frag_keyframe", "empty_moov+default_base_moof"]
)
@pytest.mark.parametrize("more", [{}, {"frag_duration": "200000"}, {"frag_size": "1500"}])
@pytest.mark.parametrize("frames", ["0", "2"])
def test_whole_fragments_follow_each_other(tmp_path, flags, more, frames):
    write(tmp_path / "a.mp4", frames=24, container_options={"movflags": flags, **more}, bf=frames)
    index = video_index(tmp_path / "a.mp4")
    assert (len(index.times), index.note) == (24, "")


def places(content: bytes) -> list[int]:
    """Return where the fragments of a file begin."""
    found, at = [], content.find(b"moof")
    while at >= 0:
        found.append(at - 4)
        at = content.find(b"moof", at + 4)
    return found


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_fragment_that_became_another_box_says_so(tmp_path, number):
    content = write(tmp_path / "a.mp4", frames=36, container_options={**OPTIONS, "frag_duration": "400000"})
    begin = places(content)[number]
    note = changed(tmp_path / "b.mp4", content, begin + 4, ord("x"))
    assert f"its boxes do not follow from each other at byte {begin}" in note


def test_bytes_between_fragments_and_a_cut_say_so(tmp_path):
    content = write(tmp_path / "a.mp4", frames=24, container_options=OPTIONS)
    begin = places(content)[1]
    path = tmp_path / "b.mp4"
    path.write_bytes(content[:begin] + b"\0\0\0\x07" + content[begin:])
    assert f"its boxes do not follow from each other at byte {begin}" in video_index(path).note
    path.write_bytes(content[: begin - 30])
    assert "its boxes do not follow from each other at byte" in video_index(path).note


def test_a_fragment_that_is_missing_leaves_a_gap_and_an_index_that_has_it(tmp_path):
    options = {**OPTIONS, "frag_duration": "400000"}
    content = write(tmp_path / "a.mp4", frames=36, container_options=options, bf="0")
    begin, end = places(content)[1:3]
    path = tmp_path / "b.mp4"
    path.write_bytes(content[:begin] + content[end:])
    note = video_index(path).note
    assert "its index has a fragment at byte" in note
    assert "its frames are shown to 0.400 s, and the next ones from 0.720 s on" in note


def test_a_box_in_a_fragment_that_became_another_says_so(tmp_path):
    content = write(tmp_path / "a.mp4", frames=24, container_options=OPTIONS)
    at = content.rfind(b"trun")
    begin = places(content)[-1]
    assert f"do not follow from each other at byte {begin}" in changed(tmp_path / "b.mp4", content, at, 0)


def test_a_fragment_without_a_track_leaves_bytes_of_no_frame(tmp_path):
    content = write(tmp_path / "a.mp4", frames=24, container_options=OPTIONS)
    # The length of its first box: up to its end.
    note = changed(tmp_path / "b.mp4", content, content.rfind(b"mfhd") - 1, 0)
    assert "bytes of frames by its boxes" in note
    # Other writers may have more there.
    (tmp_path / "c.mp4").write_bytes((tmp_path / "b.mp4").read_bytes().replace(b"Lavf", b"Other"[:4]))
    assert "bytes of frames" not in video_index(tmp_path / "c.mp4").note


def test_a_fragment_that_begins_late_says_so(tmp_path):
    content = write(tmp_path / "a.mp4", frames=24, container_options=OPTIONS, bf="0")
    at = content.rfind(b"tfdt") + 15
    (tmp_path / "b.mp4").write_bytes(content[: at - 1] + bytes([content[at - 1] + 1]) + content[at:])
    note = video_index(tmp_path / "b.mp4").note
    assert "its frames are shown to 0.480 s, and the next ones from 0.500 s on" in note
