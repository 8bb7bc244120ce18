"""The rules of the house that no linter knows, as functions of a checkout's root: each returns what breaks it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

VERBS_OF_PEOPLE = {"decide", "forget"}  # a command of the same name, no function
VERBS_WITHOUT_QUEUE = {"audit", "collect", "refresh", "sweep", "seal"}  # woken by the clock
WHAT_FUNCTIONS_MAY_IMPORT = (
    "passerelle.adapters",
    "passerelle.steps",
    "aws_lambda_powertools",
    "typing",
    "collections",
)
LONGEST_FUNCTION_FILE = 60
LONGEST_MODULE = 250
LONGEST_FUNCTION = 50
FORBIDDEN_NAMES = {"utils", "helpers", "common", "manager", "misc"}
ERRORS = {"MalformedError", "UnsupportedError", "UntrustedError", "UnavailableError", "OvertakenError"}
LOSSES = {"Loss", "lose"}
VERDICT = re.compile(r"(?:policy|doubt|bridge|delivery|receipt|duplicate|operator|audit|collect)\.[a-z-]+")
NUMBER = "7000000"
PLACES = re.compile(r"/(?:work|root|home/\w+)/\w|/[s]imple/|index[-]url|resolved.*https?:|file[:]///")  # not itself


class Said(NamedTuple):
    """A code (or, where it is computed, its expression) and the other words of the call that gives it."""

    file: str
    code: str
    literal: bool
    words: tuple[str, ...]


def modules(root: Path) -> Iterator[tuple[Path, ast.Module]]:
    """Yield every module of the product with its tree."""
    for folder in ("functions", "shared/passerelle"):
        for path in sorted((root / folder).rglob("*.py")):
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def imports(tree: ast.Module) -> Iterator[str]:
    """Yield the names of the modules that a module imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def verb_law(root: Path) -> list[str]:
    """A verb has the same name as function, step, test, event, and resource of the template."""
    template = (root / "template.yaml").read_text(encoding="utf-8")
    found = []
    for verb in sorted(path.stem for path in (root / "functions").glob("*.py")):
        step = root / f"shared/passerelle/steps/{verb}"
        wanted = [
            step / "__init__.py" if step.is_dir() else step.with_suffix(".py"),
            root / f"tests/steps/test_{verb}.py",
        ]
        found += [f"{verb}: no {path.relative_to(root)}" for path in wanted if not path.exists()]
        if not list((root / "events").glob(f"{verb}.*.json")):
            found.append(f"{verb}: no events/{verb}.*.json")
        resources = [f"{verb.capitalize()}Function"]
        if verb not in VERBS_WITHOUT_QUEUE:
            resources.append(f"{verb.capitalize()}Queue")
        found += [f"{verb}: no {name} in template.yaml" for name in resources if f"\n  {name}:\n" not in template]
    inside = [path for path in (root / "shared/passerelle/steps").iterdir() if path.suffix == ".py" or path.is_dir()]
    steps = {path.stem for path in inside} - {"__init__", "__pycache__", "ports"}
    people = {
        step for step in steps & VERBS_OF_PEOPLE if (root / f"shared/passerelle/local/commands/{step}.py").exists()
    }
    found += [
        f"{step}: no functions/{step}.py"
        for step in sorted(steps - people)
        if not (root / f"functions/{step}.py").exists()
    ]
    return found


def wiring_law(root: Path) -> list[str]:
    """A function is at most 60 lines and imports only what it wires."""
    found = []
    for path in sorted((root / "functions").glob("*.py")):
        text = path.read_text(encoding="utf-8")
        if len(text.splitlines()) > LONGEST_FUNCTION_FILE:
            found.append(f"{path.name}: more than {LONGEST_FUNCTION_FILE} lines")
        found += [
            f"{path.name}: imports {name}"
            for name in imports(ast.parse(text))
            if not name.startswith(WHAT_FUNCTIONS_MAY_IMPORT)
        ]
    return found


def budgets(root: Path) -> list[str]:
    """No module past 250 lines, tests too, no function past 50, no module whose name says nothing."""
    found = []
    for path in (
        one for room in ("functions", "shared/passerelle", "tests") for one in sorted((root / room).rglob("*.py"))
    ):
        name = str(path.relative_to(root))
        if path.stem in FORBIDDEN_NAMES:
            found.append(f"{name}: says nothing")
        if len(path.read_text(encoding="utf-8").splitlines()) > LONGEST_MODULE:
            found.append(f"{name}: more than {LONGEST_MODULE} lines")
    for path, tree in modules(root):
        name = str(path.relative_to(root))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > LONGEST_FUNCTION:
                    found.append(f"{name}: {node.name} has {lines} lines")
    return found


def said(root: Path, makers: set[str]) -> Iterator[Said]:
    """Yield what the product says by calls of these names; a value that is not known here becomes NUMBER."""
    for path, tree in modules(root):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and node.args and _name(node.func) in makers:
                words = tuple(map(_words, node.args))
                code = words[0] if isinstance(node.args[0], ast.Constant) else ast.unparse(node.args[0])
                yield Said(str(path.relative_to(root)), code, isinstance(node.args[0], ast.Constant), words[1:])


def verdicts(root: Path) -> set[str]:
    """Return the reason codes that are no errors: what the policy and the steps decide."""
    rooms = ("steps", "core/receipts")
    decisions = (path for room in rooms for path in (root / "shared/passerelle" / room).rglob("*.py"))
    doubting = (root / "shared/passerelle/core/documents/cda" / name for name in ("results.py", "entries.py"))
    deciding = {root / "shared/passerelle/core/policy.py", *doubting, *decisions}
    constants = {
        node.value
        for path, tree in modules(root)
        if path in deciding
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return {one for one in constants if VERDICT.fullmatch(one)} - {loss.code for loss in said(root, LOSSES)}


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _words(node: ast.expr) -> str:
    """Return a string as it is written, with NUMBER for each value in it; empty for anything else."""
    if isinstance(node, ast.JoinedStr):
        return "".join(_words(part) if isinstance(part, ast.Constant) else NUMBER for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def places(root: Path, files: list[str]) -> list[str]:
    """No committed text file names a place of one machine or the host of a registry."""
    found = []
    for name in files:
        path = root / name
        if path.suffix in {".ttf", ".png", ".pdf", ".zip"}:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if PLACES.search(line):
                found.append(f"{name}:{number}")
    return found
