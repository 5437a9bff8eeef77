"""POST /video: a scene is filmed once, and its video is served in parts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

CODE = "self.play(Create(Circle()))"


def test_code_is_filmed_once_and_its_video_never_changes(live):
    live.validator.video = b"0123456789"
    first, second = live.post("/video", {"code": CODE}).json, live.post("/video", {"code": CODE}).json
    assert (first["cached"], second["cached"]) == (False, True)
    assert first["video_url"] == second["video_url"]
    assert live.validator.videos == [CODE]
    reply = live.get(first["video_url"])
    assert (reply.body, reply.headers["content-type"]) == (b"0123456789", "video/mp4")
    assert reply.headers["cache-control"] == "public, max-age=31536000, immutable"
    name = first["video_url"].rpartition("/")[2].removesuffix(".mp4")
    assert reply.headers["etag"] == f'"{name}"'
    assert live.get(first["video_url"], If_None_Match=f'"{name}"').status == 304


def test_a_part_of_a_video_is_served_as_browsers_ask_for_it(live):
    live.validator.video = b"0123456789"
    url = live.post("/video", {"code": CODE}).json["video_url"]
    part = live.get(url, Range="bytes=2-5")
    assert (part.status, part.body, part.headers["content-range"]) == (206, b"2345", "bytes 2-5/10")
    assert live.get(url, Range="bytes=20-").status == 416
    head = live.call("HEAD", url)
    assert (head.status, head.body, head.headers["accept-ranges"]) == (200, b"", "bytes")


def test_another_code_or_scene_is_another_video_and_a_deleted_one_is_filmed_again(live):
    asked = [{"code": CODE}, {"code": CODE + "\n"}, {"code": CODE, "scene": "Other"}]
    urls = [live.post("/video", body).json["video_url"] for body in asked]
    assert len(set(urls)) == 3
    (live.service.videos.folder / urls[0].rpartition("/")[2]).unlink()
    assert live.get(urls[0]).status == 404
    assert live.post("/video", asked[0]).json == {"video_url": urls[0], "cached": False}
    assert live.get(urls[0]).status == 200


def test_identical_concurrent_requests_film_once(live, wait_for):
    live.validator.open.clear()
    with ThreadPoolExecutor(4) as clients:
        replies = [clients.submit(live.post, "/video", {"code": CODE}) for _ in range(4)]
        wait_for(lambda: any(job.clients == 4 for job in live.jobs._jobs.values()))
        live.validator.open.set()
        answers = [reply.result().json for reply in replies]
    assert live.validator.videos == [CODE]
    assert sorted(answer["cached"] for answer in answers) == [False, True, True, True]


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({"code": "self.add(Dot())"}, "the scene has no animation and no wait: there is nothing to film"),
        ({}, "code: missing"),
        ({"code": 5}, "code: input should be a valid string"),
        ({"code": CODE, "seconds": 9000}, "seconds: unknown key"),
    ],
)
def test_why_there_is_no_video_is_one_line(live, body, detail):
    reply = live.post("/video", body)
    assert (reply.status, reply.detail) == (422, detail)
    assert not list(live.service.videos.folder.glob("*.mp4"))


def test_filming_does_not_hold_up_generation(serve, tmp_path, wait_for):
    with serve(tmp_path, workers=2, threads=3) as live:
        film, validator = live.validator.film, live.validator
        held = validator.open.__class__()

        def slow(code, **options):
            assert held.wait(300)
            return film(code, **options)

        validator.film = slow
        with ThreadPoolExecutor(4) as clients:
            videos = [clients.submit(live.post, "/video", {"code": f"{CODE} {place}"}) for place in range(4)]
            wait_for(lambda: live.jobs.pending == 4)
            assert live.generate("a star").status == 200
            held.set()
            assert [reply.result().status for reply in videos] == [200] * 4


def test_videos_are_timed_and_the_page_may_play_them(live):
    live.post("/video", {"code": CODE})
    assert live.metric('jepamine_inference_seconds_count{stage="video"}') == 1
    assert "; media-src 'self'; " in live.get("/").headers["content-security-policy"]
