"""A task that lacks what it needs."""

from jepamine.errors import UserError


def prepare():
    """Fail."""
    raise UserError("nothing to run with: install it")


def run(request, folder):
    """Never asked."""
