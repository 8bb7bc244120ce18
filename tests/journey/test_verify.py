"""What an auditor does: copies the archive, runs the verifier, and gets a slip that its reader can check."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from pypdf import PdfReader

from passerelle.core.receipts import timestamp
from passerelle.local.commands.rounds import Round
from passerelle.local.towns.world import World
from tests.journey.conftest import aws, environment, passerelle
from tests.steps.sealing import KEY, OTHER, Registry
from tests.vectors import tsa

TEXT = KEY.verifier.text()


def laid_out(files: dict[str, bytes], folder: Path) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    registry = Registry()
    for _ in range(2):
        registry.happen(3)
        registry.seal()
    answer = tsa.made().answer(timestamp.request(registry.archive.files["checkpoint"], 1))
    files = registry.archive.files | {"timestamps/000000000018.tsr": answer}
    folder = tmp_path_factory.mktemp("archive")
    (folder / "authorities.pem").write_bytes(tsa.made().anchor)
    return laid_out(files, folder / "copy")


def zipped(archive: Path, target: Path) -> Path:
    with zipfile.ZipFile(target, "w") as made:
        for path in archive.rglob("*"):
            made.write(path, path.relative_to(archive))
    return target


@pytest.mark.parametrize("form", ["folder", "zip"])
def test_an_archive_is_proven(archive: Path, tmp_path: Path, form: str) -> None:
    path = archive if form == "folder" else zipped(archive, tmp_path / "copy.zip")
    known = str(archive / "checkpoints/000000000009")
    authorities = str(archive.parent / "authorities.pem")
    done = passerelle("verify", str(path), "--key", TEXT, "--known", known, "--authorities", authorities)
    text = done.stdout.decode()
    assert (done.returncode, done.stderr) == (0, b"")
    assert "18 événements de 6 remises, en 2 sceaux" in text
    assert "Horodaté le " in text
    assert "Suite du point de contrôle connu (9 événements)." in text
    assert text.endswith("Tout est prouvé.\n")


def test_the_first_thing_that_is_wrong_is_named_with_its_place(archive: Path, tmp_path: Path) -> None:
    copy = laid_out({str(p.relative_to(archive)): p.read_bytes() for p in archive.rglob("*") if p.is_file()}, tmp_path)
    name = copy / "events/000000000009.jsonl"
    name.write_bytes(name.read_bytes().replace(b"xdm.hash", b"xdm.hush", 1))
    done = passerelle("verify", str(copy), "--key", TEXT, "--lang", "en")
    assert done.returncode == 65
    assert "NOT PROVEN" in done.stdout.decode()
    assert "where: checkpoints/000000000018" in done.stdout.decode()
    found = json.loads(passerelle("verify", str(copy), "--json").stdout)
    assert (found["proven"], found["wrong"], found["size"]) == (False, "seal.root", 9)


def test_a_slip_is_written_and_checked_without_the_archive(archive: Path, tmp_path: Path) -> None:
    entry = json.loads((archive / "events/000000000000.jsonl").read_text().splitlines()[0])
    target = tmp_path / "slip.json"
    done = passerelle("slip", entry["delivery"], "--archive", str(archive), "--to", str(target))
    assert done.returncode == 0
    assert "3 événements prouvés." in done.stdout.decode()
    (tmp_path / "key").write_text(TEXT + "\n")
    done = passerelle("verify", str(target), "--key", str(tmp_path / "key"))
    assert done.returncode == 0
    assert f"Remise {entry['delivery']} : 3 événements, dans un registre de 18" in done.stdout.decode()
    assert json.loads(passerelle("verify", str(target), "--json").stdout)["keys_given"] is False
    assert passerelle("verify", str(target), "--key", OTHER.verifier.text()).returncode == 65


def test_a_slip_for_people_who_read_paper_names_the_file_that_proves_it(archive: Path, tmp_path: Path) -> None:
    entry = json.loads((archive / "events/000000000000.jsonl").read_text().splitlines()[0])
    target = tmp_path / "recu.pdf"
    done = passerelle("slip", entry["delivery"], "--archive", str(archive), "--to", str(target))
    assert done.returncode == 0, done.stderr
    text = "\n".join(page.extract_text() for page in PdfReader(target).pages)
    assert entry["delivery"] in text
    assert "passerelle verify recu.json" in text
    assert "REFUSED" in text
    assert passerelle("verify", str(tmp_path / "recu.json")).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("absent",), 66),
        (("{archive}", "--key", "a+b+c"), 65),
        (("{archive}", "--key", "absent"), 66),
        (("{archive}", "--known", "absent"), 66),
        (("{archive}/checkpoint",), 65),
        ((), 64),
    ],
)
def test_what_cannot_be_verified_says_why_and_exits_as_sysexits_has_it(
    archive: Path, arguments: tuple[str, ...], code: int
) -> None:
    done = passerelle("verify", *(one.format(archive=archive) for one in arguments))
    assert done.returncode == code
    assert done.stdout + done.stderr
    assert b"Traceback" not in done.stderr


def test_the_verifier_runs_alone(archive: Path) -> None:
    """Nothing but Python and cryptography: no AWS, no command line library."""
    program = (
        "import sys\n"
        "for name in ('boto3', 'botocore', 'typer', 'rich', 'pydantic', 'lxml', 'aws_lambda_powertools'):\n"
        "    sys.modules[name] = None\n"
        "from passerelle.local.verifier import main\n"
        "sys.exit(main())\n"
    )
    command = [sys.executable, "-c", program, str(archive), "--key", TEXT]
    more = ["--authorities", str(archive.parent / "authorities.pem")]
    done = subprocess.run([*command, *more], env=environment(), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Tout est prouvé." in done.stdout


def test_a_zip_with_a_name_twice_is_refused(archive: Path, tmp_path: Path) -> None:
    path = zipped(archive, tmp_path / "copy.zip")
    with zipfile.ZipFile(path, "a") as made, pytest.warns(UserWarning, match="Duplicate"):
        made.writestr("checkpoint", b"another")
    assert passerelle("verify", str(path)).returncode == 65


@pytest.mark.emulator
def test_what_crossed_is_sealed_and_each_mail_has_its_slip(here: World, happened: Round, tmp_path: Path) -> None:
    assert happened.ended
    here.bridge.invoke("seal")  # adds nothing where another test has sealed already
    files = here.bridge.archive
    copy = {name: files.read(name) or b"" for name in files.names("")}
    folder = laid_out(copy, tmp_path / "archive")
    assert passerelle("verify", str(folder)).returncode == 0
    text = b"".join(content for name, content in copy.items() if name.startswith("events/"))
    assert b"@" not in text
    assert all(name.encode() in text for name in happened.posted)
    name, target = next(iter(happened.posted)), tmp_path / "slip.json"
    done = passerelle("slip", name, "--to", str(target), more=aws(here))
    assert done.returncode == 0, done.stderr
    assert passerelle("verify", str(target)).returncode == 0
