"""The allow-list over the syntax tree."""

from __future__ import annotations

import ast
import textwrap

import pytest

from jepamine.manim.validation import denied_names, names, syntax
from jepamine.manim.validation.guards import BUILTINS
from jepamine.manim.validation.names import MODULES
from jepamine.manim.validation.syntax import MOST, objections

EVERYDAY = '''
from __future__ import annotations

import math
import manim as mn
import numpy as np
from manim import *
from math import pi
from numpy.linalg import norm
from manim.utils.rate_functions import ease_in_sine


class GeneratedScene(MovingCameraScene):
    """A scene with a bit of everything that scenes have."""

    colors: list = [RED, BLUE, ManimColor("#123456")]

    def helper(self, count: int = 3, *, label=None) -> VGroup:
        dots = VGroup(*[Dot([x, math.sin(x), 0], color=self.colors[x % 3]) for x in range(count)])
        for number, dot in enumerate(dots):
            dot.set_z_index(number)
        return dots

    def construct(self):
        axes = mn.Axes(x_range=[-3, 3, 1], y_range=[-1, 1], tips=False)
        graph = axes.plot(lambda x: np.exp(-(x**2)) * np.linalg.norm([x, 1]), color=BLUE_C)
        label = Text("{} of {:.2f}".format("area", pi)).next_to(axes, UP)
        value = f"{norm([3, 4]):.1f}" if label.width > 1 else "%d" % 5
        tracker = ValueTracker(0)
        box = always_redraw(lambda: Square().move_to([tracker.get_value(), 0, 0]))
        try:
            group = self.helper(5, label=value)
        except ValueError as error:
            print(error)
            raise
        rng = np.random.default_rng(1)
        group.shift(rng.normal() * RIGHT)
        edge = config.frame_width / 2
        index = 0
        while index < 2 and (step := index + 1):
            index = step
        with_lines = {"a": Line(LEFT, RIGHT), "b": Arrow(ORIGIN, UP * edge)}
        self.camera.background_color = BLACK
        self.play(Create(axes), Create(graph), run_time=2, rate_func=rate_functions.ease_out_bounce)
        self.play(self.camera.frame.animate.scale(0.5), LaggedStart(*[FadeIn(d) for d in group]))
        self.play(tracker.animate.set_value(3), rate_func=ease_in_sine)
        self.add(box, *with_lines.values())
        self.wait()
'''


def said(body):
    code = "from manim import *\nimport numpy as np\nclass GeneratedScene(Scene):\n    def construct(self):\n"
    found = objections(ast.parse(code + textwrap.indent(textwrap.dedent(body), " " * 8)))
    return [(one.line - 4, one.message) for one in found]


def test_everyday_code_is_allowed():
    assert objections(ast.parse(EVERYDAY)) == []


@pytest.mark.parametrize(
    ("body", "line", "message"),
    [
        ("x = ().__class__", 1, ".__class__: attributes that start with _ are not allowed"),
        ("x = 1\ny = self._private", 2, "._private: attributes that start with _ are not allowed"),
        ("print(__builtins__)", 1, "__builtins__: names that start with __ are not allowed"),
        ("open('x')", 1, "open is not among the built-in names"),
        ("x = eval", 1, "eval is not among the built-in names"),
        ("x = vars(self)", 1, "vars is not among the built-in names"),
        ("import os", 1, "import os: only manim, abc, bisect"),
        ("import manim.utils.file_ops", 1, "import manim.utils.file_ops: only manim, abc, bisect"),
        ("from os import path", 1, "from os import: only manim, abc, bisect"),
        ("from . import x", 1, "from . import: only manim, abc, bisect"),
        ("from numpy.lib import npyio", 1, "from numpy.lib import: only manim, abc, bisect"),
        (
            "from manim.utils.file_ops import open_file",
            1,
            "manim.utils.file_ops.open_file starts other programs",
        ),
        ("from numpy import load", 1, "numpy.load is not among the names that a scene may use"),
        ("x = np.load('x')", 1, "numpy.load is not among the names that a scene may use"),
        ("x = np.random.mtrand", 1, "numpy.random.mtrand is not among the names"),
        ("x = np.array([1]).tofile('x')", 1, ".tofile reads or writes files"),
        ("x = rate_functions.np", 1, "manim.rate_functions.np is not among the names"),
        ("x = Typst('x')", 1, "Typst runs Typst, which validation does not; use MathTex"),
        ("x = Cirlce()", 1, "Cirlce is not among the names that a scene may use (did you mean 'Circle'?)"),
        ("x = (i for i in [1]).gi_frame", 1, ".gi_frame leads out of the scene into Python itself"),
        ("x = '{0.real}'.format(1)", 1, ".format leads out of the scene"),
        ("x = '{:{0.real}}'.format(1)", 1, ".format leads out of the scene"),
        ("t = '{0.real}'\nx = t.format(1)", 2, ".format leads out of the scene"),
        ("self.renderer.x = 1", 1, ".renderer is part of how Manim runs, not of a scene"),
        ("match 1:\n    case 1: pass", 1, "Match is not among the statements"),
        ("async def f(): pass", 1, "AsyncFunctionDef is not among the statements"),
        ("class C(Circle, metaclass=Circle): pass", 1, "a class with keywords is not allowed"),
        ("x = always(1)", 1, "always calls methods by their name"),
        ("x = Circle().get_nothing()", 1, ".get_nothing is not among the attributes that a scene may use"),
        ("x = Circle().get___globals__()", 1, ".get___globals__ is not among the attributes"),
        ("x = np.zeros(3).resize(5)", 1, ".resize reaches into memory or its owner"),
        ("x = np.zeros(3, buffer=1)", 1, "buffer=: this keyword is not allowed"),
        ("Circle().set(__array_interface__={})", 1, "__array_interface__=: this keyword is not allowed"),
        ("Circle(colour=RED)", 1, "colour= is not a keyword of anything that a scene may call (did you mean"),
        ("self.camera.background_image = 'x'", 1, ".background_image reads or writes files"),
        ("self.camera.get_image()", 1, ".get_image reads or writes files"),
        ("config.media_dir = 'x'", 1, "manim.config.media_dir is not among the names"),
        (
            "class C(Circle):\n    def get_array_attrs(self): pass",
            1,
            "get_array_attrs reads or sets attributes",
        ),
        ("x = self.get_attrs('x')", 1, ".get_attrs reads or sets attributes by their name"),
        ("from numpy import __doc__", 1, "__doc__: names that start with __ are not allowed"),
        ("def __getattr__(x): pass", 1, "__getattr__: names that start with __ are not allowed"),
        ("f = lambda __x: 1", 1, "__x: names that start with __ are not allowed"),
    ],
)
def test_what_is_not_on_the_list_is_refused_with_its_line(body, line, message):
    assert [(found, told[: len(message)]) for found, told in said(body)][:1] == [(line, message)]


def test_names_of_one_s_own_may_be_those_of_what_is_not_allowed():
    assert said("input = 3\nframe = Square()\ndef version(id): return id + input\nself.add(frame)") == []


def test_at_most_twenty_objections_are_reported_from_the_top():
    found = said("\n".join(f"x{number} = open" for number in range(50)))
    assert [line for line, _ in found] == list(range(1, MOST + 1))


def test_code_without_end_of_nesting_is_checked_all_the_same():
    tree = ast.parse("x = 1")
    inner = tree.body[0].value
    for _ in range(5_000):
        inner = ast.UnaryOp(ast.USub(), inner)
    tree.body[0].value = inner
    assert objections(tree) == []
    while isinstance(inner, ast.UnaryOp):
        inner.operand, inner = None, inner.operand


def test_no_name_that_reaches_files_is_on_the_lists():
    assert not BUILTINS & {"open", "eval", "exec", "compile", "vars", "dir", "globals", "input", "memoryview"}
    # Scenes get guarded ones of their own.
    assert not names.BUILTINS & {"getattr", "setattr", "hasattr", "type"}
    files = {"load", "save", "savez", "savetxt", "loadtxt", "genfromtxt", "fromfile", "memmap", "lib", "f2py"}
    assert not MODULES["numpy"] & files | MODULES["numpy"] & {"ctypeslib", "testing", "DataSource", "core"}


@pytest.mark.manim
@pytest.mark.slow
def test_the_list_of_names_is_that_of_the_installed_packages():
    pytest.importorskip("manim", reason="Manim is not installed: pip install -e '.[manim]'")
    from jepamine.manim.validation import collect_names

    assert collect_names.text() == collect_names.OUTPUT.read_text()


@pytest.mark.manim
def test_every_name_of_manim_is_either_allowed_or_refused_with_a_reason():
    manim = pytest.importorskip("manim", reason="Manim is not installed: pip install -e '.[manim]'")
    parts = {name for name, value in vars(manim).items() if isinstance(value, type(manim))}
    public = {name for name in vars(manim) if not name.startswith("_")} - parts - {"config"}
    assert public - names.MANIM - set(denied_names.NAMES) == set()
    # These are there beside IPython only.
    assert set(denied_names.NAMES) - public - {"ipy", "get_ipython", "ManimMagic"} == set()
    assert not names.MANIM & set(denied_names.NAMES)


@pytest.mark.manim
def test_every_name_that_is_allowed_is_there():
    manim = pytest.importorskip("manim", reason="Manim is not installed: pip install -e '.[manim]'")
    import numpy as np

    assert {
        name for name in MODULES["manim.rate_functions"] if not hasattr(manim.rate_functions, name)
    } == set()
    assert {name for name in MODULES["manim.config"] if not hasattr(manim.config, name)} == set()
    assert {name for name in MODULES["numpy.random"] if not hasattr(np.random, name)} == set()
    assert {name for name in MODULES["numpy.linalg"] if not hasattr(np.linalg, name)} == set()


@pytest.mark.parametrize("between", ["\n", ";"])
def test_hints_are_sought_for_the_objections_that_are_shown_and_no_others(between, monkeypatch):
    sought = []
    monkeypatch.setattr(syntax, "did_you_mean", lambda name, names: sought.append(name) or "")
    code = between.join(f"Circle().zq{number}" for number in range(500))
    found = syntax.objections(ast.parse(code))
    assert [one.message.split()[0] for one in found] == [f".zq{number}" for number in range(20)]
    assert len(sought) <= 21
