"""A definition judged in its module: what it is, as far as decorators, annotations and returns tell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from misspawn.index.definitions import Definition
from misspawn.index.layout import Module
from misspawn.index.model import Kind, Missing, Symbol, Unknown

Found = Symbol | Unknown
_LEAVE = frozenset({
    "staticmethod", "classmethod", "abc.abstractmethod", "typing.override", "typing.final",
    "typing_extensions.override", "typing_extensions.final", "typing.no_type_check",
    "typing_extensions.deprecated", "warnings.deprecated", "functools.wraps",
})  # fmt: skip  # decorators that give back what they decorate, or something of the same kind
_MADE = {
    "contextlib.asynccontextmanager": Kind.ASYNC_CONTEXT_MANAGER,
    "contextlib.contextmanager": Kind.CONTEXT_MANAGER,
    "property": Kind.VALUE,
    "functools.cached_property": Kind.VALUE,
    "abc.abstractproperty": Kind.VALUE,
}  # decorators that make something else
_KEEPS_SYNC = frozenset(
    {"functools.lru_cache", "functools.cache"}
)  # cached coroutines stay awaitables
_AWAITABLE = frozenset({"Awaitable", "Coroutine", "Future", "Task", "Deferred"})
_ANYTHING = frozenset({"Any", "object", "Self", "T", "?"})


class Names(Protocol):
    """Where the names in a definition are looked up."""

    def full(self, module: Module, written: str) -> str:
        """A dotted name as written in the module, in full."""

    def resolve(self, dotted: str, near: str = "") -> Found:
        """What a dotted name is."""


def symbol(names: Names, module: Module, item: Definition, owner: str = "") -> Found:
    """The symbol that a definition is; `owner`: the class that it is a member of."""
    name = ".".join(filter(None, [module.name, owner, item.name]))
    kind = _decorated(names, module, item)
    if kind is Kind.FUNCTION:
        kind = _called(names, module, item)
    if isinstance(kind, Unknown):
        return kind
    return Symbol(
        name=name,
        kind=kind,
        path=module.path,
        line=item.line,
        bases=tuple(names.full(module, base) for base in item.bases if base),
        members=frozenset(item.members),
        attributes=dict(_attributes(names, module, item)),
        returns=_instance(names, module, item),
    )


def _decorated(names: Names, module: Module, item: Definition) -> Kind | Unknown:
    kind = item.kind
    if kind is None:
        return Unknown(f"`{item.name}` at {module.path}:{item.line} stands for another name")
    for written in reversed(item.decorators if kind is not Kind.CLASS else ()):
        full = names.full(module, written)
        if full in _MADE:
            kind = _MADE[full]
        elif full in _KEEPS_SYNC:
            kind = Kind.AWAITABLE_FACTORY if kind is Kind.COROUTINE_FUNCTION else kind
        elif full.endswith((".setter", ".getter", ".deleter")):
            kind = Kind.VALUE
        elif full not in _LEAVE:
            shown = written or "something that is no plain name"
            return Unknown(f"`{item.name}` at {module.path}:{item.line} is decorated by `{shown}`")
    return kind


def _called(names: Names, module: Module, item: Definition) -> Kind | Unknown:
    """What a plain `def` is: its annotation decides, else what its returns are calls of."""
    last = item.returns.rpartition(".")[2]
    if last in _AWAITABLE:
        return Kind.AWAITABLE_FACTORY
    if item.returns and last not in _ANYTHING:
        results = [_awaitable(names, names.full(module, item.returns), module.path)]
    else:
        results = [_result(names, module, callee) for callee in item.called]
    if results and all(result is True for result in results):
        return Kind.AWAITABLE_FACTORY
    if item.returns != "?" and all(result is False for result in results):
        return Kind.FUNCTION
    return Unknown(f"what `{item.name}` at {module.path}:{item.line} returns is not known")


def _result(names: Names, module: Module, callee: str) -> bool | None:
    """Whether a call gives an awaitable; None when that cannot be told."""
    if callee in _BUILTINS:
        return False
    found = names.resolve(names.full(module, callee), module.path) if callee else None
    if not isinstance(found, Symbol) or found.kind in (Kind.MODULE, Kind.VALUE):
        return None
    if found.kind is Kind.CLASS:
        return _awaitable(names, found.name, module.path)
    return found.kind in (Kind.COROUTINE_FUNCTION, Kind.AWAITABLE_FACTORY)


def _awaitable(names: Names, dotted: str, near: str) -> bool | None:
    """Whether instances of a class can be awaited; None when its bases are not all known."""
    if dotted.rpartition(".")[2] in _PLAIN:
        return False
    if not isinstance(found := names.resolve(dotted, near), Symbol) or found.kind is not Kind.CLASS:
        return None
    method = names.resolve(f"{found.name}.__await__", near)
    return False if isinstance(method, Missing) else isinstance(method, Symbol) or None


_BUILTINS = frozenset({
    "bool", "bytes", "dict", "float", "frozenset", "int", "len", "list", "max", "min", "range", "repr",
    "set", "sorted", "str", "sum", "tuple", "isinstance", "hasattr", "any", "all", "enumerate", "zip",
})  # fmt: skip


_PLAIN = _BUILTINS | frozenset({
    "None", "NoReturn", "Never", "Iterator", "Iterable", "Generator", "Sequence", "Mapping", "MutableMapping",
    "List", "Dict", "Set", "FrozenSet", "Tuple", "Type", "type", "Literal", "Path", "datetime", "timedelta",
    "UUID", "Decimal", "LiteralString", "bytearray", "memoryview",
})  # fmt: skip  # types of values that nobody can await


def _instance(names: Names, module: Module, item: Definition) -> str:
    """The dotted class that calling a function gives, or that a value is an instance of."""
    if item.returns and item.returns != "?":
        return names.full(module, item.returns)
    if item.kind is Kind.VALUE and item.called and item.called[0]:
        full = names.full(module, item.called[0])
        found = names.resolve(full, module.path)
        if isinstance(found, Symbol):
            return found.name if found.kind is Kind.CLASS else found.returns
    return ""


def _attributes(names: Names, module: Module, item: Definition) -> Iterator[tuple[str, str]]:
    """Instance attributes whose class is plain and always the same."""
    for name, members in item.members.items():
        values = [member for member in members if member.kind is Kind.VALUE]
        if values and len(values) == len(members):
            classes = {_instance(names, module, value) for value in values}
            if len(classes) == 1 and (only := classes.pop()):
                yield name, only
