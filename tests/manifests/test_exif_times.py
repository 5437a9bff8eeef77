"""Times of capture in EXIF, used where neither names nor files beside the frames have any."""

from __future__ import annotations

import pytest
from PIL import Image

from jepamine.manifests.frames import FrameOptions, frame_lines

TEN = 1_704_450_030_000_000  # 2024-01-05 10:20:30


def picture(path, second, fraction=None, tag=0x9003):
    exif = Image.Exif()
    own = exif.get_ifd(0x8769)
    own[tag] = f"2024:01:05 10:20:{30 + second:02d}"
    if fraction is not None:
        own[0x9291] = fraction
    Image.new("RGB", (8, 8), (second, 0, 0)).save(path, exif=exif)


def lines(folder, **options):
    return [
        ([path.rsplit("/", 1)[1] for path in line["frame_paths"]], line.get("timestamps"))
        for line in frame_lines(folder, 2, 2, (), 10.0, FrameOptions(**options))
    ]


def test_exif_gives_the_times_of_frames_whose_names_have_none(tmp_path, capsys):
    for number in range(4):
        picture(tmp_path / f"DSC0000{number}.JPG", number * 2, "25")
    assert lines(tmp_path) == [
        (["DSC00000.JPG", "DSC00001.JPG"], [TEN + 250_000, TEN + 2_250_000]),
        (["DSC00002.JPG", "DSC00003.JPG"], [TEN + 4_250_000, TEN + 6_250_000]),
    ]
    assert "times from EXIF" in capsys.readouterr().err


def test_pictures_with_names_without_order_are_in_the_order_of_their_capture(tmp_path):
    for second, name in enumerate(("x7", "b", "Qa", "c")):
        picture(tmp_path / f"{name}.jpg", second)
    assert [names for names, _ in lines(tmp_path)] == [["x7.jpg", "b.jpg"], ["Qa.jpg", "c.jpg"]]


def test_a_pause_between_captures_ends_a_clip(tmp_path):
    for number, second in enumerate((0, 1, 20, 21)):
        picture(tmp_path / f"{number}.jpg", second)
    picture(tmp_path / "4.jpg", 25)
    assert [names for names, _ in lines(tmp_path)] == [["0.jpg", "1.jpg"], ["2.jpg", "3.jpg"]]


@pytest.mark.parametrize(
    ("seconds", "tag", "notice"),
    [
        ((0, 0, 1, 1), 0x9003, "EXIF times not used: several frames have the same; --fps adds times"),
        ((3, 2, 1, 0), 0x9003, "EXIF times not used: they do not rise with the numbers in the names"),
        ((5, 5, 5, 5), 0x9003, "no times"),
        # When the file was changed, not when the picture was taken.
        ((0, 1, 2, 3), 0x9004, "no times"),
    ],
)
def test_times_that_cannot_be_those_of_the_frames_are_not_used(tmp_path, capsys, seconds, tag, notice):
    for number, second in enumerate(seconds):
        picture(tmp_path / f"{number}.jpg", second, tag=tag)
    assert lines(tmp_path) == [(["0.jpg", "1.jpg"], None), (["2.jpg", "3.jpg"], None)]
    assert notice in capsys.readouterr().err


def test_a_picture_without_exif_among_others_leaves_the_order_of_the_names(tmp_path):
    for number in range(4):
        picture(tmp_path / f"{number}.jpg", 9 - number)
    Image.new("RGB", (8, 8)).save(tmp_path / "1.jpg")
    assert lines(tmp_path)[0] == (["0.jpg", "1.jpg"], None)


def test_times_of_names_and_of_fps_come_first(tmp_path):
    for number in range(2):
        picture(tmp_path / f"20240105_10203{number}.jpg", 8 - number)
    assert lines(tmp_path)[0][1] == [TEN, TEN + 1_000_000]
