"""What one module binds at its top level, told from its syntax tree: names, kinds, what they stand for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace
from tree_sitter import Node

from misspawn.index.annotations import written
from misspawn.index.decorators import annotated, wrapped
from misspawn.index.definitions import GETATTR, Definition, Outline
from misspawn.index.imports import Imported, imported
from misspawn.index.model import Kind
from misspawn.regions.syntax import Syntax

_DYNAMIC = re.compile(
    rb"\b(?:globals|vars|locals)\(\)(?:\[[^\]\n]*\][ \t]*=(?!=)|\.(?:update|setdefault)\(|[ \t]*[,)]|[ \t]*$)"
    rb"|\bsys\.modules\[__name__\]"
    rb"|^exec\(|\b__path__[ \t]*(?:\+?=(?!=)|\.(?:append|extend|insert)\()",
    re.MULTILINE,
)  # what binds names of a module otherwise than by statements
_MODULES = re.compile(rb"\bsys\.modules(?:\[[^\]\n]*\][ \t]*=(?!=)|\.(?:update|setdefault)\()")
_GLOBAL = re.compile(rb"^[ \t]+global[ \t]+([\w, \t]+)", re.MULTILINE)
_WALRUS = re.compile(rb"\b([A-Za-z_]\w*)[ \t]*:=")  # also one in a decorator or an argument
_ABSTRACT = b"NotImplementedError"
_TYPING = re.compile(rb"\bTYPE_CHECKING\b")
_DOTTED = re.compile(rb"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
_BLOCKS = frozenset({
    "if_statement", "elif_clause", "else_clause", "try_statement", "except_clause", "finally_clause",
    "except_group_clause", "with_statement", "for_statement", "while_statement", "match_statement",
    "case_clause", "block",
})  # fmt: skip


def outline(data: bytes, module: str, *, package: bool) -> Outline:
    """The outline of a module's text. `module`: its dotted name, to which relative imports are relative."""
    tree = Syntax(data, whole=True).whole()
    reader = _Reader(module, package=package)
    reader.block(tree.root_node, typing=False)
    for found in _GLOBAL.finditer(data):
        for name in found[1].decode("ascii", "replace").split(","):
            reader.add(
                Definition(name.strip(), data.count(b"\n", 0, found.start()) + 1, Kind.VALUE)
            )
    for found in _WALRUS.finditer(data):
        if (name := found[1].decode()) not in reader.names:
            line = data.count(b"\n", 0, found.start()) + 1
            reader.add(Definition(name, line, Kind.VALUE))
    return Outline(
        {name: tuple(items) for name, items in reader.names.items()},
        tuple(reader.stars),
        _exported(data),
        _dynamic(data, reader, package=package, broken=tree.root_node.has_error),
    )


def _dynamic(data: bytes, reader: _Reader, *, package: bool, broken: bool) -> str:
    modules = (
        _MODULES if package else re.compile(rb"\bsys\.modules\[[\"']%b\." % reader.name.encode())
    )
    if found := _DYNAMIC.search(data) or modules.search(data):
        return f"it makes names at run time (`{found[0].decode().strip()}`)"
    if broken:
        return "it has a syntax error"
    return GETATTR if "__getattr__" in reader.names else ""


_ALL = re.compile(rb"^__all__[^=\n]*=[ \t]*([\[(][^\])]*[\])])[ \t]*(?:#[^\n]*)?$", re.MULTILINE)
_WORD = re.compile(rb"""["'](\w+)["']""")


def _exported(data: bytes) -> frozenset[str] | None:
    """`__all__` where it is one plain list of names, else None."""
    found = _ALL.findall(data)
    if len(found) != 1 or data.count(b"__all__") > 1:
        return None
    return frozenset(word.decode() for word in _WORD.findall(found[0]))


class _Reader:
    """Collects the definitions of one block and of those nested in it that share its names."""

    def __init__(self, module: str, *, package: bool) -> None:
        self.names: dict[str, list[Definition]] = {}
        self.stars: list[str] = []
        self.name = module.rpartition(".")[2]
        self._module = module
        self._package = package
        self._overloads: dict[str, tuple[str, str]] = {}

    def add(self, definition: Definition) -> None:
        self.names.setdefault(definition.name, []).append(definition)

    def block(self, holder: Node, *, typing: bool) -> None:
        """Everything that the statements of a block bind."""
        for node in holder.named_children:
            if node.type in ("import_statement", "import_from_statement"):
                self._import(node, typing=typing)
            elif node.type == "decorated_definition" or node.type in (
                "function_definition",
                "class_definition",
            ):
                self._definition(node, typing=typing)
            elif node.type in _BLOCKS:
                self._bound(node, typing=typing)
                self.block(node, typing=typing or _is_typing(node))
            else:
                self._bound(node, typing=typing)

    def _import(self, node: Node, *, typing: bool) -> None:
        for item in imported(node, self._module, package=self._package):
            if item.name == "*":
                self.stars.append(item.module)
            elif item.bound:
                self.add(_of_import(item, typing=typing))

    def _definition(self, node: Node, *, typing: bool) -> None:
        inner = node.child_by_field_name("definition") or node
        decorators = tuple(
            _decorator(child) for child in node.named_children if child.type == "decorator"
        )
        name = inner.child_by_field_name("name")
        if any(decorator.rpartition(".")[2] == "overload" for decorator in decorators):
            if name is not None and (typed := annotated(inner)):
                self._overloads[_text(name)] = typed
            return
        if name is not None and inner.type == "function_definition":
            found = _function(inner, name, decorators, typing=typing)
            wraps, makes = self._overloads.get(found.name, ("", ""))
            self.add(replace(found, wraps=found.wraps or wraps, makes=found.makes or makes))
        elif name is not None:
            self.add(_class(inner, name, decorators, self._module, typing=typing))

    def _bound(self, node: Node, *, typing: bool) -> None:
        """Assignments, loop variables, `as` targets, walrus: what a statement itself binds."""
        for child in _shallow(node):
            if child.type == "assignment":
                self._assignment(child, typing=typing)
            elif child.type in (
                "named_expression",
                "as_pattern",
                "for_statement",
                "type_alias_statement",
            ):
                self._targets(child, typing=typing)
            elif child.type in ("case_pattern", "splat_pattern"):
                for name in _names(child):
                    self.add(Definition(_text(name), _line(name), Kind.VALUE, typing=typing))

    def _targets(self, node: Node, *, typing: bool) -> None:
        field_name = {"named_expression": "name", "as_pattern": "alias"}.get(node.type, "left")
        target = node.child_by_field_name(field_name)
        for name in _names(target) if target is not None else ():
            self.add(Definition(_text(name), _line(name), Kind.VALUE, typing=typing))

    def _assignment(self, node: Node, *, typing: bool) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None:
            return
        if left.type != "identifier":
            for name in _names(left):
                self.add(Definition(_text(name), _line(name), Kind.VALUE, typing=typing))
            return
        self.add(_value(left, right, node.child_by_field_name("type"), typing=typing))


def _shallow(node: Node) -> Iterator[Node]:
    """The node and what lies in it, but not in its blocks, lambdas and comprehensions."""
    stack = [node]
    while stack:
        item = stack.pop()
        yield item
        if item.type not in ("lambda", "call", "string", "dictionary", "list"):
            stack += [child for child in item.named_children if child.type not in _BLOCKS]


def _names(target: Node) -> Iterator[Node]:
    if target.type == "identifier":
        yield target
    elif target.type not in ("attribute", "subscript"):
        for child in target.named_children:
            yield from _names(child)


def _value(left: Node, right: Node | None, annotation: Node | None, *, typing: bool) -> Definition:
    """`x = y` stands for y; of `x = y()` and `x: y` the class of the value is told."""
    name, line = _text(left), _line(left)
    if (
        right is not None
        and right.type in ("identifier", "attribute")
        and (alias := _dotted(right))
    ):
        return Definition(name, line, None, alias=alias, typing=typing)
    if right is not None and right.type == "subscript" and (alias := _generic(right)):
        return Definition(name, line, None, alias=alias, typing=typing)
    called = (
        (_dotted(right.child_by_field_name("function")),)
        if right is not None and right.type == "call"
        else ()
    )
    returns = "None" if right is not None and right.type == "none" else ""
    returns = _annotation(annotation) or returns
    return Definition(name, line, Kind.VALUE, returns=returns, called=called, typing=typing)


def _generic(node: Node) -> str:
    """The class of `C[X]`, as far as the letters tell a class from a container."""
    name = _dotted(node.child_by_field_name("value"))
    return name if name.rpartition(".")[2][:1].isupper() else ""


def _of_import(item: Imported, *, typing: bool) -> Definition:
    return Definition(item.bound, item.line, None, target=item.target, typing=typing)


# -- functions and classes ----------------------------------------------------


def _function(node: Node, name: Node, decorators: tuple[str, ...], *, typing: bool) -> Definition:
    is_async = node.children[0].type == "async"
    body = node.child_by_field_name("body")
    yields, returned = _body(body) if body is not None else (False, ())
    if is_async:
        kind = Kind.ASYNC_GENERATOR if yields else Kind.COROUTINE_FUNCTION
    else:
        kind = Kind.GENERATOR if yields else Kind.FUNCTION
    wraps, makes = wrapped(node)
    return Definition(
        _text(name),
        _line(name),
        kind,
        typing=typing,
        decorators=decorators,
        returns=_annotation(node.child_by_field_name("return_type")),
        called=returned,
        wraps=wraps,
        makes=makes,
    )


def _body(body: Node) -> tuple[bool, tuple[str, ...]]:
    """Whether a function's body yields, and the callees of what it returns."""
    yields = False
    returned: list[str] = []
    stack = [body]
    while stack:
        node = stack.pop()
        if node.type in ("function_definition", "class_definition", "lambda"):
            continue
        text = node.text or b""
        if node.type == "yield":
            yields = True
        elif node.type == "return_statement":
            returned += _returned(node.named_children[0]) if node.named_children else ["None"]
        elif node.type == "raise_statement" and _ABSTRACT in text:
            returned.append("")  # what overrides it gives something else
        if b"yield" in text or b"return" in text or _ABSTRACT in text:
            stack += node.named_children
    if returned and _falls_through(body):
        returned.append("None")
    return yields, tuple(dict.fromkeys(returned))


def _falls_through(block: Node) -> bool:
    """Whether the end of a block may be reached."""
    last = next((node for node in reversed(block.named_children) if node.type != "comment"), None)
    if last is None:
        return True
    if last.type in ("return_statement", "raise_statement", "while_statement", "match_statement"):
        return False
    if last.type in ("with_statement", "try_statement"):
        return any(_falls_through(node) for node in last.named_children if node.type == "block")
    branches = [node.child_by_field_name("consequence") or node.child_by_field_name("body")
        for node in (last, *last.named_children) if node.type in ("if_statement", "elif_clause", "else_clause")]  # fmt: skip
    whole = any(node.type == "else_clause" for node in last.named_children)
    return not whole or any(branch is None or _falls_through(branch) for branch in branches)


_PLAIN = frozenset({
    "none", "true", "false", "integer", "float", "string", "concatenated_string", "tuple", "list",
    "dictionary", "set", "list_comprehension", "dictionary_comprehension", "set_comprehension",
    "comparison_operator", "not_operator", "binary_operator", "unary_operator", "expression_list",
    "lambda", "await",
})  # fmt: skip


def _returned(value: Node) -> Iterator[str]:
    """What a returned expression is a call of; '' when nothing plain, `None` when it is no awaitable."""
    if value.type == "call":
        yield _dotted(value.child_by_field_name("function"))
    elif value.type == "conditional_expression":
        yield from _returned(value.named_children[0])
        yield from _returned(value.named_children[-1])
    elif value.type == "parenthesized_expression" and value.named_children:
        yield from _returned(value.named_children[0])
    else:
        yield "None" if value.type in _PLAIN else ""


def _class(
    node: Node, name: Node, decorators: tuple[str, ...], module: str, *, typing: bool
) -> Definition:
    bases = node.child_by_field_name("superclasses")
    body = node.child_by_field_name("body")
    reader = _Reader(module, package=False)
    if body is not None:
        reader.block(body, typing=False)
        _attributes(body, reader)
    return Definition(
        _text(name),
        _line(name),
        Kind.CLASS,
        typing=typing,
        decorators=decorators,
        bases=tuple(_base(child) for child in bases.named_children) if bases is not None else (),
        members={key: tuple(items) for key, items in reader.names.items()},
    )


def _base(node: Node) -> str:
    """A base class; a keyword other than `metaclass` says nothing, and what is not plain is ''."""
    if node.type == "keyword_argument":
        key = node.child_by_field_name("name")
        return "object" if key is not None and key.text != b"metaclass" else ""
    if node.type == "subscript":
        return _dotted(node.child_by_field_name("value"))
    return _dotted(node)


_SELF = re.compile(
    rb"^[ \t]+self\.(\w+)[ \t]*(?::([^=\n]+))?(?:=(?!=)[ \t]*([^\n]*))?$", re.MULTILINE
)
_CALL = re.compile(rb"([A-Za-z_]\w*(?:\.\w+)*)(?:\[[^\]\n]*\])?\(")
_PARAMETER = re.compile(rb"(\w+)(?:[ \t]+or\b.*)?")


def _attributes(body: Node, reader: _Reader) -> None:
    """Instance attributes: `self.x = C(...)`, `self.x: C`, `self.x = y`."""
    own = {name for name, items in reader.names.items() if not all(map(_may_change, items))}
    for child in body.named_children:
        function = child.child_by_field_name("definition") or child
        if function.type == "function_definition" and b"self." in (text := function.text or b""):
            first = function.start_point.row + 1
            for found in _SELF.finditer(text):
                name = found[1].decode("ascii", "replace")
                if name not in own and (found[2] or found[3]):
                    line = first + text.count(b"\n", 0, found.start())
                    reader.add(_attribute(name, line, found, function))


def _may_change(item: Definition) -> bool:
    """Whether instances may get something else under the name: a method, and what the class sets to None."""
    if item.kind is Kind.VALUE:
        return item.returns == "None"
    return item.kind is not Kind.CLASS and not item.decorators


def _attribute(name: str, line: int, found: re.Match[bytes], function: Node) -> Definition:
    returns, value = written(found[2] or b""), found[3] or b""
    call = _CALL.match(value)
    called = (call[1].decode(),) if call else ()
    if not returns and (given := _PARAMETER.fullmatch(value)):
        returns = _parameter(function, given[1])
    if not returns and value == b"None":
        returns = "None"
    return Definition(name, line, Kind.VALUE, returns=returns, called=called)


def _parameter(function: Node, name: bytes) -> str:
    """The annotation of a function's parameter."""
    parameters = function.child_by_field_name("parameters")
    for node in parameters.named_children if parameters is not None else ():
        inner = node.child_by_field_name("name") or next(iter(node.named_children), None)
        if inner is not None and inner.text == name:
            return _annotation(node.child_by_field_name("type"))
    return ""


# -- small ----------------------------------------------------------------------


def _is_typing(node: Node) -> bool:
    condition = node.child_by_field_name("condition") if node.type == "if_statement" else None
    return condition is not None and bool(_TYPING.search(condition.text or b""))


def _annotation(node: Node | None) -> str:
    return written(node.text or b"") if node is not None else ""


def _decorator(node: Node) -> str:
    """The name of a decorator, with `()` behind it when it is called first; '' when it is no plain one."""
    inner = node.named_children[0] if node.named_children else None
    name = _dotted(inner)
    return f"{name}()" if name and inner is not None and inner.type == "call" else name


def _dotted(node: Node | None) -> str:
    """The text of a plain dotted name, of a call its callee; else ''."""
    if node is not None and node.type == "subscript":
        node = node.child_by_field_name("value")
    if node is not None and node.type == "call":
        node = node.child_by_field_name("function")
    text = (node.text or b"") if node is not None else b""
    return text.decode() if _DOTTED.fullmatch(text) else ""


def _text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")


def _line(node: Node) -> int:
    return node.start_point.row + 1
