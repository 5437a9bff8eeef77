"""A folder of a child is as large as its files say."""

from __future__ import annotations

from jepamine.sandbox.disk_usage import holds_more


def test_a_folder_holds_what_its_files_say_and_not_more(tmp_path):
    (tmp_path / "a").write_bytes(bytes(10_000))
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "c").write_bytes(bytes(10_000))
    assert not holds_more(tmp_path, 100_000, 3)
    assert holds_more(tmp_path, 100_000, 2)
    assert holds_more(tmp_path, 15_000, 3)


def test_a_file_with_holes_counts_as_long_as_it_says(tmp_path):
    with (tmp_path / "a").open("wb") as file:
        file.truncate(10**9)
    assert holds_more(tmp_path, 10**8, 10)


def test_a_folder_that_has_gone_holds_nothing(tmp_path):
    assert not holds_more(tmp_path / "none", 1, 1)
