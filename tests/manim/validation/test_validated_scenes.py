"""Manim code through the whole of validation."""

from __future__ import annotations

import textwrap
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from jepamine.manim.layouts import Layout, Object
from jepamine.manim.validation.validator import TASK, Validator
from jepamine.sandbox.limits import Limits
from jepamine.sandbox.server_pool import Handle

pytestmark = pytest.mark.manim
NOWHERE = "self.add(Circle().shift([float('nan'), 0, 0]))"


def scene(body, base="Scene", name="GeneratedScene"):
    head = f"from manim import *\n\n\nclass {name}({base}):\n    def construct(self):\n"
    return head + textwrap.indent(textwrap.dedent(body).strip("\n"), " " * 8) + "\n"


def boxes(report, shown=True):
    assert report.problems == ()
    return {item.name: item.box for item in report.objects if item.shown is shown}


def test_objects_are_read_back_by_variable_with_type_text_and_colour(opened):
    report = opened.validate(
        scene("""
        circle = Circle(radius=0.8, color=RED, fill_opacity=0.5).rotate(0.4).move_to([-3, 1, 0])
        word = Text("a + b").move_to([2, -1, 0])
        self.add(circle, word)
        """)
    )
    assert report.scene == "GeneratedScene"
    circle, word = report.objects
    assert (circle.name, circle.type, circle.text, circle.color) == ("circle", "circle", None, "#FC6255")
    assert circle.box == pytest.approx((-3, 1, 1.6, 1.6), abs=0.003)
    assert (word.name, word.type, word.text) == ("word", "text", "a + b")
    assert word.box[:2] == pytest.approx((2, -1), abs=0.01)


def test_lists_attributes_and_things_without_a_name_are_found_too(opened):
    report = opened.validate(
        scene("""
        dots = [Dot([x, 0, 0]) for x in range(3)]
        shapes = {"left": Square().move_to([-4, 0, 0])}
        self.title = Triangle().move_to([0, 3, 0])
        also = dots[1]
        self.add(*dots, shapes["left"], self.title, Star().move_to([4, 0, 0]), Star().move_to([4, 2, 0]))
        """)
    )
    assert list(boxes(report)) == [
        "dots[0]",
        "dots[1]",
        "dots[2]",
        "shapes['left']",
        "self.title",
        "Star without a name",
        "Star without a name 2",
    ]


def test_what_is_not_drawn_is_reported_apart(opened):
    report = opened.validate(
        scene("""
        here = Circle()
        away = Square()
        gone = Star()
        clear = Triangle(stroke_opacity=0)
        self.add(here, gone, clear)
        self.remove(gone)
        """)
    )
    assert list(boxes(report)) == ["here"]
    assert list(boxes(report, shown=False)) == ["away", "gone"]


def test_parts_know_their_group_and_a_group_has_no_type(opened):
    report = opened.validate(
        scene("""
        box = Square()
        word = Text("hi")
        both = VGroup(box, word)
        self.add(both)
        """)
    )
    assert {item.name: (item.type, item.parts_of) for item in report.objects} == {
        "box": ("square", ("both",)),
        "word": ("text", ("both",)),
        "both": (None, ()),
    }
    assert [(one.first, one.second, one.share) for one in report.final.overlaps] == [("box", "word", 1.0)]


def test_an_animation_is_looked_at_on_its_way_and_left_at_its_end(opened):
    report = opened.validate(
        scene("""
        dot = Dot([-6, 0, 0])
        self.add(dot)
        self.play(dot.animate(rate_func=linear).shift(8 * RIGHT), run_time=4)
        self.wait()
        self.play(FadeOut(dot))
        """)
    )
    assert [(one.play, one.line, one.share) for one in report.moments] == [
        (1, 8, 0.25),
        (1, 8, 0.5),
        (1, 8, 0.75),
        (3, 10, 0.25),
        (3, 10, 0.5),
        (3, 10, 0.75),
    ]
    places = [moment.boxes["dot"][0] for moment in report.moments]
    assert places == pytest.approx([-4, -2, 0, 2, 2, 2])
    assert boxes(report) == {}


def test_trouble_on_the_way_is_reported_though_the_end_is_fine(opened):
    report = opened.validate(
        scene("""
        a = Circle().move_to([-4, 0, 0])
        b = Square()
        self.add(a, b)
        self.play(a.animate(rate_func=there_and_back).shift(4 * RIGHT), b.animate.shift(0 * UP))
        self.play(b.animate(rate_func=there_and_back).shift(8 * UP))
        """)
    )
    assert report.final.overlaps == report.final.off_screen == ()
    assert [bool(one.state.overlaps) for one in report.moments] == [False, True, False, False, False, False]
    assert [bool(one.state.off_screen) for one in report.moments] == [False] * 3 + [True] * 3


def test_what_replaces_another_is_there_at_the_end(opened):
    report = opened.validate(
        scene("""
        a = Circle()
        b = Square().shift(RIGHT)
        c = Triangle()
        self.play(Create(a))
        self.play(ReplacementTransform(a, b))
        self.play(Write(c), run_time=1)
        self.play(Transform(c, Star()))
        """)
    )
    assert list(boxes(report)) == ["b", "c"]


def test_updaters_follow_time_frame_by_frame(opened):
    report = opened.validate(
        scene("""
        dot = Dot()
        dot.add_updater(lambda mobject, dt: mobject.shift((1 + mobject.get_x()) * dt * RIGHT))
        follower = always_redraw(lambda: Square().next_to(dot, UP))
        self.add(dot, follower)
        self.wait(1)
        """)
    )
    # (1 + 1/60)^60 - 1, as Manim's own frames would have it; quarters would give 1.44.
    assert boxes(report)["dot"][0] == pytest.approx(1.696, abs=0.05)
    assert boxes(report)["follower"][0] == pytest.approx(boxes(report)["dot"][0], abs=0.01)


def test_waiting_for_a_condition_ends_when_it_holds(opened):
    report = opened.validate(
        scene("""
        dot = Dot()
        dot.add_updater(lambda mobject, dt: mobject.shift(dt * RIGHT))
        self.add(dot)
        self.wait_until(lambda: dot.get_x() > 2, max_time=1000)
        """)
    )
    assert boxes(report)["dot"][0] == pytest.approx(2, abs=0.05)


def test_boxes_are_what_the_camera_sees(opened):
    report = opened.validate(
        scene(
            """
            circle = Circle().move_to([2, 0, 0])
            self.add(circle)
            self.camera.frame.scale(0.5).move_to([1, 0, 0])
            """,
            base="MovingCameraScene",
        )
    )
    assert boxes(report)["circle"] == pytest.approx((2, 0, 4, 4), abs=0.01)


def test_adherence_to_a_layout_is_that_of_executed_objects(opened):
    layout = Layout(
        (
            Object(type="circle", x=-3.0, y=0.0, z=0, width=2.0, height=2.0),
            Object(type="square", x=3.0, y=0.0, z=1, width=2.0, height=2.0),
        )
    )
    code = scene("""
    circle = Circle().move_to([-3, 0.05, 0])
    square = Square().next_to(circle, RIGHT, buff=3.7)
    self.play(Create(circle))
    self.play(FadeIn(square))
    """)
    for names in (None, {"circle": 0, "square": 1}):
        report = opened.validate(code, layout=layout, names=names)
        kept = report.final.adherence
        assert (kept.within_half, kept.within_tenth) == (1.0, 0.5)
        assert kept.mean_error == pytest.approx((0.05 + (0.3**2 + 0.05**2) ** 0.5) / 2, abs=0.003)
    assert [one.index for one in report.moments[0].state.adherence.matches] == [0]


@pytest.mark.parametrize(
    ("code", "kind", "line", "message"),
    [
        ("x = (", "failed", 1, "SyntaxError: '(' was never closed"),
        (scene("x = 1\nzzzz"), "refused", 7, "zzzz is not among the names that a scene may use"),
        (scene("x = 1\n[][1]"), "failed", 7, "IndexError: list index out of range"),
        (scene("self.play(1)"), "failed", 6, "TypeError: Unexpected argument 1 passed to Scene.play()."),
        (scene("x = Circle(colour=RED)"), "refused", 6, "colour= is not a keyword of anything"),
        (
            scene(NOWHERE),
            "failed",
            None,
            "ValueError: Circle without a name has no position: its points are not finit",
        ),
        ("from manim import *\n", "refused", None, "there is no scene: write `class GeneratedScene(Scene):`"),
        (
            scene("pass", name="A") + scene("pass", name="B"),
            "refused",
            None,
            "there are several scenes, choose",
        ),
        (scene("pass") * 9000, "refused", None, "the code is longer than 200,000 characters"),
        ("x = '\ud800'", "refused", None, "there is no scene"),
    ],
    ids=[
        "syntax",
        "name",
        "python",
        "play",
        "keyword",
        "nan",
        "none",
        "several",
        "long",
        "odd",
    ],
)
def test_problems_are_reported_with_its_line(code, kind, line, message, opened):
    report = opened.validate(code)
    told = [(one.kind, one.line, one.message[: len(message)]) for one in report.problems]
    assert told == [(kind, line, message)]
    assert not report.runs and report.objects == ()


@pytest.mark.parametrize("far", ["1e15", "np.inf", "np.nan"])
def test_points_that_are_nowhere_are_left_out(opened, far):
    corners = f"[[0, 0, 0], [1, 1, 0], [2, {far}, 0], [3, 0, 0]]"
    report = opened.validate(scene(f"a = VMobject().set_points_as_corners({corners})\nself.add(a)"))
    assert report.runs, report.problems
    assert boxes(report)["a"] == (0.5, 0.5, 1.0, 1.0)


def test_one_of_several_scenes_can_be_named(opened):
    code = scene("a = Circle()\nself.add(a)", name="A") + scene("b = Square()\nself.add(b)", name="B")
    assert list(boxes(opened.validate(code, scene="B"))) == ["b"]
    report = opened.validate(code, scene="C")
    assert [one.message for one in report.problems] == ["there is no scene C; scenes: A, B"]


def test_without_the_check_other_imports_work_and_the_kernel_still_holds(opened):
    code = scene("import operator\ncircle = Circle().shift(operator.neg(DOWN))\nself.add(circle)")
    assert opened.validate(code).problems[0].message.startswith("import operator: only manim, abc, bisect, ")
    assert boxes(opened.validate(code, check=False))["circle"][1] == pytest.approx(1)
    report = opened.validate(scene("open('/etc/passwd')"), check=False)
    if not opened.protection.open:
        assert report.problems[0].message.startswith("PermissionError")


def test_a_scene_that_runs_too_long_is_reported_with_its_line(opened):
    impatient = Validator(opened._servers, Limits(deadline=0.3), opened._typesetter)
    report = impatient.validate(scene("x = 1\nwhile True:\n    x += 1"))
    assert report.problems[0].kind == "deadline"
    assert report.problems[0].message.startswith("still running after 0.3 s, before any animation; shorten")
    assert report.problems[0].line in (7, 8)


def test_a_preview_is_the_last_frame(opened):
    code = scene("""
    square = Square(side_length=4, color=RED, fill_opacity=1)
    self.play(FadeIn(square))
    """)
    report = opened.validate(code, preview=320)
    image = Image.open(BytesIO(report.preview))
    assert image.size == (320, 180)
    assert image.getpixel((160, 90)) == (252, 98, 85)
    assert image.getpixel((5, 5)) == (0, 0, 0)
    assert opened.validate(code).preview is None


def test_the_server_that_is_forked_has_one_thread(opened):
    if not Path("/proc/self/task").is_dir():
        pytest.skip("no /proc to count threads in")
    handle = Handle(TASK, bubblewrap=False)
    try:
        assert len(list(Path(f"/proc/{handle.pid}/task").iterdir())) == 1
    finally:
        handle.close()


@pytest.mark.parametrize("preview", [None, 854])
def test_a_text_is_as_wide_as_in_the_film_whatever_the_canvas(preview, opened):
    report = opened.validate(scene('a = Text("hello world")\nself.add(a)'), preview=preview)
    assert boxes(report)["a"][2] == pytest.approx(3.75, abs=0.02)
