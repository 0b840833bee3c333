"""A definition judged in its module: what it is, as far as decorators, annotations and returns tell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

from misspawn.index.annotations import parsed
from misspawn.index.decorators import COROUTINE
from misspawn.index.definitions import ABSTRACT, Definition
from misspawn.index.layout import Module
from misspawn.index.model import Kind, Missing, Symbol, Unclear, Unknown

Found = Symbol | Unknown
_LEAVE = frozenset({
    "staticmethod", "classmethod", "abc.abstractmethod", "typing.override", "typing.final",
    "typing_extensions.override", "typing_extensions.final", "typing.no_type_check",
    "typing_extensions.deprecated", "warnings.deprecated", "functools.wraps", "tenacity.retry",
    "backoff.on_exception", "backoff.on_predicate", "hypothesis.settings",
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
_ROUTES = frozenset({
    "get", "post", "put", "delete", "patch", "head", "options", "websocket", "api_route", "route", "view",
    "exception_handler", "middleware", "on_event",
})  # fmt: skip
_REGISTRIES = frozenset({
    "fastapi.FastAPI", "fastapi.APIRouter", "aiohttp.web.RouteTableDef", "flask.Flask", "flask.Blueprint",
    "quart.Quart", "quart.Blueprint", "sanic.Sanic", "sanic.Blueprint",
})  # fmt: skip  # classes whose methods of these names give back what they decorate
_AWAITABLE = frozenset({"Awaitable", "Coroutine", "Deferred", "asyncio.Future", "asyncio.Task"})
_ASYNC_ITERATORS = frozenset({"AsyncGenerator", "AsyncIterator", "AsyncIterable"})
_ANYTHING = frozenset({"Any", "object", "Self", "T", "?"})


class Names(Protocol):
    """Where the names in a definition are looked up."""

    def full(self, module: Module, written: str) -> str:
        """A dotted name as written in the module, in full."""

    def resolve(self, dotted: str, near: str = "") -> Found:
        """What a dotted name is."""

    def held(self, dotted: str, near: str = "") -> str:
        """The annotation of what a variable or an attribute holds."""

    def definition(self, dotted: str, near: str = "") -> tuple[Module | None, Definition | None]:
        """The one definition that a name of a module has, and the module."""


def symbol(names: Names, module: Module, item: Definition, owner: str = "") -> Found:
    """The symbol that a definition is; `owner`: the class that it is a member of."""
    name = ".".join(filter(None, [module.name, owner, item.name]))
    kind = _decorated(names, module, item)
    if isinstance(kind, Unknown):
        return kind
    if kind is Kind.COROUTINE_FUNCTION and _is_stub(item):
        return Unknown(f"`{item.name}` at {module.path}:{item.line} stands for async generators")
    called = _called(names, module, item, owner) if kind is Kind.FUNCTION else kind
    found = Symbol(
        name=name,
        kind=kind if isinstance(called, Unknown) else called,
        path=module.path,
        line=item.line,
        bases=tuple(names.full(module, base) for base in item.bases if base),
        returns=given(names, module, item),
    )
    return Unclear(called.reason, found) if isinstance(called, Unknown) else found


def _decorated(names: Names, module: Module, item: Definition) -> Kind | Unknown:
    kind = item.kind
    if kind is None:
        return Unknown(f"`{item.name}` at {module.path}:{item.line} stands for another name")
    decorators = item.decorators if kind is not Kind.CLASS else ()
    place = f"`{item.name}` at {module.path}:{item.line}"
    return decorated(names, kind, decorators, partial(names.full, module), place, module.path)


def decorated(  # noqa: PLR0913, PLR0917  the function, and where it stands
    names: Names,
    kind: Kind,
    decorators: Sequence[str],
    spelled: Callable[[str], str],
    shown: str,
    near: str,
) -> Kind | Unknown:
    """What decorators, as they are written, make of a function. `spelled` tells their names in full."""
    for decorator in reversed(decorators):
        written = decorator.removesuffix("()")
        full = spelled(written)
        if full in _MADE:
            kind = _MADE[full]
        elif full in _KEEPS_SYNC:
            kind = Kind.AWAITABLE_FACTORY if kind is Kind.COROUTINE_FUNCTION else kind
        elif full.endswith((".setter", ".getter", ".deleter")):
            kind = Kind.VALUE
        elif wraps := _wraps(names, full, near, called=decorator.endswith("()")):
            kind = Kind.COROUTINE_FUNCTION if wraps == COROUTINE else kind
        elif full not in _LEAVE and not _registers(names, full, near):
            return Unknown(f"{shown} is decorated by `{written or 'no plain name'}`")
    return kind


def _wraps(names: Names, full: str, near: str, *, called: bool) -> str:
    """What a decorator of the project makes of a function."""
    module, item = names.definition(full, near)
    told = (item.makes if called else item.wraps) if item else ""
    wraps, *aliases = told.split(" if ")
    is_callable = all(_is_callable(names, module, alias) for alias in aliases if module)
    return wraps if is_callable else ""


def _is_callable(names: Names, module: Module | None, written: str) -> bool:
    """Whether a name is an alias of `Callable`."""
    _, item = names.definition(names.full(module, written), module.path) if module else (None, None)
    return item is not None and item.alias.rpartition(".")[2] == "Callable"


def _registers(names: Names, full: str, near: str) -> bool:
    """Whether a decorator only notes the function somewhere: `@router.get(...)`."""
    owner, _, name = full.rpartition(".")
    if full.startswith("pytest.mark."):
        return True
    return name in _ROUTES and bool(owner) and names.held(owner, near) in _REGISTRIES


def _is_stub(item: Definition) -> bool:
    """Whether an `async def` may stand for generators: it neither yields nor returns what it tells of."""
    if not item.returns:
        return item.called == (ABSTRACT,)
    told = parsed(item.returns).last in _ASYNC_ITERATORS
    return told and not {*item.called} - {"", ABSTRACT}


def _called(names: Names, module: Module, item: Definition, owner: str) -> Kind | Unknown:
    """What a plain `def` is: its annotation decides, else what its returns are calls of."""
    annotation = parsed(item.returns)
    full = names.full(module, annotation.name)
    if {annotation.last, full} & _AWAITABLE:
        return Kind.AWAITABLE_FACTORY
    returned = set(item.called)
    if (annotation.last == "None" and returned - {"None"}) or (
        _may_run_a_loop(returned) or _gives_attributes(names, module, owner, returned)
    ):
        return Unknown(
            f"`{item.name}` at {module.path}:{item.line} returns more than its annotation"
        )
    if annotation.name and annotation.last not in _ANYTHING:
        results = [_awaitable(names, full, module.path)]
    else:
        given_back = item.called or (("",) if item.returns else ())  # `-> Any: ...` is a stub
        results = [_result(names, module, callee) for callee in given_back]
    if results and all(result is True for result in results):
        return Kind.AWAITABLE_FACTORY
    if bool(item.returns) == bool(annotation.name) and all(result is False for result in results):
        return Kind.FUNCTION
    return Unknown(f"what `{item.name}` at {module.path}:{item.line} returns is not known")


def _may_run_a_loop(returned: set[str]) -> bool:
    """Whether a function returns what a loop makes of a coroutine, or else something else: the coroutine."""
    return len(returned) > 1 and any(callee.endswith(".run_until_complete") for callee in returned)


def _gives_attributes(names: Names, module: Module, owner: str, returned: set[str]) -> bool:
    """Whether a method returns what an attribute of its class gives, such as a `partialmethod`."""
    own = (callee.removeprefix("self.") for callee in returned if callee.startswith("self."))
    found = (names.resolve(f"{module.name}.{owner}.{name}", module.path) for name in own if owner)
    return any(isinstance(one, Symbol) and one.kind is Kind.VALUE for one in found)


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
    "None", "bool", "bytes", "dict", "float", "frozenset", "int", "len", "list", "max", "min", "range", "repr",
    "set", "sorted", "str", "sum", "tuple", "isinstance", "hasattr", "any", "all", "enumerate", "zip",
})  # fmt: skip


_PLAIN = _BUILTINS | frozenset({
    "None", "NoReturn", "Never", "Iterator", "Iterable", "Generator", "Sequence", "Mapping", "MutableMapping",
    "List", "Dict", "Set", "FrozenSet", "Tuple", "Type", "type", "Literal", "Path", "datetime", "timedelta",
    "UUID", "Decimal", "LiteralString", "bytearray", "memoryview",
})  # fmt: skip  # types of values that nobody can await


def given(names: Names, module: Module, item: Definition) -> str:
    """The annotation, in full, of what calling a function gives or a value is; '' when there is none."""
    if item.returns:
        return str(parsed(item.returns).full(lambda name: names.full(module, name)))
    if item.kind is Kind.VALUE and item.called and item.called[0]:
        full = names.full(module, item.called[0])
        found = names.resolve(full, module.path)
        if not isinstance(found, Symbol):
            return full if full.rpartition(".")[2][:1].isupper() else ""
        return found.name if found.kind is Kind.CLASS else found.returns
    return ""
