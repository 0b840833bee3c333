"""What the values of one file's expressions are, as far as annotations and the project's index tell."""

from __future__ import annotations

from misspawn.index.annotations import Annotation, parsed
from misspawn.index.model import Unknown
from misspawn.meanings.file import File
from misspawn.meanings.things import FOREIGN, Thing
from misspawn.model import SymbolKind

Answer = Thing | Unknown


class Values:
    """Those of one file."""

    def __init__(self, file: File) -> None:
        self._file = file

    def _same(self, found: list[Answer], shown: str) -> Answer:
        """The one thing that all of several come to."""
        if unknown := next((one for one in found if isinstance(one, Unknown)), None):
            return unknown
        things = [one for one in found if isinstance(one, Thing)]
        if len({(one.dotted, one.instance) for one in things}) != 1:
            return Unknown(f"`{shown}` is one of several things")
        return things[0]._replace(open=any(one.open for one in things))

    def _import(self, target: str) -> Answer:
        found = self._file.imported(target)
        return found if isinstance(found, Unknown) else Thing(found)

    def _held(self, owner: Thing, depth: int) -> Answer:
        """What a variable of a module or an attribute of an instance holds; other things as they are."""
        if owner.instance or owner.local is not None:
            return owner
        symbol = self._file.resolve(owner.dotted)
        if isinstance(symbol, Unknown):
            return symbol
        if symbol.kind is not SymbolKind.VALUE:
            return owner
        told = f"the class of `{owner.dotted}` is not known"
        if symbol.returns in ("", "None"):
            return Unknown(told)
        return self._typed(parsed(symbol.returns), told, owner.dotted.rpartition(".")[0])

    def _typed(self, annotation: Annotation, told: str, owner: str = "") -> Answer:
        """A value of this annotation, in full names. `owner`: the class that `Self` in it is."""
        name = annotation.last
        if not name:
            return Unknown(told)
        if name == "Self":
            return Thing(owner, instance=True, open=True) if owner else Unknown(told)
        if name in ("Type", "type") and annotation.arguments:
            inner = self._typed(annotation.arguments[0], told, owner)
            return inner._replace(instance=False) if isinstance(inner, Thing) else inner
        if name in FOREIGN:
            return Thing(annotation.name, instance=True, arguments=annotation.arguments)
        return self._instance(annotation)

    def _instance(self, annotation: Annotation) -> Answer:
        symbol = self._file.resolve(annotation.name)
        if isinstance(symbol, Unknown):
            return symbol
        if symbol.kind is not SymbolKind.CLASS:
            return Unknown(f"`{annotation.name}` is a {symbol.kind.value}, not a class")
        return Thing(symbol.name, instance=True, open=True, arguments=annotation.arguments)
