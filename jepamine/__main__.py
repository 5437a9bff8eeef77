"""`python -m jepamine` is the command `jepamine`."""

from jepamine.cli.main import main

if __name__ == "__main__":
    main()
