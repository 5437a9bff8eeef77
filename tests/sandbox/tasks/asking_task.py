"""A task whose code may put questions: `ask` and the descriptors are in its names."""

from jepamine.sandbox.messages import LARGEST, QUESTIONS, REPLIES, ask
from jepamine.sandbox.task import SOURCE


def prepare():
    """Do nothing: there is nothing to import."""


def run(request, folder):
    """`said` is what the code gave that name."""
    names = {"ask": ask, "QUESTIONS": QUESTIONS, "REPLIES": REPLIES, "LARGEST": LARGEST}
    exec(compile(request["code"], SOURCE, "exec"), names)
    return {"said": names.get("said")}
