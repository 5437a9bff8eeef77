"""Times that a file beside the frames lists."""

from __future__ import annotations

import pytest
from PIL import Image

from jepamine.manifests.frame_lines import FrameOptions, frame_lines
from jepamine.manifests.frame_times import TimeFiles


def times(tmp_path, folder, numbers, **files):
    (tmp_path / folder).mkdir(parents=True)
    for path, text in files.values():
        (tmp_path / path).write_text(text)
    return TimeFiles().of(tmp_path / folder, numbers)


def test_times_are_those_of_the_frames_numbers_in_the_unit_of_the_file(tmp_path):
    seconds = ("s/times.txt", "0.000000e+00\n1.037875e-01\n2.074218e-01\n")
    assert times(tmp_path, "s/image_2", [2, 0], seconds=seconds) == ([207421, 0], "times.txt")
    micro = ("d/images/timestamps.txt", "# exposure\n51648531243\n51648581243\n")
    assert times(tmp_path, "d/images/left/rectified", [0, 1], micro=micro)[0] == [51648531243, 51648581243]
    listed = ("p/timestamps.json", "[1557539924.499810, 1557539924.599792]")
    assert times(tmp_path, "p", [0, 1], listed=listed)[0] == [1557539924499810, 1557539924599792]


def test_a_file_above_a_folder_that_names_a_drive_is_not_the_drives(tmp_path):
    above = ("times.txt", "0\n1\n")
    assert times(tmp_path, "monday/left", [0, 1], above=above) == ([None, None], "")


def test_what_cannot_be_used_is_reported(tmp_path, capsys):
    cases = {
        "a": ("a/times.txt", "0\n1\n", [0, 5], "2 lines, but there is a frame 5: the frames have no times"),
        "b": ("b/times.txt", "0\n0\n", [0, 1], "some frames have the same time: the frames have no times"),
        "c": (
            "c/times.txt",
            "0\n1\n",
            [None, None],
            f"not used, because the frames in {tmp_path / 'c'} have no ",
        ),
        "d": ("d/timestamps.json", "{}", [0, 1], "not a list of times: the frames have no times"),
        "e": ("e/times.txt", "now\nthen\n", [0, 1], "not a time like 2011-09-26 13:02:25.964389445: 'now'"),
    }
    for folder, (path, text, numbers, message) in cases.items():
        assert times(tmp_path, folder, numbers, file=(path, text)) == ([None, None], "")
        assert message in capsys.readouterr().err


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
