"""Chunks of AVI files follow from each other; after bytes that were lost or put between they do not."""

from __future__ import annotations

import pytest

from jepamine.data.avi_chunks import broken_avi
from jepamine.data.video_index import load_av, video_index
from tests.data.written_videos import noisy

pytest.importorskip("av", reason="PyAV is not installed: pip install -e '.[video]'")
av = load_av()


@pytest.fixture(params=["mpeg4", "libx264"])
def written(tmp_path, request) -> bytes:
    """The content of an AVI of 8 frames."""
    return noisy(tmp_path / "a.avi", request.param)


def broken(tmp_path, content: bytes) -> int | None:
    (tmp_path / "b.avi").write_bytes(content)
    return broken_avi(tmp_path / "b.avi")


def heads(path) -> list[int]:
    """Return where the chunks of the frames are."""
    with av.open(str(path)) as container:
        return [packet.pos - 8 for packet in container.demux() if packet.size]


def lengths(content: bytes, at: int, length: int) -> bytes:
    return content[: at + 4] + length.to_bytes(4, "little") + content[at + 8 :]


def test_whole_files_are_whole(tmp_path, written):
    assert broken(tmp_path, written) is None
    assert "damaged" not in video_index(tmp_path / "b.avi").note


def test_what_follows_the_first_file_and_zeros_at_its_end_are_no_damage(tmp_path, written):
    assert broken(tmp_path, written + b"a camera's own log") is None
    assert broken(tmp_path, written + written.replace(b"AVI ", b"AVIX")) is None
    # A recorder that was stopped: no sizes, no index, and the rest of what it reserved.
    movie = written.find(b"LIST", written.find(b"movi") - 8)
    stopped = lengths(lengths(written, movie, 0), 0, 0)[: written.find(b"idx1")] + bytes(3 << 20)
    assert broken(tmp_path, stopped) is None


def test_a_file_that_ends_between_two_frames_is_not_broken(tmp_path, written):
    third = heads(tmp_path / "a.avi")[3]
    assert broken(tmp_path, written[:third]) is None
    assert broken(tmp_path, written[: third + 20]) == third


@pytest.mark.parametrize("number", [0, 3, 6])
def test_bytes_put_into_a_frame_or_lost_are_found_where_the_next_should_be(tmp_path, written, number):
    own, following = heads(tmp_path / "a.avi")[number : number + 2]
    put = written[: own + 20] + b"abc" + written[own + 20 :]
    lost = written[: own + 20] + written[own + 25 :]
    assert (broken(tmp_path, put), broken(tmp_path, lost)) == (following, following)
    assert f"do not follow from each other at byte {following}" in video_index(tmp_path / "b.avi").note


def test_a_damaged_size_leads_beyond_the_end_or_into_a_frame(tmp_path, written):
    own = heads(tmp_path / "a.avi")[3]
    assert broken(tmp_path, lengths(written, own, 1 << 24)) == own
    assert broken(tmp_path, lengths(written, own, 16)) == own + 24


def test_chunks_of_odd_size_may_lack_their_padding(tmp_path):
    def chunk(content: bytes) -> bytes:
        return b"00dc" + len(content).to_bytes(4, "little") + content

    for padding in (b"", b"\0", b"x"):
        movie = b"movi" + padding.join([chunk(b"\1\2\3"), chunk(b"\4\5\6\7\0"), chunk(b"\1\2")])
        around = b"AVI LIST" + len(movie).to_bytes(4, "little") + movie
        assert broken(tmp_path, b"RIFF" + len(around).to_bytes(4, "little") + around) is None
