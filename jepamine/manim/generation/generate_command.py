"""Generate a scene for the command line: read and write its files, and summarize the result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jepamine.errors import UserError
from jepamine.manim.generation.build_pipeline import open_pipeline
from jepamine.manim.generation.pipeline import Pipeline
from jepamine.manim.generation.request import Request, Result
from jepamine.manim.generators.protocol import NotGenerated, Usage
from jepamine.manim.validation.validate_command import WIDTH
from jepamine.utils.files import read_bytes, write_atomic
from jepamine.utils.progress import notify


@dataclass(frozen=True)
class Outputs:
    """Paths of the code, its preview and its video; None: not written."""

    code: Path | None
    preview: Path | None
    video: Path | None = None


def run(
    experiments: Path,
    description: str,
    image: Path | None,
    outputs: Outputs,
    *,
    run_name: str | None,
    tries: int,
    int8: bool,
    settings: Mapping[str, Any],
    **fields: Any,
) -> tuple[Result, str | None]:
    """Generate a scene and write its files; `fields` are more fields of `Request`. Warnings go to stderr.

    The second value is why the scene has no video although one was asked for: code and preview are written
    all the same. Raises UserError if no scene can be generated.
    """
    content = read_bytes(image) if image is not None else None
    width = WIDTH if outputs.preview is not None else None
    request = Request(description, content, preview=width, **fields)
    with open_pipeline(experiments, run_name, tries=tries, int8=int8, settings=settings) as pipeline:
        still_open = ", ".join(pipeline.validator.protection.open)
        if still_open:
            notify(f"warning: this system cannot block {still_open}: only the check of the code prevents it")
        try:
            result = pipeline.make(request)
        except NotGenerated as error:
            notify(f"note: {_spent(error.usage)}")
            raise
        if outputs.code is not None:
            write_atomic(outputs.code, result.code.encode())
        if outputs.preview is not None and result.report.preview is not None:
            write_atomic(outputs.preview, result.report.preview)
        no_video = _film(pipeline, result.code, outputs.video) if outputs.video is not None else None
    for item in result.not_understood:
        notify(f"note: '{item.text}': {item.reason}" if item.text != description else f"note: {item.reason}")
    for rejected in result.tries[:-1]:
        notify(f"note: {rejected.generator}, try {rejected.attempt + 1}: {rejected.problem}")
    return result, no_video


def _film(pipeline: Pipeline, code: str, path: Path) -> str | None:
    """Write the video of code; return why there is none, None if there is."""
    try:
        write_atomic(path, pipeline.validator.film(code))
    except UserError as error:
        return str(error)
    return None


def _spent(usage: Usage) -> str:
    cost = f", cost {usage.cost:.4g}" if usage.cost else ""
    return (
        f"language model: {usage.requests} requests ({usage.cached} answers kept from earlier), "
        f"{usage.prompt_tokens} + {usage.completion_tokens} tokens{cost}"
    )


def summary(result: Result, output: Path, preview: Path | None, video: Path | None = None) -> str:
    """Summarize a result for the terminal, with the command that renders it."""
    adherence = result.adherence()
    count = len(result.layout.objects)
    unwanted = sum(overlap.expected is False for overlap in result.report.final.overlaps)
    lines = [
        f"{count} object{'s' if count != 1 else ''} from the {result.layout_from}, code by "
        f"{result.generator}, run in {result.seconds['total']:.2f} s",
        *(
            [f"understood: {result.confidence:.0%} of the description"]
            if result.layout_from in ("text", "film")
            else []
        ),
    ]
    if adherence is not None:
        off = adherence["mean_error"]
        error = f", {off:.3f} units off on average" if off is not None else ""
        lines.append(
            f"code keeps to this layout: {adherence['within_half']:.0%} within 0.5 units, "
            f"{adherence['within_tenth']:.0%} within 0.1{error}"
        )
    if result.usage != Usage():
        lines.append(_spent(result.usage))
    if unwanted:
        lines.append(f"{unwanted} overlaps that are not in the layout")
    if outside := result.report.final.off_screen:
        lines.append(f"off-screen: {', '.join(item.name for item in outside)}")
    lines += result.report.notes
    lines.append(f"protection while running: {result.report.protection}")
    if preview is not None:
        lines.append(f"preview: {preview}")
    if video is not None:
        lines.append(f"video: {video}")
    lines.append(f"{output}; render it: manim {output} GeneratedScene")
    return "\n".join(lines)
