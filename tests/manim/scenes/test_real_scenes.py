"""The families that resemble people's scenes."""

from __future__ import annotations

import numpy as np
import pytest

from jepamine.manim.layouts import FRAME_HEIGHT, FRAME_WIDTH
from jepamine.manim.scenes.families import FAMILIES, Shares
from jepamine.manim.scenes.grounds import GROUNDS, MOST_OBJECTS, TEXT_LENGTH, Ground, draw_ground, quantile
from jepamine.manim.scenes.real_scenes import REAL_FAMILIES
from jepamine.manim.scenes.scene import make_scene
from jepamine.manim.scenes.words import phrase


@pytest.fixture(scope="module")
def own():
    pytest.importorskip("manim", reason="Manim is not installed: pip install -e '.[manim]'")
    from jepamine.manim.engine.engine import engine

    with engine() as opened:
        yield opened


def only(family):
    return Shares(**{name: float(name == family) for name in FAMILIES})


@pytest.mark.slow
@pytest.mark.manim
@pytest.mark.parametrize("family", REAL_FAMILIES)
def test_objects_are_in_the_frame_and_at_most_forty(own, family):
    scenes = [make_scene(own, 2, index, only(family)) for index in range(12)]
    for scene in scenes:
        assert scene.family == family
        assert 1 <= len(scene.layout.objects) <= MOST_OBJECTS
        for item in scene.layout.objects:
            assert abs(item.x) + item.width / 2 <= FRAME_WIDTH / 2
            assert abs(item.y) + item.height / 2 <= FRAME_HEIGHT / 2
    assert len({scene.form for scene in scenes}) > 1


@pytest.mark.manim
def test_the_same_seed_gives_the_same_scene(own):
    first, again = (make_scene(own, 4, 1, only("slides")) for _ in range(2))
    assert first.line() == again.line()
    assert np.array_equal(first.frame, again.frame)


@pytest.mark.slow
@pytest.mark.manim
def test_a_scene_on_another_ground_says_so_and_shows_it(own):
    scenes = [make_scene(own, 6, index, only("geometry")) for index in range(40)]
    light = [scene for scene in scenes if scene.ground.kind in ("white", "cream", "paper")]
    assert light
    for scene in light:
        assert scene.line()["ground"] == scene.ground.kind
        assert np.median(scene.frame) > 150
    assert "ground" not in next(scene for scene in scenes if scene.ground.kind == "black").line()


@pytest.mark.parametrize("kind", GROUNDS)
def test_a_ground_has_the_same_pixels_each_time(kind):
    pixels = Ground(kind, 3).pixels((32, 18))
    if kind == "black":
        assert pixels is None
        return
    assert pixels.shape == (18, 32, 4)
    assert (pixels[..., 3] == 255).all()
    assert (pixels == Ground(kind, 3).pixels((32, 18))).all()


def test_grounds_are_mostly_black():
    rng = np.random.default_rng(0)
    kinds = [draw_ground(rng).kind for _ in range(1000)]
    assert kinds.count("black") / 1000 == pytest.approx(GROUNDS["black"], abs=0.05)
    assert set(kinds) == set(GROUNDS)


def test_texts_are_as_long_as_those_of_real_scenes():
    rng = np.random.default_rng(0)
    assert np.median([quantile(rng, TEXT_LENGTH) for _ in range(2000)]) == pytest.approx(17, abs=2)
    assert np.median([len(phrase(rng)) for _ in range(500)]) == pytest.approx(17, abs=5)
