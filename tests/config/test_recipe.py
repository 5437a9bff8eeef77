"""Recipes: what is refused and how it is said, and what a resolved one holds."""

import copy
import shlex
import shutil
import tempfile
from pathlib import Path

import pytest
import tomli_w
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from jepamine.config.recipe import TABLES, local_files, read, to_toml
from jepamine.config.recipe_files import parse_override
from jepamine.errors import UserError

BASE = {
    "dataset": {"plugin": "clips", "manifest": "m.jsonl"},
    "masking": {"plugin": "patches"},
    "encoder": {"plugin": "efficientnet-lite0"},
    "predictor": {"plugin": "mlp"},
    "trainer": {"plugin": "embedding"},
}
KEYS = {
    "dataset": ["manifest", "root", "tubelet_size", "image_size", "threads"],
    "masking": ["ratio", "seeding", "seed", "patch_size"],
    "encoder": ["batch_size", "matmul"],
    "predictor": ["hidden_dim", "dropout"],
    "trainer": ["epochs", "batch_size", "checkpoint_every", "val_fraction", "val_by"],
}


def write(folder, file="r.toml", **tables):
    """BASE with `tables` laid over it as a file; a table that is None is left out."""
    document = copy.deepcopy(BASE)
    for key, value in tables.items():
        if value is None:
            del document[key]
        elif isinstance(value, dict) and key in document:
            document[key] |= value
        else:
            document[key] = value
    path = folder / file
    path.write_bytes(tomli_w.dumps(document).encode())
    return path


def errors(path, overrides=None):
    """The errors of a recipe, each without the file that it must begin with."""
    with pytest.raises(UserError) as raised:
        read(path, overrides or {})
    lines = str(raised.value).splitlines()
    assert all(line.startswith(f"{path}: ") for line in lines)
    return [line.removeprefix(f"{path}: ") for line in lines]


def test_defaults_are_the_research_values(tmp_path):
    recipe = read(write(tmp_path, encoder={"plugin": "vjepa2"}), {})
    assert (recipe.name, recipe.seed) == ("r", 42)
    assert recipe.tables["dataset"] == {
        "manifest": str(Path("m.jsonl").absolute()), "tubelet_size": 2, "image_size": 224, "threads": 0
    }  # fmt: skip
    assert recipe.tables["masking"] == {"ratio": 0.75, "seeding": "clip", "seed": 42, "patch_size": 16}
    assert recipe.tables["encoder"]["weights"] == "facebook/vjepa2-vitl-fpc64-256"
    assert recipe.tables["predictor"] == {"dropout": 0.1}  # hidden_dim: D, known with the encoder
    assert recipe.tables["trainer"] == {
        "epochs": 30,
        "keep_checkpoints": 2,
        "batch_size": 8,
        "lr": 1e-4,
        "checkpoint_every": 5,
        "val_fraction": 0.2,
        "val_by": "scene",
        "test_fraction": 0.0,
    }
    assert recipe.scoring["scorer"] == "predicted"


def test_all_errors_are_reported_at_once_each_with_its_key(tmp_path):
    path = write(
        tmp_path,
        seed="x",
        extra=1,
        dataset={"manifset": "m"},
        masking={"ratio": "high", "seeding": "clips"},
        encoder={"plugin": "vjepa"},
        trainer=None,
        scoring={"scorer": "predict", "masked": {"x": 1}},
    )
    assert sorted(error.split(":")[0] for error in errors(path)) == [
        "[dataset] manifset",
        "[encoder] plugin",
        "[masking] ratio",
        "[masking] seeding",
        "[scoring.masked] x",
        "[scoring] unknown scorer plugin 'predict' (did you mean 'predicted'?); known",
        "[trainer]",
        "extra",
        "seed",
    ]


def test_a_syntax_error_names_file_and_line(tmp_path):
    path = tmp_path / "r.toml"
    path.write_text("seed = 1\n\n[dataset\n")
    (error,) = errors(path)
    assert error.startswith("not TOML: ")
    assert "line 3" in error


def test_a_recipe_that_is_not_utf_8_is_refused(tmp_path):
    path = tmp_path / "r.toml"
    path.write_bytes(b'name = "\xe9"\n')
    assert errors(path) == ["not UTF-8 text"]


def test_a_byte_order_mark_and_other_line_ends_change_nothing(tmp_path):
    path = write(tmp_path)
    plain = to_toml(read(path, {}))
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert to_toml(read(path, {})) == plain


def test_a_local_plugin_with_a_byte_order_mark_is_imported(tmp_path):
    code = (Path(__file__).parents[2] / "jepamine" / "masking" / "patches.py").read_bytes()
    (tmp_path / "mask.py").write_bytes(b"\xef\xbb\xbf" + code)
    recipe = read(write(tmp_path, masking={"plugin": "./mask.py:patches"}), {})
    assert recipe.tables["masking"]["ratio"] == 0.75


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (
            "root = 2024-01-05",
            'the date 2024-01-05 is not a valid value for this key; for text, quote it: root = "2024-01-05"',
        ),
        (
            "root = 2024-01-05T10:00:00Z",
            "the date 2024-01-05T10:00:00Z is not a valid value for this key; "
            'for text, quote it: root = "2024-01-05T10:00:00Z"',
        ),
        ("root = 12", 'input should be a valid string, found 12; for text, quote it: root = "12"'),
        ("tubelet_size = 2024-01-05", "the date 2024-01-05 is not a valid value for this key"),
        ("tubelet_size = true", "input should be a valid integer, found True"),
    ],
)
def test_another_type_than_text_is_refused_and_the_quotes_are_offered(tmp_path, line, error):
    path = write(tmp_path)
    path.write_text(path.read_text().replace("[dataset]\n", f"[dataset]\n{line}\n"))
    assert errors(path) == [f"[dataset] {line.partition(' ')[0]}: {error}"]


def test_dates_and_times_in_several_keys_of_a_file_are_told_at_once_each_with_its_quotes(tmp_path):
    path = write(tmp_path)
    text = path.read_text().replace("[dataset]\n", "[dataset]\nroot = 10:20:30\n")
    path.write_text("name = 2024-01-05T10:20:30\n" + text)
    assert errors(path) == [
        "name: the date 2024-01-05T10:20:30 is not a valid value for this key; "
        'for text, quote it: name = "2024-01-05T10:20:30"',
        "[dataset] root: the time 10:20:30 is not a valid value for this key; "
        'for text, quote it: root = "10:20:30"',
    ]


@pytest.mark.parametrize(
    ("text", "offer"),
    [
        ("dataset.root=2024-01-05", "--set 'dataset.root=\"2024-01-05\"'"),
        ("dataset.root=07:30:00", "--set 'dataset.root=\"07:30:00\"'"),
        ("name=2024", "--set 'name=\"2024\"'"),
    ],
)
def test_the_command_line_is_offered_the_quotes_in_its_own_quotes(tmp_path, text, offer):
    keys, value = parse_override(text)
    with pytest.raises(UserError) as raised:
        read(write(tmp_path), {tuple(keys): value})
    start, _, end = str(raised.value).partition("; for text, quote it: ")
    assert start.startswith(f"--set {'.'.join(keys)}: ")
    assert end == offer
    keys, value = parse_override(shlex.split(offer)[1])
    read(write(tmp_path), {tuple(keys): value})


@pytest.mark.parametrize("digits", [400, 5000])
def test_an_integer_of_hundreds_of_digits_is_one_short_error(tmp_path, digits):
    path = write(tmp_path)
    path.write_text(f"seed = 1{'0' * digits}\n" + path.read_text())
    assert all(len(error) < 200 for error in errors(path))
    path = write(tmp_path, trainer={"lr": 10**400})
    assert errors(path) == ["trainer.lr: must be finite"]


def test_a_value_nested_without_end_is_refused(tmp_path):
    path = write(tmp_path)
    path.write_text("seed = " + "[" * 5000 + "\n")
    assert errors(path) == ["not TOML: maximum recursion depth exceeded"]
    with pytest.raises(ValueError, match="'seed' has a value that cannot be read"):
        parse_override("seed=" + "[" * 5000)


def test_a_missing_recipe_offers_the_nearest_file(tmp_path):
    path = write(tmp_path, "street.toml")
    assert errors(tmp_path / "stret.toml") == [f"no such recipe (did you mean '{path}'?)"]


def test_a_table_that_is_missing_names_what_it_lacks(tmp_path):
    assert errors(write(tmp_path, masking=None)) == ['[masking]: missing; it names a plugin: plugin = "..."']


@pytest.mark.parametrize(
    ("plugin", "error"),
    [({}, "missing"), ({"plugin": 3}, "not a name: 3"), ({"plugin": []}, "not a name: []")],
)
def test_a_table_needs_a_plugin_that_is_a_name(tmp_path, plugin, error):
    path = write(tmp_path, masking=None)
    path.write_bytes(path.read_bytes() + tomli_w.dumps({"masking": plugin}).encode())
    assert errors(path) == [f"[masking] plugin: {error}"]


@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
def test_numbers_that_are_not_finite_are_refused(tmp_path, value):
    assert "trainer.lr: must be finite" in errors(write(tmp_path, trainer={"lr": float(value)}))


def test_an_unknown_table_offers_the_nearest(tmp_path):
    error, *_ = errors(write(tmp_path, trainr={"epochs": 1}))
    assert error == "trainr: unknown table (did you mean 'trainer'?)"


@pytest.mark.parametrize("schema", [2, 0, "1"])
def test_another_schema_is_refused(tmp_path, schema):
    assert errors(write(tmp_path, schema=schema)) == [
        f"schema: this jepamine reads schema 1, found {schema!r}"
    ]


@pytest.mark.parametrize(
    "name", ["..", "../x", "a/b", "/x", "a..b", ".hidden", "-x", "a b", "a\n", "a\\b", "x" * 101, "x."]
)
def test_a_name_that_cannot_be_a_runs_is_refused(tmp_path, name):
    (error,) = errors(write(tmp_path, name=name))
    assert error.startswith("name: '")


def test_a_name_is_the_recipes_own_else_the_files_stem(tmp_path):
    assert read(write(tmp_path, "my-recipe.toml"), {}).name == "my-recipe"
    assert read(write(tmp_path, "my-recipe.toml", name="other_1.5"), {}).name == "other_1.5"
    assert read(write(tmp_path, "my recipe (2).toml"), {}).name == "my-recipe-2"
    (error,) = errors(write(tmp_path, name="my recipe"))
    assert error.startswith("name: 'my recipe' cannot name a run")


@pytest.mark.parametrize("seed", [-1, 2**64])
def test_a_seed_that_torch_cannot_take_is_refused(tmp_path, seed):
    (error,) = errors(write(tmp_path, seed=seed))
    assert error.startswith("seed: ")


def test_overrides_replace_and_add_values_and_tables(tmp_path):
    path = write(tmp_path, trainer={"epochs": 9}, predictor=None)
    recipe = read(path, {("trainer", "epochs"): 2, ("seed",): 7, ("predictor", "plugin"): "mlp"})
    assert (recipe.tables["trainer"]["epochs"], recipe.seed) == (2, 7)
    assert recipe.plugins["predictor"].name == "mlp"


def test_an_override_is_checked_as_the_recipe_is(tmp_path):
    with pytest.raises(UserError) as raised:
        read(write(tmp_path), {("trainer", "epoch"): 2})
    said = "--set trainer.epoch: [trainer] epoch: unknown key (did you mean 'epochs'?)"
    assert str(raised.value).startswith(said)


def test_an_override_below_a_value_is_refused(tmp_path):
    assert errors(write(tmp_path, seed=1), {("seed", "x"): 2}) == ["seed.x: 'seed' is a value, not a table"]


@pytest.mark.parametrize(
    ("text", "path", "value"),
    [
        ("seed=3", ["seed"], 3),
        ("trainer.lr=1e-3", ["trainer", "lr"], 1e-3),
        ("trainer.lr = 1e-3", ["trainer", "lr"], 1e-3),
        ("masking.plugin=tubes", ["masking", "plugin"], "tubes"),
        ('masking.plugin="tubes"', ["masking", "plugin"], "tubes"),
        ("dataset.root=/a=b/c.d", ["dataset", "root"], "/a=b/c.d"),
        ("scoring.also=['masked']", ["scoring", "also"], ["masked"]),
        ("a.b.c=true", ["a", "b", "c"], True),
        ("a=[1", ["a"], "[1"),
    ],
)
def test_an_override_is_a_toml_value_or_else_a_word(text, path, value):
    assert parse_override(text) == (path, value)


@pytest.mark.parametrize("text", ["seed", "=3", "seed=", "seed= ", "a..b=1", ".a=1", ""])
def test_an_override_without_key_or_value_is_refused(text):
    with pytest.raises(ValueError, match=r"is not table\.key=VALUE"):
        parse_override(text)


def test_scorers_have_settings_of_their_own(tmp_path):
    (tmp_path / "mine.py").write_text("def far(*, power: int = 2): ...\n")
    recipe = read(write(tmp_path, scoring={"also": ["./mine.py:far"], "./mine.py:far": {"power": 3}}), {})
    assert recipe.scoring == {
        "scorer": "predicted",
        "also": ["./mine.py:far"],
        "relative_to": [],
        "cameras": "max",
        "./mine.py:far": {"power": 3},
    }
    assert list(recipe.scorers) == ["predicted", "./mine.py:far"]
    (error,) = errors(write(tmp_path, scoring={"./mine.py:far": {"pwer": 3}}))
    assert error.startswith("[scoring../mine.py:far] pwer: unknown key (did you mean 'power'?)")


def test_a_scorer_table_offers_the_nearest_scorer(tmp_path):
    (error,) = errors(write(tmp_path, scoring={"maskd": {}}))
    assert error.startswith("[scoring] unknown scorer plugin 'maskd' (did you mean 'masked'?)")


def test_scoring_that_is_not_a_table_is_refused(tmp_path):
    assert errors(write(tmp_path, scoring="predicted")) == ["[scoring]: expected a table, found 'predicted'"]


def test_a_scorer_with_a_table_is_kept_when_resolved(tmp_path):
    first = read(write(tmp_path, scoring={"also": [], "masked": {}}), {})
    (tmp_path / "resolved.toml").write_text(to_toml(first))
    assert list(read(tmp_path / "resolved.toml", {}).scorers) == list(first.scorers)


def test_local_plugin_files_of_one_name_stay_apart_when_resolved(tmp_path):
    for folder in "abcd":
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "mine.py").write_text(f"def make(*, {folder}: int = 1): ...\n")
    path = write(
        tmp_path,
        masking={"plugin": "./a/mine.py:make"},
        predictor={"plugin": "./b/mine.py:make"},
        scoring={"scorer": "./c/mine.py:make", "also": ["./d/mine.py:make"]},
    )
    first = read(path, {})
    names = local_files(first)
    assert len(names) == len(set(names.values())) == 4
    run = tmp_path / "run"
    (run / "plugins").mkdir(parents=True)
    for file, name in names.items():
        shutil.copy(file, run / "plugins" / name)
    (run / "recipe.toml").write_text(to_toml(first))
    second = read(run / "recipe.toml", {})
    assert (second.tables["masking"], second.tables["predictor"]) == ({"a": 1}, {"b": 1})
    assert [set(value) for value in second.scoring.values() if isinstance(value, dict)] == [{"c"}, {"d"}]
    assert to_toml(second) == to_toml(first)


counts = st.integers(1, 10**12)
text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
# "." and the like are folders that exist, and become absolute
hub_names = st.from_regex(r"[a-z]{3}/[a-z0-9-]{3,9}", fullmatch=True)
unit = st.floats(0, 1)
inside = st.floats(0, 1, exclude_min=True, exclude_max=True)
documents = st.fixed_dictionaries(
    {
        "dataset": st.fixed_dictionaries(
            {"plugin": st.just("clips"), "manifest": text},
            optional={"root": text, "tubelet_size": st.integers(1, 64), "image_size": st.integers(16, 2048)},
        ),
        "masking": st.fixed_dictionaries(
            {"plugin": st.sampled_from(["patches", "tubes"])},
            optional={
                "ratio": unit,
                "seeding": st.sampled_from(["clip", "index"]),
                "seed": st.integers(0, 2**63),
                "patch_size": counts,
            },
        ),
        "encoder": st.fixed_dictionaries(
            {"plugin": st.just("vjepa2")}, optional={"weights": hub_names, "batch_size": counts}
        ),
        "predictor": st.fixed_dictionaries(
            {"plugin": st.just("mlp")},
            optional={"hidden_dim": counts, "dropout": st.floats(0, 1, exclude_max=True)},
        ),
        "trainer": st.fixed_dictionaries(
            {"plugin": st.just("embedding")},
            optional={
                "epochs": counts,
                "lr": st.floats(0, exclude_min=True, allow_infinity=False),
                "val_fraction": inside,
                "val_by": st.sampled_from(["scene", "tubelet"]),
            },
        ),
    },
    optional={
        "schema": st.just(1),
        "name": st.from_regex(r"[a-z0-9]([a-z0-9_-]{0,20}[a-z0-9])?", fullmatch=True),
        "seed": st.integers(0, 2**63 - 1),
        "device": st.sampled_from(["auto", "cpu", "cuda", "mps"]),
        "scoring": st.fixed_dictionaries(
            {},
            optional={
                "scorer": st.sampled_from(["predicted", "masked"]),
                "also": st.lists(st.sampled_from(["predicted", "masked"]), max_size=2),
            },
        ),
    },
)


@settings(max_examples=30, deadline=None)
@given(documents)
def test_any_valid_recipe_keeps_its_values_and_is_resolved_to_itself(document):
    with tempfile.TemporaryDirectory() as folder:
        path, resolved = Path(folder, "r.toml"), Path(folder, "resolved.toml")
        path.write_bytes(tomli_w.dumps(document).encode())
        first = read(path, {})
        resolved.write_bytes(to_toml(first).encode())
        second = read(resolved, {})
    for kind in TABLES:
        for key, value in document[kind].items():
            if key != "plugin":
                path_key = key in ("manifest", "root")
                assert first.tables[kind][key] == (str(Path(value).absolute()) if path_key else value)
        assert first.plugins[kind].name == document[kind]["plugin"]
    assert first.seed == document.get("seed", 42)
    assert second == first
    assert to_toml(second) == to_toml(first)


@st.composite
def misspellings(draw):
    """(table, key, the key with one character dropped, doubled, swapped with its neighbour or replaced)."""
    table = draw(st.sampled_from(sorted(KEYS)))
    key = draw(st.sampled_from(KEYS[table]))
    place = draw(st.integers(0, len(key) - 1))
    before, here, after = key[:place], key[place], key[place + 1 :]
    other = draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz0123456789_-"))
    wrong = draw(
        st.sampled_from([before + after, before + here + other + after, before + other + after, key + other])
    )
    assume(wrong not in (*KEYS[table], "plugin"))
    return table, key, wrong


@settings(max_examples=50, deadline=None)
@given(misspellings())
def test_a_key_misspelt_by_one_character_is_refused_and_offered(misspelling):
    table, key, wrong = misspelling
    with tempfile.TemporaryDirectory() as folder:
        found = errors(write(Path(folder), **{table: {wrong: 1}}))
    (error,) = found
    assert error.startswith(f"[{table}] {wrong}: unknown key (did you mean '{key}'?)")


def test_a_folder_or_a_manifest_instead_of_a_recipe_is_told_what_to_give(tmp_path):
    folder, manifest = tmp_path / "recipes", tmp_path / "m.jsonl"
    folder.mkdir()
    manifest.write_text('{"clip_id": "a"}\n')
    with pytest.raises(UserError, match=r"is a folder, not a recipe; give a file \(by name there are: clips"):
        read(folder, {})
    (folder / "own.toml").touch()
    with pytest.raises(UserError) as refusal:
        read(folder, {})
    assert str(refusal.value) == f"{folder}: is a folder, not a recipe; give a file ({folder / 'own.toml'})"
    with pytest.raises(UserError) as refusal:
        read(manifest, {})
    assert str(refusal.value) == (
        f"{manifest}: not TOML: Invalid statement (at line 1, column 1); "
        f"to train on a manifest: jepamine run clips --set dataset.manifest={manifest}"
    )
