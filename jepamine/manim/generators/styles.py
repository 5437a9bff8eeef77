"""Styles of animation: how a scene shows its objects; and where a layout may come from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

#: "3b1b" shows one object after another, as that channel does. "complex" then highlights each.
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
    """A variable to show, and the type of its object or of a group's members."""

    name: str
    type: str
    group: bool = False
    curved: bool = False

    def animation(self) -> str:
        """Return the expression of the animation that draws it."""
        animation = _DRAWN.get(self.type, "Create")
        if animation == "GrowArrow" and (self.group or self.curved):
            # Manim grows straight arrows alone.
            animation = "Create"
        return f"{animation}({self.name})"


def static(shown: Sequence[Shown]) -> list[str]:
    """Show all objects at once, without animation."""
    if not shown:
        return ["self.wait()"]
    return [f"self.add({', '.join(item.name for item in shown)})"]


def write_on(shown: Sequence[Shown]) -> list[str]:
    """Draw all objects together, each starting a little after the previous one."""
    if not shown:
        return ["self.wait()"]
    animations = ", ".join(item.animation() for item in shown)
    return [f"self.play(LaggedStart({animations}, lag_ratio=0.3))", "self.wait()"]


def one_by_one(shown: Sequence[Shown]) -> list[str]:
    """Draw one object after another."""
    return [*(f"self.play({item.animation()})" for item in shown), "self.wait()"]


def highlighted(shown: Sequence[Shown]) -> list[str]:
    """Highlight each object for a moment."""
    return [*(f"self.play(Indicate({item.name}))" for item in shown), "self.wait()"] if shown else []


_STYLES: dict[Style, Callable[[Sequence[Shown]], list[str]]] = {
    "3b1b": one_by_one,
    "static": static,
    "write-on": write_on,
    "one-by-one": one_by_one,
}


def lines_of(style: Style, complexity: Complexity, shown: Sequence[Shown]) -> list[str]:
    """Return the lines that show objects in a style; "complex" then highlights each."""
    return _STYLES[style](shown) + (highlighted(shown) if complexity == "complex" else [])


def in_groups(
    places: Sequence[int], shown: Callable[[int], Shown], groups: Mapping[tuple[int, ...], str]
) -> list[tuple[Shown, tuple[int, ...]]]:
    """Return what to show, and the places of each: groups of one type in place of their members."""
    parts: list[tuple[Shown, tuple[int, ...]]] = []
    rest = tuple(places)
    while rest:
        for ref, name in groups.items():
            types = {shown(place).type for place in ref}
            if rest[: len(ref)] == ref and len(types) == 1 and "text" not in types:
                parts.append((Shown(name, types.pop(), group=True), ref))
                break
        else:
            parts.append((shown(rest[0]), rest[:1]))
        rest = rest[len(parts[-1][1]) :]
    return parts


#: "auto" uses the description, the image or both; "clip-text" the description's CLIP features.
LayoutFrom = Literal["auto", "text", "image", "clip-text"]
LAYOUTS: tuple[str, ...] = get_args(LayoutFrom)
