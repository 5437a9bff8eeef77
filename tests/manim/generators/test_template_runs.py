"""The code of `template`, run with Manim: which objects it draws, and where."""

import shutil

import pytest

from jepamine.manim.engine.boxes import colour_of, span
from jepamine.manim.engine.palette import PALETTE
from jepamine.manim.generators.template import template
from jepamine.manim.layouts import TYPES, Layout, Object, iou
from jepamine.manim.text.parse import read
from jepamine.manim.text.solve.arrange import arrange

pytestmark = pytest.mark.manim
BLUE = PALETTE["BLUE"][0]
# Texts are as wide as in the layout; their height depends on the installed fonts.
TOLERANCE = 0.12


def measured(mobject):
    """Return the box (x, y, width, height) of what an object draws."""
    left, bottom, right, top = span(mobject)
    return (left + right) / 2, (bottom + top) / 2, right - left, top - bottom


def drawn_layout(layout, generated, variables):
    """Return the layout of what Manim drew, in the layout's order."""
    objects = list(layout.objects)
    for name, place in generated.names.items():
        x, y, width, height = measured(variables[name])
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
    generated = template().generate(Layout((item,)), "")
    (name,) = generated.names
    box = measured(run(generated.code)[name])
    assert box[:2] == pytest.approx((1.0, -0.5), abs=0.02)
    assert iou(box, item.box) > 0.9
    assert colour_of(run(generated.code)[name]) == BLUE


@pytest.mark.slow
def test_the_230_descriptions_run_and_match_their_layouts(run, textlayout):
    truth = textlayout.module("truth")
    facts = untrue = 0
    for case in textlayout.all_cases():
        layout = arrange(read(case.text))
        generated = template().generate(layout, case.text)
        assert sorted(generated.names.values()) == list(range(len(layout.objects))), case.text
        formulas = "MathTex" in generated.code
        if formulas and shutil.which("latex") is None:
            continue
        drawn = drawn_layout(layout, generated, run(generated.code))
        for item, expected in zip(drawn.objects, layout.objects, strict=True):
            assert abs(item.x - expected.x) <= 0.1 and abs(item.y - expected.y) <= 0.1, case.text
            # The size of a formula is TeX's, that of a text its font's; the layout has estimates.
            estimated = 0.05 if formulas else 0.1 if item.type == "text" else 0
            loose = max(TOLERANCE, 0.1 + estimated * expected.width)
            assert abs(item.width - expected.width) <= loose, (case.text, item)
            assert abs(item.height - expected.height) <= loose, (case.text, item)
        # Sizes in code are rounded to a hundredth.
        assert set(truth.overlapping(drawn, 0.02)) <= truth.asked_for(case.facts), case.text
        assert truth.off_screen(drawn) == [], case.text
        facts += len(case.facts)
        untrue += sum(not truth.holds(drawn, fact) for fact in case.facts)
    assert untrue <= 0.02 * facts


@pytest.mark.parametrize("style", ["write-on", "one-by-one"])
def test_animated_styles_end_with_the_same_objects_drawn_in_the_same_order(run, style):
    description = (
        "the title 'All' at the top, a row of three dots below it, a red circle in front of a blue square on "
        "the left, an arrow and a double arrow, a brace on the right"
    )
    layout = arrange(read(description))
    generated = template(style=style).generate(layout, description)
    left = run(generated.code, play=True)
    still = drawn_layout(layout, generated, left)
    for item, expected in zip(still.objects, layout.objects, strict=True):
        assert (item.x, item.y) == pytest.approx((expected.x, expected.y), abs=0.02)
    family = [part for mobject in left["self"].mobjects for part in mobject.get_family()]
    places = [family.index(left[name]) for name in generated.names]
    assert places == sorted(places)


def test_layouts_of_rendered_scenes_are_redrawn(run):
    """Layouts of rendered scenes, without their descriptions: mean IoU above 0.95."""
    from jepamine.manim.engine.engine import engine
    from jepamine.manim.scenes.families import Shares
    from jepamine.manim.scenes.scene import make_scene

    with engine() as own:
        layouts = [make_scene(own, 5, index, Shares()).layout for index in range(12)]
    overlaps = []
    for layout in layouts:
        generated = template().generate(layout, "")
        drawn = drawn_layout(layout, generated, run(generated.code))
        pairs = zip(drawn.objects, layout.objects, strict=True)
        overlaps += [iou(item.box, expected.box) for item, expected in pairs]
        assert all(abs(a.x - b.x) < 0.05 for a, b in zip(drawn.objects, layout.objects, strict=True))
    assert sum(overlaps) / len(overlaps) > 0.95


@pytest.mark.manim
@pytest.mark.parametrize("words", ["a sector", "a quarter circle", "a right angle", "a pentagon of radius 2"])
def test_what_manim_draws_off_its_middle_is_in_the_middle_of_its_box(run, words):
    reading = read(words)
    made = template(style="static").generate(arrange(reading), words, reading=reading)
    (name,) = made.names
    assert run(made.code)[name].get_center()[:2] == pytest.approx((0, 0), abs=0.01)
