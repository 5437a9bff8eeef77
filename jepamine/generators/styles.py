"""What a scene does with its objects: shows them, or draws them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

# The animation that draws an object; Create where nothing else is said.
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
        """The expression of the animation that draws it."""
        how = _DRAWN.get(self.type, "Create")
        if self.group and how == "GrowArrow":
            how = "Create"
        return f"{how}({self.name})"


def static(shown: Sequence[Shown]) -> list[str]:
    """All at once, without animation."""
    if not shown:
        return ["self.wait()"]
    return [f"self.add({', '.join(item.name for item in shown)})"]


def write_on(shown: Sequence[Shown]) -> list[str]:
    """All in one go, each begun a little after the one before."""
    if not shown:
        return ["self.wait()"]
    animations = ", ".join(item.animation() for item in shown)
    return [f"self.play(LaggedStart({animations}, lag_ratio=0.3))", "self.wait()"]


def one_by_one(shown: Sequence[Shown]) -> list[str]:
    """One after another."""
    return [*(f"self.play({item.animation()})" for item in shown), "self.wait()"]


STYLES: dict[str, Callable[[Sequence[Shown]], list[str]]] = {
    "static": static,
    "write-on": write_on,
    "one-by-one": one_by_one,
}
