"""POST /generate: every client gets its own response, and equal requests run once."""

from __future__ import annotations

import base64
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

COLOURS = ("red", "blue", "green", "yellow", "orange", "purple", "white", "pink")
SHAPES = ("circle", "square", "triangle", "star", "dot")
PLACES = ("at the top", "at the bottom", "in the centre", "on the left", "on the right")


def test_a_response_holds_code_layout_preview_and_attempts(live):
    reply = live.generate("a red circle above a blue square, gleefully")
    assert reply.status == 200
    answer = reply.json
    assert answer.pop("seconds").keys() == {"layout", "code", "total"}
    assert "circle = Circle(radius=0.8, color=RED)" in answer.pop("code")
    assert [item["type"] for item in answer.pop("layout")["objects"]] == ["circle", "square"]
    assert live.get(answer.pop("preview_url")).headers["content-type"] == "image/png"
    assert len(answer.pop("id")) == 32
    assert answer.pop("confidence") == pytest.approx(1 - 9 / 44, abs=0.03)
    assert answer == {
        "layout_from": "text",
        "adherence": {"within_half": 1.0, "within_tenth": 1.0, "mean_error": 0.0},
        "generator": "template",
        "not_understood": [{"text": "gleefully", "reason": "not understood"}],
        "tries": [{"generator": "template", "attempt": 0, "repaired": [], "problem": None}],
        "cached": False,
    }


@pytest.mark.slow
def test_200_requests_from_16_clients_each_get_their_own_response(live):
    asked = [(colour, shape, place) for colour in COLOURS for shape in SHAPES for place in PLACES]
    with ThreadPoolExecutor(16) as clients:
        replies = list(clients.map(lambda one: live.generate("a {} {} {}".format(*one)), asked))
    assert len(asked) == 200
    assert {reply.status for reply in replies} == {200}
    for (colour, shape, _), reply in zip(asked, replies, strict=True):
        code = reply.json["code"]
        assert f"{shape} = " in code
        assert f"color={colour.upper()}" in code or colour == "white"
    assert len({reply.json["id"] for reply in replies}) == 200
    assert len(set(live.validator.codes)) == 200


def test_a_repeated_request_is_served_from_the_cache(live):
    first, second = live.generate("a circle"), live.generate("a circle")
    assert (first.json["cached"], second.json["cached"]) == (False, True)
    assert {**first.json, "cached": None} == {**second.json, "cached": None}
    assert len(live.validator.codes) == 1
    assert (live.metric("jepamine_cache_hits_total"), live.metric("jepamine_cache_misses_total")) == (1, 1)


def test_identical_concurrent_requests_run_one_job(live, wait_for):
    live.validator.open.clear()
    with ThreadPoolExecutor(8) as clients:
        replies = [clients.submit(live.generate, "a star") for _ in range(8)]
        wait_for(lambda: any(job.clients == 8 for job in live.jobs._jobs.values()))
        live.validator.open.set()
        answers = [reply.result().json for reply in replies]
    assert len(live.validator.codes) == 1
    assert sorted(answer["cached"] for answer in answers) == [False] + [True] * 7


def test_everything_that_changes_the_response_changes_its_id(live, picture):
    image = base64.b64encode(picture()).decode()
    other = base64.b64encode(picture(grey=90)).decode()
    asked = [
        {"description": "a circle"},
        {"description": "a dot"},
        {"description": "a circle", "style": "static"},
        {"description": "a circle", "complexity": "simple"},
        {"description": "a circle", "layout": "text"},
        {"description": "a circle", "image": image},
        {"description": "a circle", "image": other},
    ]
    ids = [live.post("/generate", body).json["id"] for body in asked]
    assert len(set(ids)) == len(asked)
    assert live.post("/generate", {**asked[0], "style": "3b1b"}).json["id"] == ids[0]


def test_the_cache_keeps_the_most_recent_responses(serve, tmp_path):
    with serve(tmp_path, cache=2) as live:
        for shape in ("circle", "dot", "star"):
            live.generate(f"a {shape}")
        assert [live.generate(f"a {shape}").json["cached"] for shape in ("star", "dot", "circle")] == [
            True,
            True,
            False,
        ]


def test_a_cache_of_size_0_keeps_nothing(serve, tmp_path):
    with serve(tmp_path, cache=0) as live:
        assert [live.generate().json["cached"] for _ in range(2)] == [False, False]


def test_a_response_whose_preview_was_deleted_is_generated_again(live):
    url = live.generate().json["preview_url"]
    (live.service.previews.folder / url.rpartition("/")[2]).unlink()
    assert live.generate().json["cached"] is False
    assert live.get(url).status == 200


def test_an_image_can_be_base64_or_a_data_url(live, picture):
    plain = base64.b64encode(picture(grey=51)).decode()
    first = live.post("/generate", {"image": plain}).json
    second = live.post("/generate", {"image": f"data:image/png;base64,{plain}"}).json
    assert first["layout_from"] == "image"
    assert first["layout"]["objects"][0]["width"] == pytest.approx(1.2, abs=0.01)
    assert (first["confidence"], second["cached"]) == (0.9, True)


def test_waiting_images_are_encoded_in_one_call(live, picture, wait_for):
    live.layout_run.open.clear()
    images = [base64.b64encode(picture(grey=10 * number)).decode() for number in range(8)]
    with ThreadPoolExecutor(8) as clients:
        replies = [clients.submit(live.post, "/generate", {"image": image}) for image in images[:1]]
        wait_for(lambda: live.layout_run.calls == [1])
        replies += [clients.submit(live.post, "/generate", {"image": image}) for image in images[1:]]
        wait_for(lambda: live.jobs.pending == 8)
        # Meanwhile the service decodes the images.
        time.sleep(0.3)
        live.layout_run.open.set()
        widths = [reply.result().json["layout"]["objects"][0]["width"] for reply in replies]
    assert sum(live.layout_run.calls) == 8
    assert len(live.layout_run.calls) < 5
    assert widths == pytest.approx([1 + number * 10 / 255 for number in range(8)], abs=0.02)


def test_a_generator_that_is_not_offered_is_an_error(live):
    for name in ("templat", "os:system", "./x.py:run"):
        reply = live.generate(generator=name)
        assert reply.status == 422
        assert reply.detail.startswith(f"generator: '{name}' is not offered")
    assert live.generate(generator="template").status == 200


def test_code_that_fails_validation_is_not_returned(live):
    live.validator.fails = True
    reply = live.generate()
    assert (reply.status, "made to fail" in reply.detail) == (422, True)
    assert live.metric("jepamine_compile_rate") == 0


def test_too_little_understood_is_refused_unless_the_request_says_anyway(live):
    words = "a circle which zorbles the flumph wibblingly"
    refused = live.generate(words)
    assert refused.status == 422
    assert "% of the description is understood: circle" in refused.detail
    made = live.generate(words, anyway=True)
    assert made.status == 200
    assert "circle = Circle(radius=0.8)" in made.json["code"]
    assert made.json["confidence"] < 0.6
    assert made.json["not_understood"] != []
