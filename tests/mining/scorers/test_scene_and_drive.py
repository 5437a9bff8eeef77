"""The scorer `scene`: a clip against the other clips of its scene."""

from __future__ import annotations

import numpy as np
import pytest

from jepamine.mining.bank import Bank
from jepamine.mining.scene_context import SceneContext, read_together
from jepamine.mining.scorers.scene_and_drive import Scene
from jepamine.protocols import ClipEmbeddings, Extent

ORIGIN = Bank(["a", "b"], ["00", "01"], np.array([[1, 0], [-1, 0]], dtype=np.float32))


def clip(name: str, vector: list[float] | np.ndarray, scene: str | None, extent: Extent | None = None):
    clean = np.asarray(vector, dtype=np.float32)[None]
    content = name.encode()
    return ClipEmbeddings(name, scene, clean, clean, clean, content, lambda: clean, extent or Extent())


def scored(bank: Bank, clips: list[ClipEmbeddings]) -> list[float]:
    scenes = SceneContext(bank)
    read_together([scenes], clips)
    scorer = Scene(scenes)
    return [float(score) for score in scorer(clips)]


def test_a_clip_scores_its_mean_cosine_distance_to_the_others():
    clips = [clip("x", [1, 0], "s"), clip("y", [1, 0], "s"), clip("z", [0, 3], "s")]
    assert scored(ORIGIN, clips) == pytest.approx([0.5, 0.5, 1.0])


def test_a_clip_that_overlaps_is_left_out():
    shared = Extent(b"frame--1")
    clips = [clip("x", [1, 0], "s", shared), clip("y", [1, 0], "s", shared), clip("z", [0, 3], "s")]
    assert scored(ORIGIN, clips) == pytest.approx([1.0, 1.0, 1.0])


def test_the_same_frames_under_two_ids_are_not_compared_with_each_other():
    clips = [clip("x", [1, 0], "s"), clip("x", [1, 0], "s"), clip("z", [0, 3], "s")]
    assert scored(ORIGIN, clips) == pytest.approx([1.0, 1.0, 1.0])


def test_clips_with_nothing_to_compare_with_score_0_and_are_counted():
    shared = Extent(timeline="v", start=0, end=1)
    clips = [
        clip("alone", [1, 0], "s"),
        clip("none", [1, 0], None),
        clip("first", [1, 0], "t", shared),
        clip("second", [0, 1], "t", shared),
        clip("p", [1, 0], "u"),
        clip("q", [0, 1], "u"),
    ]
    scenes = SceneContext(ORIGIN)
    read_together([scenes], clips)
    scorer = Scene(scenes)
    assert [float(score) for score in scorer(clips)] == pytest.approx([0, 0, 0, 0, 1, 1])
    assert scorer.warning().startswith("4 clips have no scene, or no other clip in it")


@pytest.mark.parametrize("common", [0.0, 1.0])
def test_the_mean_score_does_not_depend_on_the_number_of_clips_in_a_scene(common):
    rng = np.random.default_rng(0)
    names = [f"{n:04x}" for n in range(500)]
    bank = Bank(names, names, rng.normal(size=(500, 32)).astype("f4"))
    means = {}
    for size in (3, 20):
        clips = []
        for scene in range(2400 // size):
            place = common * rng.normal(size=32)
            name = f"{size}-{scene}"
            clips += [clip(f"{name}-{n}", place + rng.normal(size=32), name) for n in range(size)]
        means[size] = np.mean(scored(bank, clips))
    # With the clip in its own mean, and nothing in common, these were 0.43 and 0.775.
    assert means[3] == pytest.approx(means[20], abs=0.03)
    assert means[20] == pytest.approx({0.0: 1.0, 1.0: 0.5}[common], abs=0.03)


def test_scores_do_not_depend_on_the_order_of_the_clips():
    rng = np.random.default_rng(1)
    clips = [clip(f"{n}", rng.normal(size=2), f"s{n % 3}") for n in range(12)]
    assert scored(ORIGIN, clips[::-1])[::-1] == pytest.approx(scored(ORIGIN, clips), rel=1e-12)
