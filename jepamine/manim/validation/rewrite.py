"""Rewrite a checked syntax tree so that guards see what only shows when it runs."""

from __future__ import annotations

import ast

from jepamine.manim.validation.bound import Bound
from jepamine.manim.validation.guards import DATA, KNOWN, RECEIVER, TARGET
from jepamine.manim.validation.names import ATTRIBUTES
from jepamine.manim.validation.vocabulary import DATA_KEYWORDS, SPECIAL


def with_guards(tree: ast.Module, bound: Bound) -> ast.Module:
    """Return the tree with a guard around receivers of the code's own attributes, and around `**keywords`."""
    rewritten: ast.Module = ast.fix_missing_locations(_Rewriter(bound).visit(tree))
    return rewritten


class _Rewriter(ast.NodeTransformer):
    def __init__(self, bound: Bound) -> None:
        self._bound = bound

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        if not isinstance(node.ctx, ast.Load):
            node.value = _call(TARGET, node.value, ast.Constant(node.attr))
        elif self._is_own(node):
            node.value = _call(RECEIVER, node.value)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        self.generic_visit(node)
        data = called in self._bound.others or called in self._bound.attributes
        data = data or called in DATA_KEYWORDS or called in SPECIAL
        for keyword in node.keywords:
            if keyword.arg is None:
                keyword.value = _call(DATA if data else KNOWN, keyword.value)
        return node

    def _is_own(self, node: ast.Attribute) -> bool:
        modules = self._bound.modules.keys() - self._bound.others
        if isinstance(node.value, ast.Name) and node.value.id in modules:
            return False
        return node.attr in self._bound.attributes - ATTRIBUTES and not node.attr.startswith("__")


def _call(name: str, *arguments: ast.expr) -> ast.Call:
    node = ast.Call(ast.Name(name, ast.Load()), list(arguments), [])
    return ast.copy_location(node, arguments[0])
