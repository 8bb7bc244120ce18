"""Small wrongs: one sign, number, word or condition of a module changed, as source."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.BitOr: ast.BitAnd,
    ast.Continue: ast.Break,
}


@dataclass(frozen=True)
class Mutant:
    """A module with one wrong in it."""

    path: Path
    line: int
    kind: str
    place: int  # of the changed node, among all of the module

    def source(self) -> str:
        """Return the source of the module, changed."""
        tree = ast.parse(self.path.read_text("utf-8"))
        node = next(node for place, node in enumerate(ast.walk(tree)) if place == self.place)
        _change(node)
        return ast.unparse(ast.fix_missing_locations(tree))


def every(path: Path) -> Iterator[Mutant]:
    """Yield all mutants of a module; sentences for people, annotations and docstrings are left alone."""
    tree = ast.parse(path.read_text("utf-8"))
    spared = _spared(tree)
    line = 1
    for place, node in enumerate(list(ast.walk(tree))):  # all found before the first is changed
        line = getattr(node, "lineno", line)
        if id(node) not in spared and (kind := _change(node)):
            yield Mutant(path, line, kind, place)


def _spared(tree: ast.AST) -> set[int]:
    """Return the nodes whose change nobody could see, or nobody should test for."""
    owners: list[ast.AST | None] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.arg | ast.AnnAssign):
            owners.append(node.annotation)
        elif isinstance(node, ast.FunctionDef):
            owners += [node.returns, *node.decorator_list]
        elif isinstance(node, ast.ClassDef):  # frozen, slots: how a value is kept, not what it says
            owners += node.decorator_list
        elif isinstance(node, ast.Assign | ast.Expr) and _spoken(node):
            owners.append(node.value)
    return {id(part) for owner in owners if owner is not None for part in ast.walk(owner)}


def _spoken(node: ast.Assign | ast.Expr) -> bool:
    """Tell whether a statement is a docstring, or the list of what a package exports."""
    if isinstance(node, ast.Assign):
        return ast.unparse(node.targets[0]) == "__all__"
    return isinstance(node.value, ast.Constant)


def _change(node: ast.AST) -> str:
    """Change a node in place; return what was done to it, or nothing."""
    match node:
        case ast.Compare(ops=[operator, *_]) if type(operator) in _SWAPS:
            node.ops[0] = _swapped(operator)
            return f"{type(operator).__name__} → {type(node.ops[0]).__name__}"
        case ast.BoolOp(op=operator) | ast.BinOp(op=operator) if type(operator) in _SWAPS:
            node.op = _swapped(operator)
            return f"{type(operator).__name__} → {type(node.op).__name__}"
        case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test):
            node.test = ast.UnaryOp(ast.Not(), test)
            return f"not ({ast.unparse(test)})"
        case ast.Return(value=ast.expr() as value) if not (isinstance(value, ast.Constant) and value.value is None):
            node.value = ast.Constant(None)
            return f"return None, not {ast.unparse(value)}"
        case ast.Constant(value=value):
            return _constant(node, value)
    return ""


def _swapped(operator: ast.AST) -> Any:  # noqa: ANN401 - an operator of the same family
    return _SWAPS[type(operator)]()


def _constant(node: ast.Constant, value: object) -> str:
    """Change a number, a truth or a word; what has a space is a sentence."""
    if isinstance(value, bool):
        node.value = not value
    elif isinstance(value, int):
        node.value = value + 1
    elif isinstance(value, str) and value and " " not in value:
        node.value = f"{value}X"
    elif isinstance(value, bytes) and value:
        node.value = value + b"X"
    return f"{value!r} → {node.value!r}" if node.value is not value else ""
