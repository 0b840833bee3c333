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
from misspawn.meanings.file import File
from misspawn.meanings.fixtures import Fixture, wanted
from misspawn.meanings.scopes import (
    Bound,
    How,
    decorators,
    is_global,
    is_none,
    local_kind,
    results,
    text,
)
from misspawn.meanings.surroundings import (
    COMPREHENSIONS,
    above,
    class_of,
    is_receiver,
    loops,
    same_import,
    short,
    visible,
)
from misspawn.meanings.things import FOREIGN, Thing, made, with_self, yielded
from misspawn.model import SymbolKind
from misspawn.regions.grammar import CLASSES, FUNCTIONS, is_async

_DEEPEST = 24  # steps from an expression to what it stands for
_PLAIN = frozenset({"none", "true", "false", "integer", "float", "string", "concatenated_string"})
Answer = Thing | Unknown


class Expressions:
    """Looks up the expressions of one file. `others` gives those of another file of the tree."""

    def __init__(self, file: File, others: Callable[[str], Expressions | None]) -> None:
        self._file = file
        self._others = others
        self._answers: dict[tuple[int, str], Answer] = {}  # by scope, 0 for the module
        self._open: set[tuple[int, str]] = set()  # names under way

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

    # -- names ---------------------------------------------------------------

    def _name(self, node: Node, name: str, depth: int) -> Answer:
        for scope in visible(node):
            if scope.type in COMPREHENSIONS:
                if name in loops(scope):
                    return Unknown(f"`{name}` is the variable of a comprehension")
            elif (bound := self._file.names(scope).get(name)) and not is_global(bound):
                return self._once(name, bound, scope, depth)
        if self._file.defines(name):
            return Thing(f"{self._file.module}.{name}")
        if bound := self._file.bound(name):
            return self._once(name, bound, None, depth)
        return Unknown(f"`{name}` is not defined in this file")

    def _once(self, name: str, bound: list[Bound], scope: Node | None, depth: int) -> Answer:
        """What a name is in a scope, None for the module, found out once."""
        key = (scope.id if scope else 0, name)
        if key not in self._answers:
            if key in self._open:
                return Unknown(f"`{name}` is made from itself")
            self._open.add(key)
            self._answers[key] = self._bound(name, bound, scope, depth)
            self._open.discard(key)
        return self._answers[key]

    def _bound(self, name: str, bound: list[Bound], scope: Node | None, depth: int) -> Answer:
        if all(item.how is How.DEFINITION for item in bound) and scope is None:
            return Thing(f"{self._file.module}.{name}")
        if same_import(bound):
            return self._import(bound[0].target)
        told = [item for item in bound if not is_none(item)]
        if len(told) > 1 and any(item.how in (How.IMPORT, How.DEFINITION) for item in told):
            return Unknown(f"`{name}` is bound {len(told)} times")
        return self._same([self._by(item, name, scope, depth) for item in told], name)

    def _by(  # noqa: PLR0911  one for each way to bind
        self, item: Bound, name: str, scope: Node | None, depth: int
    ) -> Answer:
        """What one binding makes of a name."""
        if item.how is How.IMPORT:
            return self._import(item.target)
        if item.how is How.DEFINITION:
            return self._defined(item.node, name, scope)
        if item.how is How.PARAMETER and scope is not None:
            return self._parameter(item.node, name, scope, depth)
        if item.how is How.VALUE:
            return self._assigned(item, name, depth)
        if item.how is How.CONTEXT:
            return self._part(self._entered(item.node, depth), item, depth)
        if item.how is How.LOOP:
            return self._part(self._looped(item.node, depth), item, depth)
        return Unknown(f"`{name}` is bound by something that is not followed")

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

    def _defined(self, node: Node, name: str, scope: Node | None) -> Answer:
        if scope is not None and scope.type in CLASSES:
            owner = self._file.class_name(scope)
            return owner if isinstance(owner, Unknown) else Thing(f"{owner}.{name}")
        if node.type in FUNCTIONS:
            return Thing(name, local=node)
        return Unknown(f"`{name}` is a class inside a function")

    def _parameter(self, node: Node, name: str, function: Node, depth: int) -> Answer:
        if function.type in FUNCTIONS and is_receiver(node, function):
            owner = self._file.class_name(class_of(function))
            return owner if isinstance(owner, Unknown) else Thing(owner, instance=True, open=True)
        if annotation := node.child_by_field_name("type"):
            return self._annotated(annotation, depth)
        if (fixture := wanted(self._file.index, self._file.path, function, name)) is not None:
            return self._fixture(fixture, depth)
        return Unknown(f"the parameter `{name}` has no annotation")

    def _fixture(self, fixture: Fixture, depth: int) -> Answer:
        other = self._others(fixture.path)
        found = other.result(fixture.line, depth + 1, yields=True) if other else Unknown("")
        return (
            found
            if isinstance(found, Thing)
            else Unknown(f"what the fixture `{fixture.name}` gives is not known")
        )

    def _assigned(self, item: Bound, name: str, depth: int) -> Answer:
        node = item.node
        if annotation := node.child_by_field_name("type"):
            return self._annotated(annotation, depth)
        value = node.child_by_field_name("right") or node.child_by_field_name("value")
        if value is None:
            return Unknown(f"`{name}` has no value here")
        if item.at >= 0 and value.type in ("expression_list", "tuple"):
            parts = value.named_children
            return (
                self.value(parts[item.at], depth) if item.at < len(parts) else Unknown("no value")
            )
        return self._part(self.value(value, depth), item, depth)

    def _part(self, found: Answer, item: Bound, depth: int) -> Answer:
        """What one of several names gets of a tuple."""
        if isinstance(found, Unknown) or item.at < 0:
            return found
        return self._typed(found.part(item.at), "the parts of it are not known")

    def _looped(self, node: Node, depth: int) -> Answer:
        source = node.child_by_field_name("right")
        found = self.value(source, depth) if source is not None else Unknown("no source")
        if isinstance(found, Unknown):
            return found
        return self._typed(found.looped(), f"what is in `{short(source or node)}` is not known")

    def _entered(self, node: Node, depth: int) -> Answer:
        """What `with ... as x` gives."""
        told = f"what `{short(node)}` gives is not known"
        found = self.value(node.named_children[0], depth)
        if isinstance(found, Unknown) or not found.instance:
            return found if isinstance(found, Unknown) else Unknown(told)
        if inner := found.entered().name and found.entered():
            return self._typed(inner, told)
        with_ = next(above for above in above(node) if above.type == "with_statement")
        return self._method(found, "__aenter__" if is_async(with_) else "__enter__", told, depth)

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

    # -- annotations --------------------------------------------------------------

    def _annotated(self, annotation: Node, depth: int) -> Answer:
        told = f"the annotation `{short(annotation)}` is no plain class"
        return self._typed(
            parsed(written(annotation.text or b"")).full(self._spelled(annotation)), told
        )

    def _spelled(self, place: Node) -> Callable[[str], str]:
        """Spells out a dotted name as if it stood at the place; what is not known stays as it is."""

        def spelled(dotted: str) -> str:
            first, dot, rest = dotted.partition(".")
            found = self._name(place, first, 1)
            return (
                f"{found.dotted}{dot}{rest}"
                if isinstance(found, Thing) and not found.instance
                else dotted
            )

        return spelled

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


_CALLED = frozenset({
    SymbolKind.FUNCTION, SymbolKind.COROUTINE_FUNCTION, SymbolKind.AWAITABLE_FACTORY,
    SymbolKind.ASYNC_CONTEXT_MANAGER, SymbolKind.CONTEXT_MANAGER,
})  # fmt: skip
