"""Doing something to a module right after the example, and not we, imported it."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any


class Hooks:
    """A finder that finds nothing itself, but adds a step to the loading of certain modules."""

    def __init__(self, steps: dict[str, Callable[[Any], None]]) -> None:
        self._steps = steps
        sys.meta_path.insert(0, self)

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec that the others find, with a loader that takes our step afterwards."""
        step = self._steps.pop(name, None)
        if step is None:
            return None
        for finder in sys.meta_path:
            spec = None if finder is self else finder.find_spec(name, path, target)
            if spec and spec.loader:
                spec.loader = _Loader(spec.loader, step)  # type: ignore[assignment]
                return spec
        return None


class _Loader:
    def __init__(self, loader: Any, step: Callable[[Any], None]) -> None:
        self._loader = loader
        self._step = step

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        made: ModuleType | None = self._loader.create_module(spec)
        return made

    def exec_module(self, module: ModuleType) -> None:
        """Load the module as its own loader does, and let it look so."""
        module.__loader__ = self._loader
        if module.__spec__:
            module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        self._step(module)
