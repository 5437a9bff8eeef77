"""Lazy arguments for scorers: the bank of a large run takes a while to read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any


class Offers(Mapping[str, Any]):
    """What scorers are offered, each made when a scorer asks for it."""

    def __init__(self, **makers: Callable[[], Any]) -> None:
        self._makers = makers

    def __getitem__(self, name: str) -> Any:
        return self._makers[name]()

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)

    def __contains__(self, name: object) -> bool:
        # Mapping's own would build the value to see whether it exists.
        return name in self._makers
