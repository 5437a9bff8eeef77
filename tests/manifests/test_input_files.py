"""Which files below a folder are videos, and what is counted as skipped."""

from __future__ import annotations

import pytest

from jepamine.errors import UserError
from jepamine.manifests.input_files import find_videos
from jepamine.manifests.new_lines import Skipped


def test_videos_are_found_by_their_suffix_and_others_are_counted(tmp_path, capsys):
    videos = ["a.MP4", "b.mxf", "c.vob", "d.asf", "e.y4m", "f.ivf", "g.mjpeg", "h.360", "i.dv"]
    for name in (*videos, "GX010001.LRV", "notes.txt"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "empty.mkv").touch()
    skipped = Skipped()
    assert [path.name for path in find_videos([tmp_path], skipped)] == videos
    skipped.notify()
    assert capsys.readouterr().err.replace(f"{tmp_path}/", "").splitlines() == [
        "videos skipped: 1 (empty files), the first empty.mkv",
        "files skipped: 1 (positions, subtitles and previews of a camera: 1 .lrv), the first GX010001.LRV",
        "files skipped: 1 (not videos: 1 .txt), the first notes.txt",
    ]


def test_a_folder_without_videos_is_an_error(tmp_path):
    with pytest.raises(UserError, match=r"^no videos \(.*\.mp4.*\) below "):
        find_videos([tmp_path], Skipped())


def test_a_file_is_taken_whatever_its_suffix(tmp_path):
    (tmp_path / "camera.bin").write_bytes(b"x")
    assert find_videos([tmp_path / "camera.bin"], Skipped()) == [tmp_path / "camera.bin"]
