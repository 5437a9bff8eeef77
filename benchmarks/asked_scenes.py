"""Prompts as people write them, through the whole chain; graded by what Manim has run.

`python benchmarks/asked_scenes.py` counts scenes that are complete, in part with a note of what is missing,
refused, and wrong without a word. Facts are checked on executed objects and on the code, never on the layout
that the description was read into. Needs Manim and LaTeX.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

from jepamine.errors import UserError
from jepamine.manim.engine.palette import colour_word
from jepamine.manim.generation.build import open_pipeline
from jepamine.manim.generation.request import Request, Result
from jepamine.manim.validation.answer import Found

PROMPTS = Path(__file__).with_suffix(".toml")
CLOSE = 0.15


def matched(wanted: list[str], found: list[Found]) -> list[Found] | None:
    """Return the executed object for each wanted one, None if one is missing or there are others."""
    left, chosen = list(found), []
    for words in wanted:
        named, _, text = words.partition(" '")
        colour, _, kind = named.partition(" ")
        fits = [
            item
            for item in left
            if kind in ("", item.type)
            and (colour == "?" or (item.color is not None and colour_word(item.color) == colour))
            and (not text or item.text == text.removesuffix("'"))
        ]
        if not fits:
            return None
        chosen.append(fits[0])
        left.remove(fits[0])
    return None if left else chosen


def holds(fact: str, objects: list[Found], made: Result) -> bool:
    """Return whether a fact is true of the executed objects, or of the code."""
    what, _, rest = fact.partition(" ")
    if what == "uses":
        return rest in made.code
    if what == "plays":
        return max((moment.play for moment in made.report.moments), default=0) <= int(rest)
    numbers = [float(number) for number in rest.split()]
    box = objects[int(numbers[0])].box
    if what in ("size", "at"):
        pair = box[2:] if what == "size" else box[:2]
        return all(abs(a - b) <= CLOSE for a, b in zip(pair, numbers[1:], strict=True))
    other = objects[int(numbers[1])].box
    return box[0] < other[0] if what == "left" else box[1] > other[1]


def grade(prompt: dict[str, Any], made: Result) -> str:
    """Return "complete", "in part" if notes say that something is missing, else "wrong without a word"."""
    groups = {name for item in made.report.objects for name in item.parts_of}
    drawn = [item for item in made.report.objects if item.shown and item.name not in groups]
    objects = matched(prompt.get("objects", []), drawn)
    true = objects is not None and all(holds(fact, objects, made) for fact in prompt.get("facts", []))
    if true and not prompt.get("refused"):
        return "complete"
    return "in part" if made.not_understood else "wrong without a word"


def main() -> None:
    """Grade all prompts."""
    counts: Counter[str] = Counter()
    prompts = tomllib.loads(PROMPTS.read_text())["prompt"]
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
