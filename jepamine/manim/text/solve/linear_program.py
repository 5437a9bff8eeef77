"""Linear rules on the boxes of a layout, and the linear program they form."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: A linear expression: a factor per variable and a constant at the end; float64 (variables + 1,).
Linear = NDArray[np.float64]


@dataclass(frozen=True)
class Rule:
    """`what` is at least 0; with a `weight`, it is close to 0 at that cost per unit."""

    what: Linear
    weight: float | None = None


def constant(value: float, like: Linear) -> Linear:
    """Return a number as an expression."""
    expression = np.zeros_like(like)
    expression[-1] = value
    return expression


def at_least(expression: Linear, least: Linear | float) -> Rule:
    """Require `what` >= `least`."""
    return Rule(_less(expression, least))


def at_most(expression: Linear, most: Linear | float) -> Rule:
    """Require `what` <= `most`."""
    return Rule(-_less(expression, most))


def _less(expression: Linear, by: Linear | float) -> Linear:
    if not isinstance(by, float):
        return expression - by
    # Much faster than the difference to a constant, which most rules have.
    result = expression.copy()
    result[-1] -= by
    return result


def wish(expression: Linear, value: Linear | float, weight: float) -> Rule:
    """Wish for `what` == `value`, as nearly as other wishes allow."""
    return Rule(at_least(expression, value).what, weight)


def load_solver() -> None:
    """Import what `Program.solve` needs: .3 s, once, which a server can spend before its first request."""
    import scipy.optimize  # noqa: F401


class Program:
    """Rules that hold together; `values` solves them, with a 1 at its end: a product gives a length."""

    def __init__(self, variables: int) -> None:
        self._variables = variables
        self._rules: list[Rule] = []
        self.values: Linear = np.zeros(variables + 1)

    def add(self, rules: Iterable[Rule]) -> None:
        """Add rules; `solve` checks whether they can be satisfied."""
        self._rules.extend(rules)

    def mark(self) -> int:
        """Return the current state, for `back_to`."""
        return len(self._rules)

    def back_to(self, mark: int) -> None:
        """Remove the rules added since `mark`."""
        del self._rules[mark:]

    def solve(self) -> bool:
        """Set `values`; return False, without changing them, if the rules contradict one another."""
        # linprog's input: minimise costs @ (variables, slack), where rows @ (variables, slack) <= limits.
        from scipy.optimize import linprog

        wishes = [rule for rule in self._rules if rule.weight is not None]
        hard = _stacked([rule.what for rule in self._rules if rule.weight is None], self._variables)
        soft = _stacked([rule.what for rule in wishes], self._variables)
        slack = np.eye(len(wishes))
        none = np.zeros((len(hard), len(wishes)))
        rows = np.block([[-hard[:, :-1], none], [soft[:, :-1], -slack], [-soft[:, :-1], -slack]])
        limits = np.concatenate([hard[:, -1], -soft[:, -1], soft[:, -1]])
        costs = np.concatenate([np.zeros(self._variables), [rule.weight for rule in wishes]])
        result = linprog(costs, A_ub=rows, b_ub=limits, bounds=(None, None), method="highs")
        if result.status != 0:
            return False
        self.values = np.append(result.x[: self._variables], 1.0)
        return True


def _stacked(rows: Sequence[Linear], variables: int) -> Linear:
    return np.array(rows).reshape(-1, variables + 1)
