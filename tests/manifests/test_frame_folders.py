"""Which folders and images below a root are footage, and what is counted as skipped."""

import os

import pytest

from jepamine.errors import UserError
from jepamine.manifests.frame_folders import frame_folders
from jepamine.manifests.new_lines import Skipped


@pytest.fixture
def root(tmp_path):
    """An empty folder."""
    folder = tmp_path / "footage"
    folder.mkdir()
    return folder


def touch(root, *names):
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()


def scan(root, capsys):
    """({scene: names of its frames}, what was reported on stderr)."""
    skipped = Skipped()
    scenes = {scene: [path.name for path in frames] for scene, frames in frame_folders(root, skipped)}
    skipped.notify()
    return scenes, capsys.readouterr().err.replace(f"{root}/", "")


def test_grey_maps_jpeg_2000_and_avif_are_frames(root, capsys):
    names = ["0.pgm", "1.pnm", "2.jp2", "3.j2k", "4.avif", "5.jfif", "6.TGA"]
    touch(root, *(f"drive/{name}" for name in names))
    assert scan(root, capsys) == ({"drive": names}, "")


def test_a_link_to_a_folder_of_folders_is_followed_to_the_bottom(root, tmp_path, capsys):
    touch(tmp_path, "disk/july/12/cam/0.jpg", "disk/july/12/cam/1.jpg", "disk/july/13/0.jpg")
    (root / "july").symlink_to(tmp_path / "disk" / "july")
    assert scan(root, capsys) == ({"july/12/cam": ["0.jpg", "1.jpg"], "july/13": ["0.jpg"]}, "")


def test_a_link_within_a_linked_folder_is_followed(root, tmp_path, capsys):
    touch(tmp_path, "a/0.jpg", "b/x/1.jpg")
    (tmp_path / "a" / "more").symlink_to("../b")
    (root / "drive").symlink_to("../a")
    assert scan(root, capsys) == ({"drive": ["0.jpg"], "drive/more/x": ["1.jpg"]}, "")


def test_a_folder_with_two_links_to_it_is_read_once_under_its_own_path(root, capsys):
    touch(root, "z/0.jpg", "z/1.jpg")
    (root / "a").symlink_to("z")
    (root / "b").symlink_to("z")
    assert scan(root, capsys) == (
        {"z": ["0.jpg", "1.jpg"]},
        "links skipped: 2 (to a folder that is read under another path, or around it), the first a\n",
    )


@pytest.mark.parametrize("target", [".", "..", "../..", "../../beside/drive"])
def test_a_link_around_itself_is_not_followed(root, tmp_path, target, capsys):
    touch(root, "drive/0.jpg")
    touch(tmp_path, "beside/0.jpg")
    (tmp_path / "beside" / "drive").symlink_to(root / "drive")
    (root / "drive" / "loop").symlink_to(target)
    assert scan(root, capsys) == (
        {"drive": ["0.jpg"]},
        "links skipped: 1 (to a folder that is read under another path, or around it), "
        "the first drive/loop\n",
    )


def test_the_root_may_itself_be_a_link_or_hidden(root, tmp_path, capsys):
    touch(tmp_path, ".cache/drive/0.jpg")
    root.rmdir()
    root.symlink_to(".cache")
    assert scan(root, capsys) == ({"drive": ["0.jpg"]}, "")


def test_hidden_and_system_folders_are_counted_by_the_images_in_them(root, capsys):
    touch(root, "drive/0.jpg", ".git/config", ".ipynb_checkpoints/0-checkpoint.jpg")
    touch(root, ".Trash/old/0.jpg", ".Trash/old/1.png", "drive/@eaDir/0.jpg/SYNOPHOTO_THUMB_XL.jpg")
    touch(root, "__MACOSX/drive/._0.jpg", "$RECYCLE.BIN/a.bmp", "lost+found/note.txt")
    assert scan(root, capsys) == (
        {"drive": ["0.jpg"]},
        "images skipped: 6 (in hidden or system folders), the first $RECYCLE.BIN\n",
    )


def test_other_files_are_counted_by_suffix_and_hidden_images_are_counted(root, capsys):
    touch(
        root, "d/0.jpg", "d/._0.jpg", "d/0.txt", "d/1.txt", "calib.json", "LICENSE", ".DS_Store", "Thumbs.db"
    )
    assert scan(root, capsys) == (
        {"d": ["0.jpg"]},
        "images skipped: 1 (hidden), the first d/._0.jpg\n"
        "files skipped: 4 (not images: 2 .txt, 1 without suffix, 1 .json), the first LICENSE\n",
    )


def test_broken_links_and_pipes_called_like_images_are_counted(root, capsys):
    touch(root, "0.jpg")
    (root / "1.jpg").symlink_to("nowhere.jpg")
    os.mkfifo(root / "2.jpg")
    assert scan(root, capsys) == (
        {"footage": ["0.jpg"]},
        "images skipped: 2 (broken links, or not regular files), the first 1.jpg\n",
    )


def test_a_link_to_an_image_is_a_frame(root, tmp_path, capsys):
    touch(tmp_path, "disk/0.jpg")
    (root / "7.jpg").symlink_to(tmp_path / "disk" / "0.jpg")
    assert scan(root, capsys) == ({"footage": ["7.jpg"]}, "")


def test_a_folder_that_cannot_be_listed_is_counted(root, capsys, monkeypatch):
    touch(root, "a/0.jpg", "b/0.jpg")
    listing = os.scandir

    def scandir(path):
        if os.fspath(path).endswith("/a"):
            raise PermissionError(13, "Permission denied")
        return listing(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert scan(root, capsys) == (
        {"b": ["0.jpg"]},
        "folders skipped: 1 (cannot be listed: Permission denied), the first a\n",
    )
    with pytest.raises(UserError, match="a: cannot be listed: Permission denied"):
        frame_folders(root / "a", Skipped())
