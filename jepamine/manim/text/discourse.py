"""What a description says, gathered clause by clause."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, get_args

from jepamine.manim.text.clauses import Clause, Entry
from jepamine.manim.text.cursor import Cursor
from jepamine.manim.text.modifiers import Modifier
from jepamine.manim.text.phrase import NounPhrase
from jepamine.manim.text.reading import How, Place, Ref, Relation, Span
from jepamine.manim.text.referents import Things
from jepamine.manim.text.sayings import HOLDERS, take_down

#: Where an arrow of a direction stands that is drawn at something.
_SIDES = {"up": "above", "down": "below", "left": "left", "right": "right"}


class Story:
    """Things and what is said of them; `joins` are strokes that lead from one thing to another.

    `links` are things and the strokes that lead from each to the next.
    """

    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor
        self.things = Things(cursor)
        self.relations: list[Relation] = []
        self.places: list[Place] = []
        self.joins: list[tuple[Ref, Ref, Ref, Span]] = []
        self.links: list[tuple[Ref, Ref, Span]] = []
        # The labels of braces.
        self.tips: list[tuple[Ref, Ref, Span]] = []
        self.aims: list[tuple[Ref, Ref, Span]] = []
        # Where in `history` the sentence begins.
        self.sentence = 0
        self.clause = Clause()
        self.fronted: list[Modifier] = []
        # Whether a colon stands behind what is fronted.
        self.listing = False
        self.before: list[Ref] = []
        self.history: list[Ref] = []
        # What "it" meant last, how something was said to lie to it, and what that was.
        self.topic: tuple[Ref, Any, Ref | None] = ((), None, ())
        # What was introduced by the last modifier, of which the next may be said.
        self.focus: Ref = ()

    def thing(self, phrase: NounPhrase) -> tuple[Ref, bool]:
        """What a noun phrase means, and whether it is new; its labels are added."""
        but = self.clause.entries[-1].ref if self.clause.begun() else self.before[-1] if self.before else ()
        ref, new = self.things.resolve(phrase, but)
        if new and "overlapping" in phrase.traits:
            for one, other in pairwise(ref):
                self.relate("front", (other,), (one,), phrase.span)
        for where, texts in phrase.labels:
            self.label(ref, where, texts, phrase.span)
        return ref, new

    def label(self, ref: Ref, where: str | None, texts: list[str], span: Span) -> None:
        """Add texts to things, one each: without a side in boxes, below all else.

        The second of axes stands beside them.
        """
        if not ref:
            return None
        axes = len(ref) == 1 and self.things.items[ref[0]].type == "axes" and len(texts) == 2
        for number, text in enumerate(texts):
            if not axes and number >= len(ref):
                return self.cursor.miss(span, f"{len(texts)} labels for {len(ref)} things")
            member = ref[0] if axes else ref[number]
            how = "left" if axes and number else "below" if axes else where
            how = how or ("inside" if "box" in self.things.items[member].traits else "below")
            if how == "inside" and self.things.items[member].type not in HOLDERS:
                how = "below"
            (label,) = self.things.introduce(NounPhrase(type="text", texts=[text], span=span))
            if self.things.items[member].type == "brace":
                self.tips.append(((label,), (member,), span))
            else:
                self.relate(how, (label,), (member,), span)
            self.cursor.names[text.lower()] = member
        return None

    def relate(self, how: str, subject: Ref, other: Ref, span: Span) -> None:
        """Say how things lie to others."""
        if not subject or not other:
            return self.cursor.miss(span, "said of something that was not understood")
        if set(subject) & set(other):
            return self.cursor.miss(span, "says how a thing lies to itself")
        assert how in get_args(How)
        self.relations.append(Relation(how, subject, other, span))  # type: ignore[arg-type]
        return None

    def add(self, ref: Ref, joined: str | None) -> None:
        """Add a subject; `joined` is the "comma" or the "and" before it."""
        # "At the top a circle, a square": only a colon begins a list of what is there.
        led = self.fronted and not self.listing and self.fronted[-1].kind != "arranged"
        listed = joined == "and" or (joined == "comma" and not self.clause.closed and not led)
        if self.clause.complete() or (self.clause.begun() and not listed):
            self.close()
        self.focus = ()
        self.clause.closed = joined == "and" and self.clause.begun()
        self.clause.entries.append(Entry(ref))

    def begin_with(self, head: Ref) -> None:
        """Begin the things that another is said to have."""
        self.close()
        self.clause.head = head

    def close(self) -> None:
        """End the clause: what stood in front of it is said of its subjects."""
        clause, fronted = self.clause, self.fronted if self.clause.begun() else []
        for entry in clause.entries if clause.head and not fronted else []:
            if not entry.told and entry.ref and set(entry.ref) != set(clause.head):
                self._belongs(entry.ref, clause.head)
        for said in fronted:
            everything = said.kind == "arranged" or clause.closed
            entries = [entry for entry in clause.entries if not entry.told]
            if not entries and len(clause.entries) == 1:
                # "Inside it is a dot at the centre": both are said of the dot.
                entries = clause.entries
            self.say(said, entries[: None if everything else 1])
        if clause.begun():
            self.fronted, self.listing = [], False
            refs = [entry.ref for entry in clause.entries if entry.ref]
            self.before = [clause.head] if clause.head else refs or self.before
            self.history += refs
        self.clause = Clause()
        self.focus = ()

    def meaning(self, said: Modifier, subjects: list[Entry], fronted: bool) -> tuple[Ref, ...]:
        """What the things are that a modifier is in relation to."""
        if said.pronoun is None:
            return said.others
        found = self._pronoun(said, subjects, fronted)
        first = said.kind in ("between", "joins") and said.value[0]
        return (*found, *said.others) if first else (*said.others, *found)

    def _pronoun(self, said: Modifier, subjects: list[Entry], fronted: bool) -> tuple[Ref, ...]:
        own = set(sum((entry.ref for entry in subjects), ()))
        known = [entry.ref for entry in self.clause.entries if fronted or not own & set(entry.ref)]
        if self.clause.head and not fronted:
            known = [self.clause.head]
        known = known or self.before
        if said.pronoun == "them":
            if len(known) == 1 and len(known[0]) == 1:
                known = [ref for ref in self.history if not own & set(ref)][-2:] or known
            return (sum(known, ()),) if known else ()
        # "A square to its left and a star to its right": both of the same.
        topic, how, beside = self.topic
        said_last = known[-1] if known else ()
        same = said_last == beside if beside is not None else bool(self.fronted and self.clause.begun())
        if topic and same and how != said.value and not own & set(topic) and not self.clause.head:
            found = [topic]
        else:
            found = [ref for ref in known if not own & set(ref)][-1:]
        if found and said.kind == "relation":
            self.topic = found[0], said.value, None
        return tuple(found)

    def pronoun(self) -> Ref:
        """What the pronoun means that comes next, which is passed; () for nothing."""
        part = self.cursor.next()
        said = Modifier("subject", None, part.span, pronoun=part.value)
        return sum(self.meaning(said, [], True), ())

    def say(self, said: Modifier, subjects: list[Entry]) -> None:
        """Take down what is said of subjects, whose relation to others is known by now."""
        refs = [entry.ref for entry in subjects if entry.ref]
        if not refs:
            return self.cursor.miss(said.span, "of what that is said is not clear")
        for entry in subjects:
            entry.told = True
        if self.topic[2] is None and said.kind == "relation":
            self.topic = (*self.topic[:2], refs[-1])
        return take_down(self, said, refs)

    def _belongs(self, ref: Ref, head: Ref) -> None:
        span = self.cursor.since(max(self.cursor.place - 1, 0))
        ways = [set(_SIDES) & self.things.items[place].traits for place in ref]
        if all(ways) and all(self.things.items[place].type in ("arrow", "double_arrow") for place in ref):
            # "A square with arrows pointing up and down": forces.
            for place, way in zip(ref, ways, strict=True):
                self.relate(_SIDES[min(way)], (place,), head, span)
            return None
        holds = all(self.things.items[place].type in HOLDERS for place in head)
        traits = self.things.items[ref[0]].traits
        types = [self.things.items[place].type for place in (*ref, *head)]
        if len(head) == 1 and set(types[:-1]) == {"dot"} and types[-1].endswith("line"):
            return self.relate("front", ref, head, span)
        how = "above" if "title" in traits else "inside" if holds and "label" not in traits else "below"
        return self.relate(how, ref, head, span)
