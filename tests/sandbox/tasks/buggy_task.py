"""A task whose `prepare` has a bug."""


def prepare():
    """Fail."""
    return 1 / 0


def run(request, folder):
    """Never asked."""
