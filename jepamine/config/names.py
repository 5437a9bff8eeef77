"""Names that runs can have."""

import re

RUN_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?")


def valid_name(name: str) -> bool:
    """Whether `name` can be a run's: letters, digits, `.`, `_`, `-`, no `..`, not starting with a sign."""
    return RUN_NAME.fullmatch(name) is not None and ".." not in name and len(name) <= 100
