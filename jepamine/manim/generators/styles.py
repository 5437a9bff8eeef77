"""Show or animate the objects of a scene in one of several styles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

#: "3b1b" shows things as that channel does: one after another. "complex" indicates each thing afterwards.
Style = Literal["3b1b", "static", "write-on", "one-by-one"]
Complexity = Literal["simple", "medium", "complex"]
STYLE_NAMES: tuple[str, ...] = get_args(Style)
COMPLEXITIES: tuple[str, ...] = get_args(Complexity)

# The animation that draws an object; the default is Create.
_DRAWN = {
    "text": "Write",
    "dot": "FadeIn",
    "arrow": "GrowArrow",
    "double_arrow": "GrowFromCenter",
    "brace": "GrowFromCenter",
}


@dataclass(frozen=True)
class Shown:
    """A variable, the type of its object, or of a group's members."""

    name: str
    type: str
    group: bool = False

    def animation(self) -> str:
        """Return the expression of the animation that draws it."""
        how = _DRAWN.get(self.type, "Create")
        if self.group and how == "GrowArrow":
            how = "Create"
        return f"{how}({self.name})"


def static(shown: Sequence[Shown]) -> list[str]:
    """Show all at once, without animation."""
    if not shown:
        return ["self.wait()"]
    return [f"self.add({', '.join(item.name for item in shown)})"]


def write_on(shown: Sequence[Shown]) -> list[str]:
    """Draw all at once, each starting a little after the one before."""
    if not shown:
        return ["self.wait()"]
    animations = ", ".join(item.animation() for item in shown)
    return [f"self.play(LaggedStart({animations}, lag_ratio=0.3))", "self.wait()"]


def one_by_one(shown: Sequence[Shown]) -> list[str]:
    """Draw one after another."""
    return [*(f"self.play({item.animation()})" for item in shown), "self.wait()"]


def pointed_at(shown: Sequence[Shown]) -> list[str]:
    """Indicate each, and leave it unchanged."""
    return [*(f"self.play(Indicate({item.name}))" for item in shown), "self.wait()"] if shown else []


_STYLES: dict[Style, Callable[[Sequence[Shown]], list[str]]] = {
    "3b1b": one_by_one,
    "static": static,
    "write-on": write_on,
    "one-by-one": one_by_one,
}


def lines_of(style: Style, complexity: Complexity, shown: Sequence[Shown]) -> list[str]:
    """Return the lines that show things in a style; "complex" indicates each of them afterwards."""
    return _STYLES[style](shown) + (pointed_at(shown) if complexity == "complex" else [])


#: Whatever is given, or the description alone, the image alone, or the description's CLIP features.
LayoutFrom = Literal["auto", "text", "image", "clip-text"]
LAYOUTS: tuple[str, ...] = get_args(LayoutFrom)
