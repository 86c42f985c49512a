"""Small wrong versions of a module: one change each, as a slip of the hand would make it.

Changed are comparisons (also at their boundary), arithmetic, and/or/not, constants (a number grows by one, a text gains
letters, True and False swap), conditions, returned values (None instead), calls whose result nobody uses (left out),
keyword arguments (left out), ``min``/``max`` and ``any``/``all``. Left alone are docstrings, annotations, decorators,
imports, assertions (they narrow types) and the words in a module's own lists, which are data.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Mutant", "mutants_of", "mutated"]

_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
_NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}
_SKIPPED_FIELDS = {"annotation", "returns", "decorator_list", "type_params"}
_SKIPPED_NODES = (ast.Import, ast.ImportFrom, ast.Assert, ast.FormattedValue)
_TYPE_FORMS = {"Literal", "TypeVar", "cast", "Callable"}
_DISPLAYS = (ast.List, ast.Tuple, ast.Set, ast.Dict)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change.

    Attributes:
        module: path below the source folder.
        where: qualified name of the function or class; "" at module level.
        before, after: the changed expression or statement.
        nth: which of several equal changes in the same place.
        number: its place among the module's mutants.
        first_line, last_line: of the statement around it.
    """

    module: str
    where: str
    before: str
    after: str
    nth: int
    number: int
    first_line: int
    last_line: int

    @property
    def key(self) -> str:
        """Stable while neither its function nor the change is edited."""
        again = f" #{self.nth + 1}" if self.nth else ""
        return f"{self.module}:{self.where}: {self.before} -> {self.after}{again}"


@dataclass(frozen=True, slots=True)
class _Place:
    """A node and where it hangs."""

    node: ast.AST
    parent: ast.AST
    put: Callable[[ast.AST], None]
    where: str
    statement: ast.stmt
    in_function: bool
    is_data: bool


def mutants_of(source: Path, root: Path) -> list[Mutant]:
    """Every mutant of one module."""
    seen: Counter[tuple[str, str, str]] = Counter()
    found = []
    changes = _changes(ast.parse(source.read_text(encoding="utf-8")))
    for number, (place, before, after, _) in enumerate(changes):
        lines = place.statement.lineno, _last_line(place.statement)
        key = place.where, before, after
        found.append(Mutant(source.relative_to(root).as_posix(), *key, seen[key], number, *lines))
        seen[key] += 1
    return found


def mutated(source: Path, number: int) -> ast.Module:
    """The module's tree with the change of that number made."""
    tree = ast.parse(source.read_text(encoding="utf-8"))
    place, _, _, node = list(_changes(tree))[number]
    place.put(ast.copy_location(node, place.node))
    return ast.fix_missing_locations(tree)


def _last_line(statement: ast.stmt) -> int:
    """Of a compound statement its head alone."""
    body = getattr(statement, "body", None)
    return max(statement.lineno, body[0].lineno - 1) if body else statement.end_lineno or statement.lineno


def _changes(tree: ast.Module) -> Iterator[tuple[_Place, str, str, ast.AST]]:
    for place in list(_places(tree, "", tree.body[0], in_function=False, is_data=False)):
        before = _shown(place.node)
        for node in _variants(place):
            yield place, before, _shown(node), node


def _shown(node: ast.AST) -> str:
    if isinstance(node, ast.comprehension):
        return " ".join(f"if {ast.unparse(condition)}" for condition in node.ifs)
    text = ast.unparse(ast.fix_missing_locations(node)) if isinstance(node, ast.stmt) else ast.unparse(node)
    return text.split(":\n")[0] if isinstance(node, ast.If | ast.While) else text


def _places(node: ast.AST, where: str, statement: ast.stmt, *, in_function: bool, is_data: bool) -> Iterator[_Place]:
    """All places below a node, in source order."""
    for field, value in ast.iter_fields(node):
        if field in _SKIPPED_FIELDS:
            continue
        children = value if isinstance(value, list) else [value]
        for index, child in enumerate(children):
            if not isinstance(child, ast.AST) or _is_skipped(child, node, field, index):
                continue
            inside = child if isinstance(child, ast.stmt) else statement
            put = _setter(node, field, index if isinstance(value, list) else None)
            data = is_data or (not in_function and isinstance(child, (*_DISPLAYS, ast.Call)))
            yield _Place(child, node, put, where, inside, in_function, data)
            named = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            below = f"{where}.{child.name}".lstrip(".") if named else where
            deeper = in_function or isinstance(child, _FUNCTIONS)
            yield from _places(child, below, inside, in_function=deeper, is_data=data and not deeper)


def _setter(parent: ast.AST, field: str, index: int | None) -> Callable[[ast.AST], None]:
    def put(node: ast.AST) -> None:
        if index is None:
            setattr(parent, field, node)
        else:
            getattr(parent, field)[index] = node

    return put


def _is_skipped(child: ast.AST, parent: ast.AST, field: str, index: int) -> bool:
    if isinstance(child, _SKIPPED_NODES):
        return True
    if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
        return True  # a docstring, or one of an attribute
    if isinstance(child, ast.Assign) and any(_name(target) == "__all__" for target in child.targets):
        return True
    if isinstance(child, ast.If) and _name(child.test) == "TYPE_CHECKING":
        return True
    if isinstance(parent, ast.Subscript) and _name(parent.value) in _TYPE_FORMS:
        return True
    if isinstance(parent, ast.Attribute) and parent.attr == "split" and isinstance(child, ast.Constant):
        return True  # a list of words as well
    return isinstance(parent, ast.Call) and _name(parent.func) in _TYPE_FORMS and field == "args" and index == 0


def _name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _variants(place: _Place) -> Iterator[ast.AST]:
    node = place.node
    if isinstance(node, ast.stmt):
        yield from _other_statements(node)
    elif isinstance(node, ast.Constant):
        yield from _other_constants(node, place)
    elif isinstance(node, ast.Call):
        yield from _other_calls(node, place)
    elif isinstance(node, ast.comprehension):
        yield from [ast.comprehension(node.target, node.iter, [], node.is_async)] if node.ifs else []
    else:
        yield from _other_operations(node)


def _other_operations(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Compare):
        for index, op in enumerate(node.ops):
            for other in _COMPARISONS[type(op)]:
                yield ast.Compare(node.left, [*node.ops[:index], other(), *node.ops[index + 1 :]], node.comparators)
    elif isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
        yield ast.BinOp(node.left, _ARITHMETIC[type(node.op)](), node.right)
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
        yield node.operand
    elif isinstance(node, ast.IfExp) and not isinstance(node.test, ast.Compare):
        yield ast.IfExp(_negated(node.test), node.body, node.orelse)


def _other_constants(node: ast.Constant, place: _Place) -> Iterator[ast.AST]:
    if isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node.value, int | float):
        yield ast.Constant(node.value + 1)
    elif isinstance(node.value, str) and not place.is_data:
        yield ast.Constant(f"XX{node.value}XX")


def _other_calls(node: ast.Call, place: _Place) -> Iterator[ast.AST]:
    if _name(node.func) in _NAMES:
        yield ast.Call(ast.Name(_NAMES[_name(node.func)], ast.Load()), node.args, node.keywords)
    if place.in_function:
        for index, keyword in enumerate(node.keywords):
            if keyword.arg is not None:
                yield ast.Call(node.func, node.args, [*node.keywords[:index], *node.keywords[index + 1 :]])


def _other_statements(node: ast.stmt) -> Iterator[ast.AST]:
    if isinstance(node, ast.Return) and node.value is not None:
        if not (isinstance(node.value, ast.Constant) and node.value.value is None):
            yield ast.Return(ast.Constant(None))
    elif isinstance(node, ast.If) and not isinstance(node.test, ast.Compare):  # those are changed themselves
        yield ast.If(_negated(node.test), node.body, node.orelse)
    elif isinstance(node, ast.AugAssign) and type(node.op) in _ARITHMETIC:
        yield ast.AugAssign(node.target, _ARITHMETIC[type(node.op)](), node.value)
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield ast.Pass()
    elif isinstance(node, ast.Continue):
        yield ast.Break()
    elif isinstance(node, ast.Break):
        yield ast.Continue()


def _negated(test: ast.expr) -> ast.expr:
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return test.operand
    return ast.UnaryOp(ast.Not(), test)
