"""What is asked of the chain, and what it answers."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from jepamine.manim.generators.styles import Complexity, LayoutFrom, Style
from jepamine.manim.layouts import Layout, to_json
from jepamine.manim.text.reading import NotUnderstood
from jepamine.manim.validation.report import Report


@dataclass(frozen=True)
class Asked:
    """A scene to be made. `image` is the content of an image file, `preview` a width in pixels."""

    description: str = ""
    image: bytes | None = None
    style: Style = "3b1b"
    complexity: Complexity = "medium"
    generator: str = "template"
    layout: LayoutFrom = "auto"
    preview: int | None = None


@dataclass(frozen=True)
class Try:
    """One code that was tried: `attempt` counts from 0, `repaired` are the objects `template` wrote anew.

    `problem` says why it was not handed out, None for the last.
    """

    generator: str
    attempt: int
    repaired: tuple[str, ...]
    problem: str | None


@dataclass(frozen=True)
class Made:
    """Code that ran and whose objects stand within 0.5 units of the layout's, each as what the layout says.

    `names` says which variable is which object of the layout. `confidence` is the mean of the objects' where
    an image was seen, else the share of the description that was understood. `seconds` are those of layout,
    code (generation and validation) and all.
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

    def adherence(self) -> dict[str, Any]:
        """Shares of objects within 0.5 and 0.1 units of the layout, and the mean error in units."""
        kept = self.report.final.adherence
        assert kept is not None, "code is always validated against its layout"
        return {
            "within_half": kept.within_half,
            "within_tenth": kept.within_tenth,
            "mean_error": kept.mean_error,
        }

    def to_json(self) -> dict[str, Any]:
        """All of it but the preview's pixels."""
        return {
            "code": self.code,
            "layout": to_json(self.layout),
            "layout_from": self.layout_from,
            "names": self.names,
            "confidence": round(self.confidence, 4),
            "not_understood": [{"text": item.text, "reason": item.reason} for item in self.not_understood],
            "generator": self.generator,
            "tries": [asdict(one) for one in self.tries],
            "adherence": self.adherence(),
            "validation": self.report.to_json(),
            "seconds": self.seconds,
        }
