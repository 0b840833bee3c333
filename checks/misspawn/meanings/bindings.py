"""What the names of a Python file stand for, by what binds them where they are visible."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable

from tree_sitter import Node

from misspawn.index.annotations import parsed, written
from misspawn.index.model import Unknown
from misspawn.meanings.file import File
from misspawn.meanings.fixtures import Fixture, wanted
from misspawn.meanings.scopes import Bound, How, is_global, is_none
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
from misspawn.meanings.things import Thing
from misspawn.meanings.values import Answer, Values
from misspawn.regions.grammar import CLASSES, FUNCTIONS, is_async


class Bindings(Values):
    """Those of one file; its subclass tells what the expressions are that are bound."""

    def __init__(self, file: File) -> None:
        super().__init__(file)
        self._answers: dict[tuple[int, str], Answer] = {}  # by scope, 0 for the module
        self._open: set[tuple[int, str]] = set()  # names under way

    @abstractmethod
    def value(self, node: Node, depth: int = 0) -> Answer:
        """What an expression stands for once it is read."""

    @abstractmethod
    def _method(self, owner: Thing, name: str, told: str, depth: int) -> Answer:
        """What calling a method gives."""

    @abstractmethod
    def _fixture(self, fixture: Fixture, depth: int) -> Answer:
        """What a pytest fixture gives."""

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
