"""What a damaged video says twice and differently: headers, sizes, numbers and bytes of its stream."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pytest

from jepamine.data.asf_packets import DATA, PROPERTIES, asf_size
from jepamine.data.avi_chunks import avi_size
from jepamine.data.codec_units import (
    delimiters_without_slices,
    forbidden_bytes,
    forbidden_head,
    several_jpegs,
)
from jepamine.data.frame_pace import other_pace
from jepamine.data.recordings import Recordings
from jepamine.data.video_damage import begins_bare
from jepamine.data.video_index import load_av, video_index
from jepamine.errors import UserError
from jepamine.places import Moment
from tests.data import written_videos

pytest.importorskip("av", reason="PyAV is not installed: pip install -e '.[video]'")
av = load_av()
SEQUENCE, EXTENSION = b"\0\0\1\xb3", b"\0\0\1\xb5"
write = partial(written_videos.write, frames=12, bf="0")
changed = written_videos.changed


def greys(path: Path) -> dict[int, int]:
    """Return the frames of a video that can be read, as time -> grey level."""
    recordings, shown = Recordings(), {}
    for time in video_index(path).times:
        try:
            shown[time] = round(float(np.asarray(recordings.image(Moment(path, time, None))).mean()))
        except UserError:
            continue
    recordings.close()
    return shown


@pytest.mark.parametrize(("start", "offset", "value"), [(SEQUENCE, 7, 0x14), (EXTENSION, 9, 0x20)])
def test_sequence_headers_with_different_rates_say_so(start, offset, value, tmp_path):
    content = write(tmp_path / "a.mpg", "mpeg2video")
    at = content.find(start, content.find(SEQUENCE, content.find(SEQUENCE) + 4))
    note = changed(tmp_path / "b.mpg", content, at + offset, value)
    assert "its headers state several frame rates" in note


def test_a_picture_without_its_extension_says_so(tmp_path):
    content = write(tmp_path / "a.mpg", "mpeg2video")
    at = content.find(EXTENSION, content.find(b"\0\0\1\0"))
    assert "1 pictures lack a part of their header" in changed(tmp_path / "b.mpg", content, at + 1, 4)


def test_a_picture_that_became_a_field_and_took_in_the_next_says_so(tmp_path):
    content = write(tmp_path / "a.mpg", "mpeg2video")
    at = content.find(EXTENSION, content.rfind(b"\0\0\1\0", 0, content.rfind(b"\0\0\1\0")))
    # The structure of a picture: 3 is a frame, 1 its upper field.
    note = changed(tmp_path / "b.mpg", content, at + 6, content[at + 6] ^ 2)
    assert "1 packets have more than one picture" in note


def test_a_packet_without_a_picture_says_so(tmp_path):
    content = write(tmp_path / "a.mpg", "mpeg2video")
    at = content.find(EXTENSION, content.find(SEQUENCE, content.find(SEQUENCE) + 4))
    # The end of a sequence, instead of what must follow its header.
    assert "1 packets have no picture" in changed(tmp_path / "b.mpg", content, at + 3, 0xB7)


@pytest.mark.parametrize("frames", ["0", "2"])
def test_pictures_with_one_number_say_so(tmp_path, frames):
    content = write(tmp_path / "a.h264", "libx264", bf=frames)
    units = content.split(b"\0\0\0\1")
    at = next(number for number, unit in enumerate(units) if unit[:1] and unit[0] & 31 == 1)
    twice = tmp_path / "b.h264"
    twice.write_bytes(b"\0\0\0\1".join([*units[: at + 1], units[at], *units[at + 1 :]]))
    assert "1 frames have the number of another in the stream" in video_index(twice).note


def test_a_picture_that_no_other_refers_to_shares_its_number_in_decoding_order_with_the_next(tmp_path):
    content = write(tmp_path / "a.h264", "libx264")
    units = content.split(b"\0\0\0\1")
    at = next(number for number, unit in enumerate(units) if unit[:1] and unit[0] & 31 == 1)
    layers = tmp_path / "b.h264"
    other = bytes([units[at][0] & 31]) + units[at][1:]
    layers.write_bytes(b"\0\0\0\1".join([*units[:at], other, *units[at:]]))
    assert "damaged" not in video_index(layers).note


@pytest.mark.parametrize("name", ["a.h264", "a.hevc"])
def test_a_damaged_start_code_leaves_bytes_that_no_encoder_writes(name, tmp_path):
    codec, options = ("libx264", {}) if name == "a.h264" else ("libx265", {"x265-params": "log-level=none"})
    content = write(tmp_path / name, codec, **options)
    at = content.rfind(b"\0\0\0\1")
    note = changed(tmp_path / f"b{name}", content, at + 3, 3)
    assert "1 packets have bytes that belong into none" in note


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"\0\0\1\x41\x9a\0\0\3\0\0\3\1\x80", False),
        (b"\0\0\0\1\x41\x80\0\0\0\0\1\x41\x80\0\0\0", False),
        (b"\0\0\1\x41\x80\0\0\3", False),
        (b"\0\0\1\x41\0\0\0\3\x41", True),
        (b"\0\0\1\x41\0\0\2\x41", True),
        (b"\0\0\1\x41\0\0\3\x41", True),
    ],
)
def test_bytes_between_start_codes(content, found):
    assert forbidden_bytes(content) is found


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"\xff\xd8\xff\xdb..\xff\xda..\xff\xd9", False),
        (b"\xff\xd8\xff\xe1..\xff\xd8\xff\xda.\xff\xd9\xff\xda..\xff\xd9\0\xff", True),
        (b"\xff\xd8\xff\xdb..\xff\xda..\xff\xd9\xff\0", False),
        (b"\xff\xd8\xff\xdb..\xff\xda..\xff\xd9\xff\xd0\xfb", True),
        (b"\xff\xd8\1\xdb..\xff\xda..\xff\xd9", True),
        (b"\xff\xd8\xff\xdb..\xff\xda..", True),
    ],
)
def test_a_packet_is_one_jpeg(content, found):
    assert several_jpegs(content) is found


@pytest.mark.parametrize(
    ("form", "content", "found"),
    [
        ("h264", b"\0\0\0\1\x67", True),
        ("m4v", b"\0\0\1\xb0", True),
        ("m4v", b"\0\1\0\0\1\xb0", False),
        ("hevc", b"\x77\0\0\1", False),
        ("mjpeg", b"\xff\xd8\xff\xe0", True),
        ("mjpeg", b"\0\0\1\xff", False),
    ],
)
def test_a_bare_stream_begins_with_a_start_code_or_an_image(tmp_path, form, content, found):
    (tmp_path / "a").write_bytes(content)
    assert begins_bare(tmp_path / "a", form) is found


def test_a_bare_stream_that_begins_elsewhere_says_so(tmp_path):
    content = write(tmp_path / "a.h264", "libx264")
    assert "does not begin" not in video_index(tmp_path / "a.h264").note
    (tmp_path / "a.h264").write_bytes(b"\x77" + content)
    assert "it does not begin as a bare h264 stream does" in video_index(tmp_path / "a.h264").note


@pytest.mark.parametrize(
    ("codec", "unit", "found"),
    [
        *(
            ("h264", unit, False)
            for unit in (b"\x41\x9a", b"\x65\x88", b"\x06\5", b"\x67\x64", b"\x78\0", b"\0\0", b"")
        ),
        # The first bit, an IDR picture that no other refers to, a partition, reserved types.
        *(("h264", unit, True) for unit in (b"\xc1\x9a", b"\x05\x88", b"\x43\x27", b"\x57\0", b"\x11\0")),
        *(("hevc", unit, False) for unit in (b"\x40\1", b"\x02\1", b"\x28\1", b"\x50\1", b"\x02\3")),
        *(("hevc", unit, True) for unit in (b"\xc0\1", b"\x02\0", b"\x14\1", b"\x2e\1")),
        # Delimiters, one of which took in what follows.
        *(("h264", unit, False) for unit in (b"\x09\xf0", b"\x09\x10\0")),
        *(("hevc", unit, False) for unit in (b"\x46\1\x50", b"\x46\1\x10\0")),
        ("h264", b"\x09\xf0\0\x10\1\x65", True),
        ("hevc", b"\x46\1\x50\0\x10\1\x26", True),
    ],
)
def test_heads_of_units(codec, unit, found):
    assert forbidden_head(codec, unit, partitions=False) is found


@pytest.mark.parametrize(
    ("codec", "types", "count"),
    [
        ("h264", [9, 7, 8, 6, 5, 5, 9, 1], 0),
        ("h264", [9, 7, 8, 9, 5], 1),
        ("h264", [6, 5], 0),
        ("hevc", [35, 32, 33, 34, 39, 19, 35, 1], 0),
        ("hevc", [35, 39, 35, 35, 1], 2),
    ],
)
def test_delimiters_have_a_picture_between_them(codec, types, count):
    assert delimiters_without_slices(codec, types) == count


def test_a_picture_that_its_delimiter_took_in_says_so(tmp_path):
    content = write(tmp_path / "a.ts", "libx264")
    # The start code behind the fifth delimiter.
    at = -1
    for _ in range(5):
        at = content.find(b"\0\0\1\x09", at + 1)
    at = content.find(b"\0\0\1", at + 5)
    note = changed(tmp_path / "b.ts", content, at, 16)
    assert "1 units have a head that no encoder writes" in note


def test_a_slice_of_hevc_that_is_not_the_first_of_its_picture_although_none_comes_before_says_so(tmp_path):
    content = write(tmp_path / "a.hevc", "libx265", **{"x265-params": "log-level=none"})
    # The first slice of an IDR picture: behind its head of two bytes the mark of the first.
    at = content.find(b"\0\0\1\x28\1") + 5
    at = at if at > 4 else content.find(b"\0\0\1\x26\1") + 5
    assert content[at] > 127
    note = changed(tmp_path / "b.hevc", content, at, content[at] & 127)
    assert "1 units have a head that no encoder writes" in note


def test_only_the_extended_profile_has_partitions():
    assert not forbidden_head("h264", b"\x43\x27", partitions=True)


@pytest.mark.parametrize(("name", "value"), [("a.h264", 0x43), ("a.mp4", 0xC1)])
def test_a_slice_with_a_damaged_head_says_so(name, value, tmp_path):
    content = write(tmp_path / name, "libx264")
    with av.open(str(tmp_path / name)) as container:
        last = [bytes(packet) for packet in container.demux(video=0) if packet.size][-1]
    at = content.find(last) + 4
    assert content[at] & 31 == 1
    assert "1 units have a head that no encoder writes" in changed(tmp_path / f"b{name}", content, at, value)


@pytest.mark.parametrize("name", ["a.wmv", "a.avi"])
def test_a_file_that_is_shorter_than_it_says_says_so(name, tmp_path):
    content = write(tmp_path / name, "mpeg4")
    size = asf_size if name == "a.wmv" else avi_size
    assert size(tmp_path / name) == len(content)
    assert video_index(tmp_path / name).note == ""
    (tmp_path / name).write_bytes(content[:-100])
    assert (
        f"{len(content)} bytes by its header, {len(content) - 100} found" in video_index(tmp_path / name).note
    )


def test_a_wmv_that_lasts_longer_than_its_header_says_so(tmp_path):
    content = write(tmp_path / "a.wmv", "mpeg4")
    # The play duration of the file properties: 64 bits, in 100 ns, behind id, size, id, size, date, packets.
    at = content.find(PROPERTIES) + 16 + 8 + 16 + 8 + 8 + 8
    stated = int.from_bytes(content[at : at + 8], "little")
    (tmp_path / "b.wmv").write_bytes(
        content[:at] + (stated - 3_000_000).to_bytes(8, "little") + content[at + 8 :]
    )
    assert "s by its header, 0.4" in video_index(tmp_path / "b.wmv").note
    assert video_index(tmp_path / "a.wmv").note == ""


def test_a_wmv_frame_before_the_start_says_so(tmp_path):
    content = write(tmp_path / "a.wmv", "mpeg4")
    at = content.find(bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")) + 80
    preroll = int.from_bytes(content[at : at + 8], "little") + 1024
    (tmp_path / "b.wmv").write_bytes(content[:at] + preroll.to_bytes(8, "little") + content[at + 8 :])
    assert "a frame at -1.024 s, before its start" in video_index(tmp_path / "b.wmv").note


def test_a_wmv_whose_times_do_not_rise_says_so(tmp_path):
    content = write(tmp_path / "a.wmv", "mpeg4")
    # The time of the first frame, 3,100 ms for readers to fill their buffers: 256 ms more.
    at = content.find((3100).to_bytes(4, "little"), content.find(DATA)) + 1
    assert "its times do not rise" in changed(tmp_path / "b.wmv", content, at, content[at] + 1)


def test_a_webm_whose_clock_does_not_fit_the_interval_it_states_says_so(tmp_path):
    content = write(tmp_path / "a.webm", "libvpx")
    at = content.find(b"\x2a\xd7\xb1\x83\x0f\x42\x40") + 4
    assert "by its header" in changed(tmp_path / "b.webm", content, at, 0x40)
    assert "its frames are 0.168 s apart, by its header 0.038 s" in video_index(tmp_path / "b.webm").note


def test_a_webm_whose_times_do_not_rise_says_so(tmp_path):
    content = write(tmp_path / "a.webm", "libvpx")
    # Blocks have their times, 16 bits of milliseconds, behind the number of the track.
    at = content.find(b"\x81" + (160).to_bytes(2, "big"))
    late = (225).to_bytes(2, "big")
    (tmp_path / "b.webm").write_bytes(content[: at + 1] + late + content[at + 3 :])
    assert "its times do not rise" in video_index(tmp_path / "b.webm").note


@pytest.mark.parametrize(
    ("step", "default", "found"),
    [
        (0.1, 0.1, None),
        # Every third frame is kept; a camera that is slower at night than it says.
        (0.3, 0.1, None),
        (0.04, 0.033, None),
        (1.05, 0.25, 1.05),
    ],
)
def test_an_even_pace_fits_the_stated_interval_or_not(step, default, found):
    assert other_pace([number * step for number in range(8)], default) == pytest.approx(found)


def test_an_uneven_pace_fits_any_stated_interval():
    assert other_pace([0, 1.05, 1.6, 4.0, 4.2], 0.25) is None
    assert other_pace([0, 1.05], 0.25) is None


def test_frames_of_avi_are_counted_where_the_codecs_header_is_damaged(tmp_path):
    content = write(tmp_path / "a.avi", "mpeg4")
    whole = greys(tmp_path / "a.avi")
    at = content.find(b"\0\0\1\x20", content.find(b"movi"))
    changed(tmp_path / "b.avi", content, at + 1, 0x80)
    assert video_index(tmp_path / "b.avi").times == list(whole)
    assert greys(tmp_path / "b.avi").items() <= whole.items()


def test_a_damaged_slice_is_an_error_up_to_the_next_key_frame_and_no_frame_of_before(tmp_path):
    content = write(tmp_path / "a.mpg", "mpeg2video")
    whole, pictures = greys(tmp_path / "a.mpg"), []
    at = content.find(b"\0\0\1\0")
    while at >= 0:
        pictures.append(at)
        at = content.find(b"\0\0\1\0", at + 4)
    assert len(whole) == len(pictures) == 12
    for number, at in enumerate(pictures):
        first = content.find(b"\0\0\1\1", at)
        changed(tmp_path / "b.mpg", content, first + 3, 0x43)
        shown = greys(tmp_path / "b.mpg")
        times = list(whole)
        # The decoder gives no frame for the one before the error, which waits for it.
        sure = [time for place, time in enumerate(times) if place < number - 1 or place >= 6 > number]
        assert shown.items() <= whole.items()
        assert set(sure) <= set(shown)
        assert times[number] not in shown
