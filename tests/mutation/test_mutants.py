"""The mutators make small wrongs that compile, one at a time, and the same ones every time."""

import ast
from pathlib import Path

from tests.mutation.mutants import every

SOURCE = '''"""A docstring stays."""
LIMIT: int = 3
__all__ = ["exported"]


def f(a: int, b: str = "word") -> bool:
    """Another."""
    if a < LIMIT and b:
        return a + 1 == 4
    raise ValueError("a sentence stays")
'''


def test_each_mutant_differs_in_one_place_and_compiles(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text(SOURCE, encoding="utf-8")
    plain = ast.unparse(ast.parse(SOURCE))
    mutants = list(every(module))
    sources = [mutant.source() for mutant in mutants]
    assert [compile(source, "x", "exec") is not None for source in sources] == [True] * len(sources)
    assert plain not in sources
    assert len(set(sources)) == len(sources)
    assert [mutant.line for mutant in every(module)] == [mutant.line for mutant in mutants]
    assert {"Lt → LtE", "And → Or", "Add → Sub", "Eq → NotEq", "3 → 4", "'word' → 'wordX'"} <= {
        one.kind for one in mutants
    }


def test_sentences_annotations_and_docstrings_are_left_alone(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text(SOURCE, encoding="utf-8")
    for mutant in every(module):
        assert "a sentence stays" in mutant.source() or mutant.kind.startswith("return")
        assert '"""A docstring stays."""' in mutant.source()
        assert "LIMIT: int" in mutant.source()


def test_what_a_module_exports_and_how_its_values_are_kept_is_left_alone(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text(f"{SOURCE}\n@dataclass(frozen=True)\nclass Kept:\n    a: int\n", encoding="utf-8")
    sources = [mutant.source() for mutant in every(module)]
    assert sources
    assert all("['exported']" in one and "frozen=True" in one for one in sources)
