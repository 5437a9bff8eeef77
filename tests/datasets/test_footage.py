"""The dataset `folders`: frames on disk to clips."""

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from jepamine.data.clips import read_clips
from jepamine.datasets.footage import folders
from jepamine.errors import UserError


@pytest.fixture
def root(tmp_path):
    """A folder, and a way to put empty files into it."""
    folder = tmp_path / "root"
    folder.mkdir()
    return folder


def touch(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def numbered(count, folder="scene"):
    return [f"{folder}/{number:03d}.jpg" for number in range(count)]


def cut(root, **settings):
    """(scene, frame paths as written) of every clip."""
    source = folders(root.parent / "data", root=root, **settings)
    lines = [json.loads(line) for line in source.manifest.read_text().splitlines()]
    return [(line["scene"], line["frame_paths"]) for line in lines]


def test_a_folder_is_cut_into_windows_in_order(root):
    names = numbered(8)
    touch(root, *names)
    assert cut(root, window=4, stride=4) == [("scene", names[:4]), ("scene", names[4:])]


def test_windows_are_sixteen_frames_unless_the_recipe_says_otherwise(root):
    touch(root, *numbered(32))
    assert [len(frames) for _, frames in cut(root)] == [16, 16]


def test_windows_overlap_where_the_stride_is_shorter(root):
    names = numbered(8)
    touch(root, *names)
    assert [frames for _, frames in cut(root, window=4, stride=2)] == [names[:4], names[2:6], names[4:]]


def test_what_is_left_at_the_end_becomes_a_shorter_clip_of_whole_tubelets(root):
    names = numbered(11)
    touch(root, *names)
    assert [frames for _, frames in cut(root, window=4, stride=4)] == [names[:4], names[4:8], names[8:10]]


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_no_frame_is_lost_but_less_than_a_tubelet_and_no_clip_is_within_another(data):
    tubelet = data.draw(st.integers(1, 3), "tubelet_size")
    window = tubelet * data.draw(st.integers(1, 4), "tubelets of a window")
    window = max(window, 2 * tubelet)
    stride = data.draw(st.integers(1, window), "stride")
    names = numbered(data.draw(st.integers(tubelet, 25), "frames"))
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "root")
        touch(root, *names)
        clips = [set(c) for _, c in cut(root, window=window, stride=stride, tubelet_size=tubelet)]
    assert len(set(names) - set().union(*clips)) < tubelet
    assert all(len(clip) % tubelet == 0 and 0 < len(clip) <= window for clip in clips)
    assert not any(a <= b for a in clips for b in clips if a is not b)


def test_numbers_without_leading_zeros_are_in_the_order_of_their_values(root):
    touch(root, *(f"s/frame_{number}.jpg" for number in (1, 2, 9, 10, 11, 100)))
    ((_, frames),) = cut(root)
    assert frames == [f"s/frame_{number}.jpg" for number in (1, 2, 9, 10, 11, 100)]


def test_only_images_that_are_not_hidden_are_frames(root):
    touch(root, "s/a.jpg", "s/b.PNG", "s/.c.jpg", "s/._a.jpg", "s/notes.txt", "s/Thumbs.db", "s/jpg")
    assert cut(root) == [("s", ["s/a.jpg", "s/b.PNG"])]


def test_a_folder_that_is_called_like_an_image_is_not_a_frame(root):
    touch(root, "a.jpg", "c.jpg", "b.png/a.jpg", "b.png/b.jpg", "d.png/a.jpg", "d.png/b.jpg")
    assert cut(root) == [
        ("root", ["a.jpg", "c.jpg"]),
        ("b.png", ["b.png/a.jpg", "b.png/b.jpg"]),
        ("d.png", ["d.png/a.jpg", "d.png/b.jpg"]),
    ]


def test_a_scene_is_named_by_its_path_below_the_root_and_the_root_by_its_own_name(root):
    touch(root, "a.jpg", "b.jpg", "day/CAM_FRONT/a.jpg", "day/CAM_FRONT/b.jpg")
    assert [scene for scene, _ in cut(root)] == ["root", "day/CAM_FRONT"]


def test_the_source_is_read_as_clips_with_different_ids(root, tmp_path):
    touch(root, *numbered(8, "a"), *numbered(8, "b"))
    source = folders(tmp_path / "data", root=root, window=4, stride=4, camera="CAM_FRONT", image_size=64)
    clips = list(read_clips(source))
    assert [clip.scene for clip in clips] == ["a", "a", "b", "b"]
    assert len({clip.clip_id for clip in clips}) == 4
    assert {clip.camera for clip in clips} == {"CAM_FRONT"}
    assert all(frame.is_file() for clip in clips for frame in clip.frames)
    assert source.image_size == (64, 64)


def test_the_same_folder_gives_the_same_manifest_and_another_cut_another_file(root, tmp_path):
    touch(root, *numbered(8))
    first, again, other = (
        folders(tmp_path / "data", root=root, window=window).manifest for window in (4, 4, 2)
    )
    assert first == again != other


def test_a_lone_frame_is_left_out_with_a_warning(root, capsys):
    touch(root, "alone/a.jpg", "pair/a.jpg", "pair/b.jpg")
    assert [scene for scene, _ in cut(root)] == ["pair"]
    assert capsys.readouterr().err == (
        "frames skipped: 1 (less than a tubelet at the end of a stretch), the first "
        f"{root / 'alone' / 'a.jpg'}\n"
    )


def test_no_clip_spans_a_change_of_the_images_size(root, capsys):
    (root / "drive").mkdir(parents=True)
    for number in range(20):
        size = (16, 9) if number < 7 else (16, 12)
        Image.new("RGB", size).save(root / "drive" / f"{number}.png")
    lengths = [len(frames) for _, frames in cut(root)]
    assert "the size of images changes: 1; no clip spans a change\n" in capsys.readouterr().err
    assert lengths == [6, 12]


def test_a_root_without_frames_is_an_error_that_names_it(root):
    touch(root, "a.txt", "sub/b.txt")
    with pytest.raises(UserError) as raised:
        cut(root)
    assert str(raised.value).startswith("dataset.root: no frames (.avif, .bmp, .j2k")
    assert str(raised.value).endswith(f" below {root}")


def test_a_missing_root_is_an_error_that_names_it(tmp_path):
    with pytest.raises(UserError) as raised:
        folders(tmp_path, root=tmp_path / "nowhere")
    assert str(raised.value) == f"dataset.root: {tmp_path / 'nowhere'}: no such folder"


def test_a_window_shorter_than_a_tubelet_is_an_error_that_names_the_window(root):
    touch(root, *numbered(8))
    with pytest.raises(UserError, match=r"^dataset\.window: "):
        cut(root, window=2, tubelet_size=4)
