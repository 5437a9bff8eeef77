"""When `jepamine serve` does not start, and says why in a line."""

from __future__ import annotations

import importlib.util
import socket
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace

import pytest

from jepamine.serving import build as opening


@pytest.fixture
def unprotected(monkeypatch, closed):
    """A system that lets code write and reach the network."""
    protection = replace(closed, seccomp=False, landlock=0, closed=("reading", "processes", "signals"))

    @contextmanager
    def validator(**_):
        yield SimpleNamespace(protection=protection, validate=None)

    monkeypatch.setattr(opening, "validator", validator)


def test_where_code_keeps_powers_it_does_not_serve(jepamine, unprotected):
    result = jepamine("serve", "--port", 0)
    assert result.exit_code == 1
    assert "this system cannot close writing, network to submitted code" in result.stderr
    assert "(in force: limits; not closed: writing, network)" in result.stderr
    assert "--allow-unprotected" in result.stderr


def test_unless_it_is_reported_to(jepamine, unprotected, monkeypatch):
    class Went(Exception):
        pass

    def warm_up(chain):
        raise Went

    monkeypatch.setattr(opening, "warm_up", warm_up)
    with pytest.raises(Went):
        jepamine("serve", "--port", 0, "--allow-unprotected")


def test_what_is_missing_is_reported_with_how_to_install_it(jepamine, monkeypatch):
    there = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name in ("uvicorn", "fastapi") else there(name)
    )
    result = jepamine("serve")
    assert (result.exit_code, result.stderr) == (
        1,
        "Error: serve requires fastapi, uvicorn: pip install -e '.[serve]'\n",
    )


def test_a_port_that_is_taken_is_reported(jepamine):
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
        result = jepamine("serve", "--port", port)
    assert result.exit_code == 1
    assert result.stderr == (
        f"Error: --host 127.0.0.1 --port {port}: Address already in use; --port 0 picks a free one\n"
    )


def test_a_run_that_does_not_exist_is_reported(jepamine):
    result = jepamine("serve", "--port", 0, "--run", "nobody")
    assert (result.exit_code, "no run 'nobody'" in result.stderr) == (1, True)


def test_help_imports_no_server(jepamine):
    assert "POST /generate" in jepamine("serve", "--help").stdout
