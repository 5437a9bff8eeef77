"""Linear rules on the boxes of a layout, and the linear program that they make."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: A linear expression: a factor for each variable, and at the end what is added; float64 (variables + 1,).
Linear = NDArray[np.float64]


@dataclass(frozen=True)
class Rule:
    """`what` is at least 0; with a `weight`, it is 0 as nearly as may be, and that is what a unit costs."""

    what: Linear
    weight: float | None = None


def constant(value: float, like: Linear) -> Linear:
    """A number as an expression."""
    found = np.zeros_like(like)
    found[-1] = value
    return found


def at_least(what: Linear, least: Linear | float) -> Rule:
    """`what` >= `least`."""
    return Rule(what - (constant(least, what) if isinstance(least, float) else least))


def at_most(what: Linear, most: Linear | float) -> Rule:
    """`what` <= `most`."""
    return Rule((constant(most, what) if isinstance(most, float) else most) - what)


def wish(what: Linear, value: Linear | float, weight: float) -> Rule:
    """`what` == `value`, as nearly as other wishes allow."""
    return Rule(at_least(what, value).what, weight)


class Program:
    """Rules that hold together; `values` solves them, with a 1 at its end: a product gives a length."""

    def __init__(self, variables: int) -> None:
        self._variables = variables
        self._rules: list[Rule] = []
        self.values: Linear = np.zeros(variables + 1)

    def add(self, rules: Iterable[Rule]) -> None:
        """Add rules; `solve` tells whether they can be kept."""
        self._rules.extend(rules)

    def mark(self) -> int:
        """The rules as they are now, for `back_to`."""
        return len(self._rules)

    def back_to(self, mark: int) -> None:
        """Take back the rules that were added since."""
        del self._rules[mark:]

    def solve(self) -> bool:
        """Set `values`; False, and they stay as they were, where the rules contradict one another."""
        # What linprog takes: least of costs @ (variables, slack), where rows @ (variables, slack) <= limits.
        from scipy.optimize import linprog

        wishes = [rule for rule in self._rules if rule.weight is not None]
        hard = _stacked([rule.what for rule in self._rules if rule.weight is None], self._variables)
        soft = _stacked([rule.what for rule in wishes], self._variables)
        slack = np.eye(len(wishes))
        none = np.zeros((len(hard), len(wishes)))
        rows = np.block([[-hard[:, :-1], none], [soft[:, :-1], -slack], [-soft[:, :-1], -slack]])
        limits = np.concatenate([hard[:, -1], -soft[:, -1], soft[:, -1]])
        costs = np.concatenate([np.zeros(self._variables), [rule.weight for rule in wishes]])
        found = linprog(costs, A_ub=rows, b_ub=limits, bounds=(None, None), method="highs")
        if found.status != 0:
            return False
        self.values = np.append(found.x[: self._variables], 1.0)
        return True


def _stacked(rows: Sequence[Linear], variables: int) -> Linear:
    return np.array(rows).reshape(-1, variables + 1)
