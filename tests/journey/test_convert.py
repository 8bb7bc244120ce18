"""`passerelle convert`: any file is carried, or refused with a typed and true reason; nothing crashes it."""

import contextlib
import json
import random
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerelle.core.errors import MalformedError, PasserelleError, UnsupportedError, UntrustedError
from passerelle.core.mail import mime
from passerelle.core.message import Network
from passerelle.local.command import main
from passerelle.local.commands import agreements
from passerelle.local.commands.conversion import convert
from passerelle.local.towns import papers
from passerelle.local.towns.letters import practice
from passerelle.local.towns.letters.post import Post, Posted

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT.parent / "shared" / "samples"
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
DISCHARGE = files("passerelle.local.towns.letters").joinpath("discharge.xml").read_bytes()
HPRIM = """\
A1
DUPOND
Jeanne
1 rue X

59000 LILLE
01/02/1950


20/11/2026
.          LABO
.          Dr MARTIN

Tout va bien.
****FIN****
****FINFICHIER****
""".replace("\n", "\r\n").encode()


@pytest.fixture(scope="module")
def post() -> dict[str, Posted]:
    book = agreements.read(ROOT / "examples" / "agreements.toml")
    return {one.name: one for one in Post(book, papers.issue(book.people.values(), NOW), NOW).all()}


def test_a_cda_becomes_hprim() -> None:
    conversion = convert(DISCHARGE, NOW)
    (mail,) = map(mime.read, conversion.mails)
    assert conversion.network is Network.APICRYPT
    assert "APIXABAN 5 mg" in mail.parts[0].text
    assert mail.parts[0].text.splitlines()[1:3] == ["LEMAIRE", "LUCIE"]


def test_hprim_becomes_an_xdm_with_a_pdf_and_says_that_its_author_is_a_stand_in() -> None:
    conversion = convert(HPRIM, NOW)
    (mail,) = map(mime.read, conversion.mails)
    assert conversion.network is Network.MSSANTE
    assert {part.media_type for part in mail.parts} >= {"text/plain", "application/zip", "application/pdf"}
    assert "convert.stand-in-author" in {loss.what for loss in conversion.losses}


def test_a_mssante_mail_is_told_from_an_apicrypt_mail_by_its_zip(post: dict[str, Posted]) -> None:
    there = convert(post["demo.mail.report"].mail, NOW)
    assert there.network is Network.APICRYPT


def test_an_enciphered_mail_is_refused_because_only_the_bridge_opens_it(post: dict[str, Posted]) -> None:
    with pytest.raises(UntrustedError, match=r"convert\.locked"):
        convert(post["demo.mail.letter"].mail, NOW)


def test_an_opened_apicrypt_mail_is_carried_with_its_sender_known_by_the_agreements() -> None:
    book = agreements.read(ROOT / "examples" / "agreements.toml")
    issued = papers.issue(book.people.values(), NOW)
    letter = next(one for one in Post(book, issued, NOW).all() if one.name == "demo.mail.results")
    conversion = convert(practice.open_mail(letter.mail, issued.bridge), NOW, book)
    assert conversion.network is Network.MSSANTE
    assert "convert.stand-in-author" not in {loss.what for loss in conversion.losses}


def test_a_zip_that_is_not_what_its_metadata_says_is_refused(post: dict[str, Posted]) -> None:
    with pytest.raises(MalformedError, match=r"xdm\.hash"):
        convert(post["demo.mail.damaged"].mail, NOW)


@pytest.mark.parametrize("content", [b"", b"%PDF-1.4\n", b"\x00" * 100, b"Bonjour,\n\nrien ici.\n", b"{}"])
def test_what_is_no_medical_document_is_refused_as_unsupported(content: bytes) -> None:
    with pytest.raises(UnsupportedError):
        convert(content, NOW)


@given(st.binary(max_size=2000))
def test_no_bytes_crash_a_conversion(content: bytes) -> None:
    for lead in (b"", b"PK\x03\x04", b"<", b"From: a@b.example\r\n", b"RES|"):
        try:
            convert(lead + content, NOW)
        except PasserelleError:
            continue


@pytest.mark.parametrize("source", [DISCHARGE, HPRIM], ids=["cda", "hprim"])
def test_no_damage_crashes_a_conversion(source: bytes) -> None:
    chance = random.Random(7)  # noqa: S311 - the same damage every time
    for _ in range(25):
        place, length = chance.randrange(len(source)), chance.randrange(1, 60)
        damaged = source[:place] + chance.randbytes(chance.randrange(4)) + source[place + length :]
        try:
            convert(damaged, NOW)
        except PasserelleError:
            continue


@pytest.mark.reference
@pytest.mark.parametrize(
    "file", sorted(SAMPLES.glob("*/*.[zh][ip][pr]")) or [None], ids=lambda file: file.name if file else "absent"
)
def test_every_sample_of_others_is_carried_or_refused_with_a_typed_reason(file: Path | None) -> None:
    if file is None:
        pytest.skip("NOT CHECKED: ../shared/samples is not there (reference material, beside the repository)")
    if file.parent.name == "xdm":  # the agency's own zips are all carried
        assert convert(file.read_bytes(), NOW).mails
        return
    with contextlib.suppress(MalformedError, UnsupportedError):
        assert convert(file.read_bytes(), NOW).mails


def test_the_command_writes_what_the_other_network_gets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "lettre.xml").write_bytes(DISCHARGE)
    assert _run("convert", str(tmp_path / "lettre.xml"), "--to", str(tmp_path / "out")) == 0
    assert {file.name for file in (tmp_path / "out").iterdir()} >= {"courriel.eml", "texte.txt"}
    assert "Ce que recevrait Apicrypt" in capsys.readouterr().out


def test_the_command_tells_programs_in_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "resultat.hpr").write_bytes(HPRIM)
    assert _run("convert", str(tmp_path / "resultat.hpr"), "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["network"] == "mssante"
    assert {one["type"] for one in told["mails"][0]["attachments"]} >= {"application/zip", "application/pdf"}


def test_a_refusal_ends_with_the_code_of_bad_data_and_its_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x.pdf").write_bytes(b"%PDF-1.4\n")
    assert _run("convert", str(tmp_path / "x.pdf"), "--json", "--lang", "en") == 65
    told = capsys.readouterr()
    assert json.loads(told.out)["refused"]["code"] == "convert.unknown"
    assert told.err.startswith("Refused: the bridge does not carry such content.")


def test_a_file_that_is_not_there_is_told_without_a_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run("convert", str(tmp_path / "absent.eml")) == 69
    assert "Impossible de lire" in capsys.readouterr().err


def _run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return int(ended.value.code or 0)
