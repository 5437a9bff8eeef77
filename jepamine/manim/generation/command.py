"""Generate a scene for the command line: files in, files out, a summary in words."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jepamine.manim.generation.build import pipeline
from jepamine.manim.generation.request import Request, Result
from jepamine.manim.validation.command import WIDTH
from jepamine.utils.files import read_bytes, write_atomic
from jepamine.utils.progress import notify


@dataclass(frozen=True)
class Outputs:
    """Where the code and its preview are written; None: not at all."""

    code: Path | None
    preview: Path | None


def run(
    experiments: Path,
    description: str,
    image: Path | None,
    outputs: Outputs,
    *,
    run_name: str | None,
    tries: int,
    int8: bool,
    **asked: Any,
) -> Result:
    """Generate a scene and write its files; `asked` are further fields of `Request`. Warnings go to stderr.

    Raises UserError if no scene can be generated.
    """
    content = read_bytes(image) if image is not None else None
    width = WIDTH if outputs.preview is not None else None
    wanted = Request(description, content, preview=width, **asked)
    with pipeline(experiments, run_name, tries=tries, int8=int8) as opened:
        still_open = ", ".join(opened.validator.protection.open)
        if still_open:
            notify(f"warning: this system leaves {still_open} open: only the check of the code confines it")
        result = opened.make(wanted)
    for item in result.not_understood:
        notify(f"note: '{item.text}': {item.reason}" if item.text != description else f"note: {item.reason}")
    for note in result.tries[:-1]:
        notify(f"note: {note.generator}, try {note.attempt + 1}: {note.problem}")
    if outputs.code is not None:
        write_atomic(outputs.code, result.code.encode())
    if outputs.preview is not None and result.report.preview is not None:
        write_atomic(outputs.preview, result.report.preview)
    return result


def summary(result: Result, output: Path, preview: Path | None) -> str:
    """Return what was generated and the next command."""
    kept = result.adherence()
    count = len(result.layout.objects)
    error = f", {kept['mean_error']:.3f} units off on average" if kept["mean_error"] is not None else ""
    unwanted = sum(note.expected is False for note in result.report.final.overlaps)
    lines = [
        f"{count} object{'s' if count != 1 else ''} from the {result.layout_from}, code by "
        f"{result.generator}, run in {result.seconds['total']:.2f} s",
        f"layout: {kept['within_half']:.0%} within 0.5 units, {kept['within_tenth']:.0%} within 0.1{error}",
    ]
    if unwanted:
        lines.append(f"{unwanted} overlaps that the layout does not have")
    if off := result.report.final.off_screen:
        lines.append(f"off-screen: {', '.join(note.name for note in off)}")
    lines.append(f"protections while it ran: {result.report.protection}")
    if preview is not None:
        lines.append(f"preview: {preview}")
    lines.append(f"{output}; render it: manim {output} GeneratedScene")
    return "\n".join(lines)
