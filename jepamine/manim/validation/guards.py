"""Guards in a running scene, for what its syntax tree cannot show: receivers, and names in variables.

The names that `rewrite` calls contain a space, so no name in code collides with them.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping
from types import FunctionType, ModuleType
from typing import Any

from jepamine.manim.validation import denied_names, names
from jepamine.manim.validation.bound_names import Bound
from jepamine.manim.validation.names import ATTRIBUTES, CHANGEABLE, CONFIG, KEYWORDS, MACHINERY

BUILTINS = names.BUILTINS | {"getattr", "hasattr", "setattr", "type"}
RECEIVER, TARGET, KNOWN, DATA = "own receiver", "own target", "known keywords", "data keywords"
#: The name of a scene's own module, and the start of those of the modules beside it.
SCENE = "scene"


class Guards:
    """Guards of one scene: `own` are the attributes that its code defines, `modules` its modules by name."""

    def __init__(self, manim: Any, bound: Bound) -> None:
        self.modules: dict[str, ModuleType] = {}
        self._own = {name for name in bound.attributes - MACHINERY if not name.startswith("__")}
        self._keywords = KEYWORDS.union(name for name in bound.keywords if not name.startswith("_"))
        builder = type(manim.Mobject().animate)
        self._kinds = (manim.Mobject, manim.Animation, manim.Scene, builder)
        self._settable = (manim.Camera, manim.TexTemplate, Settings)
        self._restrict(manim.Mobject)

    def names(self) -> dict[str, Any]:
        """Return the names to add to a scene's built-in ones."""
        return {
            RECEIVER: self.receiver,
            TARGET: self.target,
            KNOWN: lambda values: self._checked(values, self._keywords),
            DATA: lambda values: self._checked(values, None),
            "getattr": self._get,
            "hasattr": self._has,
            "setattr": lambda value, name, new: setattr(self.target(value, self._allowed(name)), name, new),
            "type": lambda value: type(value),
        }

    def receiver(self, value: Any) -> Any:
        """Return `value` if attributes that the code defines may be read from it. Raises AttributeError."""
        kind = type(value)
        if issubclass(kind, self._kinds) or kind is super or self._defined(kind):
            return value
        if isinstance(value, type) and self._defined(value):
            return value
        if kind is FunctionType and value.__globals__.get("__name__") in self.modules:
            return value
        if kind is ModuleType and value in self.modules.values():
            return value
        raise AttributeError(f"an object of type {kind.__name__} has no attributes of its own here")

    def target(self, value: Any, name: str) -> Any:
        """Return `value` if its attribute `name` may be set. Raises AttributeError."""
        if isinstance(value, self._settable) and name in ATTRIBUTES | CONFIG:
            return value
        self.receiver(value)
        # Replaced on one object, a method of Manim's would answer for it when the scene is measured.
        if isinstance(value, self._kinds[:3]) and isinstance(getattr(type(value), name, None), FunctionType):
            raise AttributeError(f"{name} is a method of {type(value).__name__} and cannot be replaced")
        return value

    def _defined(self, kind: type) -> bool:
        return any(vars(base).get("__module__") in self.modules for base in kind.__mro__)

    def _allowed(self, name: Any) -> str:
        refused = name in MACHINERY or name in denied_names.ATTRIBUTES or str(name).startswith("_")
        if type(name) is not str or (refused and name not in self._own):
            raise AttributeError(f"{name!s:.100} is not among the attributes that a scene may use")
        return name

    def _get(self, value: Any, name: Any, *default: Any) -> Any:
        if self._allowed(name) not in ATTRIBUTES:
            self.receiver(value)
        return getattr(value, name, *default)

    def _has(self, value: Any, name: Any) -> bool:
        try:
            self._get(value, name)
        except AttributeError:
            return False
        return True

    def _checked(self, values: Any, known: Collection[str] | None) -> dict[str, Any]:
        """Return a plain copy of `**values` whose keys are all allowed as keywords."""
        checked = {}
        for name in values.keys() if isinstance(values, Mapping) else values:
            odd = type(name) is not str or name.startswith("_") or name in denied_names.KEYWORDS | MACHINERY
            if odd or (known is not None and name not in known):
                raise TypeError(f"{name!s:.100} is not a keyword of anything that a scene may call")
            checked[name] = values[name]
        return checked

    def _restrict(self, mobject_kind: Any) -> None:
        """Let `Mobject.set` and the `get_*` and `set_*` of any name reach allowed attributes only."""
        fallback = mobject_kind.__getattr__

        def set_all(mobject: Any, **values: Any) -> Any:
            for name, value in values.items():
                setattr(self.target(mobject, self._allowed(name)), name, value)
            return mobject

        def get_or_set(mobject: Any, name: str) -> Any:
            if name.startswith(("get_", "set_")):
                # Manim itself asks for attributes of its own that may be missing.
                caller = sys._getframe(1).f_globals.get("__name__", "")
                if caller in self.modules or not caller.startswith("manim."):
                    self._allowed(name[4:])
            return fallback(mobject, name)

        mobject_kind.set, mobject_kind.__getattr__ = set_all, get_or_set


class Settings:
    """Manim's `config` with the settings of a picture only."""

    __slots__ = ("_config", "_kept")

    def __init__(self, config: Any) -> None:
        object.__setattr__(self, "_config", config)
        object.__setattr__(self, "_kept", {})

    def __getattr__(self, name: str) -> Any:
        if name not in CONFIG:
            raise AttributeError(f"config.{name} is not among the settings that a scene may use")
        return self._kept[name] if name in self._kept else getattr(self._config, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in CHANGEABLE:
            raise AttributeError(f"config.{name} is not among the settings that a scene may change")
        if name == "tex_template" and not isinstance(value, type(self._config.tex_template)):
            raise TypeError("config.tex_template is a TexTemplate")
        if name in ("background_color", "frame_width", "frame_height", "tex_template"):
            setattr(self._config, name, value)
            config = self._config
            config.pixel_height = max(round(config.pixel_width * config.frame_height / config.frame_width), 1)
        else:
            # Of the film, which is not made here.
            self._kept[name] = value

    def __getitem__(self, name: str) -> Any:
        return getattr(self, name)

    def __setitem__(self, name: str, value: Any) -> None:
        setattr(self, name, value)
