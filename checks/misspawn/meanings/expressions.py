"""What an expression of a Python file stands for: a dotted name that the project's index can resolve.

Only plain receivers are followed: `self.m`, `Class(...).m`, a variable that is assigned once, an
annotated parameter. For everything else the answer is `Unknown` and says what stood in the way.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import NamedTuple

from tree_sitter import Node

from misspawn.index import Index, Symbol, Unknown
from misspawn.meanings.scopes import Bound, How, Names, names, text
from misspawn.meanings.surroundings import (
    COMPREHENSIONS,
    class_of,
    is_receiver,
    loops,
    same_import,
    short,
    visible,
)
from misspawn.model import SymbolKind
from misspawn.regions.bindings import SCOPES
from misspawn.regions.grammar import CLASSES, FUNCTIONS

_DEEPEST = 12  # steps from an expression to what it stands for; a chain of calls is rarely longer than four
_TYPE = re.compile(r"(?:(?:typing\.)?Optional\[)?[\"']?([A-Za-z_][\w.]*)[\"']?\]?(?:\s*\|\s*None)?")


class Thing(NamedTuple):
    """A dotted name, and whether it is an instance of what is named.

    `open`: the instance may be of a subclass. `local`: the definition, where it stands in a function.
    """

    dotted: str
    instance: bool = False
    open: bool = False
    local: Node | None = None


class Expressions:
    """Looks up the expressions of one file. `root` is its syntax tree, `module` its importable name."""

    def __init__(self, root: Node, module: str, *, path: str, package: bool, index: Index) -> None:
        self._root = root
        self._module = module
        self._path = path
        self._package = module if package else module.rpartition(".")[0]
        self._index = index
        self._scopes: dict[int, Names] = {}

    def thing(self, node: Node, depth: int = 0) -> Thing | Unknown:
        """What the expression stands for."""
        if depth > _DEEPEST:
            return Unknown("the chain of names is too long")
        if node.type == "identifier":
            return self._name(node, depth)
        if node.type == "attribute":
            return self._attribute(node, depth)
        if node.type == "call":
            return self._called(node, depth)
        if node.type in ("parenthesized_expression", "await") and node.named_children:
            return self._awaited(node, depth)
        return Unknown(f"`{short(node)}` is no plain name")

    # -- names ---------------------------------------------------------------

    def _name(self, node: Node, depth: int) -> Thing | Unknown:
        name = text(node)
        for scope in visible(node):
            if scope.type in COMPREHENSIONS:
                if name in loops(scope):
                    return Unknown(f"`{name}` is the variable of a comprehension")
            elif bound := self._names(scope).get(name):
                return self._bound(name, bound, scope, depth)
        bound = self._names(self._root).get(name, [])
        if not bound:
            return Unknown(f"`{name}` is not defined in this file")
        if self._global(name):
            return Unknown(f"a function rebinds `{name}` by `global`")
        return self._bound(name, bound, self._root, depth)

    def _bound(  # noqa: PLR0911  one for each way to bind a name
        self, name: str, bound: list[Bound], scope: Node, depth: int
    ) -> Thing | Unknown:
        last = bound[0]
        if all(item.how is How.DEFINITION for item in bound) and scope.type == "module":
            return Thing(f"{self._module}.{name}")
        if len(bound) > 1 and not same_import(bound):
            return Unknown(f"`{name}` is bound {len(bound)} times")
        if last.how is How.IMPORT:
            return self._imported(last.target)
        if last.how is How.DEFINITION:
            return self._defined(last.node, name, scope)
        if last.how is How.PARAMETER:
            return self._parameter(last.node, name, scope, depth)
        if last.how is How.VALUE:
            return self._value(last.node, name, depth)
        if last.how is How.CONTEXT:
            return self._entered(last.node, depth)
        return Unknown(f"`{name}` is bound by something that is not followed")

    def _imported(self, target: str) -> Thing | Unknown:
        rest = target.lstrip(".")
        level = len(target) - len(rest)
        if not level:
            return Thing(target)
        parts = self._package.split(".") if self._package else []
        if level > len(parts):
            return Unknown(f"the relative import `{target}` leaves the package")
        return Thing(".".join([*parts[: len(parts) - level + 1], rest]))

    def _defined(self, node: Node, name: str, scope: Node) -> Thing | Unknown:
        if scope.type in CLASSES:
            owner = self._class_name(scope)
            return owner if isinstance(owner, Unknown) else Thing(f"{owner}.{name}")
        if node.type in FUNCTIONS:
            return Thing(name, local=node)
        return Unknown(f"`{name}` is a class inside a function")

    def _parameter(self, node: Node, name: str, function: Node, depth: int) -> Thing | Unknown:
        if function.type in FUNCTIONS and is_receiver(node, function):
            owner = self._class_name(class_of(function))
            return owner if isinstance(owner, Unknown) else Thing(owner, instance=True, open=True)
        if annotation := node.child_by_field_name("type"):
            return self._annotated(annotation, depth)
        return Unknown(f"the parameter `{name}` has no annotation")

    def _value(self, node: Node, name: str, depth: int) -> Thing | Unknown:
        if annotation := node.child_by_field_name("type"):
            return self._annotated(annotation, depth)
        value = node.child_by_field_name("right") or node.child_by_field_name("value")
        if value is None:
            return Unknown(f"`{name}` has no value here")
        if value.type not in ("call", "await"):
            return Unknown(f"`{name}` is assigned `{short(value)}`, which is not followed")
        return self.thing(value, depth + 1)

    def _entered(self, node: Node, depth: int) -> Thing | Unknown:
        """What `with C() as x` gives where the class says that it enters itself."""
        found = self.thing(node.named_children[0], depth + 1)
        if isinstance(found, Unknown) or not found.instance:
            return Unknown(f"what `{short(node)}` gives is not known")
        for name in ("__aenter__", "__enter__"):
            method = self._resolve(f"{found.dotted}.{name}")
            if isinstance(method, Symbol):
                given = method.returns.rpartition(".")[2]
                if given in ("Self", found.dotted.rpartition(".")[2]):
                    return found
        return Unknown(f"what `{short(node)}` gives is not known")

    def _annotated(self, annotation: Node, depth: int) -> Thing | Unknown:
        match = _TYPE.fullmatch(text(annotation))
        if match is None:
            return Unknown(f"the annotation `{short(annotation)}` is no plain class")
        found = self._dotted(match[1], annotation, depth)
        if isinstance(found, Unknown):
            return found
        return self._instance(found.dotted, open=True)

    def _dotted(self, dotted: str, place: Node, depth: int) -> Thing | Unknown:
        """A dotted name as if it stood at the place."""
        first, _, rest = dotted.partition(".")
        for scope in (*visible(place), self._root):
            if scope.type not in COMPREHENSIONS and (bound := self._names(scope).get(first)):
                found = self._bound(first, bound, scope, depth + 1)
                if isinstance(found, Unknown) or not rest:
                    return found
                return Thing(f"{found.dotted}.{rest}")
        return Unknown(f"`{first}` is not defined in this file")

    # -- attributes and calls --------------------------------------------------

    def _attribute(self, node: Node, depth: int) -> Thing | Unknown:
        receiver, attribute = (
            node.child_by_field_name("object"),
            node.child_by_field_name("attribute"),
        )
        if receiver is None or attribute is None:
            return Unknown(f"`{short(node)}` is no plain name")
        if text(receiver) == "super()":
            return self._inherited(receiver, text(attribute))
        owner = self.thing(receiver, depth + 1)
        if isinstance(owner, Unknown):
            return owner
        if owner.local is not None:
            return Unknown(f"`{text(receiver)}` is a function")
        if not owner.instance:
            owner = self._held(owner)
        if isinstance(owner, Unknown):
            return owner
        return Thing(f"{owner.dotted}.{text(attribute)}", open=owner.open)

    def _held(self, owner: Thing) -> Thing | Unknown:
        """What a variable of a module or an attribute of an instance holds; other things as they are."""
        symbol = self._resolve(owner.dotted)
        if isinstance(symbol, Unknown):
            return symbol
        if symbol.kind is not SymbolKind.VALUE:
            return owner
        if not symbol.returns:
            return Unknown(f"the class of `{owner.dotted}` is not known")
        return self._instance(symbol.returns, open=True)

    def _inherited(self, node: Node, attribute: str) -> Thing | Unknown:
        function = next((scope for scope in visible(node) if scope.type in FUNCTIONS), None)
        owner = (
            self._class_name(class_of(function)) if function is not None else Unknown("no class")
        )
        symbol = owner if isinstance(owner, Unknown) else self._resolve(owner)
        if isinstance(symbol, Unknown):
            return symbol
        if len(symbol.bases) != 1:
            return Unknown("super() of a class that has not exactly one base")
        return Thing(f"{symbol.bases[0]}.{attribute}")

    def _called(self, node: Node, depth: int) -> Thing | Unknown:
        callee = node.child_by_field_name("function")
        found = self.thing(callee, depth + 1) if callee is not None else Unknown("no callee")
        if isinstance(found, Unknown):
            return found
        if found.local is not None:
            return Unknown(f"`{short(node)}` calls a function inside a function")
        symbol = self._resolve(found.dotted)
        if isinstance(symbol, Unknown):
            return symbol
        if symbol.kind is SymbolKind.CLASS:
            return Thing(symbol.name, instance=True)
        if symbol.kind is SymbolKind.FUNCTION and symbol.returns:
            return self._instance(symbol.returns, open=True)
        return Unknown(f"what `{short(node)}` returns is not known")

    def _awaited(self, node: Node, depth: int) -> Thing | Unknown:
        inner = node.named_children[0]
        if node.type != "await":
            return self.thing(inner, depth + 1)
        callee = inner.child_by_field_name("function") if inner.type == "call" else None
        found = self.thing(callee, depth + 1) if callee is not None else Unknown("not a call")
        if isinstance(found, Unknown) or found.local is not None:
            return Unknown(f"what `{short(node)}` gives is not known")
        symbol = self._resolve(found.dotted)
        if (
            isinstance(symbol, Symbol)
            and symbol.kind is SymbolKind.COROUTINE_FUNCTION
            and symbol.returns
        ):
            return self._instance(symbol.returns, open=True)
        return Unknown(f"what `{short(node)}` gives is not known")

    def _instance(self, dotted: str, *, open: bool) -> Thing | Unknown:
        symbol = self._resolve(dotted)
        if isinstance(symbol, Unknown):
            return symbol
        if symbol.kind is not SymbolKind.CLASS:
            return Unknown(f"`{dotted}` is a {symbol.kind.value}, not a class")
        return Thing(symbol.name, instance=True, open=open)

    def _resolve(self, dotted: str) -> Symbol | Unknown:
        return self._index.resolve(dotted, self._path)

    # -- scopes ------------------------------------------------------------------

    def _names(self, scope: Node) -> Names:
        if scope.id not in self._scopes:
            self._scopes[scope.id] = names(scope)
        return self._scopes[scope.id]

    def _class_name(self, node: Node | None) -> str | Unknown:
        """The dotted name of a class at module level or in another class."""
        parts: list[str] = []
        while node is not None and node.type != "module":
            if node.type in SCOPES:
                return Unknown("the class is defined inside a function")
            if node.type in CLASSES:
                parts.append(text(node.child_by_field_name("name")))
            node = node.parent
        return (
            ".".join([self._module, *reversed(parts)])
            if parts
            else Unknown("there is no class around it")
        )

    @cached_property
    def _globals(self) -> frozenset[str]:
        found = re.findall(rb"\bglobal[ \t]+([\w, \t]+)", self._root.text or b"")
        return frozenset(name.strip().decode() for names in found for name in names.split(b","))

    def _global(self, name: str) -> bool:
        return name in self._globals
