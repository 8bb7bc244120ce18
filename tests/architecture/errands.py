"""What a function asks of AWS through its ports, by its step and by the adapters of the ports that this calls."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT / "shared"
ADAPTERS = {
    "archive": "ArchiveBucket",
    "bulletins": "ConfigurationBucket",
    "ledger": "LedgerTable",
    "mailroom": "MailroomBucket",
    "marks": "MarksKey",
    "persons": "Persons",  # bucket and key
    "queue": "Queue",
    "register": "LedgerTable",
}
"""The ports whose adapters ask AWS, by what the template calls that which they ask."""

ACTIONS = {
    "batch_get_item": "dynamodb:BatchGetItem",
    "decrypt": "kms:Decrypt",
    "delete_object": "s3:DeleteObject",
    "generate_data_key": "kms:GenerateDataKey",
    "generate_mac": "kms:GenerateMac",
    "get_item": "dynamodb:GetItem",
    "get_object": "s3:GetObject",
    "list_objects_v2": "s3:ListBucket",
    "put_item": "dynamodb:PutItem",
    "put_object": "s3:PutObject",
    "query": "dynamodb:Query",
    "send_message": "sqs:SendMessage",
    "transact_write_items": "dynamodb:PutItem",
    "update_item": "dynamodb:UpdateItem",
}
"""What a role must grant for a call of boto3."""

_ROOMS = ("passerelle.steps", "passerelle.adapters.api", "passerelle.adapters.page")  # where ports are called
_CALLS = re.compile(rf"\.({'|'.join(ADAPTERS)})\.(\w+)\b")
_ONCE = SHARED / "passerelle/adapters/once.py"  # what several adapters call
_DESKS = SHARED / "passerelle/steps/ports/desks.py"


def asked(verb: str) -> set[tuple[str, str]]:
    """Return the actions that a function asks for, each with the word that its resource is named by."""
    calls = {call for path in _modules(ROOT / f"functions/{verb}.py") for call in _ports(path)}
    return {(action, ADAPTERS[port]) for port, method in calls for action in _actions(port, method)}


def _modules(start: Path) -> set[Path]:
    """Return a function's file and all modules of its step, and of the page and the API where it answers."""
    found, waiting = set[Path](), [start]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += [one for name in _imports(path) for one in _file(name)]
    return found - {_DESKS}


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _file(name: str) -> Iterator[Path]:
    if name.startswith(_ROOMS) and not name.startswith("passerelle.steps.ports"):
        path = SHARED / name.replace(".", "/")
        yield from (one for one in (path.with_suffix(".py"), path / "__init__.py") if one.exists())


def _ports(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the methods of ports that a module calls, by itself or through its desk."""
    text = path.read_text("utf-8")
    yield from _CALLS.findall(text)
    for method in _methods(_DESKS, "Desk"):
        if re.search(rf"\bdesk\.{method.name}\(", text):
            yield from _CALLS.findall(ast.unparse(method))


@cache
def _actions(port: str, method: str) -> frozenset[str]:
    """Return what a method of the adapter of a port asks of AWS, by itself or through others of its module."""
    path = SHARED / f"passerelle/adapters/{port}.py"
    named = {one.name: ast.unparse(one) for one in (*_methods(_ONCE), *_methods(path))}
    reached, waiting = set[str](), [method]
    while waiting:
        name = waiting.pop()
        if name in named and name not in reached:
            reached.add(name)
            waiting += re.findall(r"\b(\w+)\(", named[name])
    body = "\n".join(named[name] for name in reached)
    return frozenset(ACTIONS[call] for call in re.findall(r"\b(\w+)\b", body) if call in ACTIONS)


def _methods(path: Path, of: str = "") -> list[ast.FunctionDef]:
    tree: ast.AST = ast.parse(path.read_text("utf-8"))
    if of:
        tree = next(one for one in ast.walk(tree) if isinstance(one, ast.ClassDef) and one.name == of)
    return [one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)]
