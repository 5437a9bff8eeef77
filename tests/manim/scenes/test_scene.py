from itertools import combinations

import numpy as np
import pytest

from jepamine.manim.engine.engine import engine
from jepamine.manim.layouts import FRAME_HEIGHT, FRAME_WIDTH, MAX_OBJECTS, TYPES
from jepamine.manim.scenes.families import FAMILIES, Shares
from jepamine.manim.scenes.scene import LEAST_VISIBLE, make_scene

pytestmark = pytest.mark.manim
COUNT = 40


@pytest.fixture(scope="module")
def scenes(own):
    """The first scenes of seed 3."""
    return [make_scene(own, 3, index, Shares()) for index in range(COUNT)]


def overlapping(layout):
    for a, b in combinations(layout.objects, 2):
        apart_x = abs(a.x - b.x) - (a.width + b.width) / 2
        apart_y = abs(a.y - b.y) - (a.height + b.height) / 2
        if max(apart_x, apart_y) < -1e-3:
            yield a.type, b.type


@pytest.mark.slow
def test_the_same_seed_gives_the_same_scene_whatever_was_drawn_before(own, scenes):
    for index in (17, 4):
        again = make_scene(own, 3, index, Shares())
        assert again.line() == scenes[index].line()
        assert (again.frame == scenes[index].frame).all()


def test_another_seed_gives_another_scene(own, scenes):
    for index in range(5):
        other = make_scene(own, 4, index, Shares())
        assert other.code != scenes[index].code
        assert (other.frame != scenes[index].frame).any()


def test_frame_width_does_not_change_the_layout(scenes):
    with engine(512) as wide:
        scene = make_scene(wide, 3, 7, Shares())
    assert scene.frame.shape == (288, 512, 3)
    assert scene.line() == scenes[7].line()


def test_every_object_is_in_the_frame_and_has_its_place_in_the_drawing_order(scenes):
    for scene in scenes:
        assert 1 <= len(scene.layout.objects) <= MAX_OBJECTS
        assert [item.z for item in scene.layout.objects] == list(range(len(scene.layout.objects)))
        for item in scene.layout.objects:
            assert abs(item.x) + item.width / 2 <= FRAME_WIDTH / 2
            assert abs(item.y) + item.height / 2 <= FRAME_HEIGHT / 2
            assert (item.type == "text") == bool(item.text)
            assert item.color is not None


def test_only_the_family_overlap_lays_objects_on_one_another_but_graphs_on_axes(scenes):
    for scene in scenes:
        pairs = set(overlapping(scene.layout))
        if scene.family == "overlap":
            assert pairs
        else:
            assert pairs <= {("axes", "function_graph"), ("function_graph", "function_graph")}, scene.code


def test_what_is_covered_is_reported(scenes):
    covered = [
        item
        for scene in scenes
        for item in scene.layout.objects
        if scene.family == "overlap" and item.visible < 1
    ]
    assert covered
    for item in covered:
        assert LEAST_VISIBLE <= item.visible < 1
        x, y, width, height = item.visible_box
        # A pixel is a tenth of a unit at most.
        assert x - width / 2 >= item.x - item.width / 2 - 0.1
        assert y + height / 2 <= item.y + item.height / 2 + 0.1


# Texts of these are outlines of other fonts than Manim's, so that their code gives other pixels.
OUTLINED = ("notes", "charts", "figures", "nested")


@pytest.mark.slow
@pytest.mark.parametrize(
    "form", [form for name, forms in FAMILIES.items() if name not in OUTLINED for form in forms]
)
def test_the_code_alone_gives_the_frame(own, form, monkeypatch):
    (family,) = (family for family, forms in FAMILIES.items() if form in forms)
    monkeypatch.setitem(FAMILIES, family, {form: FAMILIES[family][form]})
    only = Shares(**{name: float(name == family) for name in FAMILIES})
    for index in range(2):
        scene = make_scene(own, 5, index, only)
        assert (scene.family, scene.form) == (family, form)
        names: dict = {}
        # With Manim's own classes: not those that are kept and copied here.
        exec(scene.code, names)
        theirs = names["GeneratedScene"]()
        theirs.construct()
        ground = scene.ground.pixels(own.size)
        assert (own.frame(theirs.mobjects, ground) == scene.frame).all(), scene.code
        assert len(theirs.mobjects) == len(scene.layout.objects)


def test_every_type_is_drawn(own):
    drawn = {
        item.type
        for index in range(60)
        for item in make_scene(own, 1, index, Shares(random=1, structured=0, overlap=0)).layout.objects
    }
    assert drawn == set(TYPES)


def test_a_scene_of_one_family_does_not_depend_on_the_others_shares(own):
    both = [make_scene(own, 2, index, Shares(1, 1, 1)) for index in range(6)]
    for scene in both:
        alone = make_scene(
            own,
            2,
            scene.index,
            Shares(**{scene.family: 1.0}, **dict.fromkeys(set(FAMILIES) - {scene.family}, 0.0)),
        )
        assert alone.line() == scene.line()
        assert np.array_equal(alone.frame, scene.frame)
