"""Elements of Matroska, tags of FLV and packs of MPEG-PS follow from each other; damaged heads do not."""

from __future__ import annotations

import pytest

from jepamine.data.container_structure import broken_at
from jepamine.data.flv_tags import flv_codec
from jepamine.data.matroska import read_matroska
from jepamine.data.video_index import load_av, video_index
from tests.data.written_videos import changed, noisy, write

pytest.importorskip("av", reason="PyAV is not installed: pip install -e '.[video]'")
av = load_av()


FILES = [
    ("a.mkv", "libx264", {}),
    ("a.mkv", "libvpx", {"cluster_time_limit": "200"}),
    ("a.mkv", "libvpx-vp9", {"live": "1"}),
    ("a.webm", "libvpx", {"reserve_index_space": "500"}),
    ("a.webm", "libvpx-vp9", {"cues_to_front": "1"}),
    ("a.flv", "libx264", {}),
    ("a.flv", "flv1", {"flvflags": "no_metadata"}),
]


def broken(path) -> int | None:
    return broken_at(path, "flv") if path.suffix == ".flv" else read_matroska(path).broken


@pytest.mark.parametrize(("name", "codec", "options"), FILES)
def test_whole_files_are_whole(tmp_path, name, codec, options):
    noisy(tmp_path / name, codec, **options)
    assert broken(tmp_path / name) is None
    assert "damaged" not in video_index(tmp_path / name).note


def heads(path) -> list[int]:
    """Return where the heads of the packets' elements are."""
    content = path.read_bytes()
    with av.open(str(path)) as container:
        places = [packet.pos for packet in container.demux() if packet.size]
    # FFmpeg's place of a block of Matroska is that of its content.
    return places if path.suffix == ".flv" else [content.rfind(b"\xa3", 0, place) for place in places]


@pytest.mark.parametrize("number", [1, 3, 7])
@pytest.mark.parametrize(("name", "codec", "byte"), [("a.mkv", "libx264", 1), ("a.webm", "libvpx-vp9", 0)])
def test_a_block_whose_head_is_damaged_is_told(tmp_path, name, codec, byte, number):
    content = bytearray(noisy(tmp_path / name, codec))
    content[heads(tmp_path / name)[number] + byte] ^= 0x11
    (tmp_path / name).write_bytes(content)
    assert "its elements do not follow from each other at byte" in video_index(tmp_path / name).note


@pytest.mark.parametrize("id_", [0xA7, 0xAB, 0xAF, 0xA0])
def test_a_block_that_became_another_element_is_told(tmp_path, id_):
    content = noisy(tmp_path / "a.webm", "libvpx")
    at = heads(tmp_path / "a.webm")[3]
    note = changed(tmp_path / "b.webm", content, at, id_)
    # A group must hold what belongs to a block: its place is that of the first that it holds.
    place = at + 3 if id_ == 0xA0 else at
    assert f"its elements do not follow from each other at byte {place}" in note


def test_a_header_whose_clock_has_another_length_is_told(tmp_path):
    content = noisy(tmp_path / "a.webm", "libvpx")
    at = content.find(b"\x2a\xd7\xb1\x83")
    assert "do not follow from each other" in changed(tmp_path / "b.webm", content, at + 3, 0x82)


@pytest.mark.parametrize("where", [-30, -300])
@pytest.mark.parametrize("name", ["a.mkv", "a.flv"])
def test_bytes_between_elements_and_a_cut_are_told(tmp_path, name, where):
    content = noisy(tmp_path / name, "libx264")
    (tmp_path / name).write_bytes(content[:where])
    assert broken(tmp_path / name) is not None
    place = heads_of(tmp_path / "whole", name, content)
    (tmp_path / name).write_bytes(content[:place] + b"\x77" + content[place:])
    assert broken(tmp_path / name) is not None


def heads_of(folder, name, content: bytes) -> int:
    folder.mkdir()
    (folder / name).write_bytes(content)
    return heads(folder / name)[4]


def test_a_writer_of_flv_that_counts_otherwise_is_not_damaged(tmp_path):
    content = bytearray(noisy(tmp_path / "a.flv", "flv1"))
    for place in (*heads(tmp_path / "a.flv")[1:], len(content)):
        content[place - 1] ^= 4
    (tmp_path / "a.flv").write_bytes(content)
    assert broken_at(tmp_path / "a.flv", "flv") is None


def test_a_webm_without_its_last_frame_is_shorter_than_its_header_says(tmp_path):
    content = noisy(tmp_path / "a.webm", "libvpx-vp9")
    places = heads(tmp_path / "a.webm")
    # An empty element (Void) of the same size in its place.
    content = content[: places[-1]] + b"\xec" + content[places[-1] + 1 :]
    (tmp_path / "a.webm").write_bytes(content)
    assert "0.800 s by its header, 0.700 s found" in video_index(tmp_path / "a.webm").note
    # Other writers do not count the last frame.
    (tmp_path / "b.webm").write_bytes(content.replace(b"Lavf", b"Gst1"))
    assert "by its header" not in video_index(tmp_path / "b.webm").note


@pytest.mark.parametrize(
    ("content", "codec"),
    [
        (b"\x17\1\0\0\0\0\0\2\x65", b"\7"),
        (b"\x27\1\0\0\0\0\0\2\x41", b"\7"),
        (b"\x17\0\0\0\0\1\x64", b"\7"),
        (b"\x12\0\0\x84", b"\2"),
        (b"\x57\0", b"\7"),
        (b"\x90hvc1\1", b"hvc1"),
        (b"", b""),
        # A command with a picture, a kind that does not exist, a unit without a size, other versions.
        (b"\x57\1\0\0\0\0\0\2\x65", None),
        (b"\x07\1\0\0\0\0\0\2\x65", None),
        (b"\x17\1\0\0\0\x41\x9a\2", None),
        (b"\x17\0\0\0\0\0\0\2\x65", None),
        (b"\x17\5\0\0\0\0\0\2\x65", None),
    ],
)
def test_the_head_of_a_video_tag_says_its_codec(content, codec):
    assert flv_codec(content) == codec


@pytest.mark.parametrize("bit", [1, 0x80], ids=["codec", "extended head"])
def test_an_flv_whose_tag_is_of_another_kind_is_reported(tmp_path, bit):
    content = noisy(tmp_path / "a.flv", "libx264")
    at = heads(tmp_path / "a.flv")[3] + 11
    note = changed(tmp_path / "b.flv", content, at, content[at] ^ bit)
    assert f"its elements do not follow from each other at byte {at - 11}" in note


def test_an_flv_with_a_tag_of_sound_that_its_header_does_not_have_is_reported(tmp_path):
    content = noisy(tmp_path / "a.flv", "libx264")
    at = heads(tmp_path / "a.flv")[5]
    note = changed(tmp_path / "b.flv", content, at, 8)
    assert f"its elements do not follow from each other at byte {at}" in note


@pytest.mark.parametrize("where", [2, 5, -1])
def test_an_mxf_of_which_bytes_are_missing_is_reported(tmp_path, where):
    path = tmp_path / "a.mxf"
    content = write(path, "mpeg2video", frames=12)
    with av.open(str(path)) as container:
        places = [packet.pos for packet in container.demux() if packet.size]
    assert broken_at(path, "mxf") is None
    path.write_bytes(content[: places[where] + 20] + content[places[where] + 25 :])
    assert broken_at(path, "mxf") is not None


@pytest.fixture
def program(tmp_path):
    """Return (a sound file, its content)."""
    return tmp_path / "a.mpg", write(tmp_path / "a.mpg", "mpeg2video", frames=8, noise=255)


def test_whole_joined_and_padded_streams_are_in_order(program):
    path, content = program
    for stream in (content, content + content, content + b"\0" * 99, b"\0" * 9 + content):
        path.write_bytes(stream)
        assert broken_at(path, "mpeg") is None


@pytest.mark.parametrize("kind", [b"\xe0", b"\xba"], ids=["packet", "pack"])
def test_a_damaged_begin_is_found_where_it_is(program, kind):
    path, content = program
    at = content.find(b"\0\0\1" + kind, 1000)
    path.write_bytes(content[: at + 2] + b"\x03" + content[at + 3 :])
    assert broken_at(path, "mpeg") == at
    assert f"its elements do not follow from each other at byte {at}" in video_index(path).note


def test_a_damaged_length_is_found_at_what_it_leads_to(program):
    path, content = program
    at = content.find(b"\0\0\1\xe0")
    length = 6 + int.from_bytes(content[at + 4 : at + 6])
    path.write_bytes(content[: at + 5] + bytes([content[at + 5] ^ 0x10]) + content[at + 6 :])
    assert broken_at(path, "mpeg") in (at + length - 16, at + length + 16)


def test_an_end_within_a_packet_is_found_at_its_begin(program):
    path, content = program
    last = content.rfind(b"\0\0\1\xe0")
    path.write_bytes(content[: last + 20])
    assert broken_at(path, "mpeg") == last
