"""Splits: which clips, or tubelets, are held out."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jepamine.data import splits
from jepamine.data.clips import Clip
from jepamine.data.splits import chosen
from jepamine.errors import UserError


def split(clips, *words, **settings):
    columns = splits.SplitClips()
    for one in clips:
        columns.add(one)
    return list(splits.split(columns.rows(), *words, **settings))


def clip(number, scene=None, tubelets=2, **line):
    return Clip(f"c{number}", (), scene, None, f"m:{number}", line, 0, tubelets)


def parts(clips, fraction=0.2, seed=42):
    """clip_id -> its part, by scene."""
    said = split(clips, "scene", fraction, seed)
    return {one.clip_id: line["split"] for one, line in zip(clips, said, strict=True)}


scenes = st.lists(st.sampled_from([None, "", "a", "b", "c", "d"]), min_size=2, max_size=20)
fractions = st.floats(0.01, 0.99)
seeds = st.integers(0, 2**32)


@settings(max_examples=50, deadline=None)
@given(scenes, fractions, seeds)
def test_no_scene_is_on_both_sides_and_no_side_is_empty(names, fraction, seed):
    clips = [clip(number, scene) for number, scene in enumerate(names)]
    said = parts(clips, fraction, seed)
    assert set(said.values()) == {"train", "val"}
    if len(set(names)) > 1:
        by_scene = {(one.scene, said[one.clip_id]) for one in clips if one.scene is not None}
        assert len(by_scene) == len({scene for scene, _ in by_scene})


@settings(max_examples=50, deadline=None)
@given(st.data(), scenes, fractions, seeds)
def test_the_manifests_order_does_not_matter(data, names, fraction, seed):
    clips = [clip(number, scene) for number, scene in enumerate(names)]
    assert parts(data.draw(st.permutations(clips)), fraction, seed) == parts(clips, fraction, seed)


def test_the_share_is_met_where_scenes_are_of_one_size():
    clips = [clip(number, f"s{number // 4}") for number in range(40)]
    said = parts(clips)
    assert [said[one.clip_id] for one in clips].count("val") == 8


def test_a_test_part_comes_out_of_train_and_leaves_val_as_it_was():
    clips = [clip(number, f"s{number // 4}") for number in range(40)]
    lines = split(clips, "scene", 0.2, 42, test_fraction=0.1)
    with_test = {one.clip_id: line["split"] for one, line in zip(clips, lines, strict=True)}
    assert sorted(set(with_test.values())) == ["test", "train", "val"]
    assert list(with_test.values()).count("test") == 4
    assert len({one.scene for one in clips if with_test[one.clip_id] == "test"}) == 1
    without = parts(clips)
    assert [name for name in without if without[name] == "val"] == [
        name for name in with_test if with_test[name] == "val"
    ]


@pytest.mark.parametrize(
    ("scene_count", "val_by", "fraction", "test_fraction", "message"),
    [
        (10, "tubelet", 0.2, 0.1, "test_fraction holds out whole drives; it needs val_by = 'scene'"),
        (10, "scene", 0.5, 0.5, "val_fraction 0.5 and test_fraction 0.5 leave nothing to train on"),
        (2, "scene", 0.2, 0.2, "too few drives for a train, a val and a test part; set test_fraction = 0"),
    ],
)
def test_a_test_part_that_cannot_be_held_out_is_an_error(
    scene_count, val_by, fraction, test_fraction, message
):
    clips = [clip(number, f"s{number}") for number in range(scene_count)]
    with pytest.raises(UserError) as raised:
        split(clips, val_by, fraction, 1, test_fraction)
    assert str(raised.value) == message


def test_another_seed_holds_out_other_scenes():
    clips = [clip(number, f"s{number}") for number in range(40)]
    assert parts(clips, seed=1) == parts(clips, seed=1) != parts(clips, seed=2)


def test_a_clip_without_a_scene_is_a_scene_of_its_own():
    said = parts([clip(number) for number in range(10)])
    assert sorted(said.values()) == ["train"] * 8 + ["val"] * 2


def test_the_manifests_own_train_and_val_are_taken(capsys):
    clips = [clip(0, split="val"), clip(1, split="train"), clip(2, split="train"), clip(3, split="test")]
    assert split(clips, "scene", 0.5, 0) == [{}, {}, {}, {}]
    assert (
        capsys.readouterr().err
        == "split: as in the manifest, 2 clips train, 1 val; in neither: 1 with split 'test'\n"
    )
    assert [chosen(one, "val").tolist() for one in clips] == [[True] * 2, *[[False] * 2] * 3]
    assert [chosen(one, "train").any() for one in clips] == [False, True, True, False]


def test_a_manifest_that_says_only_train_is_split():
    clips = [clip(number, str(number), split="train") for number in range(5)]
    assert sorted(parts(clips).values()) == ["train"] * 4 + ["val"]


def test_a_split_that_is_not_a_text_is_one_of_the_clips_that_stay_out_of_both():
    clips = [clip(0, split="val"), clip(1, split="train"), clip(2, split=["val"])]
    assert split(clips, "scene", 0.5, 0) == [{}, {}, {}]
    assert not chosen(clips[2], "val").any()


@pytest.mark.parametrize("fraction", [0.01, 0.2, 0.99])
def test_a_single_clip_cannot_be_split(fraction):
    with pytest.raises(UserError) as raised:
        split([clip(0, "s", tubelets=8)], "scene", fraction, 0)
    assert str(raised.value) == "a single clip cannot be split into train and val; add more clips"


def test_a_single_scene_is_split_by_clips_with_a_warning(capsys):
    said = parts([clip(number, "only") for number in range(5)])
    assert sorted(said.values()) == ["train"] * 4 + ["val"]
    assert capsys.readouterr().err == (
        "warning: only one drive, so clips of it are held out; neighbouring clips look alike\n"
    )


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(1, 8), min_size=2, max_size=8), fractions, seeds)
def test_by_tubelet_the_share_of_all_tubelets_is_held_out(tubelets, fraction, seed):
    clips = [clip(number, "s", count) for number, count in enumerate(tubelets)]
    said = split(clips, "tubelet", fraction, seed)
    assert said == split(clips, "tubelet", fraction, seed)
    assert [line["split"] for line in said] == ["mixed"] * len(clips)
    for one, line in zip(clips, said, strict=True):
        assert line["val_tubelets"] == sorted(set(line["val_tubelets"]))
        assert set(line["val_tubelets"]) <= set(range(one.tubelets))
    held_out = sum(len(line["val_tubelets"]) for line in said)
    assert held_out == min(max(round(fraction * sum(tubelets)), 1), sum(tubelets) - 1)


def test_a_single_tubelet_cannot_be_split():
    with pytest.raises(UserError, match="a single tubelet cannot be split"):
        split([clip(0, tubelets=1)], "tubelet", 0.5, 0)


def test_the_tubelets_of_a_part_are_those_its_line_says():
    mixed = clip(0, tubelets=4, split="mixed", val_tubelets=[1, 3])
    assert chosen(mixed, "val").tolist() == [False, True, False, True]
    assert chosen(mixed, "train").tolist() == [True, False, True, False]
    assert chosen(mixed, None).tolist() == [True] * 4
    assert chosen(clip(1, split="val"), "train").tolist() == [False, False]
    assert chosen(clip(2), "val").tolist() == [False, False]


def test_what_is_in_neither_part_is_reported_with_the_nearest_word(capsys):
    clips = [clip(0, split="val"), clip(1, split="train"), clip(2, split="trian"), clip(3)]
    split(clips, "scene", 0.5, 0)
    assert capsys.readouterr().err == (
        "split: as in the manifest, 1 clips train, 1 val; in neither: 1 without a split, "
        "1 with split 'trian' (did you mean 'train'?)\n"
    )


def test_a_manifest_whose_split_cannot_be_used_is_reported(capsys):
    assert parts([clip(0, split="trian"), clip(1, split="test")]).keys() == {"c0", "c1"}
    assert capsys.readouterr().err == (
        "warning: no clip's split is 'train', so the manifest's splits are not used: 'test', "
        "'trian' (did you mean 'train'?)\n"
    )
    parts([clip(0, split="train"), clip(1, split="train")])
    assert "all 2 clips of the manifest are train, so a part of them is held out" in capsys.readouterr().err


def test_scenes_on_both_sides_of_the_manifests_own_split_are_warned_of(capsys):
    split([clip(0, "a", split="val"), clip(1, "a", split="train")], "scene", 0.5, 0)
    assert "warning: 1 drives are in both train and val, such as 'a'" in capsys.readouterr().err
    split([clip(0, "a", split="val"), clip(1, "b", split="train")], "scene", 0.5, 0)
    assert "warning" not in capsys.readouterr().err


def test_cameras_of_one_drive_are_held_out_together():
    cameras = [
        clip(number, f"log{number // 4}/{camera}", drive=f"log{number // 4}")
        for number in range(40)
        for camera in ("front", "left")
    ]
    cameras = [replace(each, clip_id=f"{each.clip_id}-{each.scene}") for each in cameras]
    part_of = parts(cameras)
    sides = {(each.line["drive"], part_of[each.clip_id]) for each in cameras}
    assert (len(sides), list(part_of.values()).count("val")) == (10, 16)


def test_of_a_single_log_whole_scenes_are_held_out_with_a_warning(capsys):
    clips = [clip(number, f"s{number // 5}", log="only") for number in range(25)]
    part_of = parts(clips)
    assert len({(each.scene, part_of[each.clip_id]) for each in clips}) == 5
    assert capsys.readouterr().err == (
        "warning: only one drive, so scenes of it are held out; scenes of one drive look alike\n"
    )


def test_of_a_single_drive_a_camera_is_not_held_out_against_another(capsys):
    clips = [
        replace(clip(f"{camera}{number}", f"d/{camera}", drive="d"), camera=camera)
        for camera in ("front", "left")
        for number in range(5)
    ]
    part_of = parts(clips)
    assert sorted(part_of.values()) == ["train"] * 8 + ["val"] * 2
    assert "only one drive, so clips of it are held out" in capsys.readouterr().err
