"""Ship `recipes/` inside the package, so that an installed wheel has them; the rest is in pyproject.toml."""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages(include=["jepamine*"]), "jepamine.recipes"],
    package_dir={"jepamine.recipes": "recipes"},
    package_data={"jepamine.recipes": ["*.toml"]},
)
