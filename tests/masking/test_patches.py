"""Masks: how many patches, which ones, and what is done to the pixels."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from jepamine.data.frames import check, hide
from jepamine.errors import UserError
from jepamine.masking.patches import patches, tubes

SHAPE = (2, 224, 224)
ratios = st.floats(0, 1)
seeds = st.integers(0, 2**40)
clip_ids = st.text(max_size=8)


@settings(max_examples=50, deadline=None)
@given(
    st.tuples(st.integers(1, 4), st.integers(1, 9), st.integers(1, 9)), ratios, seeds, clip_ids,
    st.sampled_from(["clip", "index"]),
)  # fmt: skip
def test_patches_hides_exactly_the_share_of_all_patches(cells, ratio, seed, clip_id, seeding):
    frames, rows, columns = cells
    made = patches(
        (frames, rows * 4, columns * 4), ratio=ratio, seed=seed, seeding=seeding, patch_size=4
    )(clip_id, 0, 5)  # fmt: skip
    assert (made.dtype, made.shape) == (bool, cells)
    assert made.sum() == round(ratio * frames * rows * columns)


@settings(max_examples=50, deadline=None)
@given(st.tuples(st.integers(1, 4), st.integers(1, 9), st.integers(1, 9)), ratios, seeds, clip_ids)
def test_tubes_hides_the_same_share_of_places_in_every_frame(cells, ratio, seed, clip_id):
    frames, rows, columns = cells
    made = tubes((frames, rows * 4, columns * 4), ratio=ratio, seed=seed, patch_size=4)(clip_id, 0, 0)
    assert (made.dtype, made.shape) == (bool, cells)
    assert made[0].sum() == round(ratio * rows * columns)
    assert all((frame == made[0]).all() for frame in made)


def test_the_research_mask_hides_294_of_392_patches():
    assert patches(SHAPE)("clip", 0, 0).sum() == 294


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 10_000), ratios)
def test_index_seeding_is_the_research_notebooks_draw(seed, running, ratio):
    expected = np.zeros(392, dtype=bool)
    expected[np.random.default_rng(seed + running).permutation(392)[: round(ratio * 392)]] = True
    made = patches(SHAPE, ratio=ratio, seeding="index", seed=seed)("any", 3, running)
    assert_array_equal(made, expected.reshape(2, 14, 14))


def test_index_seeding_of_tubes_draws_places_of_one_frame():
    hidden = np.random.default_rng(12).permutation(196)[:147]
    made = tubes(SHAPE, seeding="index", seed=2)("any", 0, 10)
    assert_array_equal(np.flatnonzero(made[0]), np.sort(hidden))


@pytest.mark.parametrize("make", [patches, tubes])
def test_clip_seeding_does_not_hang_on_the_place_in_the_manifest(make):
    assert_array_equal(make(SHAPE)("clip", 1, 0), make(SHAPE)("clip", 1, 999))


@pytest.mark.parametrize("make", [patches, tubes])
def test_clip_seeding_draws_again_for_every_clip_tubelet_and_seed(make):
    drawn = [
        make(SHAPE)("clip", 0, 0),
        make(SHAPE)("clip", 1, 0),
        make(SHAPE)("clip2", 0, 0),
        make(SHAPE, seed=43)("clip", 0, 0),
    ]
    assert len({mask.tobytes() for mask in drawn}) == 4


def test_clip_seeding_is_the_same_on_every_machine_and_in_every_version():
    assert np.flatnonzero(patches(SHAPE, ratio=5 / 392)("scene-0001__000000", 3, 0)).tolist() == [
        32,
        49,
        117,
        231,
        353,
    ]


def test_patches_leave_some_frame_of_44_percent_of_the_tokens_and_tubes_of_25():
    made = [make(SHAPE) for make in (patches, tubes)]
    seen = [
        np.mean([(~mask(f"clip-{number}", 0, 0)).any(axis=0).mean() for number in range(200)])
        for mask in made
    ]
    assert seen == [pytest.approx(0.4375, abs=0.005), 0.25]


@pytest.mark.parametrize("make", [patches, tubes])
def test_patches_that_do_not_tile_the_image_are_an_error(make):
    with pytest.raises(UserError) as raised:
        make((2, 224, 230), patch_size=16)
    assert str(raised.value) == "masking.patch_size: 16 does not divide the image size 224 x 230"


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 3), st.integers(1, 3))
def test_hide_blackens_exactly_the_masked_pixels_and_leaves_its_input_alone(seed, high, wide):
    rng = np.random.default_rng(seed)
    mask = rng.random((2, 2, 3, 4)) < 0.5
    frames = rng.integers(1, 256, (2, 2, 3 * high, 4 * wide, 3), dtype=np.uint8)  # no 0 of its own
    before = frames.copy()
    hidden = hide(frames, mask)
    where = mask.repeat(high, axis=2).repeat(wide, axis=3)
    assert hidden.dtype == np.uint8
    assert_array_equal(hidden, np.where(where[..., None], 0, frames))
    assert_array_equal(frames, before)


@pytest.mark.parametrize(
    ("shape", "dtype", "message"),
    [
        ((2, 4, 4), int, r"returned int64 of shape \(2, 4, 4\); expected bool \(2, rows, columns\)"),
        ((4, 4), bool, r"returned bool of shape \(4, 4\); expected"),
        ((1, 4, 4), bool, r"returned bool of shape \(1, 4, 4\); expected"),
        ((2, 3, 4), bool, r"3 x 4 cells do not tile 8 x 8 pixels"),
        ((2, 4, 16), bool, r"4 x 16 cells do not tile 8 x 8 pixels"),
        ((2, 0, 4), bool, r"0 x 4"),
    ],
)
def test_a_mask_that_does_not_tile_the_frames_is_the_plugins_fault(shape, dtype, message):
    with pytest.raises(UserError, match=message):
        check(np.zeros(shape, dtype=dtype), (2, 8, 8))
