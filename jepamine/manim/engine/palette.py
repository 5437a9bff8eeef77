"""Manim's colours, and an English word for any colour."""

from __future__ import annotations

from functools import lru_cache

from jepamine.utils.printing import words

#: Manim's name -> (its value in Manim 0.22, the English word). The first of a word represents it.
PALETTE: dict[str, tuple[str, str]] = {
    "RED": ("#FC6255", "red"),
    "RED_A": ("#F7A1A3", "red"),
    "RED_E": ("#CF5044", "red"),
    "PURE_RED": ("#FF0000", "red"),
    "BLUE": ("#58C4DD", "blue"),
    "BLUE_A": ("#C7E9F1", "blue"),
    "BLUE_E": ("#236B8E", "blue"),
    "BLUE_D": ("#29ABCA", "blue"),
    "PURE_BLUE": ("#0000FF", "blue"),
    "GREEN": ("#83C167", "green"),
    "GREEN_A": ("#C9E2AE", "green"),
    "GREEN_E": ("#699C52", "green"),
    "PURE_GREEN": ("#00FF00", "green"),
    "YELLOW": ("#F7D96F", "yellow"),
    "YELLOW_E": ("#E8C11C", "yellow"),
    "PURE_YELLOW": ("#FFFF00", "yellow"),
    "ORANGE": ("#FF862F", "orange"),
    "GOLD": ("#F0AC5F", "gold"),
    "GOLD_E": ("#C78D46", "gold"),
    "PURPLE": ("#9A72AC", "purple"),
    "PURPLE_E": ("#644172", "purple"),
    "PINK": ("#D147BD", "pink"),
    "TEAL": ("#5CD0B3", "teal"),
    "TEAL_E": ("#49A88F", "teal"),
    "MAROON": ("#C55F73", "maroon"),
    "MAROON_E": ("#94424F", "maroon"),
    "GRAY": ("#888888", "grey"),
    "GRAY_D": ("#444444", "grey"),
    "WHITE": ("#FFFFFF", "white"),
    "BLACK": ("#000000", "black"),
}

#: The colours that scenes are drawn in: distinct from a black frame and from one another.
DRAWN: tuple[str, ...] = words("RED BLUE BLUE_D GREEN YELLOW ORANGE PURPLE PINK TEAL MAROON GRAY WHITE")


@lru_cache(maxsize=4096)
def colour_word(value: str) -> str:
    """Return the English word for a colour "#RRGGBB": that of the nearest in Manim's palette."""
    red, green, blue = rgb(value)

    def distance(other: str) -> float:
        # The "redmean" distance, close to perceived colour difference: compuphase.com/cmetric.htm.
        target = rgb(other)
        mean = (red + target[0]) / 2
        parts = [(a - b) ** 2 for a, b in zip((red, green, blue), target, strict=True)]
        return (2 + mean / 256) * parts[0] + 4 * parts[1] + (2 + (255 - mean) / 256) * parts[2]

    return min(PALETTE.values(), key=lambda entry: distance(entry[0]))[1]


def rgb(value: str) -> tuple[int, int, int]:
    """Return the red, green and blue (0 to 255) of "#RRGGBB"."""
    return int(value[1:3], 16), int(value[3:5], 16), int(value[5:7], 16)
