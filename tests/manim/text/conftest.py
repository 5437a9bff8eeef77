"""The 230 descriptions: 200 of a grammar, 30 written by hand; each with what is true of it."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

HERE = Path(__file__).parent
COUNT = 200


def module(name: str) -> ModuleType:
    """A module that lies beside this file."""
    full = f"textlayout_tests_{name}"
    if full not in sys.modules:
        spec = importlib.util.spec_from_file_location(full, HERE / f"{name}.py")
        assert spec is not None and spec.loader is not None
        sys.modules[full] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[full])
    return sys.modules[full]


@dataclass
class Case:
    """A description, its objects as (type, text, colour word), and what is true of them (`truth.holds`)."""

    text: str
    objects: list[tuple[str, str | None, str | None]]
    facts: list[tuple[Any, ...]]


def all_cases() -> list[Case]:
    """The descriptions, those of the grammar first."""
    truth = module("truth")
    cases = []
    for seed in range(COUNT):
        made = module("grammar").described(seed)
        facts: list[tuple[Any, ...]] = []
        for how, a, b in made.relations:
            facts.append((how, a[0], b[0]))
        for members, column, row in made.places:
            facts.append((column, row, members))
        for rows, columns, members in made.groups:
            lines = [members[row * columns : (row + 1) * columns] for row in range(rows)]
            facts += [("row", *line) for line in lines if columns > 1]
            facts += [("above", lines[row], lines[row + 1]) for row in range(rows - 1)]
        cases.append(Case(made.text, made.objects, facts))
    for text, objects, facts in module("by_hand").BY_HAND:
        cases.append(Case(text, truth.objects_of(objects), facts))
    return cases


@pytest.fixture(scope="session")
def cases() -> list[Case]:
    """All 230 descriptions."""
    return all_cases()


@pytest.fixture(scope="session")
def truth() -> ModuleType:
    """What is true of a layout."""
    return module("truth")
