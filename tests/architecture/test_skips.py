"""A test that does not run says so loudly: what was not checked, and how to have it checked."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
SKIPS = {"skip", "skipif", "importorskip"}
LOUD = re.compile(r"NOT CHECKED\b.*(\(.+\)|VALUE)")  # VALUE: missing() of a daemon says how to get it


def reasons(source: str) -> Iterator[str]:
    """Yield what each skip of a module says; a value that is not known here becomes VALUE."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in SKIPS:
            (said,) = [one.value for one in node.keywords if one.arg == "reason"] or node.args[:1]
            parts = said.values if isinstance(said, ast.JoinedStr) else [said]
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "VALUE" for part in parts)


def test_every_skip_says_what_is_not_checked_and_how_to_check_it() -> None:
    said = [(path.name, one) for path in TESTS.rglob("*.py") for one in reasons(path.read_text("utf-8"))]
    assert said
    assert [one for one in said if not LOUD.match(one[1]) and one[0] != Path(__file__).name] == []


def test_a_quiet_skip_is_found() -> None:
    assert list(reasons('pytest.skip("nothing here")')) == ["nothing here"]
    assert not LOUD.match("NOT CHECKED: there is no x")
