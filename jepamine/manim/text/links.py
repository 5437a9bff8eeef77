"""Objects "connected by arrows", or "with arrows between them": a stroke leads from each to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jepamine.manim.text.noun_phrases import noun_phrase
from jepamine.manim.text.phrase import BEFORE, STROKES, NounPhrase, starts, starts_behind
from jepamine.manim.text.reading import Ref

if TYPE_CHECKING:
    from jepamine.manim.text.cursor import Cursor
    from jepamine.manim.text.discourse import Discourse


def strokes_between(cursor: Cursor) -> bool:
    """Return whether "arrows between them" comes next, or "an arrow from each to the next"."""
    ahead = 0
    while cursor.peek(ahead).kind in BEFORE:
        ahead += 1
    noun = cursor.peek(ahead)
    if cursor.peek(ahead + 1).kind == "pointing" and cursor.peek(ahead + 2).kind in ("side", "trait"):
        # "Arrows going down between them".
        ahead += 2
    link, end = cursor.peek(ahead + 1), cursor.peek(ahead + 2)
    if noun.kind != "noun" or noun.value[0] not in STROKES:
        return False
    several = noun.value[2] and not any(cursor.peek(place).kind == "count" for place in range(ahead))
    them = link.kind == "between" and end.kind == "pronoun" and end.value == "them"
    return link.kind == "gaps" or (several and them)


def linked(cursor: Cursor, story: Discourse) -> None:
    """Parse "connected by arrows", "connected to a square by a line"; there are as many strokes as needed."""
    start = cursor.place
    to = cursor.next().value == "to"
    ref = _linked(story)
    if not starts(cursor):
        return cursor.miss(cursor.since(start), "what connects them is not clear")
    if not to:
        return _strokes(cursor, story, ref, noun_phrase(cursor), start)
    subjects = story.clause.meant(all_of_them=False, alone=True)
    ref = sum((entry.ref for entry in subjects), ()) + story.thing(noun_phrase(cursor))[0]
    return _by(cursor, story, ref, start)


def connect(cursor: Cursor, story: Discourse) -> None:
    """Parse "Connect them with an arrow", "Connect the circle and the square by a line"."""
    start = cursor.place
    cursor.next()
    story.close()
    ref: Ref = ()
    while True:
        if cursor.at("pronoun"):
            ref += story.pronoun()
        elif starts(cursor):
            ref += story.thing(noun_phrase(cursor))[0]
        if not (
            cursor.at("and", "comma", "to") and (starts_behind(cursor) or cursor.peek(1).kind == "pronoun")
        ):
            break
        cursor.next()
    if len(set(ref)) < 2:
        # "A red square. A blue circle. Connect them": everything mentioned.
        ref = tuple(dict.fromkeys(sum(story.history, ())))
    _by(cursor, story, ref, start)


def _by(cursor: Cursor, story: Discourse, ref: Ref, start: int) -> None:
    """Parse "by an arrow" or "with a line"; the default is a line."""
    if cursor.peek().text.lower() in ("by", "with", "via", "through") and starts_behind(cursor):
        cursor.next()
        return _strokes(cursor, story, ref, noun_phrase(cursor), start)
    return _strokes(cursor, story, ref, NounPhrase(article="a", type="line", span=cursor.since(start)), start)


def linked_between(cursor: Cursor, story: Discourse) -> None:
    """Parse what `strokes_between` detects: of objects mentioned together, else of all in the sentence."""
    start, clause = cursor.place, story.clause
    ref = clause.head or sum((entry.ref for entry in clause.entries), ())
    if len(ref) < 2:
        story.close()
        mentioned = dict.fromkeys(sum(story.history[story.sentence :], ()))
        ref = tuple(place for place in mentioned if story.things.items[place].type not in STROKES)
    _strokes(cursor, story, ref, noun_phrase(cursor), start)
    if cursor.at("between"):
        cursor.next()
    cursor.next()


def _strokes(cursor: Cursor, story: Discourse, ref: Ref, phrase: NounPhrase, start: int) -> None:
    if len(ref) < 2 or phrase.type not in STROKES:
        reason = "it needs two objects" if len(ref) < 2 else "only lines and arrows connect"
        return cursor.miss(cursor.since(start), reason)
    count = len(ref) - 1
    if phrase.count not in (None, 1, count):
        cursor.miss(phrase.span, f"{count} of them connect {len(ref)} objects in sequence")
    phrase.count, phrase.plural = 1, False
    first, new = story.thing(phrase)
    strokes = story.things.repeat(first[0], count, phrase.span) if new else first
    story.links.append((ref, strokes, cursor.since(start)))
    return None


def _linked(story: Discourse) -> Ref:
    """Return what is connected: all of a list; of single objects those of the last relation or sentence."""
    ref: Ref = sum((entry.ref for entry in story.clause.meant(all_of_them=True, alone=False)), ())
    if len(ref) == 1 and story.relations and story.relations[-1].subject == ref:
        # "A circle above a square, connected by a line".
        return ref + story.relations[-1].other
    if len(ref) != 1:
        return ref
    # "A circle on the left and a square on the right, connected by a line".
    targets = [target for target in story.history[story.sentence :] if _linkable(story, target, ref)]
    return tuple(dict.fromkeys(sum(targets, ()))) + ref


def _linkable(story: Discourse, other: Ref, ref: Ref) -> bool:
    items = [story.things.items[place] for place in other]
    return not set(other) & set(ref) and not any(
        item.type in STROKES or "title" in item.traits for item in items
    )
