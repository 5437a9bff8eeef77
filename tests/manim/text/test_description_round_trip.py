"""What `scenes.description` tells of a layout is read back, and can be laid out anew."""

from __future__ import annotations

import random
from collections import Counter
from itertools import pairwise

import pytest

from jepamine.manim.engine.palette import DRAWN, PALETTE, colour_word
from jepamine.manim.layouts import TYPES, Layout, Object
from jepamine.manim.scenes.description import bounds, describe
from jepamine.manim.scenes.phrases import place_of, relation
from jepamine.manim.text.parse import read
from jepamine.manim.text.solve.arrange import arrange

TEXTS = ("energy", "it's so", "Two Words", "A", "x", "a sum of squares", "-3", "What is a Limit?")


def drawn(seed):
    """A layout of 1 to 10 objects on a coarse raster: some overlap, some stand in rows and grids."""
    rng = random.Random(seed)
    colours = [PALETTE[name][0] for name in rng.sample(DRAWN, rng.choice([1, 3, 6]))]
    items = []
    texts = rng.sample(TEXTS, len(TEXTS))
    if rng.random() < 0.5:
        rows, columns = rng.choice([(1, 3), (1, 4), (3, 1), (2, 2), (2, 3)])
        type_, size = rng.choice([name for name in TYPES if name != "text"]), rng.choice([0.6, 1.2])
        x, y = rng.uniform(-4, 0), rng.uniform(0, 3)
        alike = rng.choice(colours) if rng.random() < 0.5 else None
        items += [
            (type_, x + 1.5 * column, y - 1.5 * row, size, size, alike or rng.choice(colours), None)
            for row in range(rows)
            for column in range(columns)
        ]
    for _ in range(rng.randint(1, 10 - len(items))):
        type_ = rng.choice([*TYPES, "text"])
        text = texts.pop() if type_ == "text" and texts else None
        type_ = "circle" if type_ == "text" and text is None else type_
        place = rng.uniform(-6, 6), rng.uniform(-3.4, 3.4)
        sides = rng.choice([0.3, 0.8, 1.5, 3.5]), rng.choice([0.3, 0.8, 1.5])
        items.append((type_, *place, *sides, rng.choice(colours), text))
    return Layout(
        tuple(
            Object(type=t, x=x, y=y, z=z, width=w, height=h, color=c, text=text)
            for z, (t, x, y, w, h, c, text) in enumerate(items)
        )
    )


def true_of(layout, numbers, part):
    """Whether something that was read is true of a layout, whose object `numbers[i]` is item i."""

    def boxes(ref):
        return bounds([layout.objects[numbers[place]] for place in ref])

    if hasattr(part, "how"):
        found = relation(boxes(part.subject), boxes(part.other))
        if part.how not in ("front", "behind"):
            return found == part.how
        over = layout.objects[numbers[part.subject[0]]].z > layout.objects[numbers[part.other[0]]].z
        return found == "overlap" and over == (part.how == "front")
    if hasattr(part, "columns"):
        members = [layout.objects[numbers[place]] for place in part.members]
        lines = [members[at : at + part.columns] for at in range(0, len(members), part.columns)]
        across = all(a.x < b.x and abs(a.y - b.y) < 0.1 for line in lines for a, b in pairwise(line))
        return across and all(a[0].y > b[0].y for a, b in pairwise(lines))
    return place_of(boxes(part.subject)) == (part.column, part.row)


def assigned(reading, layout):
    """For each item an object with its type, text and colour, such that all that was read is true."""
    options = [
        [
            number
            for number, other in enumerate(layout.objects)
            if item.type == other.type
            and item.text == other.text
            and (item.color is None or colour_word(item.color) == colour_word(other.color))
        ]
        for item in reading.items
    ]
    parts = [*reading.relations, *reading.places, *reading.groups]
    of = [
        set(getattr(part, "subject", ()) or part.members) | set(getattr(part, "other", ())) for part in parts
    ]
    order = sorted(range(len(options)), key=lambda place: len(options[place]))

    def go(number, numbers):
        if number == len(order):
            return numbers
        place = order[number]
        for option in options[place]:
            if option in numbers.values():
                continue
            trial = numbers | {place: option}
            told = [part for part, members in zip(parts, of, strict=True) if place in members <= trial.keys()]
            if all(true_of(layout, trial, part) for part in told):
                found = go(number + 1, trial)
                if found is not None:
                    return found
        return None

    return go(0, {})


def check(layout, description):
    reading = read(description)
    assert reading.not_understood == (), description
    assert Counter((item.type, item.text) for item in reading.items) == Counter(
        (item.type, item.text) for item in layout.objects
    ), description
    assert assigned(reading, layout) is not None, description


def test_types_texts_colours_and_relations_come_back():
    for seed in range(400):
        layout = drawn(seed)
        check(layout, describe(layout, seed))


@pytest.mark.manim
def test_they_come_back_from_rendered_scenes_too():
    pytest.importorskip("manim", reason="Manim is not installed: pip install -e '.[manim]'")
    from jepamine.manim.engine.engine import engine
    from jepamine.manim.scenes.families import Shares
    from jepamine.manim.scenes.scene import make_scene

    with engine() as own:
        scenes = [make_scene(own, 11, index, Shares()) for index in range(20)]
    for scene in scenes:
        for description in [scene.description, *(describe(scene.layout, seed) for seed in range(4))]:
            check(scene.layout, description)
        reading = read(scene.description)
        assert assigned(reading, arrange(reading)) is not None, scene.description
