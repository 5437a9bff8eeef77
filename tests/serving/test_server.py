"""Connections that send nothing, or send it slowly."""

from __future__ import annotations

import socket

import pytest

from jepamine.serving.middleware import Bounds


def connect(live, data=b""):
    connection = socket.create_connection(("127.0.0.1", live.port))
    connection.settimeout(20)
    connection.sendall(data)
    return connection


def is_closed(connection):
    """Wait until the service closes the connection."""
    try:
        return connection.recv(100) == b""
    except ConnectionResetError:
        return True


@pytest.mark.parametrize("data", [b"", b"GET / HTTP/1.1\r\nHost: loc"], ids=["nothing", "half a header"])
def test_headers_that_do_not_arrive_close_the_connection(serve, tmp_path, data):
    with serve(tmp_path, bounds=Bounds(header_seconds=0.2)) as live, connect(live, data) as connection:
        assert connection.recv(100) == b""


def test_the_second_request_of_a_connection_has_the_same_timeout(serve, tmp_path):
    with serve(tmp_path, bounds=Bounds(header_seconds=0.2)) as live:
        request = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
        with connect(live, request) as connection:
            assert connection.recv(4000).startswith(b"HTTP/1.1 200")
            connection.sendall(request[:20])
            data = connection.recv(4000)
            while data:
                data = connection.recv(4000)


def test_a_request_that_takes_longer_than_the_header_timeout_is_served(serve, tmp_path):
    with serve(tmp_path, bounds=Bounds(header_seconds=0.2)) as live:
        live.validator.seconds = 0.6
        assert live.generate("a dot").status == 200


def test_half_open_connections_do_not_lock_out_others(serve, tmp_path):
    with serve(tmp_path, bounds=Bounds(max_connections=20)) as live:
        held = [connect(live, b"POST /gen") for _ in range(60)]
        assert live.generate("a star").status == 200
        # The oldest were closed to make room.
        assert is_closed(held[0])
        for connection in held:
            connection.close()


def test_a_running_request_is_not_closed_to_make_room(serve, tmp_path, wait_for):
    with serve(tmp_path, bounds=Bounds(max_connections=5)) as live:
        live.validator.open.clear()
        body = b'{"description": "a dot"}'
        head = b"POST /generate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        running = connect(live, head + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        wait_for(lambda: live.jobs.pending == 1)
        held = [connect(live) for _ in range(12)]
        assert is_closed(held[0])
        live.validator.open.set()
        assert running.recv(4000).startswith(b"HTTP/1.1 200")
        for connection in (*held, running):
            connection.close()
