"""Read the tokens of a formula into boxes, roughly as TeX sets them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from jepamine.manim.latex.estimates import glyph_boxes as boxes
from jepamine.manim.latex.estimates import glyph_sizes as sizes
from jepamine.manim.latex.estimates.glyph_boxes import Box, Glyph, centred, grid, joined
from jepamine.manim.latex.estimates.glyph_sizes import AXIS, BAR, GRIDS, Kind, Mode, Size
from jepamine.manim.latex.estimates.tex_tokens import Token, TokenReader

_DEEPEST = 60


class Reader:
    """Reads tokens in one pass; `drawn` are glyphs and marks in the order of the source."""

    def __init__(self, tokens: list[Token]) -> None:
        self.drawn: list[Glyph | str] = []
        self._tokens, self._depth = TokenReader(tokens, self.drawn.append), 0

    def formula(self, environment: str) -> Box:
        """Return the box of all of it, as the content of an environment."""
        rows = self._rows(Mode(upright=environment not in GRIDS), lambda _: False)
        alignments, gap = GRIDS.get(environment, ("c", 0.0))
        return grid(rows, alignments, gap, 12.0, 3.0)

    def _rows(self, mode: Mode, ends: Callable[[Token], bool]) -> list[list[Box]]:
        """Read cells up to a token that ends them, which is left."""
        rows: list[list[Box]] = [[]]

        def cell_ends(token: Token) -> bool:
            return ends(token) or token.is_character("&") or token.is_command("\\", "newline", "par")

        while True:
            rows[-1].append(self._row(mode, cell_ends, "ord" if rows[-1] else None))
            token = self._tokens.peek()
            if token is None or ends(token):
                # What follows the last line break may be nothing.
                return [row for row in rows if any(cell.glyphs for cell in row)]
            self._tokens.at += 1
            if not token.is_character("&"):
                rows.append([])

    def _row(self, mode: Mode, ends: Callable[[Token], bool], before: Kind | None = None) -> Box:
        """Read neighbours up to a token that ends them, which is left."""
        parts: list[Box] = []
        x = 0.0
        while (token := self._tokens.peek()) is not None and not ends(token):
            if token.kind == "space" and not mode.upright:
                self._tokens.at += 1
            elif token.is_character("$"):
                self._tokens.at += 1
                mode = replace(mode, upright=not mode.upright, display=False)
            elif token.is_character("}") or token.is_command("right", "end"):
                self._tokens.at += 1
            else:
                start = self._tokens.at
                box, kind = self._scripted(mode)
                kind = None if mode.upright else kind
                x += boxes.space(before, kind, mode) if box.width or box.glyphs else 0.0
                parts.append(box.moved(x, 0.0))
                x = parts[-1].width
                before = kind if box.glyphs else before
                self._tokens.at += self._tokens.at == start
        return joined(parts, x)

    def _scripted(self, mode: Mode) -> tuple[Box, Kind | None]:
        """Read one nucleus with its scripts."""
        first = self._tokens.peek()
        if first is not None and (first.is_character("^") or first.is_character("_")):
            box, kind = Box(), None
        else:
            box, kind = self._nucleus(mode)
        scripts: dict[str, Box] = {}
        limits = mode.display and first is not None and first.is_command(*sizes.WITH_LIMITS)
        while not mode.upright:
            self._tokens.skip_spaces()
            token = self._tokens.peek()
            if token is not None and token.is_command("limits", "nolimits"):
                limits = token.text == "limits"
                self._tokens.at += 1
            elif token is not None and (token.is_character("^") or token.is_character("_")):
                self._tokens.at += 1
                scripts[token.text] = self._argument(mode.script())
            elif token is not None and token.is_character("'"):
                self._tokens.at += 1
                prime = self._glyph(sizes.SYMBOLS["prime"], mode)
                box = joined([box, prime.moved(box.width, 0.0)])
            else:
                break
        if not scripts:
            return box, kind
        over, under = scripts.get("^"), scripts.get("_")
        if limits:
            return boxes.limited(box, over, under), kind
        return boxes.scripted(box, over, under, mode.scale), kind

    def _argument(self, mode: Mode) -> Box:
        """Read a group in braces, or one nucleus."""
        self._tokens.skip_spaces()
        token = self._tokens.peek()
        if token is None:
            return Box()
        if token.is_character("{"):
            self._tokens.at += 1
            box = self._deeper(lambda: self._row(mode, lambda token: token.is_character("}")))
            self._tokens.take()
            return box
        return self._deeper(lambda: self._nucleus(mode)[0])

    def _deeper(self, read: Callable[[], Box]) -> Box:
        # Nothing that people write is nested so deeply, and Python's stack is not endless.
        if self._depth > _DEEPEST:
            return Box()
        self._depth += 1
        try:
            return read()
        finally:
            self._depth -= 1

    def _draw(self, box: Box) -> Box:
        self.drawn += box.glyphs
        return box

    def _glyph(self, size: Size, mode: Mode, scale: float = 1.0) -> Box:
        return self._draw(boxes.glyph_of(size, mode.scale, scale))

    def _nucleus(self, mode: Mode) -> tuple[Box, Kind | None]:
        token = self._tokens.peek()
        if token is None:
            return Box(), None
        if token.is_character("{"):
            return self._argument(mode), "ord"
        self._tokens.at += 1
        if token.kind == "space" or token.is_character("~"):
            return Box(3.3 * mode.scale), None
        if token.kind == "character":
            size = sizes.letter(token.text, mode.upright)
            return self._glyph(size, mode), size.kind
        return self._command(token.text, mode)

    def _command(self, name: str, mode: Mode) -> tuple[Box, Kind | None]:
        if name in sizes.SPACES:
            return Box(sizes.SPACES[name] * mode.scale), None
        if name in sizes.SYMBOLS:
            return self._glyph(sizes.SYMBOLS[name], mode), sizes.SYMBOLS[name].kind
        if size := sizes.LIMITED.get(name) or sizes.INTEGRALS.get(name):
            small = 1.0 if mode.display else 0.7
            box = self._glyph(size, mode, small)
            return box.moved(0.0, AXIS * mode.scale * (1 - small)), "op"
        if name in sizes.NAMES:
            letters = [self._glyph(sizes.letter(character, True), mode) for character in name]
            return boxes.beside(letters), "op"
        if name in ("frac", "dfrac", "tfrac", "cfrac", "binom", "dbinom"):
            return self._fraction(mode, "frac" in name), "ord"
        structures = {"left": self._fenced, "begin": self._environment, "sqrt": self._root}
        if name in structures:
            return structures[name](mode), "ord"
        return self._wrapped(name, mode)

    def _wrapped(self, name: str, mode: Mode) -> tuple[Box, Kind | None]:
        if name in sizes.UPRIGHT:
            return self._argument(replace(mode, upright=True)), "ord"
        if name in ("textcolor", "color", "hspace", "vspace", "phantom", "label", "hspace*"):
            self._hidden()
            return (self._argument(mode), "ord") if name == "textcolor" else (Box(), None)
        if name in sizes.SKIPPED:
            return Box(), None
        if name in ("overset", "stackrel", "underset"):
            around, box = self._argument(mode.script()), self._argument(mode)
            return boxes.limited(box, *((None, around) if name == "underset" else (around, None))), "rel"
        if name in sizes.ACCENTS or name in ("underline", "underbrace", "overbrace", "boxed", "cancel"):
            box = self._argument(mode)
            under = name.startswith("under")
            y = -box.depth - 1.5 * mode.scale if under else box.height + 1.5 * mode.scale
            wide = box.width if len(name) > 5 else 4.0 * mode.scale
            return joined(
                [box, centred(self._draw(boxes.bar(wide, y, mode.scale)), box.width, 0.0)], box.width
            ), "ord"
        if name in sizes.WRAPPERS:
            return self._argument(mode), "ord"
        return self._glyph(Size(6.0, 6.0), mode), "ord"

    def _hidden(self) -> None:
        count = len(self.drawn)
        self._argument(Mode())
        self.drawn[count:] = [item for item in self.drawn[count:] if isinstance(item, str)]

    def _fraction(self, mode: Mode, has_bar: bool) -> Box:
        above = self._argument(mode.inner())
        line = self._draw(boxes.bar(0.0, AXIS * mode.scale - BAR / 2, mode.scale)) if has_bar else Box()
        below = self._argument(mode.inner())
        box = boxes.fraction(above, line, below, mode.scale, mode.display)
        if has_bar:
            return box
        least = 23.0 if mode.display else 10.0
        fence = [self._delimiter(text, box, mode, least) for text in "()"]
        return boxes.beside([fence[0], box, fence[1]])

    def _delimiter(self, text: str, inside: Box, mode: Mode, least: float = 0.0) -> Box:
        if text == ".":
            return Box(1.2)
        return self._glyph(boxes.delimiter_size(text, inside, mode.scale, least), replace(mode, scale=1.0))

    def _fenced(self, mode: Mode) -> Box:
        opening = self._tokens.take()
        at = len(self.drawn)
        inside = self._deeper(lambda: self._row(mode, lambda token: token.is_command("right")))
        if self._tokens.take() is None:
            return inside
        closing = self._tokens.take()
        texts = [token.text if token else "." for token in (opening, closing)]
        return self._between(texts[0], inside, texts[1], mode, at)

    def _between(self, opening: str, inside: Box, closing: str, mode: Mode, at: int) -> Box:
        """Put what was drawn since `at` between delimiters."""
        left = self._delimiter(opening, inside, mode)
        self.drawn[at:at] = [self.drawn.pop() for _ in left.glyphs]
        return boxes.beside([left, inside, self._delimiter(closing, inside, mode)])

    def _environment(self, mode: Mode) -> Box:
        name = self._tokens.name()
        alignments, gap = GRIDS.get(name, ("c", 0.0))
        if name in ("array", "tabular"):
            alignments = "".join(letter for letter in self._tokens.name() if letter in "lcr") or "c"
        at, cells = len(self.drawn), sizes.inner(name, mode)
        skip = 14.4 if name.endswith("cases") else 12.0
        inside = self._deeper(
            lambda: grid(self._rows(cells, lambda token: token.is_command("end")), alignments, gap, skip, 1.0)
        )
        self._tokens.take()
        self._tokens.name()
        fences = sizes.fences(name)
        if fences is None:
            return inside
        return self._between(fences[0], inside, fences[1], mode, at)

    def _root(self, mode: Mode) -> Box:
        token = self._tokens.peek()
        if token is not None and token.is_character("["):
            while token is not None and not token.is_character("]"):
                token = self._tokens.take()
        at = len(self.drawn)
        inside = self._argument(mode)
        sign, line = boxes.root_sign(inside, mode.scale)
        self.drawn.insert(at, sign.glyphs[0])
        return joined([sign, self._draw(line), inside.moved(sign.width, 0.0)])
