"""A task of the fork server that runs Python as it is: what confines it is the kernel alone."""

from jepamine.sandbox.task import SOURCE


def prepare():
    """Do nothing: there is nothing to import."""


def run(request, folder):
    """`said` is what the code gave that name."""
    names = {}
    exec(compile(request["code"], SOURCE, "exec"), names)
    return {"said": names.get("said"), "folder": str(folder)}
