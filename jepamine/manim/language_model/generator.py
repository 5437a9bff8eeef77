"""The generator `llm`: any language model behind an OpenAI-compatible endpoint; its code may be wrong."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field

from jepamine.errors import UserError
from jepamine.manim.engine.style import CLASS
from jepamine.manim.generators.protocol import Generated, NotGenerated, Plan, Usage
from jepamine.manim.language_model import prompts, storyboard
from jepamine.manim.language_model.chat import Chat, Endpoint
from jepamine.manim.layouts import Layout
from jepamine.manim.text.reading import Reading

#: Answers of which one must be a valid storyboard.
PLANS = 3


@dataclass(frozen=True)
class LanguageModel:
    """Plan, write and revise by asking a model. Nothing of it is checked here: the pipeline does that."""

    chat: Chat
    prices: tuple[float, float]

    def plan(self, description: str) -> Plan:
        """Return the model's own layout for a description.

        Raises UserError if none of three answers is a valid storyboard.
        """
        messages = prompts.plan(description)
        usage = Usage()
        for _ in range(PLANS):
            answer = self.chat.ask(messages, schema=storyboard.schema())
            usage += answer.usage
            planned = storyboard.parse(answer.text)
            if isinstance(planned, storyboard.Storyboard):
                return Plan(planned.layout(), planned.brief(), self._priced(usage))
            problem = planned
            if answer.cut:
                problem += f" (cut off at max_tokens = {self.chat.endpoint.max_tokens}: --set max_tokens=N)"
            messages = prompts.correct(messages, answer.text, [problem])
        raise NotGenerated(
            f"model '{self.chat.endpoint.model}': none of {PLANS} answers is a usable plan; the last: "
            f"{problem}; use --layout text for the built-in reader's layout",
            self._priced(usage),
        )

    def generate(
        self, layout: Layout, description: str, *, attempt: int = 0, reading: Reading | None = None
    ) -> Generated:
        """Write code for a layout; each attempt asks with its own seed."""
        answer = self.chat.ask(prompts.write(layout, description), seed=attempt)
        return Generated(code_of(answer.text), {}, self._priced(answer.usage))

    def revise(
        self, previous: Generated, layout: Layout, description: str, problems: Sequence[str]
    ) -> Generated:
        """Return the previous code corrected by what the check found."""
        messages = prompts.write(layout, description)
        fenced = f"```python\n{previous.code}```"
        answer = self.chat.ask(prompts.correct(messages, fenced, problems))
        return Generated(code_of(answer.text), {}, self._priced(answer.usage))

    def _priced(self, usage: Usage) -> Usage:
        return usage.priced(*self.prices)


def code_of(answer: str) -> str:
    """Return the Python code in an answer: the longest code block, else all of it.

    The only scene of another name is renamed to GeneratedScene.
    """
    # A block may lack its end: the answer was cut off.
    blocks = re.findall(r"```[^\n]*\n(.*?)(?:```|\Z)", answer, re.DOTALL)
    code = max(blocks, key=len) if blocks else answer
    scenes = re.findall(r"^class\s+(\w+)\s*\(\s*\w*Scene\s*\)", code, re.MULTILINE)
    if len(scenes) == 1 and scenes[0] != CLASS:
        code = re.sub(rf"\b{scenes[0]}\b", CLASS, code)
    return code.strip() + "\n"


def llm(
    store: Path,
    *,
    model: str | None = None,
    base_url: str | None = None,
    key_variable: str = "OPENAI_API_KEY",
    timeout: Annotated[float, Field(gt=0)] = 120.0,
    retries: Annotated[int, Field(ge=0, le=20)] = 4,
    temperature: Annotated[float, Field(ge=0, le=2)] = 0.2,
    max_tokens: Annotated[int, Field(ge=1)] = 4096,
    price_in: Annotated[float, Field(ge=0)] = 0.0,
    price_out: Annotated[float, Field(ge=0)] = 0.0,
) -> LanguageModel:
    """Ask `model` at `base_url` (by default the variables JEPAMINE_LLM_MODEL and OPENAI_BASE_URL).

    Prices are those of a million tokens, in any currency. Raises UserError without a model or the package
    `openai`.
    """
    try:
        import openai  # noqa: F401
    except ImportError:
        raise UserError("the generator 'llm' needs the package openai: pip install 'jepamine[llm]'") from None
    model = model or os.environ.get("JEPAMINE_LLM_MODEL")
    if not model:
        raise UserError("the generator 'llm' needs a model: --set model=NAME, or set JEPAMINE_LLM_MODEL")
    if base_url is not None and not base_url.startswith(("http://", "https://")):
        raise UserError(f"base_url: '{base_url}' is not a URL; it begins with http:// or https://")
    endpoint = Endpoint(model, base_url, key_variable, timeout, retries, temperature, max_tokens)
    return LanguageModel(Chat(endpoint, store / "answers"), (price_in, price_out))
