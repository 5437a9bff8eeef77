"""The folders of caches."""

from __future__ import annotations

from pathlib import Path

import pytest

from jepamine.utils import local_cache


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"HOME": "/home/alice"}, "/home/alice/.cache/jepamine"),
        ({"HOME": "/home/alice", "XDG_CACHE_HOME": "/scratch"}, "/scratch/jepamine"),
        ({"HOME": "/home/alice", "XDG_CACHE_HOME": "relative"}, "/home/alice/.cache/jepamine"),
    ],
)
def test_the_cache_is_in_the_user_s_cache_folder(monkeypatch, variables, expected):
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert local_cache.user_cache() == Path(expected)


def test_a_user_without_a_home_has_a_cache_folder_that_does_not_exist(monkeypatch):
    """Dynamic users of systemd and numbers given to containers have neither HOME nor a line in passwd."""
    import pwd

    def nobody(number):
        raise KeyError(number)

    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(pwd, "getpwuid", nobody)
    assert local_cache.user_cache() == Path("/nonexistent/.cache/jepamine")
    assert local_cache.cache_folder() == Path("/nonexistent/.cache/jepamine/footage")
