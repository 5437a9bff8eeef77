"""The objects mentioned so far: add new ones, and resolve "the red circle" to the one meant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from jepamine.manim.layouts import LIMIT
from jepamine.manim.text.cursor import Cursor, too_many
from jepamine.manim.text.known_objects import known, painted
from jepamine.manim.text.phrase import NounPhrase, listed, of_one
from jepamine.manim.text.reading import Group, Item, Ref, Span
from jepamine.manim.text.typed_formulas import latex_of


class Referents:
    """Objects and groups in the order they were introduced."""

    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor
        self.items: list[Item] = []
        self.groups: list[tuple[str, Group]] = []
        # What was introduced together, latest last: "them", "the first".
        self.sets: list[Ref] = []
        # How many of the latest of them "one" has referred to so far.
        self.single = 0

    def resolve(self, phrase: NounPhrase, but: Ref = ()) -> tuple[Ref, bool]:
        """Return (the objects that a phrase refers to, whether it introduced them); () if it refers to
        nothing known.

        `but` is excluded by a phrase such as "the other circle".
        """
        if phrase.place is not None:
            return (phrase.place,), False
        if phrase.type is None and not phrase.form:
            return self._set_members(phrase), False
        if phrase.type is None and phrase.article == "the":
            kinds = [group.members for kind, group in self.groups if kind == phrase.form]
            if not kinds:
                self.cursor.miss(phrase.span, f"no {phrase.form} was mentioned before")
            return (kinds[-1] if kinds else ()), False
        if phrase.type is None:
            self.cursor.miss(phrase.span, f"what the {phrase.form} consists of is not given")
            return (), False
        if phrase.article == "the" and "right_angled" in phrase.traits:
            others = [item for item in self.items if item.type == "triangle"]
            if len(others) > 1 and not any("right_angled" in item.traits for item in others):
                # The triangle on the right, not one with a right angle.
                phrase.traits, phrase.side = phrase.traits - {"right_angled"}, (1, 0)
        if phrase.article == "the" and not phrase.form and not phrase.wordless:
            referents = known(self, phrase, but)
            if referents or (referents := painted(self, phrase, but)):
                return referents, False
        if phrase.type == "one":
            kinds_ = [item.type for item in self.items]
            if not kinds_:
                self.cursor.miss(phrase.span, "nothing was mentioned before")
                return (), False
            phrase.type = kinds_[-1]
        return self.introduce(phrase), True

    def introduce(self, phrase: NounPhrase) -> Ref:
        """Add the objects of a phrase. Raises UserError for the eleventh object."""
        if "list" in phrase.traits:
            phrase.measures["data"], phrase.texts, phrase.plural = phrase.texts, phrase.texts[:1], False
        if "formula" in phrase.traits:
            phrase.texts = [latex_of(text) for text in phrase.texts]
        if "capitals" in phrase.traits:
            phrase.texts = [text.upper() for text in phrase.texts]
        count, size = self._count(phrase)
        first = len(self.items)
        if first + count > LIMIT:
            raise too_many(self.cursor, phrase.span)
        needs_words = phrase.type == "text" and not phrase.traits & {"matrix", "list"}
        if needs_words and not phrase.texts and not phrase.wordless:
            self.cursor.miss(phrase.span, "its words are missing; put them in quotes")
        given, most = phrase.measures.items(), len(phrase.directions) or 1
        if (sizes := len(listed(phrase.measures))) not in (0, count):
            self.cursor.miss(phrase.span, f"{sizes} sizes for {count} objects")
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
                    measures=tuple((name, of_one(name, value, number)) for name, value in given),
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
        """Repeat an object `count` times."""
        if len(self.items) + count - 1 > LIMIT:
            raise too_many(self.cursor, span)
        first = len(self.items)
        self.items += [self.items[place]] * (count - 1)
        return (place, *range(first, first + count - 1))

    def group(
        self, kind: str, ref: Ref, span: Span, size: tuple[int | None, int | None] = (None, None)
    ) -> None:
        """Arrange objects in a row, a column or a grid."""
        grouped = {member for _, group in self.groups for member in group.members}
        if len(ref) < 2 or len(set(ref)) < len(ref):
            return self.cursor.miss(span, f"a {kind} needs at least two objects")
        if any((kind, ref) == (own, group.members) for own, group in self.groups):
            return None
        if grouped & set(ref):
            return self.cursor.miss(span, "they are already in a row, a column or a grid")
        rows, columns = _shape(kind, len(ref), size)
        if rows * columns != len(ref):
            self.cursor.miss(span, f"{len(ref)} objects do not fill a grid of {rows} by {columns}")
            rows, columns = _shape(kind, len(ref), (None, None))
        self.groups.append((kind, Group(rows, columns, ref)))
        return None

    def paint(self, ref: Ref, colour: str) -> None:
        """Set the colour of objects."""
        self.change(ref, lambda item: replace(item, color=colour))

    def mains(self) -> Ref:
        """Return the objects that are no part and no label of another."""
        return tuple(
            place
            for place, item in enumerate(self.items)
            if item.measure("part") is None and item.measure("belongs") is None
        )

    def measure(self, ref: Ref, name: str, value: Any) -> None:
        """Set a measure of objects."""
        self.change(
            ref,
            lambda item: replace(
                item, measures=(*((n, v) for n, v in item.measures if n != name), (name, value))
            ),
        )

    def add_traits(self, ref: Ref, *traits: str) -> None:
        """Add traits to objects."""
        self.change(ref, lambda item: replace(item, traits=item.traits | set(traits)))

    def change(self, ref: Ref, how: Callable[[Item], Item]) -> None:
        """Replace objects by the results of `how`."""
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
            self.cursor.miss(phrase.span, "zero objects cannot be drawn")
            return 0, (None, None)
        if count is None and (phrase.plural or phrase.form):
            sizes = len(listed(phrase.measures))
            most = max(len(phrase.texts), len(phrase.colours), len(phrase.directions), sizes)
            if most > 1 or phrase.texts:
                # "The words 'Supply' in red and 'Demand' in blue": one at a time.
                return most, (rows, columns)
            labels = max((len(labels) for _, labels in phrase.labels), default=0)
            if labels > 1:
                return labels, (rows, columns)
            count = 3 if phrase.form else 2
            self.cursor.miss(phrase.span, f"the number is not given; taken for {count}")
        return count or 1, (rows, columns)

    def _set_members(self, phrase: NounPhrase) -> Ref:
        """Return the referents of "the first", or of "one red" after "two circles"."""
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
        self.cursor.miss(phrase.span, "not a kind of object that is known here")
        return ()


def _shape(kind: str, count: int, size: tuple[Any, Any]) -> tuple[int, int]:
    """Return (rows, columns) of `count` objects."""
    rows, columns = size
    if rows or columns:
        return rows or -(-count // columns), columns or -(-count // rows)
    if kind != "grid":
        return (1, count) if kind == "row" else (count, 1)
    rows = next(rows for rows in range(int(count**0.5), 0, -1) if count % rows == 0)
    return rows, count // rows
