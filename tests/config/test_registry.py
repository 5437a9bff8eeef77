"""The registry: what is listed, found and loaded, and what is said when it is not."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from jepamine.config import registry
from jepamine.errors import BrokenPluginError, UserError


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Install a package: its module and its dist-info folder, version 1.2, in a folder on sys.path."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))

    def call(name, entry_points, code=""):
        info = site / f"{name}-1.2.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n")
        (info / "entry_points.txt").write_text(entry_points)
        (site / f"{name}.py").write_text(code)
        importlib.invalidate_caches()
        registry._entry_points.cache_clear()

    yield call
    registry._entry_points.cache_clear()


def names(kind):
    return [plugin.name for plugin in registry.listed(kind)]


def test_the_kinds_are_in_the_order_of_a_recipe():
    assert registry.kinds()[:5] == ["dataset", "masking", "encoder", "predictor", "trainer"]


def test_listing_imports_no_plugin_and_nothing_heavy():
    code = """
import sys
from jepamine.config import registry
targets = {plugin.target.partition(":")[0] for kind in registry.kinds() for plugin in registry.listed(kind)}
assert len(targets) > 5
print(sorted((targets | {"torch", "numpy", "transformers", "pydantic"}) & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("kind", registry.kinds())
def test_every_shipped_plugin_can_be_loaded(kind):
    for plugin in registry.listed(kind):
        assert callable(registry.load(plugin))


def test_an_unknown_plugin_is_an_error_that_offers_the_nearest(tmp_path):
    with pytest.raises(UserError) as raised:
        registry.find("masking", "patchs", tmp_path)
    assert str(raised.value).startswith(
        "unknown masking plugin 'patchs' (did you mean 'patches'?); known: patches"
    )


@pytest.mark.parametrize("name", [":x", "acme:", "acme..one:x", "./tiny.py:", "a b:c", ":"])
def test_words_around_a_colon_that_python_cannot_import_are_an_error(tmp_path, name):
    with pytest.raises(UserError, match=r"is neither \./FILE\.py:ATTRIBUTE nor PACKAGE\.MODULE:ATTRIBUTE"):
        registry.find("scorer", name, tmp_path)


def test_a_plugin_unlike_any_other_is_an_error_that_names_the_known_ones(tmp_path):
    with pytest.raises(UserError) as raised:
        registry.find("predictor", "zzz", tmp_path)
    assert str(raised.value).startswith("unknown predictor plugin 'zzz'; known: layout-dense, layout-")


def test_an_installed_package_adds_a_plugin_by_an_entry_point(install, tmp_path):
    install("acme_one", "[jepamine.masking]\nstripes = acme_one:stripes\n", "def stripes(shape): return 1\n")
    plugin = registry.find("masking", "stripes", tmp_path)
    assert (plugin.source, plugin.version, plugin.target) == ("acme_one", "1.2", "acme_one:stripes")
    assert "stripes" in names("masking")
    assert "stripes" not in names("encoder")
    assert registry.load(plugin)((2, 224, 224)) == 1


def test_listing_does_not_import_an_installed_plugin(install):
    install("acme_two", "[jepamine.masking]\nstripes = acme_two:stripes\n", "raise RuntimeError\n")
    assert "stripes" in names("masking")
    assert "acme_two" not in sys.modules


def test_a_name_that_two_sources_register_is_an_error_that_names_both(install, tmp_path):
    install("acme_three", "[jepamine.masking]\npatches = acme_three:patches\n", "def patches(): ...\n")
    with pytest.raises(UserError) as raised:
        registry.find("masking", "patches", tmp_path)
    assert str(raised.value) == (
        "masking plugin 'patches' is registered twice: by acme_three (acme_three:patches) and "
        "jepamine (jepamine.masking.patches:patches); uninstall one"
    )
    assert registry.find("masking", "tubes", tmp_path).source == "jepamine"


def test_the_same_name_in_two_kinds_is_not_a_clash(install, tmp_path):
    install("acme_four", "[jepamine.encoder]\npatches = acme_four:patches\n")
    assert registry.find("encoder", "patches", tmp_path).source == "acme_four"
    assert registry.find("masking", "patches", tmp_path).source == "jepamine"


def test_a_broken_plugin_breaks_only_its_own_load(install, tmp_path):
    install("acme_five", "[jepamine.masking]\nstripes = acme_five:stripes\n", "import no_such_module\n")
    assert callable(registry.load(registry.find("masking", "patches", tmp_path)))
    with pytest.raises(BrokenPluginError) as raised:
        registry.load(registry.find("masking", "stripes", tmp_path))
    assert str(raised.value) == (
        "masking plugin 'stripes' (from acme_five) cannot be imported: "
        "ModuleNotFoundError: No module named 'no_such_module'"
    )


def test_the_overview_names_the_broken_plugin_and_only_that(install):
    install("acme_six", "[jepamine.masking]\nstripes = acme_six:gone\n")
    rows, broken = registry.overview(check=True)
    assert rows[0] == ["kind", "name", "from", "version", "state"]
    assert [row[:4] for row in rows if row[4] == "broken"] == [["masking", "stripes", "acme_six", "1.2"]]
    assert broken == ["masking plugin 'stripes' (from acme_six): no function or class 'gone'"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("def broken(:", "SyntaxError: invalid syntax"),
        ("import sys; sys.exit(3)", "SystemExit: 3"),
    ],
)
def test_whatever_a_plugin_raises_while_it_is_imported_is_reported(tmp_path, line, reason):
    (tmp_path / "bad.py").write_text(line + "\n")
    with pytest.raises(BrokenPluginError) as raised:
        registry.load(registry.find("encoder", "./bad.py:Bad", tmp_path))
    assert str(raised.value).startswith(
        f"encoder plugin './bad.py:Bad' (from {tmp_path / 'bad.py'}) cannot be imported: {reason}"
    )


def test_a_file_that_was_broken_loads_once_it_is_fixed(tmp_path):
    (tmp_path / "mask.py").write_text("1 / 0\n")
    with pytest.raises(BrokenPluginError):
        registry.load(registry.find("masking", "./mask.py:make", tmp_path))
    (tmp_path / "mask.py").write_text("def make(): return 'mended'\n")
    assert registry.load(registry.find("masking", "./mask.py:make", tmp_path))() == "mended"


def test_a_plugin_can_be_an_attribute_of_a_module(tmp_path):
    plugin = registry.find("masking", "jepamine.masking.patches:tubes", tmp_path)
    assert registry.load(plugin) is registry.load(registry.find("masking", "tubes", tmp_path))


def test_a_plugin_can_be_an_attribute_of_a_file_beside_the_recipe(tmp_path):
    (tmp_path / "mine.py").write_text("class Outer:\n    @staticmethod\n    def make(): return 'made'\n")
    plugin = registry.find("masking", "./mine.py:Outer.make", tmp_path)
    assert plugin.file == tmp_path / "mine.py"
    assert plugin.version.startswith("sha256:")
    assert registry.load(plugin)() == "made"


def test_two_files_of_one_name_in_two_folders_are_two_plugins(tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "mask.py").write_text(f"def make(): return '{folder}'\n")
    made = [registry.load(registry.find("masking", f"./{x}/mask.py:make", tmp_path))() for x in "ab"]
    assert made == ["a", "b"]


def test_a_missing_file_is_an_error_that_names_where_it_was_looked_for(tmp_path):
    with pytest.raises(UserError) as raised:
        registry.find("masking", "./gone.py:make", tmp_path)
    assert str(raised.value) == f"plugin './gone.py:make': no file {tmp_path / 'gone.py'}"


def test_a_missing_attribute_is_an_error_that_offers_the_nearest(tmp_path):
    (tmp_path / "mine.py").write_text("def stripes(): ...\nstripe = 3\n")
    with pytest.raises(BrokenPluginError) as raised:
        registry.load(registry.find("masking", "./mine.py:stripe", tmp_path))
    assert str(raised.value) == (
        f"masking plugin './mine.py:stripe' (from {tmp_path / 'mine.py'}): "
        "no function or class 'stripe' (did you mean 'stripes'?)"
    )


def test_a_missing_module_is_an_error_that_names_it(tmp_path):
    with pytest.raises(BrokenPluginError, match="No module named 'no_such_package'"):
        registry.load(registry.find("masking", "no_such_package.masks:make", tmp_path))


PLUGIN = """
def own():
    raise ValueError("mine")


def calls(back):
    back()
"""


def test_a_plugins_error_is_blamed_on_its_line_and_jepamines_is_not(tmp_path):
    file = tmp_path / "p.py"
    file.write_text(PLUGIN)
    own = registry.load(registry.find("masking", "./p.py:own", tmp_path))
    with pytest.raises(ValueError, match="mine") as raised:
        own()
    assert registry.blame(raised.value) == (
        f"{file}:3: masking plugin './p.py:own' raised ValueError: mine\n  raise ValueError(\"mine\")"
    )

    def calls_back():
        raise KeyError("jepamine's")

    calls_back.__code__ = calls_back.__code__.replace(co_filename=str(Path(registry.__file__)))
    with pytest.raises(KeyError) as raised:
        registry.load(registry.find("masking", "./p.py:calls", tmp_path))(calls_back)
    assert registry.blame(raised.value) is None


def test_a_module_without_a_file_is_a_broken_plugin():
    with pytest.raises(BrokenPluginError, match="no function or class 'foo'"):
        registry.load(registry.find("masking", "sys:foo", Path()))
