"""Parts of a manifest, for several processes to score."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from jepamine.data.clips import Clip
from jepamine.errors import UserError


@dataclass(frozen=True)
class Shard:
    """Part `number` (from 1) of `of`. Scenes are dealt out whole, in the order in which they first appear.

    Whole, because the scorer `scene` compares a clip with the rest of its scene.
    """

    number: int = 1
    of: int = 1

    def part(self, items: Iterable[Clip | UserError]) -> Iterator[Clip | UserError]:
        """The items of this shard, in order; clips without a scene and lines that are no clips one by one."""
        scenes: dict[str, int] = {}
        dealt = 0
        for item in items:
            scene = None if isinstance(item, UserError) else item.scene
            place = dealt if scene is None else scenes.setdefault(scene, dealt)
            dealt += place == dealt
            if place % self.of == self.number - 1:
                yield item
