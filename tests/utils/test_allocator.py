"""The C library takes the limits that keep freed memory."""

from __future__ import annotations

import platform

import pytest

from jepamine.utils.allocator import keep_freed_memory


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="limits of the GNU C library")
def test_glibc_takes_every_limit():
    assert keep_freed_memory()


def test_another_c_library_is_left_alone(monkeypatch):
    monkeypatch.setattr(platform, "libc_ver", lambda: ("", ""))
    assert not keep_freed_memory()
