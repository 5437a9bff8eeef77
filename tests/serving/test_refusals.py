"""Errors of `jepamine serve` at start, in one line."""

from __future__ import annotations

import importlib.util
import socket
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace

import pytest

from jepamine.serving import build_service


@pytest.fixture
def unprotected(monkeypatch, closed):
    """Simulate a system that cannot close writing and the network."""
    protection = replace(closed, seccomp=False, landlock=0, closed=("reading", "processes", "signals"))

    @contextmanager
    def validator(**_):
        yield SimpleNamespace(protection=protection, validate=None)

    monkeypatch.setattr(build_service, "validator", validator)


def test_a_system_without_a_sandbox_is_an_error(jepamine, unprotected):
    result = jepamine("serve", "--port", 0)
    assert result.exit_code == 1
    assert "this system cannot close writing, network to submitted code" in result.stderr
    assert "(in force: limits; not closed: writing, network)" in result.stderr
    assert "--allow-unprotected" in result.stderr


def test_allow_unprotected_serves_without_a_sandbox(jepamine, unprotected, monkeypatch):
    class Started(Exception):
        pass

    def warm_up(chain):
        raise Started

    monkeypatch.setattr(build_service, "warm_up", warm_up)
    with pytest.raises(Started):
        jepamine("serve", "--port", 0, "--allow-unprotected")


def test_missing_packages_are_named_with_the_install_command(jepamine, monkeypatch):
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name in ("uvicorn", "fastapi") else find_spec(name)
    )
    result = jepamine("serve")
    assert (result.exit_code, result.stderr) == (
        1,
        "Error: serve requires fastapi, uvicorn: pip install -e '.[serve]'\n",
    )


def test_a_port_in_use_is_an_error(jepamine):
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
        result = jepamine("serve", "--port", port)
    assert result.exit_code == 1
    assert result.stderr == (
        f"Error: --host 127.0.0.1 --port {port}: Address already in use; --port 0 picks a free one\n"
    )


def test_an_unknown_run_is_an_error(jepamine):
    result = jepamine("serve", "--port", 0, "--run", "nobody")
    assert (result.exit_code, "no run 'nobody'" in result.stderr) == (1, True)


def test_help_needs_no_server_packages(jepamine):
    assert "POST /generate" in jepamine("serve", "--help").stdout
