"""jepamine: find the few driving clips worth a human's time."""

__version__ = "0.1.0"
