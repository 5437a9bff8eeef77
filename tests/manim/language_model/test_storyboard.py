from __future__ import annotations

import json

import pytest

from jepamine.manim.language_model.storyboard import Storyboard, parse
from jepamine.manim.layouts import Layout, Object

CIRCLE = {"name": "ball", "type": "circle", "color": "RED", "x": -3, "y": 0, "width": 2, "height": 2}
FORMULA = {"name": "law", "type": "other", "text": "E = mc^2", "x": 2, "y": 1, "width": 3, "height": 1}
STEPS = [{"action": "draw the ball", "objects": ["ball"], "narration": "A ball.", "seconds": 2}]


def answer(**fields):
    return json.dumps({"objects": [CIRCLE, FORMULA], "steps": STEPS} | fields)


def test_a_plan_in_prose_and_a_code_block_becomes_a_layout_and_a_brief():
    board = parse(f"Here is the plan:\n```json\n{answer()}\n```\nEnjoy!")
    assert isinstance(board, Storyboard)
    assert board.layout() == Layout((Object("circle", -3.0, 0.0, 0, 2.0, 2.0, color="#FC6255"),))
    assert board.brief() == (
        "Steps:\n1. draw the ball [ball] 2 s - A ball.\nFurther objects:\nlaw: E = mc^2, centre (2, 1), 3 x 1"
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("I cannot do that.", "the answer holds no JSON object"),
        ("{" * 5000 + "}", "the answer is not valid JSON: "),
        (answer(objects=[]), "objects: List should have at least 1 item"),
        (answer(objects=[CIRCLE | {"x": 20}]), "objects.0.x: Input should be less than or equal to 7.1"),
        (answer(objects=[CIRCLE | {"x": float("nan")}]), "objects.0.x: "),
        (answer(objects=[CIRCLE, CIRCLE]), "storyboard: Value error, two objects are called ball"),
        (answer(steps=[STEPS[0] | {"objects": ["sun"]}]), "steps name objects that do not exist: sun"),
        (answer(objects=[CIRCLE | {"name": "__class__"}]), "objects.0.name: String should match pattern"),
    ],
)
def test_an_unusable_plan_is_described_for_the_model(text, problem):
    assert problem in parse(text)
