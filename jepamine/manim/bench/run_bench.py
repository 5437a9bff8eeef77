"""Ask a generator for the scenes of the prompts, and measure what it makes of them."""

from __future__ import annotations

import time
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from jepamine.errors import UserError
from jepamine.manim.bench.grading import fulfils
from jepamine.manim.generation.build_pipeline import open_pipeline
from jepamine.manim.generation.pipeline import Pipeline
from jepamine.manim.generation.request import Request, Result
from jepamine.manim.generators.protocol import NotGenerated, Usage
from jepamine.utils.files import write_atomic
from jepamine.utils.json_files import json_lines
from jepamine.utils.printing import table
from jepamine.utils.progress import progress

_PROMPTS = Path(__file__).with_name("prompts.toml")


@dataclass(frozen=True)
class Measured:
    """What a generator made of one prompt.

    `runs` is whether it gave a scene at all, all of which have run. `plan` is the share of planned objects
    within half a unit, None without a plan. `complete` is whether the objects and facts asked for are true;
    `faults` are objects off-screen or not visible, and overlaps that are not planned.
    """

    kind: str
    words: str
    runs: bool
    plan: float | None
    complete: bool
    faults: int
    tokens: int
    cost: float
    seconds: float
    problem: str | None = None


def prompts(count: int | None = None) -> list[dict[str, Any]]:
    """Return the prompts; the first `count` of them spread over the kinds."""
    every: list[dict[str, Any]] = tomllib.loads(_PROMPTS.read_text())["prompt"]
    if count is None:
        return every
    step = max(len(every) / count, 1.0)
    return [every[int(place * step)] for place in range(min(count, len(every)))]


def bench(
    experiments: Path, generator: str, settings: Mapping[str, Any], *, tries: int, count: int | None
) -> list[Measured]:
    """Measure a generator. Raises UserError if it cannot be built; what it refuses counts as not run."""
    chosen, results = prompts(count), []
    with (
        open_pipeline(experiments, None, tries=tries, settings=settings) as pipeline,
        progress(f"ask {generator}", len(chosen), "prompts") as bar,
    ):
        for prompt in chosen:
            results.append(_measured(pipeline, generator, prompt))
            bar.step()
    return results


def _measured(pipeline: Pipeline, generator: str, prompt: dict[str, Any]) -> Measured:
    began = time.perf_counter()
    kind, words = prompt["kind"], prompt["words"]
    try:
        made = pipeline.make(Request(words, generator=generator))
    except UserError as error:
        took = round(time.perf_counter() - began, 3)
        spent = error.usage if isinstance(error, NotGenerated) else Usage()
        tokens = spent.prompt_tokens + spent.completion_tokens
        return Measured(kind, words, False, None, False, 0, tokens, spent.cost, took, str(error)[:500])
    usage: Usage = made.usage
    adherence = made.adherence()
    return Measured(
        kind,
        words,
        True,
        adherence["within_half"] if adherence is not None else None,
        fulfils(prompt, made, others=True),
        _faults(made),
        usage.prompt_tokens + usage.completion_tokens,
        usage.cost,
        round(time.perf_counter() - began, 3),
    )


def _faults(made: Result) -> int:
    final = made.report.final
    unplanned = sum(overlap.expected is False for overlap in final.overlaps)
    return len(final.off_screen) + len(made.report.unseen) + unplanned


def summary(results: Sequence[Measured]) -> str:
    """Return a table: a line for each kind of prompt, and one for all."""
    rows: list[tuple[object, ...]] = [
        ("prompts", "count", "run", "plan kept", "complete", "faults", "tokens", "seconds (median)")
    ]
    for kind in [*dict.fromkeys(one.kind for one in results), "all"]:
        some = [one for one in results if kind in (one.kind, "all")]
        plans = [one.plan for one in some if one.plan is not None]
        rows.append(
            (
                kind,
                len(some),
                f"{sum(one.runs for one in some) / len(some):.0%}",
                f"{sum(plans) / len(plans):.0%}" if plans else "-",
                f"{sum(one.complete for one in some) / len(some):.0%}",
                sum(one.faults for one in some),
                sum(one.tokens for one in some),
                f"{median(one.seconds for one in some):.1f}",
            )
        )
    return table(rows)


def write(path: Path, results: Sequence[Measured]) -> None:
    """Write a JSON line for each prompt."""
    write_atomic(path, json_lines([asdict(one) for one in results]))
