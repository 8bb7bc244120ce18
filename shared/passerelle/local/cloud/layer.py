"""The Lambda layer for the Python at hand, with the content that `sam build` gives it: /opt/python.

Dependencies come from shared/requirements.txt with their hashes and are kept by the hash of that file;
the project's own code is added afresh. Bytecode is compiled without timestamps: unzipping changes them.
"""

import compileall
import hashlib
import py_compile
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from passerelle.local.trouble import SetupError


def dependencies(root: Path) -> Path:
    """Return the folder of the layer's dependencies, built where it is not there yet."""
    requirements = root / "shared" / "requirements.txt"
    kept = root / ".build" / f"layer-{_mark(requirements)}"
    if kept.is_dir():
        return kept
    kept.parent.mkdir(exist_ok=True)
    new = Path(tempfile.mkdtemp(dir=kept.parent, prefix="layer."))
    try:
        _install(requirements, new / "python")
        _compile(new / "python")
        new.rename(kept)
    except OSError:
        if not kept.is_dir():  # else another run was faster
            raise
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return kept


def pack(root: Path, archive: Path) -> None:
    """Write the layer whole: dependencies and the project, as they stand under /opt."""
    with _project(root, archive.parent) as project:
        _zip(archive, dependencies(root), project)


def link(root: Path, archive: Path) -> None:
    """Write the layer as the emulator gets it: the project, and the way to the same dependencies.

    The emulator unzips a layer anew for every worker that it starts, which takes seconds for 130 MB. So the
    dependencies stay in their folder, and a .pth, which Lambda's site directory python/lib/python3.x/site-packages
    obeys, puts that folder before all others.
    """
    kept = dependencies(root) / "python"
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    with _project(root, archive.parent) as project:
        way = project / "python" / "lib" / version / "site-packages" / "dependencies.pth"
        way.parent.mkdir(parents=True)
        way.write_text(f"import sys; sys.path.insert(0, {str(kept)!r})\n", "utf-8")
        _zip(archive, project)


@contextmanager
def _project(root: Path, place: Path) -> Iterator[Path]:
    """Copy the project's own code into a folder, and compile it."""
    with tempfile.TemporaryDirectory(dir=place) as folder:
        python = Path(folder, "python")
        shutil.copytree(root / "shared", python, ignore=shutil.ignore_patterns("__pycache__"))
        _compile(python)
        yield Path(folder)


def _zip(archive: Path, *folders: Path) -> None:
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as layer:
        for folder in folders:
            for file in sorted(folder.rglob("*")):
                if file.is_file():
                    layer.write(file, file.relative_to(folder))


def _mark(requirements: Path) -> str:
    """Return what the dependencies are made of: their pins, this Python, this machine."""
    made_of = f"{sys.version_info[:3]} {sys.platform}".encode() + requirements.read_bytes()
    return hashlib.sha256(made_of).hexdigest()[:12]


def _install(requirements: Path, target: Path) -> None:
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
    pins = ["--no-deps", "--require-hashes", "--requirement", str(requirements)]
    done = subprocess.run([*pip, *pins, "--target", str(target)], capture_output=True, text=True, check=False)
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["pip"]
        raise SetupError("setup.layer", reason=last[0])


def _compile(folder: Path) -> None:
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    compileall.compile_dir(folder, quiet=2, invalidation_mode=mode, stripdir=str(folder), prependdir="/opt/python")


if __name__ == "__main__":  # `make` builds the dependencies with the rest of the installation
    dependencies(Path(__file__).resolve().parents[4])
