"""Ask a language model: any server with OpenAI's chat completions; answers are kept by content."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jepamine.errors import UserError
from jepamine.manim.generators.protocol import Usage
from jepamine.utils.files import optional_write
from jepamine.utils.json_files import read_json, write_json

if TYPE_CHECKING:
    import openai
    from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam

#: A longer answer is cut off: a scene has a few thousand characters, and a small model may never stop.
MAX_CHARACTERS = 100_000


@dataclass(frozen=True)
class Endpoint:
    """A model and how it is asked.

    `base_url` None is what `OPENAI_BASE_URL` says, else OpenAI itself; `key_variable` names the environment
    variable that holds the key, which is written nowhere. `timeout` is how many seconds the server may be
    silent; `retries` of a request follow a rate limit, a server's error, a lost connection or a timeout.
    """

    model: str
    base_url: str | None
    key_variable: str
    timeout: float
    retries: int
    temperature: float
    max_tokens: int

    @property
    def place(self) -> str:
        """Return the URL."""
        return self.base_url or os.environ.get("OPENAI_BASE_URL") or "https://api.openai.com/v1"

    @property
    def shown(self) -> str:
        """Return URL and model as messages name them, without a password in the URL."""
        return f"{re.sub('//[^/@]*@', '//***@', self.place)}, model '{self.model}'"

    def key(self) -> str | None:
        """Return the key, None if there is none. Raises UserError for one that no request can carry."""
        key = os.environ.get(self.key_variable, "").strip()
        if not (key.isascii() and key.isprintable()):
            raise UserError(f"the key in {self.key_variable} holds characters that no key has; copy it again")
        return key or None


@dataclass(frozen=True)
class Answer:
    """A model's text and what it took; `cut` is whether it reached `max_tokens`."""

    text: str
    usage: Usage
    cut: bool = False


class _BrokenOff(Exception):
    """An answer began and did not end."""


class Chat:
    """A thread-safe client of an endpoint; answers are read from and kept in the folder `store`."""

    def __init__(self, endpoint: Endpoint, store: Path) -> None:
        self.endpoint, self._store = endpoint, store
        self._client: openai.OpenAI | None = None

    def ask(
        self, messages: list[dict[str, str]], *, schema: dict[str, Any] | None = None, seed: int = 0
    ) -> Answer:
        """Return the answer to a conversation, as JSON of `schema` if the server can hold the model to it.

        The same conversation with the same `seed` is asked once. Raises UserError that names the endpoint if
        it cannot be reached, refuses, or keeps failing.
        """
        end = self.endpoint
        asked = [end.place, end.model, end.temperature, end.max_tokens, messages, schema, seed]
        digest = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
        kept = self._store / f"{digest}.json"
        if kept.is_file():
            found = read_json(kept)
            return Answer(str(found["text"]), Usage(cached=1), bool(found.get("cut", False)))
        answer = self._request(messages, schema, seed)
        with optional_write(kept):
            write_json(kept, {"model": self.endpoint.model, "text": answer.text, "cut": answer.cut})
        return answer

    def _request(self, messages: list[dict[str, str]], schema: dict[str, Any] | None, seed: int) -> Answer:
        import openai

        try:
            try:
                return self._whole(messages, schema, seed)
            except openai.BadRequestError:
                if schema is None:
                    raise
            # Not every server knows schemas; the prompt describes the JSON, too.
            return self._whole(messages, None, seed)
        except openai.OpenAIError as error:
            raise UserError(self._problem(error)) from None

    def _whole(self, messages: list[dict[str, str]], schema: dict[str, Any] | None, seed: int) -> Answer:
        """Ask again after an answer that broke off: the package itself retries until an answer begins."""
        import openai

        for left in reversed(range(self.endpoint.retries + 1)):
            try:
                return self._stream(messages, schema, seed)
            except _BrokenOff as error:
                if not left:
                    raise openai.OpenAIError(str(error)) from None
        raise AssertionError("the last try returns or raises")

    def _stream(self, messages: list[dict[str, str]], schema: dict[str, Any] | None, seed: int) -> Answer:
        """Read an answer piece by piece: an interrupt or an endless answer closes the connection."""
        import openai

        typed: list[ChatCompletionMessageParam] = messages  # type: ignore[assignment]
        extra: dict[str, Any] = {}
        if schema is not None:
            named = {"name": "answer", "schema": schema, "strict": True}
            extra["response_format"] = {"type": "json_schema", "json_schema": named}
        request = self._open().chat.completions.create(
            model=self.endpoint.model,
            messages=typed,
            temperature=self.endpoint.temperature,
            max_tokens=self.endpoint.max_tokens,
            seed=seed,
            stream=True,
            stream_options={"include_usage": True},
            **extra,
        )
        with request as stream:
            try:
                return _joined(stream)
            except openai.APITimeoutError:
                silent = f"silent for {self.endpoint.timeout:g} s; raise it with --set timeout=SECONDS"
                raise _BrokenOff(silent) from None
            except openai.APIConnectionError as error:
                raise _BrokenOff(f"the answer breaks off ({error.__cause__ or error})") from None
            except json.JSONDecodeError:
                raise _BrokenOff("the stream is not JSON; is this an OpenAI-compatible endpoint?") from None

    def _open(self) -> openai.OpenAI:
        if self._client is None:
            import openai

            key = self.endpoint.key()
            if key is None and self.endpoint.place.startswith("https://api.openai.com"):
                raise UserError(
                    f"the generator 'llm' needs a key: set {self.endpoint.key_variable}, or name another "
                    "server with --set base_url=URL or OPENAI_BASE_URL"
                )
            self._client = openai.OpenAI(
                # Servers of one's own need no key, but the package requires one.
                api_key=key or "none",
                base_url=self.endpoint.place,
                timeout=self.endpoint.timeout,
                max_retries=self.endpoint.retries,
            )
        return self._client

    def _problem(self, error: openai.OpenAIError) -> str:
        """Return one line on what went wrong and what to do; it never holds the key."""
        import openai

        where = self.endpoint.shown
        if isinstance(error, openai.APITimeoutError):
            return f"{where}: no answer in {self.endpoint.timeout:g} s; raise it with --set timeout=SECONDS"
        if isinstance(error, openai.APIConnectionError):
            return self._hidden(f"{where}: cannot be reached ({error.__cause__ or error}); is it running?")
        if isinstance(error, openai.AuthenticationError | openai.PermissionDeniedError):
            return f"{where}: the key in {self.endpoint.key_variable} is refused"
        if isinstance(error, openai.NotFoundError):
            return f"{where}: not found; check the URL, which often ends in /v1, and the model's name"
        if isinstance(error, openai.RateLimitError):
            return f"{where}: over the rate limit after {self.endpoint.retries} retries; try again later"
        lines = str(error).strip().splitlines()
        return self._hidden(f"{where}: {lines[0][:300] if lines else type(error).__name__}")

    def _hidden(self, text: str) -> str:
        key = self.endpoint.key()
        return text.replace(key, "***") if key else text


def _joined(stream: Iterable[ChatCompletionChunk]) -> Answer:
    """Join the pieces of an answer. Raises _BrokenOff for one without an end, OpenAIError for a refusal."""
    import openai

    pieces: list[str] = []
    refusal, ended, length, cut = "", False, 0, False
    usage = Usage(1)
    for chunk in stream:
        if chunk.usage is not None:
            usage = Usage(1, 0, chunk.usage.prompt_tokens, chunk.usage.completion_tokens)
        for choice in chunk.choices[:1]:
            pieces.append(choice.delta.content or "")
            refusal += choice.delta.refusal or ""
            ended = ended or choice.finish_reason is not None
            cut = cut or choice.finish_reason == "length"
            length += len(pieces[-1])
        if length > MAX_CHARACTERS:
            ended = True
            break
    if refusal:
        raise openai.OpenAIError(f"the model refuses: {refusal}")
    if not ended:
        raise _BrokenOff("the answer breaks off: the server closed the connection before its end")
    if not length:
        raise openai.OpenAIError("the answer is empty")
    return Answer("".join(pieces), usage, cut)
