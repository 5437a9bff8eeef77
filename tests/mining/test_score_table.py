"""Score files of any tool."""

import pytest

from jepamine.errors import UserError
from jepamine.mining.joins import join_report, truth_of
from jepamine.mining.ranking import rank_task
from jepamine.mining.score_table import read_scores


def test_scores_are_read_by_scorer_and_clips_that_failed_are_left_out(lines):
    path = lines(
        {"clip_id": "a", "score": 0.5, "scores": {"predicted": 0.5, "masked": 1}},
        {"clip_id": "b", "score": None, "error": "cannot be read"},
        {"clip_id": "c", "score": 0.25, "scores": {"predicted": 0.25, "masked": 0.75}},
    )
    table = read_scores(path)
    assert (table.ids, table.failed) == (["a", "c"], ["b"])
    columns = {name: list(table.column(name)) for name in table.columns}
    assert columns == {"predicted": [0.5, 0.25], "masked": [1.0, 0.75]}


def test_a_score_file_of_another_tool_needs_only_clip_id_and_score(lines):
    assert list(read_scores(lines({"clip_id": "a", "score": 3})).column("score")) == [3.0]


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ({"clip_id": "b", "score": None}, "'score' is not a finite number: None"),
        ({"clip_id": "b", "score": float("nan")}, "'score' is not a finite number: nan"),
        ({"clip_id": "b", "score": "0.5"}, "'score' is not a finite number: '0.5'"),
        ({"clip_id": "b", "score": True}, "'score' is not a finite number: True"),
        ({"score": 0.5}, "no key 'clip_id'"),
        ({"clip_id": "b", "score": 0.5, "scores": [0.5]}, ""),
    ],
)
def test_a_bad_score_is_an_error_that_names_file_and_line(lines, line, error):
    path = lines({"clip_id": "a", "score": 0.5}, line)
    with pytest.raises(UserError) as raised:
        read_scores(path)
    assert str(raised.value).startswith(f"{path}:2: {error}")


def test_a_scorer_that_lacks_clips_has_nan_there(lines):
    table = read_scores(
        lines(
            {"clip_id": "a", "score": 1, "scores": {"x": 1}},
            {"clip_id": "b", "score": 2, "scores": {"x": 2, "y": 5}},
            {"clip_id": "c", "score": 3, "scores": {"y": 6}},
        )
    )
    assert [str(value) for value in table.column("x")] == ["1.0", "2.0", "nan"]
    assert [str(value) for value in table.column("y")] == ["nan", "5.0", "6.0"]


def test_a_clip_scored_twice_and_differently_is_an_error_that_names_both_lines(lines):
    path = lines({"clip_id": "a", "score": 1}, {"clip_id": "b", "score": 1}, {"clip_id": "a", "score": 2})
    with pytest.raises(UserError) as raised:
        read_scores(path)
    assert str(raised.value) == f"{path}:3: clip 'a' is scored differently on line 1; keep one of the lines"
    assert read_scores(lines({"clip_id": "a", "score": 1}, {"clip_id": "a", "score": 1})).ids == ["a"]


def test_of_clips_that_nobody_asks_for_only_number_and_first_names_are_kept(lines):
    scores = [{"clip_id": f"c{number}", "score": number} for number in range(20)]
    path = lines(*scores, {"clip_id": "bad", "score": None, "error": "cannot be read"}, scores[3])
    table = read_scores(path, {"c1", "c9", "bad too"})
    assert (table.ids, list(table.column("score")), table.failed) == (["c1", "c9"], [1.0, 9.0], [])
    assert (table.scored, table.others, list(table.places)) == (20, 18, [1, 9])
    found = join_report(table, {"c1": 1}, truth_of(table, {"c1": 1}), {}, ())
    assert (found.scored, found.matched) == (20, 1)
    assert (found.unlabelled.count, found.unlabelled.first) == (19, ["c0", "c2", "c3", "c4", "c5"])
    last = {"c9": 1, **{f"c{number}": 0 for number in range(5)}}
    assert rank_task(read_scores(path, last), last) == rank_task(read_scores(path), last)


def test_a_clip_scored_twice_and_differently_is_an_error_whether_asked_for_or_not(lines):
    path = lines({"clip_id": "a", "score": 1}, {"clip_id": "b", "score": 1}, {"clip_id": "a", "score": 2})
    with pytest.raises(UserError, match=r":3: clip 'a' is scored differently on line 1"):
        read_scores(path, {"b"})
