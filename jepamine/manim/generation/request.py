"""Requests to the generation pipeline, and its results."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from jepamine.manim.generators.protocol import Usage
from jepamine.manim.generators.styles import Complexity, LayoutFrom, Style
from jepamine.manim.layouts import Layout, to_json
from jepamine.manim.text.reading import NotUnderstood
from jepamine.manim.validation.scene_report import Report


@dataclass(frozen=True)
class Request:
    """A scene to generate. `image` is the content of an image file, `preview` a width in pixels.

    `anyway` accepts a description of which too little is understood.
    """

    description: str = ""
    image: bytes | None = None
    style: Style = "3b1b"
    complexity: Complexity = "medium"
    generator: str = "template"
    layout: LayoutFrom = "auto"
    preview: int | None = None
    anyway: bool = False


@dataclass(frozen=True)
class Try:
    """One candidate of the code. `attempt` counts from 0; `repaired` are the variables whose lines `template`
    rewrote; `problem` says why the code was rejected, None for the accepted one.
    """

    generator: str
    attempt: int
    repaired: tuple[str, ...]
    problem: str | None


@dataclass(frozen=True)
class Result:
    """Code that ran and whose objects match the layout: within 0.5 units, with its types, texts and colours.

    `names` maps variables to places in `layout.objects`. `confidence` is the objects' mean if an image was
    read, else the share of the description that was understood. `seconds` are those for the layout, the code
    (generation and validation) and in total; `usage` is what language models took.
    """

    code: str
    names: dict[str, int]
    layout: Layout
    layout_from: str
    confidence: float
    not_understood: tuple[NotUnderstood, ...]
    generator: str
    tries: tuple[Try, ...]
    report: Report
    seconds: dict[str, float]
    usage: Usage

    def adherence(self) -> dict[str, Any] | None:
        """Return the shares of objects within 0.5 and 0.1 units of the layout, and the mean error.

        None for a film, whose layout is the one that it was measured to have.
        """
        adherence = self.report.final.adherence
        if adherence is None:
            return None
        return {
            "within_half": adherence.within_half,
            "within_tenth": adherence.within_tenth,
            "mean_error": adherence.mean_error,
        }

    def to_json(self) -> dict[str, Any]:
        """Return everything but the preview's pixels as a JSON object."""
        return {
            "code": self.code,
            "layout": to_json(self.layout),
            "layout_from": self.layout_from,
            "names": self.names,
            "confidence": round(self.confidence, 4),
            "not_understood": [{"text": item.text, "reason": item.reason} for item in self.not_understood],
            "generator": self.generator,
            "tries": [asdict(item) for item in self.tries],
            "adherence": self.adherence(),
            "validation": self.report.to_json(),
            "seconds": self.seconds,
            **({"usage": asdict(self.usage)} if self.usage != Usage() else {}),
        }
