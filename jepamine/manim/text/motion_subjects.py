"""What moves: "the circle moves", "move the circle", "an arrow pushes the box"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jepamine.manim.text.cursor import Cursor
from jepamine.manim.text.motion_events import Said
from jepamine.manim.text.noun_phrases import noun_phrase
from jepamine.manim.text.phrase import starts, starts_behind, verb_follows
from jepamine.manim.text.reading import Ref, Span

if TYPE_CHECKING:
    from jepamine.manim.text.discourse import Discourse

#: Verbs whose object moves.
THROWS = {"kicks", "kick", "throws", "throw", "hits", "hit"}
PULLS = {"pulls", "pull", "drags", "drag"}
#: Those whose subject moves with it, too.
PUSHES = {"pushes", "push", "carries", "carry", *PULLS, *THROWS}


def _said_of_head(word: str, verb: str) -> bool:
    """Return whether a verb after "a circle with a dot" is the circle's: "moves", but not "that moves"."""
    bound = word.startswith(("that ", "which ")) or word.split()[0].endswith("ing")
    return not bound and verb not in ("follow", "orbit", "land", "show")


def subject(cursor: Cursor, story: Discourse, verb: str, said: Said, ordered: bool) -> Ref:
    """Return what the verb before the cursor is said of, () for nothing.

    `ordered` is whether it is an order: "move the circle".
    """
    entries = story.clause.entries
    if entries and ordered and (cursor.at("pronoun") or starts(cursor)):
        # "Draw a circle and move it": an order, not what the circle does.
        story.close()
    elif entries and story.clause.head and _said_of_head(cursor.peek(-1).text.lower(), verb):
        # "A circle with its radius shrinks", but "a line with a dot moving along it".
        head = story.clause.head
        story.close()
        return head
    elif entries:
        meant = story.clause.again() or entries
        refs = [entry.ref for entry in (meant if story.clause.closed else meant[-1:]) if entry.ref]
        story.close()
        return tuple(dict.fromkeys(sum(refs, ())))
    if (not ordered or verb == "land") and story.before and not cursor.at("pronoun"):
        return story.before[-1]
    cursor.skip("filler")
    if cursor.at("pronoun"):
        several = cursor.peek().value == "them"
        ref = story.pronoun()
        # "Both" of more than two is neither of them.
        return () if several and len(ref) < 2 else ref
    ref = ()
    while starts(cursor):
        phrase = noun_phrase(cursor)
        if verb == "highlight" and phrase.colours and cursor.peek(-2).kind == "in":
            # "Highlight the circle in red".
            said.colour = phrase.colours.pop()
        ref += story.thing(phrase)[0]
        if not (cursor.at("and") and starts_behind(cursor)) or verb_follows(cursor):
            break
        cursor.next()
    return ref or (story.before[-1] if story.before else ())


def pushed(cursor: Cursor, story: Discourse, ordered: bool) -> tuple[Ref, Ref]:
    """Parse what is pushed; return it and what pushes it, which comes before the verb: () for an order."""
    order = ordered and not cursor.peek(-1).text.endswith("s")
    clause = story.clause
    pusher = clause.head or (clause.entries[-1].ref if clause.entries else ())
    if not pusher and story.before and cursor.peek(-2).kind == "and":
        # "An arrow appears on its left and pushes it".
        pusher = story.before[-1]
    story.close()
    if cursor.at("pronoun"):
        others = [ref for ref in (*story.history, *story.before) if not set(ref) & set(pusher)]
        ref = story.pronoun()
        if set(ref) & set(pusher) and not order:
            ref = others[-1] if others else ()
    else:
        ref, _ = story.thing(noun_phrase(cursor))
    return ref, () if order or set(ref) & set(pusher) else pusher


def beside(
    story: Discourse, ref: Ref, pusher: Ref, pulls: bool, way: tuple[float, float], span: Span
) -> None:
    """Place what pushes behind what it pushes, and what pulls before it, if their places are open."""
    linked = {frozenset((*one.subject, *one.other)) for one in story.relations}
    if len(ref) != 1 or len(pusher) != 1 or frozenset((*ref, *pusher)) in linked:
        return
    across, up = way if pulls else (-way[0], -way[1])
    if not (across and up):
        side = ("right" if across > 0 else "left") if across else ("above" if up > 0 else "below")
        story.relate(side, pusher, ref, span)
