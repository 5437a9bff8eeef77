"""Label maps are told from footage by their pixels."""

import numpy as np
import pytest
from PIL import Image

from jepamine.manifests.frame_folders import frame_folders
from jepamine.manifests.label_maps import not_footage
from jepamine.manifests.new_lines import Skipped

SIZE = (48, 64)


def regions(number, kinds=5):
    """Class numbers of a street seen from a car, (48, 64): blocks of one value each."""
    rng = np.random.default_rng(number)
    return np.kron(rng.integers(0, kinds, (4, 4)), np.ones((12, 16))).astype(np.uint8)


def camera(number, shape=(*SIZE, 3)):
    """Footage: blocks with sensor noise, uint8."""
    noise = np.random.default_rng(number).normal(0, 4, shape)
    base = 20 * regions(number).reshape(*SIZE, *(1,) * (len(shape) - 2))
    return (base + noise).clip(0, 255).astype(np.uint8)


def palette(number):
    image = Image.fromarray(regions(number), "P")
    image.putpalette([128, 64, 128, 70, 70, 70, 0, 0, 142, 220, 20, 60, 70, 130, 180])
    return image


LABELS = {
    "class numbers": lambda number: Image.fromarray(regions(number)),
    "palette": palette,
    "colours": lambda number: palette(number).convert("RGB"),
    "colours with alpha": lambda number: palette(number).convert("RGBA"),
    "instances of 16 bits": lambda number: Image.fromarray(regions(number).astype(np.uint16) * 1000 + number),
    "drivable or not": lambda number: Image.fromarray(regions(number, 2).astype(bool)),
}
FOOTAGE = {
    "colour": lambda number: Image.fromarray(camera(number)),
    "grey": lambda number: Image.fromarray(camera(number, SIZE)),
    "thermal of 16 bits": lambda number: Image.fromarray(camera(number, SIZE).astype(np.uint16) * 40),
    "colour saved with a palette": lambda number: Image.fromarray(camera(number)).quantize(256),
    "few colours, dithered": lambda number: Image.fromarray(camera(number)).quantize(16),
    "covered lens": lambda number: Image.new("RGB", (64, 48), (0, 0, 0)),
}


def label_maps(paths):
    found = not_footage((), paths)
    assert set(found) <= {"label maps"}
    return found.get("label maps", set())


def save(folder, make, names, **options):
    folder.mkdir(parents=True, exist_ok=True)
    for number, name in enumerate(names):
        make(number).save(folder / name, **options)
    return [folder / name for name in names]


@pytest.mark.parametrize("kind", LABELS)
def test_label_maps_are_recognised_whatever_their_folder_is_called(tmp_path, kind):
    paths = save(tmp_path / "day", LABELS[kind], [f"{number:04d}.png" for number in range(7)])
    assert label_maps(paths) == set(paths)


@pytest.mark.parametrize("kind", FOOTAGE)
def test_footage_is_kept_even_in_a_folder_called_like_labels(tmp_path, kind):
    folder = "day" if kind == "covered lens" else "trainannot"
    assert (
        label_maps(save(tmp_path / folder, FOOTAGE[kind], [f"{number}.png" for number in range(7)])) == set()
    )


def test_maps_of_one_value_are_label_maps_where_the_names_say_so(tmp_path):
    def black(number):
        return Image.new("L", (64, 48))

    masks = save(tmp_path / "masks", black, ["0.png", "1.png"])
    assert label_maps(masks) == set(masks)
    beside = save(tmp_path / "train", black, ["0_gt.png", "1_gt.png"])
    assert label_maps(beside) == set(beside)
    assert label_maps(save(tmp_path / "targets", black, ["0.png", "1.png"])) == set()


def test_a_folder_in_which_one_sample_has_noise_is_footage(tmp_path):
    tunnel = save(tmp_path / "d", FOOTAGE["covered lens"], ["0.png", "1.png", "2.png"])
    labels = save(tmp_path / "d", LABELS["colours"], ["3.png"])
    street = save(tmp_path / "d", FOOTAGE["colour"], ["4.png"])
    assert label_maps(tunnel + labels + street) == set()


def test_labels_beside_their_frames_are_told_apart_by_the_ending_of_the_name(tmp_path):
    frames = save(tmp_path / "city", FOOTAGE["colour"], ["a_000_leftImg8bit.png", "a_001_leftImg8bit.png"])
    labels = save(tmp_path / "city", LABELS["palette"], ["a_000_labelIds.png", "a_001_labelIds.png"])
    colours = save(tmp_path / "city", LABELS["colours"], ["a_000_color.png", "a_001_color.png"])
    assert label_maps(frames + labels + colours) == {*labels, *colours}


def test_unreadable_and_lossy_images_are_footage(tmp_path):
    jpegs = save(tmp_path / "labels", LABELS["colours"], ["0.jpg", "1.jpg"])
    (tmp_path / "labels" / "2.png").write_bytes(b"\x89PNG cut off")
    assert label_maps([*jpegs, tmp_path / "labels" / "2.png"]) == set()


def test_half_of_camvid_is_counted_as_label_maps_and_kept_when_asked(tmp_path, capsys):
    save(tmp_path / "train", FOOTAGE["colour"], ["0001TP_1.png", "0001TP_2.png"])
    save(tmp_path / "trainannot", LABELS["class numbers"], ["0001TP_1.png", "0001TP_2.png"])
    skipped = Skipped()
    assert [scene for scene, _ in frame_folders(tmp_path, skipped)] == ["train"]
    skipped.notify()
    first = tmp_path / "trainannot" / "0001TP_1.png"
    assert capsys.readouterr().err == (
        f"images skipped: 2 (label maps; --label-maps keeps them), the first {first}\n"
    )
    assert [scene for scene, _ in frame_folders(tmp_path, Skipped(), True)] == ["train", "trainannot"]


def grey_16(number):
    """Distances of a depth camera: smooth, of many values."""
    rows, columns = np.mgrid[:48, :64]
    return Image.fromarray((rows * 300 + columns * 150 + number).astype(np.uint16))


@pytest.mark.parametrize(
    "folder",
    ["depth", "disparity/event", "depth_left", "semantic", "instances/train", "proj_depth/cam0", "gtMask"],
)
def test_16_bit_images_of_a_folder_called_so_are_no_footage(tmp_path, folder, capsys):
    colour = save(tmp_path / "rgb", FOOTAGE["colour"], ["1.png", "2.png"])
    depth = save(tmp_path / folder, grey_16, ["1.png", "2.png"])
    skipped = Skipped()
    assert frame_folders(tmp_path, skipped) == [("rgb", colour)]
    skipped.notify()
    error = capsys.readouterr().err
    assert error.startswith("images skipped: 2 (16-bit images called ")
    assert error.endswith(f": no footage; --label-maps keeps them), the first {depth[0]}\n")
    assert len(frame_folders(tmp_path, skipped, keep_label_maps=True)) == 2


@pytest.mark.parametrize("kind", ["colour with alpha", "palette of many colours"])
def test_depth_in_other_forms_that_cameras_do_not_write_is_no_footage(tmp_path, kind):
    make = {
        "colour with alpha": lambda number: Image.fromarray(camera(number)).convert("RGBA"),
        "palette of many colours": lambda number: Image.fromarray(camera(number)).quantize(256),
    }[kind]
    depth = save(tmp_path / "depth", make, ["1.png", "2.png"])
    assert [set(group) for group in not_footage(("depth",), depth).values()] == [set(depth)]
    assert not_footage(("city",), depth) == {}


def test_a_thermal_camera_of_16_bits_and_footage_in_a_folder_called_depth_are_footage(tmp_path):
    thermal = save(tmp_path / "thermal", grey_16, ["1.png", "2.png"])
    colour = save(tmp_path / "water_depth_test", FOOTAGE["colour"], ["1.png", "2.png"])
    assert frame_folders(tmp_path, Skipped()) == [("thermal", thermal), ("water_depth_test", colour)]


def test_depth_beside_colour_is_told_apart_by_the_ending_of_the_name(tmp_path):
    colour = save(tmp_path / "seq", FOOTAGE["colour"], ["1_color.png", "2_color.png"])
    save(tmp_path / "seq", grey_16, ["1_depth.png", "2_depth.png"])
    assert frame_folders(tmp_path, Skipped()) == [("seq", colour)]


def test_a_folder_of_depth_that_is_itself_given_is_read(tmp_path):
    depth = save(tmp_path / "depth", grey_16, ["1.png", "2.png"])
    assert frame_folders(tmp_path / "depth", Skipped()) == [("depth", depth)]
