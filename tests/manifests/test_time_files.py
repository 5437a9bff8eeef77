"""Times that a file beside the frames lists."""

from jepamine.manifests.time_files import TimeFiles


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
