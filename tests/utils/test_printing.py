"""What a terminal would obey is printed as an escape."""

from __future__ import annotations

import pytest

from jepamine.utils.printing import in_one_line, table, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, café 漢字 😀\n\tnext", "plain, café 漢字 😀\n\tnext"),
        ("\x1b[31mred\x07\r", r"\x1b[31mred\x07\r"),
        ("\x9b2J\x7f\x00", r"\x9b2J\x7f\x00"),
        ("txt.\u202egpj", r"txt.\u202egpj"),
        ("a\u2028b\u200bc\ud800", r"a\u2028b\u200bc\ud800"),
    ],
)
def test_controls_are_escaped_and_all_else_is_as_it_is(text, shown):
    assert visible(text) == shown


def test_a_name_stays_in_its_line_and_a_table_in_its_columns():
    assert in_one_line("a\nError: b") == r"a\nError: b"
    assert table([["name", "x"], ["a\n\x1b[2Jb", 1]]) == "name         x\na\\n\\x1b[2Jb  1"
