"""The Lambda layer stands alone: what `sam build` puts under /opt/python is all that the functions need."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from passerelle.local.cloud import layer

ROOT = Path(__file__).resolve().parents[2]
LARGEST = 150_000_000  # bytes unzipped, with 20 MB of bytecode; AWS refuses 250


@pytest.fixture(scope="module")
def unzipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("layer")
    layer.pack(ROOT, folder / "layer.zip")
    with zipfile.ZipFile(folder / "layer.zip") as archive:
        archive.extractall(folder / "opt")
    return folder / "opt/python"


@pytest.mark.slow
@pytest.mark.parametrize("verb", sorted(path.stem for path in (ROOT / "functions").glob("*.py")))
def test_a_function_imports_with_the_layer_alone(unzipped: Path, verb: str) -> None:
    program = (
        f"import sys; sys.path[:0] = [{str(ROOT / 'functions')!r}, {str(unzipped)!r}]; import {verb}; {verb}.handler"
    )
    command = [sys.executable, "-S", "-E", "-s", "-B", "-c", program]
    environment = {"AWS_DEFAULT_REGION": "eu-west-3", "POWERTOOLS_TRACE_DISABLED": "1"}
    result = subprocess.run(command, env=environment, cwd=unzipped, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


@pytest.mark.slow
def test_the_layer_keeps_its_size(unzipped: Path) -> None:
    assert sum(path.stat().st_size for path in unzipped.rglob("*") if path.is_file()) < LARGEST


@pytest.mark.slow
def test_the_layer_brings_no_tool_of_the_command_line(unzipped: Path) -> None:
    assert [name for name in ("typer", "rich", "aiosmtpd", "moto", "pytest") if (unzipped / name).exists()] == []
