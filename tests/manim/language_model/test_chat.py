from __future__ import annotations

from dataclasses import replace

import pytest

from jepamine.errors import UserError
from jepamine.manim.generators.protocol import Usage
from jepamine.manim.language_model.chat import MAX_CHARACTERS, Chat

HELLO = [{"role": "user", "content": "hello"}]


def test_an_answer_is_streamed_with_its_tokens_and_the_key_goes_into_the_header_alone(server, chat, tmp_path):
    server.answers = ["x" * 2500]
    answer = chat.ask(HELLO)
    assert (answer.text, answer.usage) == ("x" * 2500, Usage(1, 0, 10, 20))
    assert server.keys == ["Bearer secret-key"]
    assert server.requests[0]["messages"] == HELLO
    assert "secret-key" not in "".join(path.read_text() for path in (tmp_path / "answers").iterdir())


def test_the_same_question_is_asked_once_and_another_seed_or_model_again(server, chat):
    server.answers = ["first", "second", "third"]
    assert [chat.ask(HELLO).text, chat.ask(HELLO).text] == ["first", "first"]
    assert chat.ask(HELLO).usage == Usage(cached=1)
    assert chat.ask(HELLO, seed=1).text == "second"
    other = Chat(replace(chat.endpoint, model="large"), chat._store)
    assert other.ask(HELLO).text == "third"


@pytest.mark.slow
def test_rate_limits_and_errors_of_the_server_are_retried(server, chat):
    server.answers = [429, 503, "at last"]
    assert chat.ask(HELLO).text == "at last"


def test_a_server_without_schemas_is_asked_without_one(server, chat):
    server.answers = [400, "{}"]
    assert chat.ask(HELLO, schema={"type": "object"}).text == "{}"
    assert ["response_format" in request for request in server.requests] == [True, False]


def test_an_endless_answer_is_cut_off_and_its_connection_closed(server, chat):
    server.answers = ["x" * (40 * MAX_CHARACTERS)]
    assert MAX_CHARACTERS < len(chat.ask(HELLO).text) <= MAX_CHARACTERS + 1000


@pytest.mark.slow
@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ([401], r"/v1, model 'small': the key in MY_KEY is refused$"),
        ([404], r"not found; check the URL, which often ends in /v1, and the model's name$"),
        ([429] * 3, r"over the rate limit after 2 retries; try again later$"),
        ([500] * 3, r"Error code: 500 - .*refused Bearer \*\*\*"),
        ([400], r"Error code: 400 - .*refused Bearer \*\*\*"),
        ([""], r"the answer is empty$"),
    ],
)
def test_a_refusal_is_one_line_that_names_the_endpoint_and_never_the_key(server, chat, answers, message):
    server.answers = answers
    with pytest.raises(UserError, match=message) as error:
        chat.ask(HELLO)
    assert "secret-key" not in str(error.value)
    assert "\n" not in str(error.value)
    assert not chat._store.exists()


def test_a_server_that_does_not_run_is_one_line(tmp_path, chat):
    away = Chat(replace(chat.endpoint, base_url="http://127.0.0.1:9/v1", retries=0), tmp_path)
    with pytest.raises(UserError, match=r"127.0.0.1:9/v1, .* cannot be reached .* is it running\?$"):
        away.ask(HELLO)


def test_openai_itself_needs_a_key(tmp_path, chat, monkeypatch):
    monkeypatch.delenv("MY_KEY")
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    with pytest.raises(UserError, match="set MY_KEY, or name another server with --set base_url=URL"):
        Chat(replace(chat.endpoint, base_url=None), tmp_path).ask(HELLO)


PIECE = (
    '{"id":"1","object":"chat.completion.chunk","created":0,"model":"m","choices":[{"index":0,"delta":%s}]}'
)


def test_an_answer_that_breaks_off_is_asked_for_again_and_never_kept(server, chat, stream):
    half = stream((PIECE % '{"content": "half"}',))
    server.answers = [half, half, "whole"]
    assert chat.ask(HELLO).text == "whole"
    server.answers = [half] * 3
    with pytest.raises(
        UserError, match=r"the answer breaks off: the server closed the connection before its"
    ):
        chat.ask(HELLO, seed=1)
    assert len(list(chat._store.iterdir())) == 1


def test_a_server_that_falls_silent_is_given_up_after_the_timeout(server, chat, stream, tmp_path):
    quick = Chat(replace(chat.endpoint, timeout=0.2, retries=1), tmp_path / "quick")
    server.answers = [stream((PIECE % '{"content": "half"}',), silence=5)] * 2
    with pytest.raises(UserError, match=r"silent for 0\.2 s; raise it with --set timeout=SECONDS$"):
        quick.ask(HELLO)
    server.answers = [stream(silence=5)] * 4
    with pytest.raises(UserError, match=r"silent for 0\.2 s|no answer in 0\.2 s"):
        quick.ask(HELLO)


def test_a_stream_that_is_no_json_and_a_refusal_are_one_line(server, chat, stream):
    server.answers = [stream(("<html>",))] * 3
    with pytest.raises(UserError, match=r"the stream is not JSON; is this an OpenAI-compatible endpoint\?$"):
        chat.ask(HELLO)
    server.answers = [stream((PIECE % '{"refusal": "I cannot draw this."}',))]
    with pytest.raises(UserError, match=r"the model refuses: I cannot draw this\.$"):
        chat.ask(HELLO)


@pytest.mark.parametrize("key", ["two\nlines", "schlüssel", "\x07"])
def test_a_key_that_no_request_can_carry_is_an_error_that_does_not_show_it(chat, monkeypatch, key):
    monkeypatch.setenv("MY_KEY", key)
    with pytest.raises(UserError) as error:
        chat.ask(HELLO)
    assert str(error.value) == "the key in MY_KEY holds characters that no key has; copy it again"


def test_space_around_a_key_is_left_out_and_an_empty_one_is_none(server, chat, monkeypatch):
    monkeypatch.setenv("MY_KEY", "  spaced\n")
    server.answers = ["x"]
    chat.ask(HELLO)
    assert server.keys == ["Bearer spaced"]
    monkeypatch.setenv("MY_KEY", "")
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    with pytest.raises(UserError, match="needs a key: set MY_KEY"):
        Chat(replace(chat.endpoint, base_url=None), chat._store).ask(HELLO, seed=1)


def test_a_password_in_the_url_is_not_shown(tmp_path, chat):
    url = "http://user:secret-word@127.0.0.1:9/v1"
    with pytest.raises(UserError) as error:
        Chat(replace(chat.endpoint, base_url=url, retries=0), tmp_path).ask(HELLO)
    assert str(error.value).startswith("http://***@127.0.0.1:9/v1, model 'small': cannot be reached")
