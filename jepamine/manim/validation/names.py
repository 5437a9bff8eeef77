"""The names that scenes may use, by module: those of allowed_names.toml, of numpy and of Python."""

from __future__ import annotations

import math
import tomllib
from pathlib import Path

from jepamine.utils.printing import word_set

BUILTINS = word_set(
    """
    abs all any bin bool callable chr classmethod complex dict divmod enumerate filter float format frozenset
    hash hex int isinstance issubclass iter len list map max min next object oct ord pow print property range
    repr reversed round set slice sorted staticmethod str sum super tuple zip False None True NotImplemented
    Ellipsis ArithmeticError AssertionError AttributeError Exception IndexError KeyError LookupError
    NotImplementedError OverflowError RecursionError RuntimeError StopIteration TypeError ValueError
    ZeroDivisionError Warning UserWarning DeprecationWarning
    """
)
NUMPY_RANDOM = word_set(
    """
    Generator beta binomial choice default_rng exponential gamma multivariate_normal normal permutation
    poisson rand randint randn random random_sample sample seed shuffle standard_normal triangular uniform
    """
)
NUMPY_LINALG = word_set(
    """
    LinAlgError cholesky cond cross det eig eigh eigvals eigvalsh inv lstsq matrix_norm matrix_power
    matrix_rank norm outer pinv qr slogdet solve svd trace vector_norm
    """
)
NUMPY_FFT = word_set("fft ifft rfft irfft fft2 ifft2 fftfreq rfftfreq fftshift ifftshift")

_ABSTRACT = word_set(
    """
    Callable Collection Generator Hashable Iterable Iterator Mapping MutableMapping MutableSequence Sequence
    Set Sized
    """
)
#: Module of the standard library -> the names that may be taken from it.
STANDARD: dict[str, frozenset[str]] = {
    "abc": word_set("ABC abstractmethod"),
    "bisect": word_set("bisect bisect_left bisect_right insort insort_left insort_right"),
    "cmath": word_set("cos e exp inf log nan phase pi polar rect sin sqrt tan tau"),
    "collections": word_set("ChainMap Counter OrderedDict defaultdict deque namedtuple abc"),
    "collections.abc": _ABSTRACT,
    "colorsys": word_set("hls_to_rgb hsv_to_rgb rgb_to_hls rgb_to_hsv rgb_to_yiq yiq_to_rgb"),
    "copy": word_set("copy deepcopy"),
    "dataclasses": word_set("dataclass field replace asdict astuple"),
    "enum": word_set("Enum IntEnum auto unique"),
    "fractions": word_set("Fraction"),
    "functools": word_set("cache cached_property cmp_to_key lru_cache partial reduce total_ordering wraps"),
    "heapq": word_set("heapify heappop heappush heappushpop heapreplace merge nlargest nsmallest"),
    "itertools": word_set(
        """
        accumulate chain combinations combinations_with_replacement compress count cycle dropwhile filterfalse
        groupby islice pairwise permutations product repeat starmap takewhile tee zip_longest
        """
    ),
    "math": frozenset(name for name in dir(math) if not name.startswith("_")),
    "random": word_set(
        """
        Random betavariate choice choices expovariate gammavariate gauss lognormvariate normalvariate
        paretovariate randint random randrange sample seed shuffle triangular uniform vonmisesvariate
        weibullvariate
        """
    ),
    "statistics": word_set("fmean geometric_mean mean median mode pstdev pvariance quantiles stdev variance"),
    "string": word_set(
        "ascii_letters ascii_lowercase ascii_uppercase digits hexdigits punctuation whitespace"
    ),
    "typing": word_set(
        """
        Any Callable ClassVar Dict Final FrozenSet Generator Generic Iterable Iterator List Literal
        Mapping NamedTuple NoReturn Optional Protocol Sequence Set Tuple Type TypeAlias TypeVar
        TYPE_CHECKING Union cast
        overload
        """
    ),
}

_TABLES: dict[str, str] = tomllib.loads(Path(__file__).with_name("allowed_names.toml").read_text())
#: Public names of `from manim import *`.
MANIM = word_set(_TABLES["manim"])
#: Attributes, on whatever object, and keywords of calls.
ATTRIBUTES, KEYWORDS = word_set(_TABLES["attributes"]), word_set(_TABLES["keywords"])
#: Attributes of Manim's objects that scenes may neither use nor define.
MACHINERY = word_set(_TABLES["machinery"])

RATE_FUNCTIONS = word_set(
    """
    double_smooth exponential_decay linear lingering not_quite_there running_start rush_from rush_into
    slow_into smooth smoothererstep smootherstep smoothstep squish_rate_func there_and_back
    there_and_back_with_pause wiggle
    """
).union(
    f"ease_{side}_{kind}"
    for side in ("in", "out", "in_out")
    for kind in ("sine", "quad", "cubic", "quart", "quint", "expo", "circ", "back", "elastic", "bounce")
)
#: Settings of `manim.config` that scenes may read, and those of them that they may change.
CONFIG = word_set(
    """
    background_color bottom frame_height frame_rate frame_size frame_width frame_x_radius
    frame_y_radius left_side pixel_height pixel_width right_side tex_template top quality verbosity
    disable_caching
    max_files_cached preview save_last_frame transparent media_width
    """
)
CHANGEABLE = CONFIG - word_set("bottom frame_x_radius frame_y_radius left_side right_side top")

#: What may be imported from a module inside of manim's, wherever it is defined.
INSIDE_MANIM = MANIM | RATE_FUNCTIONS
#: Module -> the names that may be taken from it.
MODULES: dict[str, frozenset[str]] = {
    "manim": MANIM | {"config", "rate_functions"},
    "manim.rate_functions": RATE_FUNCTIONS,
    "manim.utils.rate_functions": RATE_FUNCTIONS,
    "manim.config": CONFIG,
    "numpy": word_set(_TABLES["numpy"]) | {"ndarray", "linalg", "random", "fft"},
    "numpy.linalg": NUMPY_LINALG,
    "numpy.random": NUMPY_RANDOM,
    "numpy.fft": NUMPY_FFT,
    "numpy.typing": word_set("ArrayLike NDArray"),
    **STANDARD,
}
#: Modules that are attributes of others.
PARTS = (
    "manim.rate_functions",
    "manim.config",
    "numpy.linalg",
    "numpy.random",
    "numpy.fft",
    "collections.abc",
)
