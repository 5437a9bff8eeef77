"""What is told of an exception."""

from __future__ import annotations

from jepamine.sandbox.task import LONGEST, message_of, printable, problem


def test_an_exception_outside_of_the_code_has_no_line():
    try:
        raise KeyError("x")
    except KeyError as error:
        assert problem(error) == {"kind": "failed", "line": None, "message": "KeyError: 'x'"}


def test_an_exception_without_words_is_reported_by_its_name():
    assert message_of(ValueError()) == "ValueError"


def test_text_is_one_line_that_no_terminal_obeys():
    assert printable("a\n b\t\x1b]0;title\x07 \u202e c") == "a b ?]0;title? ? c"


def test_long_text_is_cut():
    assert len(printable("x" * 10**6)) == LONGEST
