"""Modifiers: "at the top", "left of the square", "in a row"; and the objects that each applies to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from jepamine.manim.text.cursor import Cursor
from jepamine.manim.text.noun_suffixes import colours
from jepamine.manim.text.phrase import bare_noun_follows, starts
from jepamine.manim.text.reading import Ref, Span


@dataclass
class Entry:
    """A subject; `placed` once it has a place, `labelled` once it has a label, `new` if it was introduced."""

    ref: Ref
    placed: bool = False
    labelled: bool = False
    new: bool = False


@dataclass
class Clause:
    """Subjects that belong together: "a circle, a square and a star". `head` is the object that has them.

    `closed` is whether the last was joined by "and". `subjects` are those of the last modifier.
    """

    entries: list[Entry] = field(default_factory=list)
    head: Ref = ()
    closed: bool = False
    subjects: list[Entry] = field(default_factory=list)

    def started(self) -> bool:
        """Return whether it has a subject."""
        return bool(self.entries)

    def complete(self) -> bool:
        """Return whether the last subject has a modifier, so that a further noun starts a new clause."""
        return bool(self.entries) and self.entries[-1].placed

    def meant(self, *, all_of_them: bool, alone: bool) -> list[Entry]:
        """Return the subjects of the next modifier.

        That is the last subject; all of a list that ends with "and" if they have no modifier yet (`alone`
        forbids that), or of any list of single objects for what makes sense of several only (`all_of_them`).
        """
        if not self.entries or self.entries[-1].placed:
            return self.subjects
        bare: list[Entry] = []
        for entry in reversed(self.entries):
            if entry.placed:
                break
            bare.insert(0, entry)
        if again := self.again():
            return again if self.closed and not alone else again[-1:]
        # "A circle, four dots in two rows": the rows are not the circle's.
        if self.closed and not alone:
            return bare
        if all_of_them and len(bare[-1].ref) == 1:
            return bare
        return bare[-1:]

    def again(self) -> list[Entry]:
        """Return the last subjects that were there before: "a circle, a square and the square green"."""
        start = len(self.entries)
        while start and not self.entries[start - 1].new:
            start -= 1
        return self.entries[start:] if start else []


#: The tokens that a modifier starts with.
BEGINNINGS = (
    "place", "corners", "side", "point", "relation", "between", "from", "joins", "at", "in", "on", "arranged",
    "order", "coloured", "colour", "trait", "measure",
)  # fmt: skip
FAR_OUT = (6.6, 3.5)  # corners of the frame that something leads to, in units
#: (column, row) -> the relation to another object there.
SIDES = {(-1, 0): "left", (1, 0): "right", (0, 1): "above", (0, -1): "below"}


@dataclass(frozen=True)
class Modifier:
    """One modifier. `others` are the objects it relates to.

    `pronoun` stands for others that only the context reveals: "it", "them", or "" if nothing was mentioned.
    `new` is whether it introduced the others.
    """

    kind: str
    value: Any
    span: Span
    others: tuple[Ref, ...] = ()
    pronoun: str | None = None
    new: bool = False


#: Parses a noun phrase: (its referents, whether they are new).
ReadThing = Callable[[], tuple[Ref, bool]]


def modifier(cursor: Cursor, thing: ReadThing) -> Modifier | None:
    """Parse the modifier that comes next; None, with the skipped words recorded, if it makes no sense."""
    start = cursor.place
    part = cursor.next()

    def said(kind: str, value: Any, *others: Ref, pronoun: str | None = None, new: bool = False) -> Modifier:
        return Modifier(kind, value, cursor.since(start), others, pronoun, new)

    def related(kind: str, value: Any) -> Modifier:
        cursor.skip("filler", "of")
        if cursor.at("pronoun"):
            return said(kind, value, pronoun=cursor.next().value)
        if not starts(cursor):
            return said(kind, value, pronoun="")
        other, new = thing()
        others = [other]
        articles = ("a", "another") if new else ("the",)
        while other and cursor.at("and") and bare_noun_follows(cursor, 1, articles):
            cursor.next()
            others.append(thing()[0])
        return said(kind, value, *others, new=new)

    match part.kind:
        case "place" | "side":
            column, row, *corner = part.value
            if cursor.at("of"):
                cursor.next()
                if corner and corner[0]:
                    return related("corner", (column, row))
                return related("relation", (SIDES.get((column, row), "inside"),))
            return said("place", (column, row, bool(corner and corner[0])))
        case "corners" if cursor.at("of"):
            cursor.next()
            return related("corners", (part.value[0], True, part.value[2]))
        case "corners" | "point":
            return said(part.kind, part.value)
        case "relation":
            return related("relation", part.value)
        case "between" | "joins":
            return _two(cursor, part.kind, said, thing, "and")
        case "from" if cursor.at("place") or cursor.peek(1).kind in ("place", "side"):
            passed = cursor.take("article", "place", "side", "to")
            ends = [(part.value[0], part.value[1]) for part in passed if part.kind in ("place", "side")]
            if len(ends) == 2 and all(None not in end for end in ends):
                return said("ends", [(FAR_OUT[0] * x, FAR_OUT[1] * y) for x, y in ends])
        case "from" if (numbers := _numbers(cursor)) is not None:
            return said("numbers", numbers)
        case "from" if cursor.at("point", "count") and not cursor.named():
            ends = [part.value for part in cursor.take("point", "to") if part.kind == "point"]
            if len(ends) == 2:
                return said("ends", ends)
            cursor.skip("count", "to")
            cursor.miss(cursor.since(start), "the range of its numbers is not kept")
            return None
        case "from":
            return _two(cursor, "joins", said, thing, "to")
        case "at" | "on" if (
            cursor.at("count", "number") and not starts(cursor) and cursor.peek().text[-1].isdigit()
        ):
            return said("numbers", (float(cursor.next().value),))
        case "at" | "on":
            return related(part.kind, None)
        case "arranged" | "order":
            return said("arranged", (part.value, (None, None)))
        case "trait" | "measure":
            return said(part.kind, part.value)
        case "colour":
            cursor.place = start
            return said("colour", colours(cursor, True))
        case "coloured" | "in" if cursor.at("colour") and not starts(cursor):
            return said("colour", colours(cursor, True))
        case "in":
            form = _form(cursor)
            if form:
                return said("arranged", form)
            if cursor.at("pronoun") or starts(cursor):
                return related("relation", ("inside",))
    cursor.miss(cursor.since(start), "what it refers to is missing")
    return None


def _numbers(cursor: Cursor) -> tuple[float, float] | None:
    """Parse "-4 to 6" after "from"; None if that does not come next."""
    low, to, high = (cursor.peek(ahead) for ahead in range(3))
    if to.kind != "to" or any(end.kind not in ("count", "number") for end in (low, high)) or cursor.named():
        return None
    cursor.place += 3
    return float(low.value), float(high.value)


def _two(
    cursor: Cursor, kind: str, build: Callable[..., Modifier], thing: ReadThing, link: str
) -> Modifier | None:
    """Parse "the circle and the square", "the circle to the square", "the two circles" or "them".

    The modifier's value is (whether the pronoun comes first, the place of the first object).
    """
    start = cursor.place
    if (
        cursor.at("pronoun")
        and cursor.peek(1).kind == link
        and (link, cursor.peek().value) != ("and", "them")
    ):
        pronoun = cursor.next().value
        cursor.next()
        if starts(cursor):
            return build(kind, (True, None), thing()[0], pronoun=pronoun)
    elif cursor.at("pronoun"):
        return build(kind, (True, None), pronoun=cursor.next().value)
    elif starts(cursor):
        first, new = thing()
        place = cursor.next().value if cursor.at("place") and cursor.peek(1).kind == link else None
        if len(first) == 2 and not cursor.at(link):
            return build(kind, (False, None), first[:1], first[1:], new=new)
        if cursor.at(link):
            cursor.next()
            if cursor.at("pronoun"):
                return build(kind, (False, place), first, pronoun=cursor.next().value)
            if starts(cursor):
                return build(kind, (False, place), first, thing()[0], new=new)
    cursor.miss(cursor.since(start - 1), "it needs two objects")
    return None


def _form(cursor: Cursor) -> tuple[str, tuple[int | None, int | None]] | None:
    """Parse "two rows of three", "a 2 by 3 grid", "3 columns" after "in"."""
    ahead, count, size = 0, None, (None, None)
    while cursor.peek(ahead).kind in ("article", "count", "dims", "trait"):
        part = cursor.peek(ahead)
        if part.kind == "article" and part.value == "the":
            return None
        count = part.value if part.kind == "count" else count
        size = part.value if part.kind == "dims" else size
        ahead += 1
    form = cursor.peek(ahead)
    if form.kind not in ("form", "forms"):
        return None
    cursor.place += ahead + 1
    each = None
    if cursor.at("of") and cursor.peek(1).kind == "count" and cursor.peek(2).kind not in ("noun", "colour"):
        cursor.next()
        each = cursor.next().value
        cursor.skip("filler")
    if form.kind == "forms" and count:
        return "grid", ((count, each) if form.value == "row" else (each, count))
    return form.value, size
