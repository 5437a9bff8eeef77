"""What the syntax tree of a scene may contain: nodes, and special methods that a class may define."""

from __future__ import annotations

import ast

from jepamine.manim.validation.denied import words

NODES: tuple[type[ast.AST], ...] = (
    ast.Module, ast.Expr, ast.Assign, ast.AugAssign, ast.AnnAssign, ast.NamedExpr, ast.Delete, ast.Pass,
    ast.For, ast.While, ast.If, ast.With, ast.withitem, ast.Break, ast.Continue, ast.Return, ast.Yield,
    ast.YieldFrom, ast.Try, ast.ExceptHandler, ast.Raise, ast.Assert, ast.Global, ast.Nonlocal, ast.Import,
    ast.ImportFrom, ast.alias, ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.arguments, ast.arg, ast.keyword,
    ast.Call, ast.Attribute, ast.Subscript, ast.Slice, ast.Starred, ast.Name, ast.Constant, ast.JoinedStr,
    ast.FormattedValue, ast.List, ast.Tuple, ast.Set, ast.Dict, ast.ListComp, ast.SetComp, ast.DictComp,
    ast.GeneratorExp, ast.comprehension, ast.IfExp, ast.BoolOp, ast.BinOp, ast.UnaryOp, ast.Compare,
    ast.expr_context, ast.boolop, ast.operator, ast.unaryop, ast.cmpop,
    # Has no line of its own; the statement around it has, and is not allowed.
    ast.match_case,
)  # fmt: skip
#: Methods of classes that Python calls by itself.
SPECIAL = words(
    """
    __init__ __post_init__ __str__ __repr__ __len__ __iter__ __next__ __getitem__ __setitem__ __contains__
    __call__ __eq__ __ne__ __lt__ __le__ __gt__ __ge__ __hash__ __bool__ __neg__ __abs__ __add__ __radd__
    __sub__ __rsub__ __mul__ __rmul__ __truediv__ __rtruediv__ __floordiv__ __mod__ __pow__ __matmul__
    __int__ __float__ __round__
    """
)
#: Functions and methods whose keywords are data, whatever they are called.
DATA_KEYWORDS = words("dict Counter OrderedDict format update")
