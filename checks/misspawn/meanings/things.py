"""What an expression can stand for, and what annotations make of it."""

from __future__ import annotations

from typing import NamedTuple

from tree_sitter import Node

from misspawn.index.annotations import NOTHING, Annotation

AWAITED = frozenset({"Awaitable", "Coroutine", "Task", "Future", "CoroutineType"})
ENTERED = frozenset({"AbstractAsyncContextManager", "AsyncContextManager", "AbstractContextManager",
    "ContextManager"})  # fmt: skip
YIELDING = frozenset(
    {"AsyncIterator", "AsyncGenerator", "AsyncIterable", "Iterator", "Generator", "Iterable"}
)
LISTS = frozenset({"list", "List", "set", "Set", "frozenset", "FrozenSet", "Sequence", "Collection", "deque",
    "Deque"})  # fmt: skip
FOREIGN = AWAITED | ENTERED | YIELDING | LISTS | {"tuple", "Tuple", "Callable", "Type", "type"}


class Thing(NamedTuple):
    """A dotted name, and whether it is an instance of what is named, with the arguments of its type.

    `open`: the instance may be of a subclass. `local`: the definition, where it stands in a function.
    """

    dotted: str
    instance: bool = False
    open: bool = False
    local: Node | None = None
    arguments: tuple[Annotation, ...] = ()

    @property
    def last(self) -> str:
        """The name without its module."""
        return self.dotted.rpartition(".")[2]

    def argument(self, at: int) -> Annotation:
        """One argument of its type."""
        inside = -len(self.arguments) <= at < len(self.arguments)
        return self.arguments[at] if inside else NOTHING

    def awaited(self) -> Annotation:
        """What awaiting it gives."""
        return self.argument(-1) if self.instance and self.last in AWAITED else NOTHING

    def entered(self) -> Annotation:
        """What a `with` on it gives."""
        return self.argument(0) if self.instance and self.last in ENTERED else NOTHING

    def looped(self) -> Annotation:
        """What a `for` over it gives."""
        if not self.instance:
            return NOTHING
        if self.last in ("tuple", "Tuple"):
            return self.argument(0) if self._is_alike() else NOTHING
        return self.argument(0) if self.last in YIELDING | LISTS else NOTHING

    def part(self, at: int) -> Annotation:
        """One of the parts of a tuple."""
        if not self.instance or self.last not in ("tuple", "Tuple"):
            return NOTHING
        return self.argument(0 if self._is_alike() else at)

    def _is_alike(self) -> bool:
        return len(self.arguments) == 2 and self.arguments[1].name == "..."


def yielded(annotation: Annotation) -> Annotation:
    """What a generator of this annotation yields."""
    return (
        annotation.arguments[0] if annotation.last in YIELDING and annotation.arguments else NOTHING
    )


def made(name: str, *arguments: Annotation) -> Thing:
    """An instance of a generic class of the standard library."""
    return Thing(f"typing.{name}", instance=True, arguments=arguments)


def with_self(annotation: Annotation, owner: str) -> Annotation:
    """An annotation with the class in place of `Self`."""
    inner = tuple(with_self(argument, owner) for argument in annotation.arguments)
    return Annotation(owner if annotation.last == "Self" else annotation.name, inner)
