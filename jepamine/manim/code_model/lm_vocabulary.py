"""The fixed vocabulary of models trained from scratch, which need no tokenizer file.

Pieces of Manim code and words of descriptions are tokens, matched greedily; everything else, including digits
and quoted text, is spelled in bytes, so that numbers and texts can be copied.
"""

from __future__ import annotations

import re

from jepamine.manim.code_model.prompt import HEADER, INDENT, LAST

# Weights depend on the order: append new pieces at the end.
_TYPES = (
    "circle square rectangle triangle ellipse dot star polygon line dashed_line arrow double_arrow arc "
    "annulus text number_line axes number_plane function_graph brace"
)
_COLOURS = (
    "RED RED_A RED_E PURE_RED BLUE BLUE_A BLUE_E BLUE_D PURE_BLUE GREEN GREEN_A GREEN_E PURE_GREEN YELLOW "
    "YELLOW_E PURE_YELLOW ORANGE GOLD GOLD_E PURPLE PURPLE_E PINK TEAL TEAL_E MAROON MAROON_E GRAY GRAY_D "
    "WHITE BLACK"
)
_WORDS = (
    "the a an and of to in at on by from within inside above below under behind front partly covering "
    "covered left right top bottom upper lower centre middle row column grid coloured another small large "
    "one two three four five six seven eight nine ten red blue green yellow orange gold purple pink teal "
    "maroon grey white black circle circles square squares rectangle rectangles triangle triangles ellipse "
    "ellipses oval ovals dot dots point points star stars polygon polygons straight line lines dashed arrow "
    "arrows double double-headed arc arcs annulus annuli ring rings text texts number set sets axes "
    "coordinate system systems plane planes grids function graph graphs curve curves brace braces curly"
)
_CODE = (
    *("\n# ", "# ", ": ", "] ", " x ", f"\n{HEADER}", INDENT, f"{INDENT}{LAST}"),
    *(", ", " = ", ")", "<x>, <y>"),
    *(").move_to([", "]).move_to([", " * DEGREES).move_to([", ".move_to([", ", 0])", ", 0]", ", 0], "),
    *(").rotate(", ").scale(", ").set_color(", ", color=", "color=", ", stroke_width=", ", fill_opacity="),
    *(", fill_color=", ", height=", ", width=", ", radius=", " = Circle(radius=", " = Square(side_length="),
    *(" = Rectangle(width=", " = RoundedRectangle(corner_radius=", " = Triangle(radius=", " = Polygon(["),
    *(", 0], [", " = Ellipse(width=", " = Dot(radius=", " = Star(n=", ", outer_radius=", ", inner_radius="),
    *(" = RegularPolygon(n=", " = Annulus(inner_radius=", " = Line(ORIGIN, [", " = DashedLine(ORIGIN, ["),
    *(", 0], dash_length=", " = Arrow(ORIGIN, [", " = DoubleArrow(ORIGIN, [", ", 0], buff=0, color="),
    *(" = Arc(radius=", ", start_angle=", " * DEGREES, angle=", " * DEGREES, color=", ", 0.1], color="),
    *(" = FunctionGraph(lambda x: ", " * np.sin(", " * np.cos(", " * np.exp(", " * np.sqrt(x)", " * x)"),
    *(" * x**2", " * (x**3 - ", ", x_range=[", "x_range=[", "y_range=[", ", 0.1]", ", 1]", ", 1], y_range=["),
    *(", 1], x_length=", ", 1], length=", ", y_length=", ", tips=False", ", include_tip=True", ", length="),
    *(" = BraceBetweenPoints([", ", 0], direction=", "UP", "DOWN", "LEFT", "RIGHT"),
    *(" = NumberLine(x_range=[",),
    *(" = Axes(x_range=[", " = NumberPlane(x_range=[", ' = Text("', '")', '").scale(', '", color=', '" '),
    *(".stretch_to_fit_width(", ".stretch_to_fit_height(", ".scale_to_fit_width(", ".scale_to_fit_height("),
    *(" = Line([", " = DashedLine([", " = Arrow([", " = DoubleArrow([", ", weight=BOLD"),
)
# Text between double quotes on one line.
_QUOTED = r'(?<=")(?:[^"\\\n]|\\.)+(?=")'


class Vocabulary:
    """A tokenizer that can encode any text."""

    def __init__(self) -> None:
        words = [f" {word}" for word in _WORDS.split()]
        self.pieces = (*_TYPES.split(), *_COLOURS.split(), *_CODE, *words)
        self._number = {piece: 256 + place for place, piece in enumerate(self.pieces)}
        self.size = 256 + len(self.pieces)
        fits = sorted(self.pieces, key=len, reverse=True)
        # A piece that ends in a letter or digit matches whole words only.
        whole = {piece: "(?![A-Za-z])" if piece[-1].isalpha() else "(?![0-9])" for piece in fits}
        ends = {piece: whole[piece] if piece[-1].isalnum() else "" for piece in fits}
        self._pattern = re.compile(
            "|".join([_QUOTED, *(re.escape(piece) + ends[piece] for piece in fits)]) + "|.", re.DOTALL
        )

    def encode(self, text: str) -> tuple[list[int], list[int]]:
        """Return the tokens of a text, and the offset at which each begins."""
        tokens: list[int] = []
        starts: list[int] = []
        for match in self._pattern.finditer(text):
            number = self._number.get(match[0])
            if number is not None:
                tokens.append(number)
                starts.append(match.start())
                continue
            for place, character in enumerate(match[0], match.start()):
                encoded = character.encode("utf-8", "replace")
                tokens += encoded
                starts += [place] * len(encoded)
        return tokens, starts

    def decode(self, tokens: list[int]) -> str:
        """Return the text of tokens; invalid UTF-8 becomes U+FFFD."""
        content = b"".join(
            bytes([token]) if token < 256 else self.pieces[token - 256].encode() for token in tokens
        )
        return content.decode("utf-8", "replace")
