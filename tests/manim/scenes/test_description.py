import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jepamine.manim.engine.palette import PALETTE, colour_word
from jepamine.manim.layouts import TYPES, Layout, Object
from jepamine.manim.scenes.description import describe
from jepamine.manim.scenes.phrases import NOUNS, PLACES, RELATIONS, place_of, relation

RED, BLUE, GREEN, WHITE = (PALETTE[name][0] for name in ("RED", "BLUE", "GREEN", "WHITE"))
TYPE_OF = {words: type_ for type_, names in NOUNS.items() for one, _ in names for words in [one]}
PLACE_OF = {words: place for place, names in PLACES.items() for words in names}
RELATION_OF = {words: how for how, names in RELATIONS.items() for words in names}


def placed(type_, x, y, width=1.0, height=1.0, color=RED, text=None, z=0):
    return Object(type_, x, y, z, width, height, color=color, text=text)


def layout(*items):
    return Layout(tuple(Object(**(vars(item) | {"z": z})) for z, item in enumerate(items)))


def test_one_object_has_its_colour_and_place():
    circle = layout(placed("circle", -5.0, 3.0))
    told = {describe(circle, seed) for seed in range(20)}
    assert told == {
        "a red circle at the top left",
        "a red circle in the upper left",
    }


def test_two_objects_are_reported_by_how_they_lie_to_each_other():
    pair = layout(placed("circle", -2.0, 0.0), placed("square", 2.0, 0.0, color=BLUE))
    told = {describe(pair, seed) for seed in range(60)}
    assert "a red circle left of a blue square" in told
    assert "a blue square to the right of a red circle" in told
    assert all("above" not in words and "below" not in words for words in told)


def test_a_text_is_reported_by_what_it_says():
    assert (
        describe(layout(placed("text", 0.0, 3.0, text="energy", color=None)), 0)
        == "the text 'energy' at the top"
    )
    assert '"Newton\'s law"' in describe(layout(placed("text", 0.0, 3.0, text="Newton's\nlaw")), 0)


def test_alike_in_line_are_a_row_a_column_or_a_grid():
    row = layout(*(placed("circle", x, 0.0) for x in (-3.0, 0.0, 3.0)))
    assert describe(row, 0).startswith("a row of three red circles ")
    column = layout(*(placed("star", -5.0, y, color=c) for y, c in ((2.0, RED), (0.0, BLUE), (-2.0, WHITE))))
    assert (
        describe(column, 0)
        == "a column of three stars coloured red, blue and white from top to bottom on the left"
    )
    grid = layout(*(placed("square", x, y, color=BLUE) for y in (1.5, -1.5) for x in (-2.0, 0.0, 2.0)))
    assert describe(grid, 0).startswith("a 2 by 3 grid of blue squares ")


def test_uneven_ones_are_not_a_row():
    told = describe(layout(*(placed("circle", x, 0.0) for x in (-3.0, 0.0, 5.0))), 0)
    assert "row" not in told
    assert "another red circle" in told


def test_what_is_on_another_is_reported_as_in_front_of_it():
    stacked = layout(placed("circle", 0.0, 0.0, 3.0, 3.0), placed("square", 1.5, 0.5, 2.0, 2.0, color=BLUE))
    told = {describe(stacked, seed) for seed in range(60)}
    assert {"a blue square in front of a red circle", "a red circle behind a blue square"} <= told


def test_an_empty_frame_is_reported_too():
    assert describe(Layout(()), 0) == "an empty frame"


@pytest.mark.parametrize(
    ("value", "word"),
    [("#FC6255", "red"), ("#58C4DD", "blue"), ("#FFFFFF", "white"), ("#FE0102", "red"), ("#8A8A8A", "grey")],
)
def test_a_colour_has_the_word_of_the_nearest_in_the_palette(value, word):
    assert colour_word(value) == word


def test_no_two_meanings_share_words():
    for names in (NOUNS, PLACES, RELATIONS):
        words = [word for group in names.values() for word in group]
        assert len(words) == len(set(words))
    assert set(NOUNS) == set(TYPES)


def scattered() -> st.SearchStrategy[Layout]:
    """Layouts of up to six objects, no two of one type and colour: each can be named."""
    kinds = st.tuples(
        st.sampled_from([kind for kind in TYPES if kind != "text"]), st.sampled_from([RED, BLUE, GREEN])
    )
    cells = st.tuples(st.integers(-5, 5), st.integers(-2, 2))
    items = st.tuples(kinds, cells, st.sampled_from([0.5, 1.0, 2.0]), st.sampled_from([0.5, 1.0, 2.0]))
    lists = st.lists(items, min_size=1, max_size=6, unique_by=lambda item: item[0])
    return lists.map(
        lambda drawn: layout(
            *(placed(kind, 1.2 * x, 1.3 * y, w, h, color=c) for (kind, c), (x, y), w, h in drawn)
        )
    )


def thing(words):
    """(colour, type) of "a small red circle", "another red circle" or "the red circle"."""
    words = re.sub(r"^(an|a|another|the) (small |large )?", "", words)
    colour, _, noun = words.partition(" ")
    return colour, TYPE_OF[noun]


@given(scattered(), st.integers(0, 2**32 - 1))
def test_a_description_read_back_names_every_object_once_and_says_only_what_is_true(drawn, seed):
    told = describe(drawn, seed)
    assert told == describe(drawn, seed)
    by_name = {(colour_word(item.color), item.type): item for item in drawn.objects}
    introduced = []
    for clause in told.split(", "):
        ways = sorted(RELATION_OF, key=len, reverse=True)
        way = next((words for words in ways if f" {words} a" in clause or f" {words} the " in clause), None)
        if way is None:
            place = next(
                words for words in sorted(PLACE_OF, key=len, reverse=True) if clause.endswith(f" {words}")
            )
            name = thing(clause.removesuffix(f" {place}"))
            introduced.append(name)
            assert place_of(by_name[name].box) == PLACE_OF[place]
            continue
        new, other = re.split(f" {way} (?=an? |another |the )", clause)
        introduced.append(thing(new))
        if not other.startswith("the "):
            introduced.append(thing(other))
        assert thing(other) in introduced
        a, b = by_name[thing(new)], by_name[thing(other)]
        how = relation(a.box, b.box)
        assert (
            how == RELATION_OF[way]
            if how != "overlap"
            else RELATION_OF[way] == ("front" if a.z > b.z else "behind")
        )
    assert sorted(introduced) == sorted(by_name)
