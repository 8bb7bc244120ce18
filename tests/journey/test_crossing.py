"""Five mails through the real template.yaml: four cross in both directions, one comes back with a reason."""

import io
import json
import subprocess
import sys
import zipfile
from itertools import pairwise
from pathlib import Path

import pytest
from pypdf import PdfReader

from passerelle.core.documents import xdm
from passerelle.core.mail import mime
from passerelle.core.message import Kind, Network
from passerelle.core.receipts.lifecycle import State, allows
from passerelle.local.commands import submit as submission
from passerelle.local.commands.rounds import Round
from passerelle.local.commands.submit import Submission
from passerelle.local.towns.letters.post import HOSPITAL
from passerelle.local.towns.world import World
from tests.core.documents import detectors
from tests.journey.conftest import ROOT, aws, named, passerelle

pytestmark = [pytest.mark.emulator, pytest.mark.slow]

CHECK_CDA = ROOT.parent / "shared" / "tools" / "check_cda"
TO_APICRYPT, TO_MSSANTE = ("discharge", "report"), ("letter", "results")
CANARIES = ("FONTAINE", "LEMAIRE", "MOREAU", "GIRARD", "PERRIN", "APIXABAN", "162065935045676", "258075935012386")


@pytest.mark.parametrize("name", TO_APICRYPT + TO_MSSANTE)
def test_a_mail_crosses_and_the_ledger_says_so(happened: Round, name: str) -> None:
    posted = named(happened, name)
    assert happened.state(posted) is State.ACCEPTED
    assert happened.arrival(posted) is not None, "what the bridge froze is not what arrived"


def test_nothing_arrives_twice_and_nothing_else_arrives(here: World, happened: Round) -> None:
    assert happened.ended
    assert {network: len(town.arrivals) for network, town in here.towns.items()} == {
        Network.APICRYPT: 2,
        Network.MSSANTE: 3,  # two mails and the notice
    }


@pytest.mark.parametrize("name", TO_APICRYPT)
def test_what_apicrypt_gets_is_hprim_for_every_known_reader(happened: Round, name: str) -> None:
    mail = mime.read(happened.opened(named(happened, name)))
    texts = [part for part in mail.parts if part.media_type == "text/plain"]
    assert [part.charset for part in texts] == ["iso-8859-1"]
    assert detectors.failing(texts[0].text) == []
    assert mail.subject == "Document concernant votre patient"
    assert mail.sender.address.endswith("@passerelle.apicrypt.example")


def test_the_letter_is_readable_and_keeps_its_table(happened: Round) -> None:
    text = _text(happened, "discharge")
    for words in ("LEMAIRE", "LUCIE", "Fréquence cardiaque | 128 /min", "APIXABAN 5 mg", "Dyspnée d'aggravation"):
        assert words in text


def test_laboratory_results_reach_apicrypt_with_their_structure(happened: Round) -> None:
    lines = _text(happened, "report").splitlines()
    assert "RES|Glycémie à jeun|53049-3|N|1.34|g/L|0.75|1.15|H|F|7.45|mmol/L|4.17|6.39" in lines
    assert sum(line.startswith("RES|") for line in lines) == 9


def test_nothing_of_a_patient_travels_in_clear_to_apicrypt(here: World, happened: Round) -> None:
    assert happened.ended
    for arrival in here.towns[Network.APICRYPT].arrivals:
        assert b"application/pkcs7-mime" in arrival.content
        assert not [word for word in CANARIES if word.encode() in arrival.content]


@pytest.mark.parametrize("name", TO_MSSANTE)
def test_what_mssante_gets_is_an_xdm_with_its_pdf(happened: Round, name: str) -> None:
    mail = mime.read(happened.opened(named(happened, name)))
    assert mail.subject.startswith("XDM/1.0/DDM+")
    assert mail.sender.address.endswith("@passerelle.mssante.example")
    kinds = [part.media_type for part in mail.parts]
    assert kinds.count("application/zip") == kinds.count("application/pdf") == 1
    assert {"X-MSS-CODECDA", "X-MSS-INS", "X-MSS-NIL"} <= {header for header, _ in mail.headers}


def test_laboratory_results_reach_mssante_with_their_structure(happened: Round) -> None:
    (document,) = xdm.documents(_part(happened, "results", "application/zip"))
    numbers = {one.label: one.measure for one in document.results if one.kind is Kind.NUMERIC}
    glucose = next(measure for label, measure in numbers.items() if "Glyc" in label)
    assert (glucose.value, glucose.ucum, glucose.low, glucose.high) == ("1.34", "g/L", "0.75", "1.15")


def test_a_letter_reaches_mssante_with_its_words(happened: Round) -> None:
    pdf = PdfReader(io.BytesIO(_part(happened, "letter", "application/pdf")))
    words = " ".join(page.extract_text() for page in pdf.pages)
    assert "ferritine" in words
    assert "GIRARD" in words


@pytest.mark.parametrize("name", TO_MSSANTE)
def test_the_pdf_says_that_it_is_pdf_a_and_embeds_its_fonts(happened: Round, name: str) -> None:
    content = _part(happened, name, "application/pdf")
    assert b"<pdfaid:part>1</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>" in content
    for page in PdfReader(io.BytesIO(content)).pages:
        for font in page["/Resources"]["/Font"].values():  # type: ignore[index]
            described = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
            assert "/FontFile2" in described


@pytest.mark.reference
@pytest.mark.parametrize("name", TO_MSSANTE)
def test_the_agency_s_rules_find_no_error(happened: Round, name: str, tmp_path: Path) -> None:
    if not CHECK_CDA.exists():
        pytest.skip("NOT CHECKED: ../shared/tools/check_cda is not there (reference material, beside the repository)")
    file = tmp_path / "IHE_XDM.zip"
    file.write_bytes(_part(happened, name, "application/zip"))
    checked = subprocess.run([sys.executable, CHECK_CDA, file], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


def test_mutual_tls_hands_mail_to_mssante(here: World, happened: Round) -> None:
    assert happened.ended
    assert {arrival.peer for arrival in here.towns[Network.MSSANTE].arrivals} == {"passerelle.example"}


def test_the_damaged_mail_is_refused_and_its_sender_is_told_why(happened: Round) -> None:
    posted = named(happened, "damaged")
    assert happened.state(posted) is State.REFUSED
    arrival = happened.arrival(posted)
    assert arrival is not None
    assert (arrival.sender, arrival.recipients) == ("", (HOSPITAL,))  # RFC 5321 §4.5.5: a null return path
    assert b"multipart/report" in arrival.content
    assert b"xdm.hash" in arrival.content
    assert not [word for word in CANARIES if word.encode() in arrival.content]


def test_every_timeline_follows_the_table_of_states(here: World, happened: Round) -> None:
    ledger = here.bridge.ledger
    for name in happened.posted:
        states = [event.state for event in ledger.history(name)]
        assert states[0] is State.RECEIVED
        assert all(before is after or allows(before, after) for before, after in pairwise(states))


def test_no_log_and_no_ledger_entry_names_a_patient(here: World, happened: Round) -> None:
    assert happened.ended
    logs = here.bridge.cloud.client("logs")
    names = [name for logical, name in here.bridge.resources.items() if logical.endswith("Log")]
    said = [event["message"] for name in names for event in logs.filter_log_events(logGroupName=name)["events"]]
    table = here.bridge.cloud.client("dynamodb").scan(TableName=here.bridge.resources["LedgerTable"])["Items"]
    assert said
    assert table
    assert not [word for word in CANARIES if word in "\n".join(said) + str(table)]


def test_the_same_mail_handed_in_again_opens_nothing_new(here: World, happened: Round) -> None:
    posted = named(happened, "report")
    day = here.bridge.ledger.get(next(iter(happened.posted))).opened_at.date()
    before = len(list(here.bridge.ledger.opened_on(day)))
    given = Submission(posted.network, posted.sender, (posted.recipient,))
    first, second = (submission.submit(here.bridge.mailroom, given, posted.mail) for _ in range(2))
    assert first == second
    assert len(list(here.bridge.ledger.opened_on(day))) == before


def test_everything_is_laid_out_for_a_person_to_open(happened: Round, tmp_path: Path) -> None:
    happened.lay_out(tmp_path)
    places = sorted(place.name for place in tmp_path.iterdir() if place.is_dir())
    assert len(places) == 5
    for place in places:
        assert (tmp_path / place / "envoye.eml").exists()
        assert (tmp_path / place / "recu" / "texte.txt").exists()
    assert zipfile.is_zipfile(tmp_path / "4-resultats-de-biologie" / "recu" / "IHE_XDM.zip")
    assert (tmp_path / "1-lettre-de-sortie" / "recu" / "document.pdf").read_bytes().startswith(b"%PDF")
    assert (tmp_path / "remises.json").exists()


def test_submit_puts_a_mail_into_the_bridge_and_says_nothing(here: World, happened: Round) -> None:
    posted = named(happened, "report")
    ended = passerelle("submit", "--sender", posted.sender, posted.recipient, given=posted.mail, more=aws(here))
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"", b"")


@pytest.mark.parametrize(
    ("sender", "mail", "code"), [("no address", b"From: a@b.example\r\n\r\n", 64), ("a@b.example", b"", 65)]
)
def test_submit_refuses_with_the_code_of_what_is_wrong(here: World, sender: str, mail: bytes, code: int) -> None:
    ended = passerelle("submit", "--sender", sender, "c@d.example", given=mail, more=aws(here))
    assert ended.returncode == code


def test_deliveries_lists_a_day_and_follows_one(here: World, happened: Round) -> None:
    listed = json.loads(passerelle("deliveries", "--json", more=aws(here)).stdout)
    assert set(happened.posted) <= {one["id"] for one in listed}
    name = next(iter(happened.posted))
    followed = json.loads(passerelle("deliveries", name, "--json", more=aws(here)).stdout)
    assert [event["state"] for event in followed["events"]][-1] == "ACCEPTED"
    told = passerelle("deliveries", name[:12], "--follow", more=aws(here)).stdout.decode()
    assert "ACCEPTED" in told


def test_a_delivery_that_is_not_there_ends_with_a_code(here: World, happened: Round) -> None:
    assert happened.ended
    assert passerelle("deliveries", "ffffffffffff", more=aws(here)).returncode == 65


def _part(happened: Round, name: str, media_type: str) -> bytes:
    mail = mime.read(happened.opened(named(happened, name)))
    return next(part.content for part in mail.parts if part.media_type == media_type)


def _text(happened: Round, name: str) -> str:
    return _part(happened, name, "text/plain").decode("iso-8859-1")
