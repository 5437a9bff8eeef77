"""Boxes of scenes as Manim itself draws them, in a process where nothing of it was changed."""

from __future__ import annotations

import ast
import json
from pathlib import Path

from jepamine.manim.engine.engine import load_manim
from jepamine.manim.validation import run_scene as running
from jepamine.manim.validation.judge import judge


def boxes_by_manim(code: str, scene: str, folder: Path) -> dict[str, list[float]]:
    """Run a scene without allow-list and sandbox; return the boxes of its objects by name."""
    manim = load_manim()
    settings = {"media_dir": str(folder), "dry_run": True, "disable_caching": True, "verbosity": "CRITICAL"}
    with manim.tempconfig(settings):
        done = running.run({"": ast.parse(code)}, scene=scene, every=False, guarded=False)
        answer = judge(json.dumps({"answer": {"problems": [], **done}}).encode(), None)
    # A scene may set it, and this process draws others.
    manim.Text.set_default()
    return {item["name"]: item["box"] for item in answer["objects"]}
