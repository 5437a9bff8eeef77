"""Run the command line with `python -m jepamine`."""

from jepamine.cli.main import main

if __name__ == "__main__":
    main()
