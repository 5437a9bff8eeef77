"""Prompts as people write them, through the whole chain; graded by what Manim has run.

`python benchmarks/asked_scenes.py` counts scenes that are complete, in part with a note of what is missing,
refused, and wrong without a word. Facts are checked on executed objects and on the code, never on the layout
that the description was read into. Needs Manim and LaTeX.
"""

from __future__ import annotations

import sys
import tomllib
from collections import Counter
from pathlib import Path

from jepamine.errors import UserError
from jepamine.manim.bench.grading import grade
from jepamine.manim.generation.build_pipeline import open_pipeline
from jepamine.manim.generation.request import Request

PROMPTS = Path(__file__).with_suffix(".toml")


def main() -> None:
    """Grade all prompts."""
    counts: Counter[str] = Counter()
    named = sys.argv[1] if len(sys.argv) > 1 else PROMPTS
    prompts = tomllib.loads(Path(named).read_text())["prompt"]
    with open_pipeline(Path(), None) as pipeline:
        for prompt in prompts:
            try:
                result = grade(prompt, pipeline.make(Request(prompt["words"])))
            except UserError as error:
                result = "refused"
                print(f"{prompt['words']}: {str(error)[:150]}")
            counts[result] += 1
            if result not in ("complete", "refused"):
                print(f"{prompt['words']}: {result}")
    for name, count in counts.most_common():
        print(f"{count:4} {name} ({count / len(prompts):.0%})")


if __name__ == "__main__":
    main()
