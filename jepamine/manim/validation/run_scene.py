"""Run a scene's code in this process and describe what it draws; for a confined child."""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Callable, Mapping, Sequence
from types import FrameType, ModuleType
from typing import Any

from jepamine.manim.engine.engine import load_manim
from jepamine.manim.validation import measure as measured
from jepamine.manim.validation.bound_names import bound_names
from jepamine.manim.validation.drawing import drawing
from jepamine.manim.validation.guards import SCENE
from jepamine.manim.validation.measure import unseen
from jepamine.manim.validation.namespace import Namespace
from jepamine.manim.validation.play import Filming, play
from jepamine.sandbox.task import SOURCE, file_of, line_of

#: The class that is run if a file has several.
USUAL = "GeneratedScene"
# Looks in a report: three for each of the first 60 animations. Boxes and memberships in all of them: those
# of 100 objects in 33 animations.
MOST_LOOKS, MOST_BOXES = 180, 10_000
# No name in code can contain a space, so none collides with these.
_ENDS, _LOCALS = "construct ends", "local names"


class Refused(Exception):
    """The code contains no scene that can be run."""


def run(
    trees: Mapping[str, ast.Module],
    *,
    scene: str | None,
    every: bool,
    guarded: bool,
    began: Callable[[int], object] = lambda _: None,
    filming: Filming | None = None,
    refused: Sequence[str] = (),
) -> dict[str, Any]:
    """Run a scene of the code; return {"scene", "objects", "moments", "drawing"}, as JSON.

    `trees` are the file's, at "", and those of modules beside it. `guarded` limits the code to the
    allow-list. With `every`, a file of several scenes only returns {"scenes": their names}, and after those
    the classes `refused` before. `began` gets the number of each animation that begins; `filming` paints
    them. Raises what the code raises, Refused without a scene, TooMuch.
    """
    ended: list[Mapping[str, Any]] = []
    more = {_ENDS: lambda values: ended.append(dict(values)), _LOCALS: locals}
    _add_reports(trees[""])
    classes = _scene_classes(_load(trees, guarded, more))
    if every and scene is None and (refused or len(classes) > 1):
        return {"scenes": [*classes, *refused]}
    running = _chosen(classes, scene)()
    running._jepamine_own_names = frozenset(vars(running)) | {"_jepamine_own_names"}
    moments = _watched(running, began) if filming is None else _filmed(running, filming)
    running.setup()
    running.construct()
    running.tear_down()
    names = measured.named(ended[-1] if ended else {}, running)
    drawn = measured.shown(names, running)
    every_one = {**names, **drawn}
    groups = measured.memberships(every_one)
    return {
        "scene": type(running).__name__,
        "objects": {
            name: {"parts_of": groups[name], **measured.described(mobject)}
            for name, mobject in every_one.items()
        },
        "moments": moments,
        "frames": filming.frames if filming is not None else [],
        "unseen": unseen(drawn, running.camera),
        "drawing": drawing(running, every_one),
    }


def _watched(scene: Any, began: Callable[[int], object]) -> list[dict[str, Any]]:
    """Play the scene's animations without rendering; return the list that gets the looks on the way."""
    moments: list[dict[str, Any]] = []
    renderer, left = scene.renderer, [MOST_BOXES]

    def played(_: Any, *arguments: Any, **keywords: Any) -> None:
        number = renderer.num_plays + 1
        caller = sys._getframe(1)
        began(number)

        def look(share: float) -> None:
            if len(moments) < MOST_LOOKS and left[0] > 0:
                moment = _moment(scene, caller, number, share)
                left[0] -= len(moment["boxes"]) + sum(map(len, moment["parts_of"].values()))
                if left[0] >= 0:
                    moments.append(moment)

        play(scene, look, *arguments, **keywords)

    renderer.play = played
    return moments


def _filmed(scene: Any, filming: Filming) -> list[dict[str, Any]]:
    """Paint the frames of the scene's animations; there are no looks on the way."""

    def played(_: Any, *arguments: Any, **keywords: Any) -> None:
        filming.play(scene, *arguments, **keywords)

    scene.renderer.play = played
    return []


def _load(trees: Mapping[str, ast.Module], guarded: bool, more: dict[str, Any]) -> dict[str, Any]:
    """Run the file; return its names."""
    if guarded:
        return vars(Namespace(load_manim(), trees, bound_names(trees), more).run())
    names = {**vars(builtins), **more}
    for name, tree in trees.items():
        if name:
            _unguarded(name, tree, file_of(name), names)
    return vars(_unguarded(SCENE, trees[""], SOURCE, names))


def _unguarded(name: str, tree: ast.Module, file: str, names: dict[str, Any]) -> ModuleType:
    module = sys.modules[name] = ModuleType(name)
    vars(module)["__builtins__"] = names
    exec(compile(tree, file, "exec"), vars(module))
    return module


def _add_reports(tree: ast.Module) -> None:
    """Put a `finally` around each method `construct` that reports its local variables."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.ClassDef):
            continue
        for method in node.body:
            if isinstance(method, ast.FunctionDef) and method.name == "construct":
                values = ast.Call(ast.Name(_LOCALS, ast.Load()), [], [])
                report = ast.Expr(ast.Call(ast.Name(_ENDS, ast.Load()), [values], []))
                method.body = [ast.Try(method.body, [], [], [report])]
    ast.fix_missing_locations(tree)


def _scene_classes(namespace: Mapping[str, Any]) -> dict[str, Any]:
    """Return the scenes of a file by name; those that others inherit from have no construct."""
    base = load_manim().Scene
    return {
        name: value
        for name, value in namespace.items()
        if isinstance(value, type) and issubclass(value, base) and value.__module__ == SCENE
        if getattr(value, "construct", None) is not base.construct
    }


def _chosen(classes: Mapping[str, Any], wanted: str | None) -> Any:
    if wanted is not None and wanted not in classes:
        raise Refused(f"there is no scene {wanted}; scenes: {', '.join(classes) or 'none'}")
    if not classes:
        raise Refused(
            "there is no scene: write `class GeneratedScene(Scene):` with a method `construct(self)`"
        )
    if wanted is None and len(classes) > 1 and USUAL not in classes:
        raise Refused(f"there are several scenes, choose one: {', '.join(classes)}")
    return classes[wanted or (USUAL if USUAL in classes else next(iter(classes)))]


def _moment(scene: Any, caller: FrameType, number: int, share: float) -> dict[str, Any]:
    frame: FrameType | None = caller
    while frame is not None and not (
        frame.f_code.co_filename == SOURCE and frame.f_code.co_name == "construct"
    ):
        frame = frame.f_back
    names = measured.named(dict(frame.f_locals) if frame is not None else {}, scene)
    drawn = measured.shown(names, scene)
    return {
        "play": number,
        "line": line_of(caller),
        "share": share,
        "boxes": measured.boxes(drawn, scene.camera),
        "parts_of": measured.memberships(drawn),
        "made": measured.made(drawn),
    }
