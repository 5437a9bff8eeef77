"""A task whose children run Python as it is, and whose judge runs Python on what they wrote."""

import json

from jepamine.sandbox.task import SOURCE


def prepare():
    """Do nothing: there is nothing to import."""


def run(request, folder):
    """`said` is what the code gave that name."""
    names = {}
    exec(compile(request["code"], SOURCE, "exec"), names)
    return {"said": names.get("said")}


def judge(request, said, folder):
    """`heard` is what the first child answered."""
    names = {"heard": json.loads(said())["answer"]["said"]}
    exec(compile(request["judge"], SOURCE, "exec"), names)
    return {"said": names.get("said")}
