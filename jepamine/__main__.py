"""Run `python -m jepamine`; say what to do where Python is too old or its packages are missing."""

import sys

from jepamine.errors import how_to_install

if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit(f"jepamine needs Python 3.11 or later, this is {sys.version.split()[0]}; {how_to_install()}")

try:
    from jepamine.cli.main import main
except ModuleNotFoundError as error:
    if (error.name or "jepamine").split(".")[0] == "jepamine":
        raise
    sys.exit(f"{sys.executable} lacks the package {error.name}; {how_to_install()}")

if __name__ == "__main__":
    main()
