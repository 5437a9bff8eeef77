"""Clients that disconnect, and more clients than can be served."""

from __future__ import annotations

import json
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from jepamine.sandbox.server_pool import ServerLost


def send(live, path, value):
    """Send a request and return the connection without reading the response."""
    body = json.dumps(value).encode()
    connection = socket.create_connection(("127.0.0.1", live.port))
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    return connection


def test_jobs_of_clients_that_disconnect_are_dropped(serve, tmp_path, wait_for):
    with serve(tmp_path, threads=2, workers=1) as live:
        live.validator.open.clear()
        gone = [send(live, "/generate", {"description": f"a circle '{number}'"}) for number in range(6)]
        wait_for(lambda: live.jobs.pending == 6 and len(live.validator.codes) == 1)
        for connection in gone:
            connection.close()
        wait_for(lambda: live.jobs.pending == 0)
        live.validator.open.set()
        assert live.generate("a star").status == 200
        # Only the one that was running and the star.
        assert len(live.validator.codes) == 2


def test_a_job_goes_on_for_its_other_clients_after_one_disconnects(live, wait_for):
    live.validator.open.clear()
    leaver = send(live, "/generate", {"description": "a star"})
    wait_for(lambda: live.validator.codes)
    with ThreadPoolExecutor(1) as clients:
        stays = clients.submit(live.generate, "a star")
        wait_for(lambda: any(job.clients == 2 for job in live.jobs._jobs.values()))
        leaver.close()
        wait_for(lambda: any(job.clients == 1 for job in live.jobs._jobs.values()))
        live.validator.open.set()
        assert stays.result().status == 200
    assert len(live.validator.codes) == 1


def test_half_a_request_does_not_block_the_service(live):
    connection = socket.create_connection(("127.0.0.1", live.port))
    connection.sendall(b"POST /generate HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")
    connection.close()
    assert live.generate().status == 200


def test_a_full_queue_is_503_with_retry_after(serve, tmp_path, wait_for):
    with serve(tmp_path, waiting=3) as live:
        live.validator.open.clear()
        with ThreadPoolExecutor(3) as clients:
            waiting = [clients.submit(live.generate, f"a {shape}") for shape in ("dot", "star", "circle")]
            wait_for(lambda: live.jobs.pending == 3)
            refused = live.generate("a square")
            assert (refused.status, refused.headers["retry-after"]) == (503, "2")
            assert refused.detail == "the queue is full; try again in a moment"
            assert live.get("/healthz").status == 200
            live.validator.open.set()
            assert [reply.result().status for reply in waiting] == [200] * 3
        assert live.generate("a square").status == 200


def test_a_lost_sandbox_server_is_503(live, monkeypatch):
    def lose(*_, **__):
        raise ServerLost("the sandbox server was lost twice while it ran this code; is memory short?")

    monkeypatch.setattr(live.validator, "validate", lose)
    for path, body in (("/validate", {"code": ""}), ("/generate", {"description": "a dot"})):
        reply = live.post(path, body)
        assert (reply.status, reply.headers["retry-after"]) == (503, "2")
        assert reply.detail.startswith("the sandbox server was lost twice")


def test_submitted_code_that_never_ends_does_not_hold_up_generation(serve, tmp_path, wait_for, monkeypatch):
    with serve(tmp_path, workers=2, threads=3) as live:
        validate, end = live.validator.validate, threading.Event()

        def slow_if_submitted(code, **options):
            if code == "endless":
                assert end.wait(300)
            return validate(code, **options)

        monkeypatch.setattr(live.validator, "validate", slow_if_submitted)
        with ThreadPoolExecutor(6) as clients:
            endless = [clients.submit(live.post, "/validate", {"code": "endless"}) for _ in range(6)]
            wait_for(lambda: live.jobs.pending == 6)
            assert live.generate("a star").status == 200
            assert not any(reply.done() for reply in endless)
            end.set()
            assert [reply.result().status for reply in endless] == [200] * 6


@pytest.fixture
def bounded(serve, tmp_path):
    from jepamine.serving.middleware import Bounds

    with serve(tmp_path, bounds=Bounds(max_bytes=1000, seconds=0.3, max_requests=2)) as made:
        yield made


def answer_to(live, request):
    with socket.create_connection(("127.0.0.1", live.port)) as connection:
        connection.settimeout(20)
        connection.sendall(request)
        # Head and body may arrive separately.
        answer = b""
        while not answer.endswith(b"}"):
            piece = connection.recv(4000)
            assert piece, f"the connection was closed after {answer!r}"
            answer += piece
        return answer.decode()


def test_a_body_that_does_not_arrive_is_408(bounded):
    answer = answer_to(bounded, b"POST /generate HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")
    assert answer.startswith("HTTP/1.1 408")
    assert '{"detail": "the request was not complete after 0.3 seconds"}' in answer


def test_too_many_concurrent_bodies_are_503(serve, tmp_path, wait_for):
    from jepamine.serving.middleware import Bounds

    with serve(tmp_path, bounds=Bounds(max_requests=2)) as live:
        live.validator.open.clear()
        held = [send(live, "/generate", {"description": f"a {shape}"}) for shape in ("dot", "star")]
        wait_for(lambda: live.jobs.pending == 2)
        refused = live.generate("a circle")
        assert (refused.status, refused.headers["retry-after"]) == (503, "2")
        for connection in held:
            connection.close()
        live.validator.open.set()
        wait_for(lambda: live.generate("a circle").status == 200)


def test_too_many_bytes_of_concurrent_bodies_are_503(serve, tmp_path, wait_for):
    from jepamine.serving.middleware import Bounds

    with serve(tmp_path, bounds=Bounds(max_total_bytes=1000)) as live:
        live.validator.open.clear()
        held = send(live, "/generate", {"description": "a dot" + " " * 600})
        wait_for(lambda: live.jobs.pending == 1)
        refused = live.generate("a star" + " " * 600)
        assert (refused.status, refused.headers["retry-after"]) == (503, "2")
        held.close()
        live.validator.open.set()
        wait_for(lambda: live.generate("a star" + " " * 600).status == 200)


@pytest.mark.parametrize("chunked", [False, True], ids=["announced", "chunked"])
def test_a_body_that_is_too_large_is_413(bounded, chunked):
    body = b"x" * 1001
    if chunked:
        body = iter([b"x" * 400] * 3)
    reply = bounded.call("POST", "/generate", body, {"Content-Type": "application/json"})
    assert (reply.status, reply.detail) == (413, "the request is larger than 1,000 bytes")


def test_expect_100_continue_with_too_large_a_body_is_413_at_once(bounded):
    head = b"POST /layout HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\nExpect: 100-continue\r\n\r\n"
    assert answer_to(bounded, head).startswith("HTTP/1.1 413")
