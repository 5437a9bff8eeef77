"""What the syntax tree of a scene may contain.

Nodes, built-in names, modules with their names, attributes.
"""

from __future__ import annotations

import ast
import math

from jepamine.manim.validation import names
from jepamine.manim.validation.names import words

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

BUILTINS = words(
    """
        abs all any bool callable chr classmethod complex dict divmod enumerate filter float frozenset hash
    int     isinstance issubclass iter len list map max min next ord pow print property range repr reversed
    round set     slice sorted staticmethod str sum super tuple zip     False None True NotImplemented
    ArithmeticError AssertionError AttributeError Exception IndexError KeyError LookupError
    NotImplementedError     OverflowError RuntimeError StopIteration TypeError ValueError ZeroDivisionError
    """
)

NUMPY = words(
    """
    abs absolute add all allclose amax amin angle any append arange arccos arccosh arcsin arcsinh arctan
    arctan2 arctanh argmax argmin argsort argwhere array array_equal asarray atleast_1d atleast_2d average
    bincount bool_ broadcast_to cbrt ceil choose clip column_stack complex128 concatenate conj conjugate
    convolve cos cosh count_nonzero cross cumprod cumsum deg2rad degrees delete diag diagonal diff digitize
    divide dot dstack e einsum empty empty_like equal euler_gamma exp exp2 expand_dims expm1 eye flatnonzero
    flip fliplr flipud float32 float64 floor floor_divide fmax fmin fmod full full_like gcd geomspace
    gradient greater greater_equal heaviside histogram hstack hypot identity imag in1d indices inf inner
    insert int32 int64 interp intersect1d invert isclose isfinite isin isinf isnan isreal kron lcm less
    less_equal linspace log log10 log1p log2 logical_and logical_not logical_or logical_xor logspace matmul
    max maximum mean median meshgrid min minimum mod moveaxis multiply nan nan_to_num nanmax nanmean nanmin
    nansum ndarray ndenumerate ndim ndindex negative newaxis nonzero not_equal ones ones_like outer pad
    percentile pi piecewise place poly1d polyfit polyval positive power prod ptp quantile rad2deg radians
    ravel real reciprocal remainder repeat reshape resize rint roll rollaxis roots rot90 round searchsorted
    select setdiff1d shape sign signbit sin sinc sinh size sort split sqrt square squeeze stack std subtract
    sum swapaxes take tan tanh tensordot tile trace transpose trapezoid tri tril triu true_divide trunc
    uint8 union1d unique unravel_index unwrap vander var vdot vectorize vstack where zeros zeros_like
    """
)
LINALG = words(
    """
    cholesky cond cross det eig eigh eigvals eigvalsh inv lstsq matrix_norm matrix_power matrix_rank norm
    outer pinv qr slogdet solve svd trace vector_norm
    """
)
RANDOM = words(
    """
    beta binomial choice default_rng exponential gamma multivariate_normal normal permutation
    poisson rand randint randn random random_sample sample seed shuffle standard_normal triangular uniform
    """
)

#: What `import` may name.
IMPORTED = ("manim", "numpy", "numpy.linalg", "numpy.random", "math")
#: What may be imported from a module inside of manim's, wherever it is defined.
INSIDE_MANIM = names.ALLOWED | names.RATE_FUNCTIONS
#: Module -> the names that may be taken from it.
MODULES: dict[str, frozenset[str]] = {
    "manim": names.ALLOWED | {"config", "rate_functions"},
    "manim.rate_functions": names.RATE_FUNCTIONS,
    "manim.config": names.CONFIG,
    "numpy": NUMPY | {"linalg", "random"},
    "numpy.linalg": LINALG,
    "numpy.random": RANDOM,
    "math": frozenset(name for name in dir(math) if not name.startswith("_")),
}

_WALKS = words(
    """
    mro format format_map ctypes gi_code gi_frame gi_yieldfrom cr_await cr_code cr_frame cr_origin ag_await
    ag_code ag_frame f_back f_builtins f_code f_globals f_lasti f_lineno f_locals f_trace tb_frame tb_next
    tb_lineno co_code co_consts co_names func_code func_globals
    """
)
_FILES = words(
    """
    dump dumps tofile save_image get_image get_file_path add_sound digest_file digest_args digest_parser
    file_writer file_writer_settings output_plan from_file
    """
)
_MACHINERY = words(
    """
    renderer manager session_spec show interactive_embed embed interact render play_internal
    check_interactive_embed_is_valid
    """
)
#: Attribute -> what is wrong with it.
ATTRIBUTES = {
    **dict.fromkeys(_WALKS, "leads out of the scene into Python itself"),
    **dict.fromkeys(_FILES, "reads or writes files"),
    **dict.fromkeys(_MACHINERY, "is part of how Manim runs, not of a scene"),
}
