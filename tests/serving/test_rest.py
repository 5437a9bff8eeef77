"""/layout, /validate, /feedback, /metrics and /healthz."""

from __future__ import annotations

import json

import pytest


def form(content: bytes, field: str = "image") -> tuple[bytes, dict[str, str]]:
    """(a form's body with one file, its headers)."""
    head = f'--x\r\nContent-Disposition: form-data; name="{field}"; filename="a.png"\r\n\r\n'.encode()
    return head + content + b"\r\n--x--\r\n", {"Content-Type": "multipart/form-data; boundary=x"}


def test_an_image_as_body_or_form_becomes_a_layout(shared, picture):
    content = picture(grey=51)
    replies = [
        shared.call("POST", "/layout", content, {"Content-Type": "image/png"}),
        shared.call("POST", "/layout", content),
        shared.call("POST", "/layout", *form(content)),
    ]
    assert [reply.status for reply in replies] == [200] * 3
    answer = replies[0].json
    assert (answer["confidence"], answer["layout"]["objects"][0]["type"]) == (0.9, "square")
    assert {json.dumps(reply.json["layout"]) for reply in replies} == {json.dumps(answer["layout"])}
    assert len(shared.layout_run.calls) == 1


def test_code_is_validated_against_a_layout(shared):
    made = shared.generate().json
    report = shared.post("/validate", {"code": made["code"], "layout": made["layout"]}).json
    assert (report["runs"], report["final"]["adherence"]["within_half"]) == (True, 1.0)
    assert report["protection"]["open"] == []
    assert "adherence" in shared.post("/validate", {"code": "pass"}).json["final"]


def test_numbers_that_json_lacks_are_null(shared, monkeypatch):
    def far(body):
        return {"runs": True, "far": [float("inf"), {"x": float("nan")}], "text": "\ud800"}

    monkeypatch.setattr(type(shared.service), "validate", lambda self, body: far(body))
    assert shared.post("/validate", {"code": ""}).json == {
        "runs": True,
        "far": [None, {"x": None}],
        "text": "\ud800",
    }


def test_feedback_is_counted_and_stored(live):
    name = live.generate().json["id"]
    said = [
        {"id": name, "satisfied": True, "comment": "näice"},
        {"id": name, "satisfied": False},
        {"id": name, "rating": 5},
        {"id": name, "satisfied": 2},
    ]
    assert [live.post("/feedback", one).json["satisfied"] for one in said] == [True, False, True, False]
    assert live.metric('jepamine_feedback_total{satisfied="yes"}') == 2
    assert live.metric("jepamine_satisfaction") == 0.5
    assert (live.metric("jepamine_rating_count"), live.metric("jepamine_rating_sum")) == (2, 7)
    lines = [json.loads(line) for line in live.service.feedback.path.read_text().splitlines()]
    assert lines[0] == {"id": name, "satisfied": True, "rating": None, "comment": "näice"}
    assert [line["rating"] for line in lines] == [None, None, 5, 2]


def test_feedback_with_the_true_layout_measures_the_returned_one(live, picture):
    made, read = live.generate().json, live.call("POST", "/layout", picture()).json
    wrong = json.loads(json.dumps(made["layout"]))
    wrong["objects"][0]["x"] += 5
    said = [
        {"id": made["id"], "layout": made["layout"]},
        {"id": made["id"], "layout": wrong, "satisfied": True},
        {"id": read["id"], "layout": read["layout"]},
    ]
    answers = [live.post("/feedback", one).json for one in said]
    count = len(made["layout"]["objects"])
    assert answers == [
        {"satisfied": None, "layout_accuracy": 1.0},
        {"satisfied": True, "layout_accuracy": round((count - 1) / count, 4)},
        {"satisfied": None, "layout_accuracy": 1.0},
    ]
    lines = [json.loads(line) for line in live.service.feedback.path.read_text().splitlines()]
    assert [line["layout_accuracy"] for line in lines] == [one["layout_accuracy"] for one in answers]
    assert live.metric("jepamine_inference_layout_accuracy_count") == 3
    assert live.metric('jepamine_feedback_total{satisfied="yes"}') == 1
    unknown = live.post("/feedback", {"id": "0" * 32, "layout": made["layout"]})
    assert (unknown.status, "no response with this id is kept" in unknown.json["detail"]) == (422, True)
    empty = live.post("/feedback", {"id": made["id"], "layout": {"objects": []}})
    assert (empty.status, "nothing to compare with" in empty.json["detail"]) == (422, True)


def test_the_feedback_file_has_a_bounded_size(live, monkeypatch):
    monkeypatch.setattr("jepamine.serving.saved_files.MAX_BYTES", 500)
    for _ in range(40):
        live.post("/feedback", {"id": "0" * 32, "rating": 4})
    sizes = [path.stat().st_size for path in live.service.feedback.path.parent.glob("feedback*.jsonl")]
    assert len(sizes) == 2
    assert max(sizes) < 700


def test_metrics_hold_times_accuracy_and_counts(live, picture):
    live.generate("a circle and a square")
    live.call("POST", "/layout", picture())
    assert live.metric('jepamine_layout_accuracy{run="boxes"}') == 0.75
    for stage, count in (("layout", 2), ("code", 1), ("validation", 1), ("total", 1), ("encoding", 1)):
        assert live.metric(f'jepamine_inference_seconds_count{{stage="{stage}"}}') == count
    assert live.metric("jepamine_objects_within_half_unit_total") == 2
    assert live.metric("jepamine_compile_rate") == 1
    assert live.metric("jepamine_batch_size_count") == 1
    assert live.metric('jepamine_scenes_total{generator="template"}') == 1
    assert live.metric('jepamine_requests_total{path="/generate",status="200"}') == 1
    assert live.get("/metrics").headers["content-type"].startswith("text/plain")


def test_made_up_paths_add_no_metrics(live):
    for number in range(5):
        live.get(f"/made/up/{number}")
        live.get(f"/previews/{number}")
    text = live.get("/metrics").body.decode()
    assert 'jepamine_requests_total{path="other",status="404"} 5.0' in text
    assert 'jepamine_requests_total{path="/previews/{file}",status="404"} 5.0' in text


def test_health_reports_run_generators_and_protection(shared):
    assert shared.get("/healthz").json == {
        "status": "ok",
        "version": shared.service.identity.version,
        "run": "boxes",
        "generators": ["template"],
        "protection": {
            "in_force": "Landlock 7, seccomp, limits",
            "closed": ["reading", "writing", "network", "processes", "signals"],
            "open": [],
        },
    }


@pytest.mark.parametrize("path", ["/", "/healthz", "/nowhere", "/openapi.json"])
def test_every_response_has_security_headers(shared, path):
    headers = shared.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
