"""Place the objects whose places follow from others: graphs on axes, parts, and what an object turns into."""

from __future__ import annotations

from dataclasses import replace

from jepamine.manim.layouts import Layout, Object
from jepamine.manim.text.reading import Group, Item, Reading, Ref
from jepamine.manim.text.solve.graphs import graph_box
from jepamine.manim.text.solve.part_boxes import part_box
from jepamine.manim.text.solve.sizes import size_of

#: How far axes reach in each direction if nothing else is given.
USUAL_RANGE = (-4.0, 4.0)


def sources(reading: Reading) -> dict[int, int]:
    """Return item -> the item that decides its place."""
    found = {
        place: item.measure("axes")
        for place, item in enumerate(reading.items)
        if item.measure("axes") is not None
    }
    found |= {
        place: item.measure("part")[0]
        for place, item in enumerate(reading.items)
        if item.measure("part") is not None
    }
    for event in reading.events:
        if event.verb == "transform":
            found |= {
                target: source
                for target, source in zip(event.other, event.subject, strict=False)
                if target >= event.seen and target not in found
            }
    return found


def _takes_colour(item: Item) -> bool:
    """Return whether an object without a colour has that of what it comes from."""
    return item.measure("axes") is None and item.measure("part") is None


def without(reading: Reading, left_out: set[int]) -> tuple[Reading, list[int]]:
    """Return a reading without some items, and the kept ones."""
    kept = [place for place in range(len(reading.items)) if place not in left_out]
    number = {place: new for new, place in enumerate(kept)}

    def there(ref: Ref) -> Ref:
        return tuple(number[place] for place in ref if place in number)

    return (
        replace(
            reading,
            items=tuple(reading.items[place] for place in kept),
            groups=tuple(
                Group(group.rows, group.columns, there(group.members))
                for group in reading.groups
                if not left_out & set(group.members)
            ),
            relations=tuple(
                replace(one, subject=there(one.subject), other=there(one.other))
                for one in reading.relations
                if there(one.subject) and there(one.other)
            ),
            places=tuple(
                replace(one, subject=there(one.subject)) for one in reading.places if there(one.subject)
            ),
        ),
        kept,
    )


def with_derived(reading: Reading, layout: Layout, kept: list[int], origins: dict[int, int]) -> Layout:
    """Return the layout of all items, from that of the kept ones."""
    objects: dict[int, Object] = dict(zip(kept, layout.objects, strict=True))
    z = len(kept)
    for place in sorted(origins, key=lambda place: (origins[place] in origins, place)):
        item, source = reading.items[place], objects[origins[place]]
        if item.measure("axes") is not None:
            box = graph_box(reading, place, source)
        elif item.measure("part") is not None:
            box = part_box(reading, place, source)
        else:
            size = size_of(item)
            box = (source.x, source.y, size.width + size.fixed_width, size.height + size.fixed_height)
        x, y, width, height = (round(side, 2) for side in box)
        objects[place] = Object(
            type=item.type, x=x, y=y, z=z, width=width, height=height, text=item.text,
            color=item.color or (source.color if _takes_colour(item) else None),
        )  # fmt: skip
        z += 1
    return Layout(tuple(objects[place] for place in range(len(reading.items))))
