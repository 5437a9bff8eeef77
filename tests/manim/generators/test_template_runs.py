"""The code of `template`, run with Manim: what is there, and where."""

import pytest

from jepamine.manim.engine.boxes import colour_of, span
from jepamine.manim.engine.palette import PALETTE
from jepamine.manim.generators.template import template
from jepamine.manim.layouts import TYPES, Layout, Object, iou
from jepamine.manim.text.parse import read
from jepamine.manim.text.solve.arrange import arrange

pytestmark = pytest.mark.manim
BLUE = PALETTE["BLUE"][0]
# Texts are as wide as the layout says; how high they are then depends on the machine's fonts.
LOOSE = 0.12


def measured(mobject):
    """The box (x, y, width, height) of what an object draws."""
    left, bottom, right, top = span(mobject)
    return (left + right) / 2, (bottom + top) / 2, right - left, top - bottom


def seen(layout, made, found):
    """The layout of what Manim made, in the layout's order."""
    objects = list(layout.objects)
    for name, place in made.names.items():
        x, y, width, height = measured(found[name])
        objects[place] = Object(**(vars(objects[place]) | {"x": x, "y": y, "width": width, "height": height}))
    return Layout(tuple(objects))


@pytest.mark.parametrize("size", [(3.0, 1.2), (1.1, 2.6), (1.4, 1.4), (0.9, 0.3)])
@pytest.mark.parametrize("type_", TYPES)
def test_an_object_fills_its_box(run, type_, size):
    if type_ in ("dot", "text", "number_line", "brace"):
        size = {"dot": (0.2, 0.2), "text": (2.0, 0.45), "number_line": (4.0, 0.2), "brace": (2.2, 0.28)}[
            type_
        ]
    item = Object(type=type_, x=1.0, y=-0.5, z=0, width=size[0], height=size[1], color=BLUE)
    made = template().generate(Layout((item,)), "")
    (name,) = made.names
    box = measured(run(made.code)[name])
    assert box[:2] == pytest.approx((1.0, -0.5), abs=0.02)
    assert iou(box, item.box) > 0.9
    assert colour_of(run(made.code)[name]) == BLUE


def test_the_230_descriptions_run_and_keep_their_layouts(run, textlayout):
    truth = textlayout.module("truth")
    told = untrue = 0
    for case in textlayout.all_cases():
        layout = arrange(read(case.text))
        made = template().generate(layout, case.text)
        assert sorted(made.names.values()) == list(range(len(layout.objects))), case.text
        there = seen(layout, made, run(made.code))
        for item, wanted in zip(there.objects, layout.objects, strict=True):
            assert abs(item.x - wanted.x) <= 0.1 and abs(item.y - wanted.y) <= 0.1, case.text
            assert abs(item.width - wanted.width) <= LOOSE, (case.text, item)
            assert abs(item.height - wanted.height) <= LOOSE, (case.text, item)
        # Sizes in code are rounded to a hundredth.
        assert set(truth.overlapping(there, 0.02)) <= truth.asked_for(case.facts), case.text
        assert truth.off_screen(there) == [], case.text
        told += len(case.facts)
        untrue += sum(not truth.holds(there, fact) for fact in case.facts)
    assert untrue <= 0.02 * told


@pytest.mark.parametrize("style", ["write-on", "one-by-one"])
def test_animated_styles_end_with_the_same_objects_drawn_in_the_same_order(run, style):
    description = (
        "the title 'All' at the top, a row of three dots below it, a red circle in front of a blue square on "
        "the left, an arrow and a double arrow, a brace on the right"
    )
    layout = arrange(read(description))
    made = template(style=style).generate(layout, description)
    left = run(made.code, play=True)
    still = seen(layout, made, left)
    for item, wanted in zip(still.objects, layout.objects, strict=True):
        assert (item.x, item.y) == pytest.approx((wanted.x, wanted.y), abs=0.02)
    drawn = [part for shown in left["self"].mobjects for part in shown.get_family()]
    places = [drawn.index(left[name]) for name in made.names]
    assert places == sorted(places)


def test_true_layouts_are_drawn_again(run):
    """Layouts of rendered scenes, without their descriptions: boxes of 0.9 IoU in the mean."""
    from jepamine.manim.engine.engine import engine
    from jepamine.manim.scenes.families import Shares
    from jepamine.manim.scenes.scene import make_scene

    with engine() as own:
        layouts = [make_scene(own, 5, index, Shares()).layout for index in range(12)]
    overlaps = []
    for layout in layouts:
        made = template().generate(layout, "")
        there = seen(layout, made, run(made.code))
        pairs = zip(there.objects, layout.objects, strict=True)
        overlaps += [iou(item.box, wanted.box) for item, wanted in pairs]
        assert all(abs(a.x - b.x) < 0.05 for a, b in zip(there.objects, layout.objects, strict=True))
    assert sum(overlaps) / len(overlaps) > 0.95
