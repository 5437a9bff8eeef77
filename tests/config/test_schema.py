"""Signatures as schemas: what a recipe's value may be, and what becomes of it."""

import inspect
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import pytest
from pydantic import Field

from jepamine.config import registry
from jepamine.config.schema import Weights, plain, resolve, runner_parameters
from jepamine.errors import BrokenPluginError

NO_DEFAULT = inspect.Parameter.empty


def typed(annotation, default=NO_DEFAULT):
    """A plugin with the one key `key` of a type."""

    def made(*, key=default): ...

    made.__annotations__["key"] = annotation
    return made


def plugin(dim: int, device=None, /, *, epochs: int = 30, lr: float = 1e-4, root: Path | None = None): ...


@pytest.mark.parametrize(
    ("annotation", "value", "expected"),
    [
        (int, 2, 2),
        (float, 1, 1.0),
        (float, 1e-4, 1e-4),
        (str, "2", "2"),
        (bool, True, True),
        (Path, "/data/x", Path("/data/x")),
        (Path | None, "/data/x", Path("/data/x")),
        (int | None, 3, 3),
        (tuple[int, ...], [1, 2], (1, 2)),
        (tuple[int, str], [1, "a"], (1, "a")),
        (list[str], ["a"], ["a"]),
        (dict[str, int], {"a": 1}, {"a": 1}),
        (Literal["clip", "index"], "index", "index"),
        (Annotated[int, Field(ge=1)], 1, 1),
    ],
)
def test_a_value_of_the_right_type_is_taken(annotation, value, expected):
    values, errors = resolve(typed(annotation), {"key": value})
    assert (values, errors) == ({"key": expected}, [])
    assert type(values["key"]) is type(expected)


@pytest.mark.parametrize(
    ("annotation", "value", "error"),
    [
        (int, "2", "key: input should be a valid integer, found '2'"),
        (int, True, "key: input should be a valid integer, found True"),
        (int, 2.0, "key: input should be a valid integer, found 2.0"),
        (float, "1e-4", "key: input should be a valid number, found '1e-4'"),
        (float, True, "key: input should be a valid number, found True"),
        (bool, 1, "key: input should be a valid boolean, found 1"),
        (str, 3, 'key: input should be a valid string, found 3; for text, quote it: key = "3"'),
        (tuple[int, ...], [1, "a"], "key: [1] input should be a valid integer, found 'a'"),
        (Literal["clip", "index"], "clips", "key: input should be 'clip' or 'index', found 'clips'"),
        (Annotated[int, Field(ge=1)], 0, "key: input should be greater than or equal to 1, found 0"),
    ],
)
def test_a_value_of_another_type_is_refused_with_key_reason_and_value(annotation, value, error):
    assert resolve(typed(annotation), {"key": value}) == ({}, [error])


@pytest.mark.parametrize(("annotation", "value"), [(Path, 3), (tuple[int, ...], 3), (int, {"a": 1})])
def test_a_value_of_another_shape_is_refused(annotation, value):
    values, errors = resolve(typed(annotation), {"key": value})
    assert values == {}
    assert [error.startswith("key: ") for error in errors] == [True]


def test_a_relative_path_becomes_absolute_from_the_working_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert resolve(typed(Path), {"key": "a/b"})[0] == {"key": tmp_path / "a" / "b"}


def test_a_default_path_becomes_absolute_as_well(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert resolve(typed(Path, default=Path("a")), {})[0] == {"key": tmp_path / "a"}


def test_paths_in_an_array_become_absolute_as_well(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert resolve(typed(tuple[Path, ...]), {"key": ["a"]})[0] == {"key": (tmp_path / "a",)}


def test_weights_that_are_a_folder_become_absolute_and_a_hub_name_stays(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "local").mkdir()
    assert resolve(typed(Weights), {"key": "local"})[0] == {"key": str(tmp_path / "local")}
    assert resolve(typed(Weights), {"key": "org/model"})[0] == {"key": "org/model"}


def test_defaults_are_filled_in():
    assert resolve(plugin, {"epochs": 3}) == ({"epochs": 3, "lr": 1e-4, "root": None}, [])


def test_a_key_without_default_that_is_not_given_is_missing():
    assert resolve(typed(int), {}) == ({}, ["key: missing"])


def test_an_unknown_key_offers_the_nearest_and_names_the_known():
    _, errors = resolve(plugin, {"epoch": 3})
    assert errors == ["epoch: unknown key (did you mean 'epochs'?); known: epochs, lr, root"]


def test_a_key_that_the_runner_gives_is_unknown_to_a_recipe():
    _, errors = resolve(plugin, {"dim": 3})
    assert errors == ["dim: unknown key; known: epochs, lr, root"]


def test_every_error_is_reported():
    _, errors = resolve(plugin, {"epochs": "a", "lr": "b", "rot": "c"})
    assert sorted(error.split(":")[0] for error in errors) == ["epochs", "lr", "rot"]


def test_the_runner_gives_what_is_not_keyword_only():
    assert runner_parameters(plugin) == ["dim", "device"]
    assert runner_parameters(typed(int)) == []


def test_plain_values_are_what_toml_can_hold_and_none_is_left_out():
    def many(*, a: Path, b: tuple[int, ...], c: int | None = None, d: float = 1.0): ...

    values, _ = resolve(many, {"a": "/x", "b": [1, 2]})
    assert plain(many, values) == {"a": "/x", "b": [1, 2], "d": 1.0}


def local(folder, code, attribute):
    (folder / "mine.py").write_text(code)
    return registry.load(registry.find("encoder", f"./mine.py:{attribute}", folder))


def test_types_from_the_runner_may_be_imported_under_type_checking_only(tmp_path):
    code = """
from __future__ import annotations
from pathlib import Path
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    import not_installed
class Mine:
    def __init__(self, device: not_installed.Device, *, weights: Path, sizes: tuple[int, ...] = (1,)): ...
"""
    mine = local(tmp_path, code, "Mine")
    assert resolve(mine, {"weights": "/w", "sizes": [2]}) == ({"weights": Path("/w"), "sizes": (2,)}, [])
    assert resolve(mine, {"weights": 1, "sizes": [2]})[1] != []


def test_a_key_whose_type_cannot_be_found_is_the_plugins_fault(tmp_path):
    code = "from __future__ import annotations\ndef mine(*, size: Nowhere = 1): ...\n"
    with pytest.raises(BrokenPluginError, match="type of 'size' in mine"):
        resolve(local(tmp_path, code, "mine"), {"size": 1})


@pytest.mark.parametrize("table", [{"key": 1}, {}])
def test_a_key_whose_type_no_recipe_can_hold_is_the_plugins_fault(table):
    mine = typed(np.random.Generator, default=np.random.default_rng(0))
    with pytest.raises(BrokenPluginError, match="key"):
        plain(mine, resolve(mine, table)[0])


def test_a_plugin_that_inherits_its_keys_from_another_module_has_them(tmp_path):
    code = (
        "from jepamine.encoders.vjepa2 import VJepa2Encoder\nclass Mine(VJepa2Encoder):\n    name = 'mine'\n"
    )
    assert resolve(local(tmp_path, code, "Mine"), {"weights": "org/model", "batch_size": 2}) == (
        {"weights": "org/model", "revision": None, "batch_size": 2, "matmul": "highest"},
        [],
    )


def test_a_decorated_plugin_has_the_keys_of_what_it_wraps(tmp_path):
    code = """
import functools
def loud(f):
    @functools.wraps(f)
    def call(*args, **kwargs): return f(*args, **kwargs)
    return call
@loud
def mine(dim, *, size: int = 3): ...
"""
    mine = local(tmp_path, code, "mine")
    assert resolve(mine, {"size": 4}) == ({"size": 4}, [])
    assert runner_parameters(mine) == ["dim"]
