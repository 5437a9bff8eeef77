"""What counts as a number in input, and lines that are written one at a time."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from jepamine.errors import UserError
from jepamine.places import Url
from jepamine.utils import remote
from jepamine.utils.json_files import is_number, parse_line, write_json_lines


@pytest.mark.parametrize("value", [0, -1, 0.5, 10**300, 1e308])
def test_finite_numbers_are_numbers(value):
    assert is_number(value)


@pytest.mark.parametrize("value", [True, None, "1", [1], float("nan"), float("inf"), 10**400, -(10**400)])
def test_other_types_infinities_and_integers_beyond_a_float_are_not(value):
    assert not is_number(value)


def test_a_file_of_lines_for_a_store_is_written_as_a_whole_or_not_at_all():
    def lines(count: int) -> Iterator[dict[str, int]]:
        yield from ({"number": number} for number in range(count))
        if count == 3:
            raise UserError("the fourth line")

    url = Url("memory://bucket/lines.jsonl")
    write_json_lines(url, lines(2))
    assert remote.read(url) == b'{"number": 0}\n{"number": 1}\n'
    with pytest.raises(UserError, match="the fourth line"):
        write_json_lines(url, lines(3))
    assert remote.read(url) == b'{"number": 0}\n{"number": 1}\n'


def test_an_integer_that_python_does_not_read_is_a_reason_without_advice_for_programs():
    with pytest.raises(UserError) as raised:
        parse_line(Path("m.jsonl"), 7, b'{"n": ' + b"1" * 4301 + b"}")
    reason = "Exceeds the limit (4300 digits) for integer string conversion: value has 4301 digits"
    assert str(raised.value) == f"m.jsonl:7: broken JSON: {reason}"
