"""What an expression of a Python file stands for: a dotted name that the project's index can resolve.

Only what the code itself says is followed: names, attributes, calls, annotations, fixtures. For
everything else the answer is `Unknown` and says what stood in the way.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace
from tree_sitter import Node

from misspawn.index import kinds
from misspawn.index.annotations import Annotation, parsed, written
from misspawn.index.model import Symbol, Unknown
from misspawn.meanings.bindings import Bindings
from misspawn.meanings.file import File
from misspawn.meanings.fixtures import Fixture
from misspawn.meanings.scopes import decorators, local_kind, results, text
from misspawn.meanings.surroundings import class_of, short, visible
from misspawn.meanings.things import Thing, made, with_self, yielded
from misspawn.meanings.values import Answer
from misspawn.model import SymbolKind
from misspawn.regions.grammar import FUNCTIONS, is_async

_DEEPEST = 24  # steps from an expression to what it stands for


class Expressions(Bindings):
    """Looks up the expressions of one file. `others` gives those of another file of the tree."""

    def __init__(self, file: File, others: Callable[[str], Expressions | None]) -> None:
        super().__init__(file)
        self._others = others

    def thing(self, node: Node, depth: int = 0) -> Answer:  # noqa: PLR0911  one for each kind of node
        """What the expression stands for."""
        if depth > _DEEPEST:
            return Unknown("the chain of names is too long")
        if node.type == "identifier":
            return self._name(node, text(node), depth)
        if node.type == "attribute":
            return self._attribute(node, depth)
        if node.type == "call":
            return self._called(node, depth)
        if node.type == "await":
            return self._awaited(node, depth)
        if node.type == "parenthesized_expression" and node.named_children:
            return self.thing(node.named_children[0], depth + 1)
        if node.type == "subscript":
            return self._generic(node, depth)
        if node.type in ("conditional_expression", "boolean_operator"):
            sides = (node.named_children[0], node.named_children[-1])
            return self._same(
                [self.value(side, depth) for side in sides if side.type != "none"], short(node)
            )
        return Unknown(f"`{short(node)}` is no plain name")

    def value(self, node: Node, depth: int = 0) -> Answer:
        """What the expression stands for once it is read: of a variable or an attribute, what it holds."""
        found = self.thing(node, depth + 1)
        return found if isinstance(found, Unknown) else self._held(found, depth)

    # -- attributes and calls --------------------------------------------------

    def _attribute(self, node: Node, depth: int) -> Answer:
        receiver, attribute = (
            node.child_by_field_name("object"),
            node.child_by_field_name("attribute"),
        )
        if receiver is None or attribute is None:
            return Unknown(f"`{short(node)}` is no plain name")
        if text(receiver) == "super()":
            return self._inherited(receiver, text(attribute))
        owner = self.value(receiver, depth)
        if isinstance(owner, Unknown):
            return owner
        if owner.local is not None:
            return Unknown(f"`{text(receiver)}` is a function")
        return Thing(f"{owner.dotted}.{text(attribute)}", open=owner.open)

    def _inherited(self, node: Node, attribute: str) -> Answer:
        function = next((scope for scope in visible(node) if scope.type in FUNCTIONS), None)
        owner = (
            self._file.class_name(class_of(function))
            if function is not None
            else Unknown("no class")
        )
        symbol = owner if isinstance(owner, Unknown) else self._file.resolve(owner)
        if isinstance(symbol, Unknown):
            return symbol
        if len(symbol.bases) != 1:
            return Unknown("super() of a class that has not exactly one base")
        return Thing(f"{symbol.bases[0]}.{attribute}")

    def _called(self, node: Node, depth: int) -> Answer:  # noqa: PLR0911  one for each callee
        callee = node.child_by_field_name("function")
        found = self.value(callee, depth) if callee is not None else Unknown("no callee")
        told = f"what `{short(node)}` returns is not known"
        if isinstance(found, Unknown):
            return found
        if found.local is not None:
            return self._returned(found.local, told, depth)
        if found.instance and found.last == "Callable":
            return self._typed(found.argument(-1), told)
        if found.instance:
            return self._method(found, "__call__", told, depth)
        symbol = self._file.resolve(found.dotted)
        if isinstance(symbol, Unknown):
            return symbol
        if symbol.kind is SymbolKind.CLASS:
            return Thing(symbol.name, instance=True, open=found.open)
        return self._gives(symbol, found.dotted.rpartition(".")[0], told, depth)

    def _method(self, owner: Thing, name: str, told: str, depth: int) -> Answer:
        """What calling, or awaiting the call of, a method gives."""
        method = self._file.resolve(f"{owner.dotted}.{name}")
        if isinstance(method, Unknown):
            return Unknown(told)
        found = self._gives(method, owner.dotted, told, depth)
        if isinstance(found, Thing) and method.kind is SymbolKind.COROUTINE_FUNCTION:
            return self._typed(found.awaited(), told, owner.dotted)
        return found

    def _gives(self, symbol: Symbol, owner: str, told: str, depth: int) -> Answer:
        """What calling a function gives. `owner`: the class that it was asked of."""
        kind, given = symbol.kind, parsed(symbol.returns)
        if kind not in _CALLED:
            return Unknown(told)
        if not symbol.returns:
            other = self._others(symbol.path)
            yields = kind in (SymbolKind.ASYNC_CONTEXT_MANAGER, SymbolKind.CONTEXT_MANAGER)
            found = other.result(symbol.line, depth + 1, yields=yields) if other else Unknown(told)
            if isinstance(found, Unknown) or not found.instance:
                return Unknown(told)
            given = Annotation(found.dotted, found.arguments)
        elif kind in (SymbolKind.ASYNC_CONTEXT_MANAGER, SymbolKind.CONTEXT_MANAGER):
            given = yielded(given)
        given = with_self(given, owner)
        if kind is SymbolKind.COROUTINE_FUNCTION:
            return made("Coroutine", given)
        if kind in (SymbolKind.ASYNC_CONTEXT_MANAGER, SymbolKind.CONTEXT_MANAGER):
            return made("ContextManager", given)
        return self._typed(given, told)

    def _awaited(self, node: Node, depth: int) -> Answer:
        told = f"what `{short(node)}` gives is not known"
        found = self.value(node.named_children[0], depth) if node.named_children else Unknown(told)
        if isinstance(found, Unknown) or not found.instance:
            return found if isinstance(found, Unknown) else Unknown(told)
        if inner := found.awaited().name and found.awaited():
            return self._typed(inner, told)
        method = self._file.resolve(f"{found.dotted}.__await__")
        if isinstance(method, Unknown) or method.kind not in (
            SymbolKind.FUNCTION,
            SymbolKind.GENERATOR,
        ):
            return Unknown(told)
        given = parsed(method.returns)
        return self._typed(
            with_self(given.arguments[-1] if given.arguments else given, found.dotted), told
        )

    def _generic(self, node: Node, depth: int) -> Answer:
        """`C[X]` of a class is the class; of a list, one of it."""
        owner = node.child_by_field_name("value")
        found = self.value(owner, depth) if owner is not None else Unknown("no owner")
        if isinstance(found, Unknown):
            return found
        if found.instance:
            return self._typed(found.looped(), f"what `{short(node)}` is is not known")
        symbol = self._file.resolve(found.dotted)
        if isinstance(symbol, Symbol) and symbol.kind is SymbolKind.CLASS:
            return found
        return Unknown(f"`{short(node)}` is no plain name")

    # -- functions ------------------------------------------------------------

    def result(self, line: int, depth: int, *, yields: bool) -> Answer:
        """What the function on a line gives: to who awaits it, where it is async. `yields`: it is a generator."""
        function = self._file.function(line)
        told = f"what {self._file.path}:{line} gives is not known"
        if function is None or depth > _DEEPEST:
            return Unknown(told)
        if annotation := function.child_by_field_name("return_type"):
            found = parsed(written(annotation.text or b"")).full(self._spelled(annotation))
            return self._typed(yielded(found) if yields and yielded(found).name else found, told)
        return self._same([self.value(node, depth) for node in results(function)], told)

    def _fixture(self, fixture: Fixture, depth: int) -> Answer:
        other = self._others(fixture.path)
        found = other.result(fixture.line, depth + 1, yields=True) if other else Unknown("")
        return (
            found
            if isinstance(found, Thing)
            else Unknown(f"what the fixture `{fixture.name}` gives is not known")
        )

    def _returned(self, function: Node, told: str, depth: int) -> Answer:
        """What calling a function inside a function gives."""
        kind = self.local(function)
        if isinstance(kind, Unknown) or kind.kind not in _CALLED:
            return Unknown(told)
        found = self.result(function.start_point.row + 1, depth, yields=False)
        if isinstance(found, Unknown) or not found.instance:
            return Unknown(told)
        return (
            made("Coroutine", Annotation(found.dotted, found.arguments))
            if is_async(function)
            else found
        )

    def local(self, function: Node) -> Symbol | Unknown:
        """What a function inside a function is."""
        found = local_kind(function, self._file.path)
        kind = kinds.decorated(
            self._file.index,
            found.kind,
            tuple(decorators(function)),
            self._spelled(function),
            f"`{found.name}`",
            self._file.path,
        )
        return kind if isinstance(kind, Unknown) else replace(found, kind=kind)


_CALLED = frozenset({
    SymbolKind.FUNCTION, SymbolKind.COROUTINE_FUNCTION, SymbolKind.AWAITABLE_FACTORY,
    SymbolKind.ASYNC_CONTEXT_MANAGER, SymbolKind.CONTEXT_MANAGER,
})  # fmt: skip
