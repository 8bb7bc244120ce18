"""What an agreement asks of the mails between two people: N3 letters, an account, a prescriber, patients' boxes."""

from dataclasses import replace

import pytest
from lxml import etree

from passerelle.core.documents import cda, hprim, xdm
from passerelle.core.documents.xdm import archive
from passerelle.core.errors import MalformedError, UnsupportedError
from passerelle.core.mail import mime
from passerelle.core.mail.account import TITLE
from passerelle.core.message import Attachment, Dispatch, Document, Letters, Loss, Mailbox, Message
from passerelle.core.networks import apicrypt, mssante
from passerelle.core.networks.mssante import writing
from tests.core.documents.synthetic import AUTHOR, DISPATCH, LETTER, PATIENT, QUALIFIED, REPORT, WHEN, message
from tests.vectors import make_image

ACCOUNT = replace(DISPATCH, account=True)
N3 = replace(DISPATCH, letters=Letters.N3)
FOREIGN = replace(LETTER, text=("Dose \N{GREEK SMALL LETTER OMEGA} et 漢",))


def entry(document: Document, dispatch: Dispatch) -> tuple[etree._Element, bytes]:
    """Return METADATA.XML and the CDA of the one document."""
    mail = mime.read(mssante.write(message(document), dispatch).mail)
    (zipped,) = (part.content for part in mail.parts if part.name == "IHE_XDM.zip")
    (found,) = xdm.read(zipped)
    metadata = archive.members(zipped)["IHE_XDM/SUBSET01/METADATA.XML"]
    return etree.fromstring(metadata), found.content


def codes(metadata: etree._Element, scheme: str) -> list[str | None]:
    return [
        one.get("nodeRepresentation")
        for one in metadata.iter("{*}Classification")
        if one.get("classificationScheme") == f"urn:uuid:{scheme}"
    ]


def text(mail: bytes) -> str:
    return next(part.text for part in mime.read(mail).parts if not part.attached)


def of_patient(address: str) -> Dispatch:
    return replace(DISPATCH, recipient=Mailbox(address))


def header(mail: bytes, name: str) -> list[str]:
    found = mail.partition(b"\r\n\r\n")[0].decode().splitlines()
    return [line.partition(": ")[2] for line in found if line.startswith(f"{name}:")]


@pytest.mark.parametrize(
    ("document", "dispatch", "body", "format_codes"),
    [
        (LETTER, DISPATCH, "nonXMLBody", ["urn:ihe:iti:xds-sd:pdf:2008"]),
        (LETTER, N3, "structuredBody", []),
        (replace(LETTER, text=("", " ")), N3, "nonXMLBody", ["urn:ihe:iti:xds-sd:pdf:2008"]),
        (REPORT, N3, "structuredBody", ["urn:ihe:lab:xd-lab:2008"]),
        (REPORT, replace(N3, author=replace(AUTHOR, profession=None)), "nonXMLBody", ["urn:ihe:iti:xds-sd:pdf:2008"]),
    ],
)
def test_a_letter_has_the_level_that_the_agreement_asks_and_its_format_code_says_it(
    document: Document, dispatch: Dispatch, body: str, format_codes: list[str]
) -> None:
    metadata, content = entry(document, dispatch)
    assert etree.fromstring(content).find(f"{{*}}component/{{*}}{body}") is not None
    assert codes(metadata, "a09d5840-386c-46f2-b5ad-9c3699a4309d") == format_codes  # CI-SIS has none for a free letter


def test_a_report_says_its_disciplines_as_event_codes_and_a_letter_says_none() -> None:
    scheme = "2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4"
    assert codes(entry(REPORT, DISPATCH)[0], scheme) == ["18719-5", "18723-7"]
    assert codes(entry(LETTER, DISPATCH)[0], scheme) == []


@pytest.mark.parametrize(
    ("given", "recipients", "prescribers"),
    [
        (DISPATCH, 0, 0),
        (replace(DISPATCH, prescriber=True), 0, 0),
        (replace(DISPATCH, recipient_professional=AUTHOR), 1, 0),
        (replace(DISPATCH, recipient_professional=AUTHOR, prescriber=True), 1, 1),
        (replace(DISPATCH, recipient_professional=replace(AUTHOR, identifier=None), prescriber=True), 1, 0),
    ],
)
def test_the_recipient_is_named_and_is_the_prescriber_only_where_the_agreement_says_so(
    given: Dispatch, recipients: int, prescribers: int
) -> None:
    root = etree.fromstring(entry(REPORT, given)[1])
    assert len(root.findall("{*}informationRecipient/{*}intendedRecipient")) == recipients
    assert len(root.findall("{*}participant[@typeCode='REF']/{*}associatedEntity")) == prescribers


def test_towards_mssante_the_last_lines_say_in_french_what_was_lost() -> None:
    earlier = Loss(
        "hprim.no-end", "message 1", "The message has no ****FIN****: its end may be missing.", "As it came."
    )
    told = text(mssante.write(replace(message(LETTER), losses=(earlier,)), ACCOUNT).mail)
    body, _, account = told.partition(TITLE)
    assert "vérifiez l'identité du patient" in body
    assert "- message 1 : Le message n'a pas de ****FIN****" in account
    assert "- HPRIM, ligne 8 : " in " ".join(account.split())
    assert TITLE not in text(mssante.write(message(LETTER), DISPATCH).mail)


def test_nothing_lost_is_no_account() -> None:
    whole = replace(LETTER, patient=replace(QUALIFIED, insured=""), file_number="", addressee="", source=None)
    written = mssante.write(message(whole), ACCOUNT)
    assert written.losses == ()
    assert TITLE not in text(written.mail)


def test_towards_apicrypt_the_account_ends_the_first_text_and_the_file_keeps_its_form() -> None:
    photo = Attachment("p.jpg", "image/jpeg", make_image.jpeg())
    said: Message = message(replace(FOREIGN, attachments=(photo,)), LETTER, text="Bonjour")
    plain, written = apicrypt.write(said, DISPATCH), apicrypt.write(said, ACCOUNT)
    lines = text(written.mail).splitlines()
    first = lines[: lines.index("****FIN****")]
    assert TITLE in first
    assert first.index(TITLE) > first.index("  document.jpg") > first.index("Message de l'expéditeur :")
    assert any("Un point d'interrogation" in line or "caractère" in line for line in first[first.index(TITLE) :])
    assert written.losses == plain.losses
    assert lines.count("****FIN****") == 2
    assert lines[-1] == "****FINFICHIER****"
    assert all(len(line) <= 80 for line in lines)
    assert TITLE not in text(plain.mail)
    again = hprim.read(text(written.mail).encode("latin-1"), WHEN)
    assert [document.patient.family for document in again.documents] == ["TESTU", "TESTU"]


def test_an_account_can_be_no_marker() -> None:
    loss = Loss("no.such", "message 1", "****FIN****", "RES|x|y|")
    told = text(apicrypt.write(replace(message(LETTER), losses=(loss,)), ACCOUNT).mail)
    assert told.splitlines().count("****FIN****") == 1
    assert "RES|" not in told


@pytest.mark.parametrize(("address", "said"), [("123@patient.mssante.fr", ["FIN"]), ("service@ch.example", [])])
def test_a_patient_is_told_that_he_cannot_answer(address: str, said: list[str]) -> None:
    assert header(mssante.write(message(LETTER), of_patient(address)).mail, "X-MSS-MES") == said


@pytest.mark.parametrize(("patient", "said"), [(QUALIFIED, "O"), (PATIENT, "N"), (replace(QUALIFIED, sex=None), "N")])
def test_x_mss_ins_says_whether_the_cda_has_a_qualified_ins(patient: object, said: str) -> None:
    document = replace(LETTER, patient=patient)  # type: ignore[arg-type]
    written = mssante.write(message(document), DISPATCH)
    assert header(written.mail, "X-MSS-INS") == [said]
    assert (cda.read(entry(document, DISPATCH)[1]).patient.ins is not None) is (said == "O")


@pytest.mark.parametrize("document", [LETTER, REPORT])
def test_no_cda_is_written_without_a_birth_date_and_none_is_made_up(document: Document) -> None:
    with pytest.raises(MalformedError) as refused:
        mssante.write(message(replace(document, patient=replace(PATIENT, birth_date=None))), DISPATCH)
    assert refused.value.code == "doubt.no-birth-date"


@pytest.mark.parametrize(("address", "refused"), [("123@patient.mssante.fr", True), ("service@ch.example", False)])
def test_a_mail_to_a_patient_has_25_megabytes_at_most(
    address: str,
    refused: bool,  # noqa: FBT001 - a case
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    size = len(mssante.write(message(LETTER), of_patient(address)).mail)
    monkeypatch.setattr(writing, "LARGEST_FOR_PATIENT", size)
    assert len(mssante.write(message(LETTER), of_patient(address)).mail) == size
    monkeypatch.setattr(writing, "LARGEST_FOR_PATIENT", size - 1)
    if not refused:
        assert len(mssante.write(message(LETTER), of_patient(address)).mail) == size
        return
    with pytest.raises(UnsupportedError) as found:
        mssante.write(message(LETTER), of_patient(address))
    assert found.value.code == "mssante.size"
