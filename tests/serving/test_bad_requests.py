"""What clients send by mistake or on purpose: 4xx and a line that says why."""

from __future__ import annotations

import base64
import json
import struct
import zlib

import pytest


def bomb(side: int) -> bytes:
    """A PNG of some hundred bytes that says it has `side` x `side` pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def text(content: bytes) -> str:
    return base64.b64encode(content).decode()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "describe the scene, give an image of "),
        ({"description": ""}, "describe the scene, give an "),
        ({"description": " \n"}, "describe the scene, give an "),
        ({"description": "colourless green ideas"}, "no object found in 'colourless green ideas'"),
        ({"description": "x" * 100_000}, "description: string should have at most 4000 characters"),
        ({"description": 7}, "description: input should be a valid string"),
        ({"description": ["a circle"]}, "description: input should be a valid string"),
        ({"description": None}, "description: input should be a valid string"),
        ({"description": "a circle \ud800"}, "description: "),
        ({"description": "a circle", "style": "baroque"}, "style: input should be '3b1b', 'static'"),
        ({"description": "a circle", "complexity": 3}, "complexity: input should be 'simple', 'medium'"),
        ({"description": "a circle", "layout": "tea"}, "layout: input should be 'auto', 'text', 'image'"),
        ({"description": "a circle", "layout": "image"}, "the layout is to come from an image"),
        ({"description": "a circle", "colour": "red"}, "colour: unknown key"),
        ({"image": "!!"}, "image: not base64"),
        ({"image": ""}, "image: it is empty"),
        ({"image": "https://example.org/x.png"}, "image: send the image itself"),
        ({"image": 7}, "image: input should be a valid string"),
        ({"image": text(b"no picture")}, "image: not one of PNG, JPEG, WEBP, GIF, BMP"),
        ({"image": text(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n")}, "image: not one of PNG"),
        ({"image": text(bomb(5000))}, "image: 5000 x 5000 pixels are too many"),
        ({"image": text(bomb(40_000))}, "image: too large"),
        ({"image": text(bomb(2**31 - 1))}, "image: "),
        ({"image": text(bomb(100))}, "image: damaged or truncated"),
        ([], "body: "),
        ("a circle", "body: "),
        (None, "body: "),
    ],
)
def test_generate_refuses_with_a_line_that_names_the_field(shared, body, said):
    reply = shared.post("/generate", body)
    assert (reply.status, reply.detail[: len(said)]) == (422, said)
    assert len(reply.detail) < 600


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("/validate", {}, "code: missing"),
        ("/validate", {"code": "x" * 200_001}, "code: string should have at most 200000 characters"),
        ("/validate", {"code": "", "layout": {"objects": [{}]}}, "layout.objects[0].type: missing"),
        ("/validate", {"code": "", "layout": 3}, "layout: input should be a valid dictionary"),
        ("/feedback", {"id": "0" * 32}, "body: value error, give 'satisfied' (true or false) or a '"),
        ("/feedback", {"id": "../x", "satisfied": True}, "id: string should match pattern"),
        ("/feedback", {"id": "0" * 32, "rating": 6}, "rating: input should be less than or equal to 5"),
        ("/feedback", {"id": "0" * 32, "satisfied": "yes"}, "satisfied"),
    ],
)
def test_the_others_do_too(shared, path, body, said):
    reply = shared.post(path, body)
    assert (reply.status, reply.detail[: len(said)]) == (422, said)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff\xfe", b'{"description": ' + b"9" * 5000 + b"}", b"[" * 100_000],
    ids=["empty", "half", "not UTF-8", "a number of 5,000 digits", "deeper than can be read"],
)
def test_what_is_not_json_is_reported(shared, body):
    reply = shared.call("POST", "/generate", body, {"Content-Type": "application/json"})
    assert reply.status in (400, 422)
    assert reply.detail


def test_json_that_does_not_say_that_it_is_json_is_not_read(shared):
    body = json.dumps({"description": "a circle"})
    assert shared.call("POST", "/generate", body, {"Content-Type": "text/plain"}).status == 422


@pytest.mark.parametrize(
    ("body", "kind", "status", "said"),
    [
        (b"", "image/png", 422, "image: it is empty"),
        (b"no picture", "image/png", 422, "image: not one of PNG"),
        (bomb(40_000), "image/png", 422, "image: too large"),
        (b"a=b", "application/x-www-form-urlencoded", 415, "send the image itself"),
        (b"", "multipart/form-data", 400, "Missing boundary in multipart."),
        (b"--x--\r\n", "multipart/form-data; boundary=x", 422, "image: upload it"),
        (
            b'--x\r\nContent-Disposition: form-data; name="image"\r\n\r\ntext\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
            422,
            "image: upload it as the file of the form's field 'image'",
        ),
    ],
)
def test_layout_refuses_what_is_not_a_image(shared, body, kind, status, said):
    reply = shared.call("POST", "/layout", body, {"Content-Type": kind})
    assert (reply.status, reply.detail[: len(said)]) == (status, said)


@pytest.mark.parametrize(
    "path",
    [
        "/previews/../feedback.jsonl",
        "/previews/..%2ffeedback.jsonl",
        "/previews/%2e%2e/feedback.jsonl",
        "/previews/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "/previews/..\\feedback.jsonl",
        "/previews//etc/passwd",
        "/previews/",
        "/previews",
        "/previews/x.png",
        "/previews/" + "0" * 32 + ".png",
        "/previews/" + "0" * 32 + ".png%00",
        "/previews/" + "0" * 32,
        "/previews/" + "0" * 5000,
        "/page/../app.py",
        "/page/",
        "/generate/",
        "/docs",
    ],
)
def test_there_is_nothing_at_other_addresses(shared, path):
    reply = shared.get(path)
    assert reply.status == 404
    assert reply.detail


def test_a_method_that_does_not_exist_is_reported_which_is(shared):
    reply = shared.get("/generate")
    assert (reply.status, reply.headers["allow"]) == (405, "POST")
