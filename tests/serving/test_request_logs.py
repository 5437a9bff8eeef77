"""Request IDs and JSON logs."""

from __future__ import annotations

import json
import logging
import re

import pytest

from jepamine.serving.request_logs import LOGGER, JsonFormatter


@pytest.fixture
def lines(monkeypatch):
    """Collect the log of the service as parsed JSON lines."""
    records = []

    class Collect(logging.Handler):
        def emit(self, record):
            records.append(json.loads(JsonFormatter().format(record)))

    handler = Collect()
    LOGGER.addHandler(handler)
    monkeypatch.setattr(LOGGER, "level", logging.INFO)
    yield records
    LOGGER.removeHandler(handler)


def test_each_response_has_an_id_that_is_logged(shared, lines):
    reply = shared.get("/healthz")
    (line,) = lines
    assert re.fullmatch("[0-9a-f]{32}", reply.headers["x-request-id"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line.pop("time"))
    assert line.pop("seconds") < 300
    assert line == {
        "level": "info",
        "message": "response",
        "request_id": reply.headers["x-request-id"],
        "client": "127.0.0.1",
        "method": "GET",
        "path": "/healthz",
        "status": 200,
    }


@pytest.mark.parametrize(
    ("given", "kept"), [("abc-1.2_3", True), ("x" * 65, False), ("a b", False), ("a\x1bb", False)]
)
def test_the_id_of_a_proxy_is_kept_if_it_is_harmless(shared, given, kept):
    reply = shared.get("/healthz", X_Request_ID=given)
    assert (reply.headers["x-request-id"] == given) is kept


def test_rejected_requests_are_logged_and_control_characters_escaped(shared, lines):
    shared.call("GET", "/no%0awhere%1b[31m", None, {"Host": "evil.example"})
    assert [(line["path"], line["status"]) for line in lines] == [("/no\nwhere\x1b[31m", 400)]
    record = logging.makeLogRecord({"msg": "a\nb\x1b", "levelname": "WARNING"})
    assert "\n" not in JsonFormatter().format(record)


def test_an_internal_error_is_logged_with_the_id_of_its_request(live, lines, monkeypatch, caplog):
    def fail(self, body):
        raise RuntimeError("a bug")

    monkeypatch.setattr(type(live.service), "validate", fail)
    reply = live.post("/validate", {"code": ""})
    assert (reply.status, reply.detail) == (500, "internal error; see the server log")
    error, response = lines
    assert (error["level"], error["message"], response["status"]) == ("error", "internal error", 500)
    assert error["exception"].endswith("RuntimeError: a bug")
    assert error["request_id"] == response["request_id"] == reply.headers["x-request-id"]
    assert reply.headers["x-content-type-options"] == "nosniff"
