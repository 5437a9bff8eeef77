"""Clauses: which things a modifier is said of."""

from __future__ import annotations

from dataclasses import dataclass, field

from jepamine.manim.text.reading import Ref


@dataclass
class Entry:
    """A subject; `told` once something is said of where it lies, `labelled` once it has a label."""

    ref: Ref
    told: bool = False
    labelled: bool = False


@dataclass
class Clause:
    """Subjects that stand together: "a circle, a square and a star". `head` is what they are said to be with.

    `closed` is whether the last was joined by "and". `subjects` are what the last modifier was said of.
    """

    entries: list[Entry] = field(default_factory=list)
    head: Ref = ()
    closed: bool = False
    subjects: list[Entry] = field(default_factory=list)

    def begun(self) -> bool:
        """Whether it has a subject."""
        return bool(self.entries)

    def complete(self) -> bool:
        """Whether something is said of the last subject, so that a further noun begins a new clause."""
        return bool(self.entries) and self.entries[-1].told

    def meant(self, *, all_of_them: bool, alone: bool) -> list[Entry]:
        """What the next modifier is said of.

        That is the last subject; all of a list that ends with "and" where nothing was said of them yet
        (`alone` forbids that), or of any list of single things for what makes sense of several only
        (`all_of_them`).
        """
        if not self.entries or self.entries[-1].told:
            return self.subjects
        bare: list[Entry] = []
        for entry in reversed(self.entries):
            if entry.told:
                break
            bare.insert(0, entry)
        # "A circle, four dots in two rows" says nothing of the circle.
        if self.closed and not alone:
            return bare
        if all_of_them and len(bare[-1].ref) == 1:
            return bare
        return bare[-1:]
