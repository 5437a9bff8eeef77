"""Previews have immutable URLs that a CDN can cache."""

from __future__ import annotations

import os

import pytest

from jepamine.serving import saved_files


def test_a_preview_is_immutable_and_cacheable(live):
    url = live.generate().json["preview_url"]
    name = url.rpartition("/")[2].removesuffix(".png")
    reply = live.get(url)
    assert reply.body == (live.service.previews.folder / f"{name}.png").read_bytes()
    assert reply.headers["content-type"] == "image/png"
    assert reply.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert reply.headers["etag"] == f'"{name}"'
    for known in (f'"{name}"', f'W/"{name}"', "*"):
        again = live.get(url, If_None_Match=known)
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", f'"{name}"')
    assert live.get(url, If_None_Match='"other"').status == 200
    head = live.call("HEAD", url)
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(len(reply.body)))


def test_a_missing_preview_is_not_cached(shared):
    assert shared.get("/previews/" + "0" * 32 + ".png").headers["cache-control"] == "no-store"


def test_the_same_image_has_the_same_id_in_every_service(tmp_path, picture):
    one, other = saved_files.Media(tmp_path / "one", ".png"), saved_files.Media(tmp_path / "other", ".png")
    assert one.store(picture()) == other.store(picture()) != one.store(picture(grey=9))


def test_the_least_recently_used_previews_are_deleted_first(tmp_path, picture, monkeypatch):
    monkeypatch.setattr(saved_files, "MAX_FILES", 4)
    monkeypatch.setattr(saved_files, "KEPT", 2)
    kept = saved_files.Media(tmp_path, ".png")
    names = [kept.store(picture(grey=grey)) for grey in range(4)]
    for age, name in enumerate(names):
        os.utime(tmp_path / f"{name}.png", (age, age))
    # Requested again, so it is among the newest.
    assert kept.has(names[0])
    newest = kept.store(picture(grey=4))
    assert {path.stem for path in tmp_path.iterdir()} == {names[0], newest}


@pytest.mark.parametrize("name", ["../x.png", "x.png", "0" * 32, ("0" * 32) + ".png\n", "A" * 32 + ".png"])
def test_other_file_names_are_not_read(tmp_path, name):
    (tmp_path / "x.png").write_bytes(b"")
    assert saved_files.Media(tmp_path / "in", ".png").find(name) is None


def test_half_a_line_of_a_killed_service_spoils_no_other_feedback(tmp_path):
    path = tmp_path / "feedback.jsonl"
    saved_files.Feedback(path).write({"id": "a"})
    path.write_bytes(path.read_bytes() + b'{"id": "b')
    again = saved_files.Feedback(path)
    again.write({"id": "c"})
    again.write({"id": "d"})
    assert path.read_text().splitlines() == ['{"id": "a"}', '{"id": "b', '{"id": "c"}', '{"id": "d"}']
