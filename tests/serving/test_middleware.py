"""Host, Origin and bearer tokens."""

from __future__ import annotations

import json
import socket

import pytest

from jepamine.errors import UserError
from jepamine.serving.middleware import access_rules, without_port

JSON = {"Content-Type": "application/json"}
BODY = json.dumps({"description": "a circle"})
TOKEN = "0123456789abcdef"


def raw(live, request):
    with socket.create_connection(("127.0.0.1", live.port)) as connection:
        connection.settimeout(20)
        connection.sendall(request)
        return connection.recv(4000).decode()


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("LOCALHOST:8000", 200),
        ("127.0.0.1", 200),
        ("[::1]:80", 200),
        ("evil.example", 400),
        ("localhost.evil.example", 400),
        ("evil.example:8000", 400),
        ("localhost:8000@evil.example", 400),
        ("", 400),
    ],
)
def test_only_known_hosts_are_served(shared, host, status):
    reply = shared.call("GET", "/healthz", None, {"Host": host})
    assert reply.status == status
    assert status == 200 or reply.detail.startswith("this Host is not served here")


def test_a_request_without_a_host_is_rejected(shared):
    assert raw(shared, b"GET /healthz HTTP/1.0\r\n\r\n").startswith("HTTP/1.1 400")


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://localhost:8000", 200),
        ("https://localhost:8000", 200),
        ("http://localhost:3000", 403),
        ("http://evil.example", 403),
        ("null", 403),
        ("http://[", 403),
    ],
)
def test_only_pages_of_the_service_may_post(shared, origin, status):
    headers = {**JSON, "Host": "localhost:8000", "Origin": origin}
    assert shared.call("POST", "/generate", BODY, headers).status == status
    assert shared.call("GET", "/healthz", None, headers).status == 200


@pytest.mark.parametrize(
    ("bound", "allowed", "hosts"),
    [
        ("127.0.0.1", (), set()),
        ("192.0.2.7", (), {"192.0.2.7"}),
        ("::", ("Scenes.example",), {"scenes.example"}),
        ("2001:db8::1", (), {"[2001:db8::1]"}),
    ],
)
def test_the_bound_address_localhost_and_allowed_hosts_are_accepted(bound, allowed, hosts):
    assert access_rules(bound, allowed).hosts == {"localhost", "127.0.0.1", "[::1]"} | hosts


@pytest.mark.parametrize(
    ("host", "name"),
    [("a:1", "a"), ("a", "a"), ("[::1]:8000", "[::1]"), ("[::1]", "[::1]"), ("a:b:1", "a:b:1")],
)
def test_a_host_is_compared_without_its_port(host, name):
    assert without_port(host) == name


@pytest.fixture
def guarded(serve, tmp_path):
    path = tmp_path / "token"
    path.write_text(TOKEN + "\n")
    with serve(tmp_path, rules=access_rules("127.0.0.1", (), path)) as live:
        yield live


@pytest.mark.parametrize(
    ("credentials", "status"),
    [
        (None, 401),
        (f"Bearer {TOKEN}", 200),
        (f"bearer {TOKEN}", 200),
        (f"Bearer {TOKEN}x", 401),
        ("Bearer ", 401),
        (f"Basic {TOKEN}", 401),
        (TOKEN, 401),
    ],
)
def test_a_token_is_required_everywhere_but_for_healthz(guarded, credentials, status):
    headers = {} if credentials is None else {"Authorization": credentials}
    reply = guarded.call("POST", "/generate", BODY, {**JSON, **headers})
    assert reply.status == status
    assert status == 200 or reply.headers["www-authenticate"] == "Bearer"
    assert guarded.call("GET", "/metrics", None, headers).status == status
    assert guarded.call("GET", "/", None, headers).status == status
    assert guarded.call("GET", "/healthz", None, headers).status == 200


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"short", "at least 16 characters"),
        (b"two words of a token", "no spaces"),
        (b"\xff" * 20, "not ASCII"),
    ],
)
def test_a_bad_token_file_is_an_error_that_names_it(tmp_path, content, reason):
    path = tmp_path / "token"
    path.write_bytes(content)
    with pytest.raises(UserError, match=reason) as error:
        access_rules("127.0.0.1", (), path)
    assert str(error.value).startswith(f"--token-file {path}: ")


def test_a_missing_token_file_is_an_error(tmp_path):
    with pytest.raises(UserError, match="No such file or directory"):
        access_rules("127.0.0.1", (), tmp_path / "token")
