"""Frames from disk: what is decoded, how often, and what is said of a file that is no frame."""

import hashlib
import struct
import subprocess
import sys
import threading
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from PIL import Image

from jepamine.data.frames import Frame, Frames, ahead
from jepamine.data.images import decode
from jepamine.data.recordings import Recordings
from jepamine.errors import UserError
from jepamine.places import Moment

SIZE = (24, 40)  # height, width


def noise(*shape):
    return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)


def png_header(width, height):
    """A PNG that says to be of this size and holds nothing."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    size = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", zlib.compress(b""))


@pytest.mark.parametrize(
    "name", ["a.jpg", "a.jfif", "a.png", "a.bmp", "a.webp", "a.tif", "a.tga", "a.ppm", "a.jp2"]
)
def test_a_frame_is_rgb_of_the_asked_size_resized_bicubically(tmp_path, name):
    path = tmp_path / name
    Image.fromarray(noise(30, 64, 3)).save(path)
    pixels = Frame(path, SIZE).pixels()
    assert (pixels.dtype, pixels.shape) == (np.uint8, (24, 40, 3))
    with Image.open(path) as image:
        assert_array_equal(pixels, np.asarray(image.resize((40, 24), Image.Resampling.BICUBIC)))


def test_a_frame_of_the_asked_size_keeps_its_pixels(tmp_path):
    Image.fromarray(noise(24, 40, 3)).save(tmp_path / "a.png")
    assert_array_equal(Frame(tmp_path / "a.png", SIZE).pixels(), noise(24, 40, 3))


def test_transparency_is_dropped(tmp_path):
    Image.fromarray(noise(24, 40, 4)).save(tmp_path / "a.png")
    assert_array_equal(Frame(tmp_path / "a.png", SIZE).pixels(), noise(24, 40, 4)[..., :3])


def test_gray_becomes_rgb(tmp_path):
    Image.fromarray(noise(24, 40)).save(tmp_path / "a.png")
    assert_array_equal(Frame(tmp_path / "a.png", SIZE).pixels(), noise(24, 40, 1).repeat(3, axis=2))


def damaged(folder, what):
    path = folder / f"{what}.jpg"
    if what == "truncated":
        Image.fromarray(noise(64, 64, 3)).save(path)
        path.write_bytes(path.read_bytes()[:2000])
    elif what == "folder":
        path.mkdir()
    elif what != "missing":
        path.write_bytes({"text": b"not an image", "empty": b"", "bomb": png_header(100_000, 100_000)}[what])
    return path


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ("missing", "no such file"),
        ("folder", "cannot be read: Is a directory"),
        ("truncated", "damaged or truncated: "),
        ("text", "not an image"),
        ("empty", "not an image"),
        ("bomb", "too large to be a frame: "),
    ],
)
def test_a_file_that_is_not_a_frame_is_an_error_that_names_it(tmp_path, what, reason):
    path = damaged(tmp_path, what)
    with pytest.raises(UserError) as raised:
        Frame(path, SIZE).pixels()
    assert str(raised.value).startswith(f"frame {path}: {reason}")


@pytest.mark.parametrize("where", [-20, -40, 60])
@pytest.mark.parametrize("change", ["flipped", "inserted"])
def test_a_png_with_damaged_pixels_is_an_error_and_never_another_picture(tmp_path, where, change):
    path = tmp_path / "a.png"
    Image.fromarray(noise(48, 64, 3)).save(path)
    content = bytearray(path.read_bytes())
    where %= len(content)
    if change == "flipped":
        content[where] ^= 1
    else:
        content.insert(where, 0)
    path.write_bytes(content)
    with pytest.raises(UserError) as raised:
        Frame(path, SIZE).pixels()
    assert str(raised.value) == f"frame {path}: damaged: the checksum of its pixels is wrong"


@pytest.mark.parametrize("name", ["a\0b.jpg", "a\ud800.jpg"])
def test_a_name_that_no_file_can_have_is_an_error_as_a_missing_file_is(tmp_path, name):
    with pytest.raises(UserError, match="frame "):
        Frame(tmp_path / name, SIZE).pixels()


def test_a_size_that_pillow_only_warns_of_is_refused_outside_of_tests_too(tmp_path):
    (tmp_path / "a.png").write_bytes(png_header(12_000, 10_000))
    code = """
import sys
import threading
from pathlib import Path
from jepamine.errors import UserError
from jepamine.data.frames import Frame
try:
    Frame(Path(sys.argv[1]), (24, 40)).pixels()
except UserError as error:
    print(error)
"""
    command = [sys.executable, "-c", code, str(tmp_path / "a.png")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.startswith(f"frame {tmp_path / 'a.png'}: too large to be a frame: ")


def test_a_digest_is_of_the_files_content(tmp_path):
    for name, content in (("a", b"same"), ("b", b"same"), ("c", b"other")):
        (tmp_path / name).write_bytes(content)
    a, b, c = (Frame(tmp_path / name, SIZE).digest() for name in "abc")
    assert a == b != c


def test_a_frame_that_overlapping_clips_share_is_read_once(tmp_path, monkeypatch):
    paths = [tmp_path / f"{number}.png" for number in range(6)]
    for path in paths:
        Image.fromarray(noise(24, 40, 3)).save(path)
    read = []
    read_bytes = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: read.append(path) or read_bytes(path))
    frames = Frames(SIZE)

    def load(clip):
        return [(frames[path].digest(), frames[path].pixels()) for path in clip]

    clips = [paths[start : start + 4] for start in (0, 1, 2, 0)]
    assert len(list(ahead(clips, load, threads=4))) == 4
    assert sorted(read) == paths


def test_only_the_last_frames_are_kept(tmp_path):
    frames = Frames(SIZE, keep=2)
    a, b = frames[Path("a")], frames[Path("b")]
    assert frames[Path("a")] is a  # now the younger of the two
    frames[Path("c")]
    assert frames[Path("a")] is a
    assert frames[Path("b")] is not b


def test_loading_ahead_keeps_the_order_and_puts_an_error_in_its_place():
    def load(item):
        if item % 3 == 1:
            raise UserError(f"no {item}")
        return item * 10

    loaded = [
        (item, str(value) if isinstance(value, UserError) else value)
        for item, value in ahead(range(9), load, threads=3, depth=4)
    ]
    assert loaded == [
        (0, 0), (1, "no 1"), (2, 20), (3, 30), (4, "no 4"), (5, 50), (6, 60), (7, "no 7"), (8, 80)
    ]  # fmt: skip


def test_loading_goes_no_further_ahead_than_allowed():
    taken = []
    items = (taken.append(number) or number for number in range(100))
    loading = ahead(items, lambda item: item, depth=4)
    assert next(loading) == (0, 0)
    loading.close()
    assert taken == [0, 1, 2, 3, 4]


def test_a_bug_in_loading_is_raised_and_not_taken_for_a_bad_frame():
    with pytest.raises(ZeroDivisionError):
        list(ahead([1, 0], lambda item: 1 / item))


def test_loading_ahead_that_is_given_up_does_not_wait_for_its_threads():
    # A join there stood still for ever when the generator was collected in a thread that was just starting.
    gate, ended = threading.Event(), threading.Event()
    loading = ahead([0, 1, 2], lambda item: item if item == 0 else gate.wait(), threads=2, depth=1)
    assert next(loading) == (0, 0)
    closer = threading.Thread(target=lambda: (loading.close(), ended.set()), daemon=True)
    closer.start()
    assert ended.wait(300)
    gate.set()


TURNED = {
    1: lambda pixels: pixels,
    2: lambda pixels: pixels[:, ::-1],
    3: lambda pixels: pixels[::-1, ::-1],
    4: lambda pixels: pixels[::-1],
    5: lambda pixels: pixels.transpose(1, 0, 2),
    6: lambda pixels: np.rot90(pixels, -1),
    7: lambda pixels: pixels[::-1, ::-1].transpose(1, 0, 2),
    8: lambda pixels: np.rot90(pixels, 1),
}


def test_a_clip_and_a_frame_of_one_video_are_read_at_once_without_a_deadlock(tmp_path):
    (tmp_path / "v.mp4").write_bytes(b"no video")
    frames = Frames((24, 40))
    frame = frames[Moment(tmp_path / "v.mp4", 0)]

    def read_clip() -> None:
        # As `Frames.pixels` does for a clip of a video.
        with frames._recordings.turn:
            other = threading.Thread(target=frame.digest, daemon=True)
            other.start()
            other.join(0.1)  # it waits for the turn
            frame.digest()

    reading = threading.Thread(target=read_clip, daemon=True)
    reading.start()
    reading.join(300)
    assert not reading.is_alive()


@pytest.mark.parametrize("orientation", TURNED)
@pytest.mark.parametrize("suffix", ["png", "webp", "tiff"])
def test_a_frame_is_upright_as_its_exif_orientation_says(orientation, suffix, tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (4, 6, 3), dtype=np.uint8)
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / f"a.{suffix}"
    Image.fromarray(pixels).save(path, exif=exif, **({"lossless": True} if suffix == "webp" else {}))
    assert (np.asarray(decode(path.read_bytes(), path)) == TURNED[orientation](pixels)).all()


@pytest.mark.parametrize("exif", [b"Exif\0\0", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0nonsense"])
def test_broken_exif_does_not_make_a_good_frame_unreadable(exif, tmp_path):
    path = tmp_path / "a.png"
    pixels = np.random.default_rng(0).integers(0, 256, (4, 6, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path, exif=exif)
    assert (np.asarray(decode(path.read_bytes(), path)) == pixels).all()


@pytest.mark.parametrize("suffix", ["png", "tiff", "pgm"])
def test_16_bit_grey_is_scaled_by_its_whole_range(suffix, tmp_path):
    samples = np.array([[0, 257, 128 * 257], [1000, 65535, 300]], dtype=np.uint16)
    path = tmp_path / f"a.{suffix}"
    Image.fromarray(samples).save(path)
    expected = np.round(samples / 65535 * 255).astype(np.uint8)
    decoded = np.asarray(decode(path.read_bytes(), path))
    assert (decoded == expected[..., None]).all()


def test_floats_have_no_range_and_are_refused_by_name(tmp_path):
    path = tmp_path / "a.tiff"
    Image.fromarray(np.array([[0.0, 1e6]], dtype=np.float32)).save(path)
    with pytest.raises(UserError, match=r"a\.tiff: pixels of mode F cannot be shown in 8-bit RGB"):
        decode(path.read_bytes(), path)


@pytest.mark.parametrize(("orientation", "kept"), [(None, True), (1, True), (3, False), (6, False)])
@pytest.mark.parametrize("suffix", ["jpg", "png", "webp"])
def test_only_frames_that_are_decoded_otherwise_than_before_lose_their_embeddings(
    orientation, kept, suffix, tmp_path
):
    exif = Image.Exif()
    exif[0x010F] = "maker"
    if orientation:
        exif[0x0112] = orientation
    path = tmp_path / f"a.{suffix}"
    Image.new("RGB", (4, 4)).save(path, exif=exif)
    digest = Frame(path, SIZE).digest()
    assert (digest == hashlib.sha256(path.read_bytes()).digest()) is kept


def test_a_frame_of_a_video_and_the_clip_around_it_may_be_read_at_once(tmp_path):
    recordings = Recordings()
    frame = Frame(Moment(tmp_path / "missing.mp4", 0), SIZE, recordings)
    held = threading.Event()

    def clip():
        with recordings.turn:
            held.set()
            time.sleep(0.05)
            with pytest.raises(UserError):
                frame.pixels()

    def single():
        held.wait()
        with pytest.raises(UserError):
            frame.pixels()

    readers = [threading.Thread(target=each, daemon=True) for each in (clip, single)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join(300)
    assert [reader.is_alive() for reader in readers] == [False, False]
