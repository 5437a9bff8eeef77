"""Bad requests: a 4xx status and one line with the reason."""

from __future__ import annotations

import base64
import json
import struct
import zlib

import pytest


def bomb(side: int) -> bytes:
    """A PNG of some hundred bytes that claims to have `side` x `side` pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def text(content: bytes) -> str:
    return base64.b64encode(content).decode()


@pytest.mark.parametrize(
    ("body", "message"),
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
def test_generate_names_the_wrong_field_in_one_line(shared, body, message):
    reply = shared.post("/generate", body)
    assert (reply.status, reply.detail[: len(message)]) == (422, message)
    assert len(reply.detail) < 600


@pytest.mark.parametrize(
    ("path", "body", "message"),
    [
        ("/validate", {}, "code: missing"),
        ("/validate", {"code": "x" * 200_001}, "code: string should have at most 200000 characters"),
        ("/validate", {"code": "", "layout": {"objects": [{}]}}, "layout.objects[0].type: missing"),
        ("/validate", {"code": "", "layout": 3}, "layout: input should be a valid dictionary"),
        ("/feedback", {"id": "0" * 32}, "body: value error, give 'satisfied' (true or false), a '"),
        ("/feedback", {"id": "../x", "satisfied": True}, "id: string should match pattern"),
        ("/feedback", {"id": "0" * 32, "rating": 6}, "rating: input should be less than or equal to 5"),
        ("/feedback", {"id": "0" * 32, "satisfied": "yes"}, "satisfied"),
    ],
)
def test_the_other_routes_name_the_field_too(shared, path, body, message):
    reply = shared.post(path, body)
    assert (reply.status, reply.detail[: len(message)]) == (422, message)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff\xfe", b'{"description": ' + b"9" * 5000 + b"}", b"[" * 100_000],
    ids=["empty", "half", "not UTF-8", "a number of 5,000 digits", "deeper than can be read"],
)
def test_a_body_that_is_not_json_is_an_error(shared, body):
    reply = shared.call("POST", "/generate", body, {"Content-Type": "application/json"})
    assert reply.status in (400, 422)
    assert reply.detail


def test_json_sent_as_text_is_an_error(shared):
    body = json.dumps({"description": "a circle"})
    assert shared.call("POST", "/generate", body, {"Content-Type": "text/plain"}).status == 422


@pytest.mark.parametrize(
    ("body", "kind", "status", "message"),
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
            "image: upload it as a file in the form field 'image'",
        ),
    ],
)
def test_layout_rejects_anything_but_an_image(shared, body, kind, status, message):
    reply = shared.call("POST", "/layout", body, {"Content-Type": kind})
    assert (reply.status, reply.detail[: len(message)]) == (status, message)


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
def test_other_paths_are_not_found(shared, path):
    reply = shared.get(path)
    assert reply.status == 404
    assert reply.detail


def test_a_wrong_method_names_the_allowed_one(shared):
    reply = shared.get("/generate")
    assert (reply.status, reply.headers["allow"]) == (405, "POST")
