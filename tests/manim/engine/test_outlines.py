import pytest

from jepamine.manim.engine.object_types import outline

pytestmark = pytest.mark.manim


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("Circle(radius=0.7)", "circle"),
        ("Circle().stretch(1.6, 0).rotate(0.5)", "ellipse"),
        ("Square().rotate(0.3)", "square"),
        ("Rectangle(width=3, height=1).rotate(1)", "rectangle"),
        ("Polygon([0, 0, 0], [2, 0, 0], [2, 1, 0], [0, 1, 0])", "rectangle"),
        ("Polygon([0, 0, 0], [2, 0, 0], [3, 1, 0], [0, 1, 0])", "polygon"),
        ("Polygon([0, 0, 0], [2, 0, 0], [3, 1, 0])", "triangle"),
        ("RegularPolygon(n=6)", "polygon"),
        ("Star(n=5)", "star"),
        ("Line(LEFT, UP)", "line"),
        ("Arc(radius=2, start_angle=1, angle=2)", "arc"),
        ("RoundedRectangle(width=3, height=2)", None),
        ("FunctionGraph(lambda x: np.sin(x))", None),
        ("VMobject()", None),
    ],
)
def test_an_outline_is_known_by_its_curves(own, code, expected):
    assert outline(own.evaluate(code, {}).points) == expected
