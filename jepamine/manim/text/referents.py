"""The things said so far: new ones are added, and "the red circle" finds the one that is meant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from jepamine.errors import UserError
from jepamine.manim.layouts import MAX_OBJECTS
from jepamine.manim.text.cursor import Cursor
from jepamine.manim.text.phrase import NounPhrase
from jepamine.manim.text.reading import Group, Item, Ref, Span

#: What "the line" is where there is no plain one.
_ALSO = {"line": "dashed_line", "arrow": "double_arrow"}


def known(things: Things, phrase: NounPhrase, but: Ref) -> Ref:
    """The things that a definite phrase means, () for none; `but` is what "the other" does not mean."""
    found = _found(things, phrase, but)
    if not found and phrase.type in _ALSO:
        return _found(things, replace(phrase, type=_ALSO[phrase.type]), but)
    return found


def _found(things: Things, phrase: NounPhrase, but: Ref) -> Ref:
    found = [place for place, item in enumerate(things.items) if _fits(item, phrase)]
    exact = [place for place in found if (things.items[place].color is None) == (not phrase.colours)]
    if phrase.ordinal == "other":
        found = [place for place in found if place not in but]
        return (found[-1],) if found else ()
    if isinstance(phrase.ordinal, int) and -len(found) <= phrase.ordinal < len(found):
        return (found[phrase.ordinal],)
    if phrase.type == "one" and phrase.side and things.sets:
        # "Two axes, the left one with a curve, the right one ...": one of the axes.
        found = [place for place in found if place in things.sets[-1]] or found
    if phrase.side and len(found) > 1:
        column, row = phrase.side
        last = column > 0 or row < 0
        return (found[len(found) // 2 if not any(phrase.side) else -1 if last else 0],)
    if phrase.plural or (phrase.count or 1) > 1:
        return tuple(found[-phrase.count :] if phrase.count else found)
    found = exact or found
    if len(found) > 1:
        things.cursor.miss(phrase.span, f"could be any of {len(found)}; taken for the latest")
    return tuple(found[-1:])


def _fits(item: Item, phrase: NounPhrase) -> bool:
    if phrase.type not in ("one", item.type) or (phrase.texts and item.text != phrase.texts[0]):
        return False
    if phrase.colours and item.color != phrase.colours[0]:
        return False
    told = phrase.traits - {"title", "label", "box"}
    return told <= item.traits


class Things:
    """Objects and groups in the order they were introduced."""

    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor
        self.items: list[Item] = []
        self.groups: list[tuple[str, Group]] = []
        # What was introduced together, latest last: "them", "the first".
        self.sets: list[Ref] = []
        # How many of the latest of them "one" has meant so far.
        self.single = 0

    def resolve(self, phrase: NounPhrase, but: Ref = ()) -> tuple[Ref, bool]:
        """(the things that a phrase means, whether it introduced them); () where it means nothing known.

        `but` is what a phrase such as "the other circle" does not mean.
        """
        if phrase.place is not None:
            return (phrase.place,), False
        if phrase.type is None and not phrase.form:
            return self._set_members(phrase), False
        if phrase.type is None and phrase.article == "the":
            kinds = [group.members for kind, group in self.groups if kind == phrase.form]
            if not kinds:
                self.cursor.miss(phrase.span, f"no {phrase.form} was named before")
            return (kinds[-1] if kinds else ()), False
        if phrase.type is None:
            self.cursor.miss(phrase.span, f"of what the {phrase.form} is made is not said")
            return (), False
        if phrase.article == "the" and not phrase.form and not phrase.wordless:
            found = known(self, phrase, but)
            if found:
                return found, False
        if phrase.type == "one":
            kinds_ = [item.type for item in self.items]
            if not kinds_:
                self.cursor.miss(phrase.span, "nothing was named before")
                return (), False
            phrase.type = kinds_[-1]
        return self.introduce(phrase), True

    def introduce(self, phrase: NounPhrase) -> Ref:
        """Add what a phrase names. Raises UserError for the eleventh object."""
        count, size = self._count(phrase)
        first = len(self.items)
        if first + count > MAX_OBJECTS:
            raise too_many(self.cursor, phrase.span)
        if phrase.type == "text" and not phrase.texts and not phrase.wordless:
            self.cursor.miss(phrase.span, "its words are not told; put them in quotes")
        most = len(phrase.directions) or 1
        colours = phrase.colours or [None]  # type: ignore[list-item]
        for number in range(count):
            self.items.append(
                Item(
                    type=phrase.type,  # type: ignore[arg-type]
                    text=phrase.texts[number % len(phrase.texts)] if phrase.texts else None,
                    color=colours[number % len(colours)],
                    traits=frozenset(
                        phrase.traits | set(phrase.directions[number % most : number % most + 1])
                    ),
                )
            )
        ref = tuple(range(first, first + count))
        for place in ref:
            self.cursor.names.setdefault((self.items[place].text or "").lower(), place)
        if phrase.form and count > 1:
            self.group(phrase.form, ref, phrase.span, size)
        if count > 1:
            self.sets.append(ref)
            self.single = 0
        return ref

    def repeat(self, place: int, count: int, span: Span) -> Ref:
        """Make one thing that many."""
        if len(self.items) + count - 1 > MAX_OBJECTS:
            raise too_many(self.cursor, span)
        first = len(self.items)
        self.items += [self.items[place]] * (count - 1)
        return (place, *range(first, first + count - 1))

    def group(
        self, kind: str, ref: Ref, span: Span, size: tuple[int | None, int | None] = (None, None)
    ) -> None:
        """Set things in a row, a column or a grid."""
        grouped = {member for _, group in self.groups for member in group.members}
        if len(ref) < 2 or len(set(ref)) < len(ref):
            return self.cursor.miss(span, f"a {kind} needs at least two things")
        if grouped & set(ref):
            return self.cursor.miss(span, "they stand in a row, a column or a grid already")
        rows, columns = _shape(kind, len(ref), size)
        if rows * columns != len(ref):
            self.cursor.miss(span, f"{len(ref)} things do not fill a grid of {rows} by {columns}")
            rows, columns = _shape(kind, len(ref), (None, None))
        self.groups.append((kind, Group(rows, columns, ref)))
        return None

    def paint(self, ref: Ref, colour: str) -> None:
        """Give things a colour."""
        self.change(ref, lambda item: replace(item, color=colour))

    def add_traits(self, ref: Ref, *traits: str) -> None:
        """Give things traits."""
        self.change(ref, lambda item: replace(item, traits=item.traits | set(traits)))

    def change(self, ref: Ref, how: Callable[[Item], Item]) -> None:
        """Replace things by what `how` makes of them."""
        for place in ref:
            self.items[place] = how(self.items[place])

    def _count(self, phrase: NounPhrase) -> tuple[int, tuple[int | None, int | None]]:
        rows, columns = phrase.size
        count = phrase.count
        if phrase.form == "grid" and count and (rows is None) != (columns is None):
            # "Two rows of three": the number is that of each.
            rows, columns = rows or count, columns or count
            count = None
        if rows and columns:
            return rows * columns, (rows, columns)
        if count == 0:
            self.cursor.miss(phrase.span, "what is not there cannot be drawn")
            return 0, (None, None)
        if count is None and (phrase.plural or phrase.form):
            told = max(len(phrase.texts), len(phrase.colours), len(phrase.directions))
            if told > 1 or phrase.texts:
                # "The words 'Supply' in red and 'Demand' in blue": one at a time.
                return told, (rows, columns)
            labels = max((len(labels) for _, labels in phrase.labels), default=0)
            if labels > 1:
                return labels, (rows, columns)
            count = 3 if phrase.form else 2
            self.cursor.miss(phrase.span, f"how many is not said; taken for {count}")
        return count or 1, (rows, columns)

    def _set_members(self, phrase: NounPhrase) -> Ref:
        """What "the first" means, or "one red" after "two circles"."""
        together = self.sets[-1] if self.sets else ()
        if isinstance(phrase.ordinal, int) and -len(together) <= phrase.ordinal < len(together):
            ref: Ref = (together[phrase.ordinal],)
            if phrase.colours and self.items[ref[0]].color is None:
                self.paint(ref, phrase.colours[0])
            return ref
        if phrase.count == 1 and not phrase.colours and self.single < len(together):
            # "Two lines, one at the top and one at the bottom".
            self.single += 1
            return (together[self.single - 1],)
        bare = [place for place in together if self.items[place].color is None]
        if phrase.colours and bare:
            ref = tuple(bare[: phrase.count or 1])
            self.paint(ref, phrase.colours[0])
            return ref
        self.cursor.miss(phrase.span, "names none of the 20 types of objects")
        return ()


def too_many(cursor: Cursor, span: Span) -> UserError:
    """The error that there are more objects than a layout holds."""
    return UserError(
        f"description, character {span.start + 1} ('{cursor.words(span)}'): more than {MAX_OBJECTS} objects; "
        f"a layout holds {MAX_OBJECTS} at most, so leave some out"
    )


def _shape(kind: str, count: int, size: tuple[Any, Any]) -> tuple[int, int]:
    """(rows, columns) of `count` things."""
    rows, columns = size
    if rows or columns:
        return rows or -(-count // columns), columns or -(-count // rows)
    if kind != "grid":
        return (1, count) if kind == "row" else (count, 1)
    rows = next(rows for rows in range(int(count**0.5), 0, -1) if count % rows == 0)
    return rows, count // rows
