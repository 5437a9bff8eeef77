"""A scene as the command line asks for it: files in, files out, and what came of it in words."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jepamine.manim.generation.build import chain
from jepamine.manim.generation.request import Asked, Made
from jepamine.manim.validation.command import WIDTH
from jepamine.utils.files import read_bytes, write_atomic
from jepamine.utils.progress import notify


@dataclass(frozen=True)
class Outputs:
    """Where the code and its preview go; None: nowhere."""

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
) -> Made:
    """Make a scene and write its files; `asked` are further fields of `Asked`. Warnings go to stderr.

    Raises UserError where no scene can be made of it.
    """
    content = read_bytes(image) if image is not None else None
    width = WIDTH if outputs.preview is not None else None
    wanted = Asked(description, content, preview=width, **asked)
    with chain(experiments, run_name, tries=tries, int8=int8) as opened:
        still_open = ", ".join(opened.validator.protection.open)
        if still_open:
            notify(f"warning: this system leaves {still_open} open: only the check of the code holds it back")
        made = opened.make(wanted)
    for item in made.not_understood:
        notify(f"note: '{item.text}': {item.reason}" if item.text != description else f"note: {item.reason}")
    for one in made.tries[:-1]:
        notify(f"note: {one.generator}, try {one.attempt + 1}: {one.problem}")
    if outputs.code is not None:
        write_atomic(outputs.code, made.code.encode())
    if outputs.preview is not None and made.report.preview is not None:
        write_atomic(outputs.preview, made.report.preview)
    return made


def summary(made: Made, output: Path, preview: Path | None) -> str:
    """What was made and what to type next."""
    kept = made.adherence()
    count = len(made.layout.objects)
    error = f", {kept['mean_error']:.3f} units off on average" if kept["mean_error"] is not None else ""
    unwanted = sum(one.expected is False for one in made.report.final.overlaps)
    lines = [
        f"{count} object{'s' if count != 1 else ''} from the {made.layout_from}, code by "
        f"{made.generator}, run in {made.seconds['total']:.2f} s",
        f"layout kept: {kept['within_half']:.0%} within 0.5 units, "
        f"{kept['within_tenth']:.0%} within 0.1{error}",
    ]
    if unwanted:
        lines.append(f"{unwanted} overlaps that the layout does not have")
    if off := made.report.final.off_screen:
        lines.append(f"off-screen: {', '.join(one.name for one in off)}")
    lines.append(f"protection while it ran: {made.report.protection}")
    if preview is not None:
        lines.append(f"preview: {preview}")
    lines.append(f"{output}; render it: manim {output} GeneratedScene")
    return "\n".join(lines)
