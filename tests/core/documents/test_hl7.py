"""An HL7 v2 message gives the CDA that it carries, of its own patient, or a typed refusal."""

import base64
from datetime import UTC, datetime

import pytest

from passerelle.core.documents import hl7
from passerelle.core.documents.hl7 import Delimiters
from passerelle.core.errors import MalformedError, UnsupportedError
from passerelle.core.message import Attachment, Message, Network
from passerelle.core.networks import mssante
from passerelle.local.commands.conversion import convert
from tests.core.documents.hl7_messages import CDA, INS, IPP, message, obx, packed, refused, text
from tests.core.networks.test_mssante_read import mail
from tests.vectors import make_cda as make

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


USUAL = Delimiters("|", "^", "~", "\\", "&")


@pytest.mark.parametrize("head", ["^TEXT^XML^Base64^", "^^^Base64^", "DPI^application^x^BASE64^"])
@pytest.mark.parametrize("kind", ["ORU^R01", "ORU^R01^ORU_R01", "MDM^T02^MDM_T02"])
def test_the_cda_of_a_message_is_read(kind: str, head: str) -> None:
    (document,) = hl7.read(message(obx(head=head), kind=kind)).documents
    assert document.title == "Compte rendu de consultation"
    assert document.source is not None
    assert document.source.content == CDA


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n", "\r\r\n"])
@pytest.mark.parametrize(("before", "after"), [("", ""), ("\x0b", "\x1c\r"), ("ï»¿", ""), ("\r\n", "\r\n")])
def test_every_end_of_line_and_frame_is_read(end: str, before: str, after: str) -> None:
    content = (before + text(obx()).replace("\r", end) + after).encode("latin-1")
    assert hl7.recognise(content)
    assert len(hl7.read(content).documents) == 1


def test_a_message_may_choose_other_signs_and_a_sixth_one() -> None:
    swapped = text(obx()).replace("MSH|^~\\&|", "MSH|^~\\&#|").translate(str.maketrans("|^~&", "!:*;"))
    assert len(hl7.read(swapped.encode("latin-1")).documents) == 1


def test_line_breaks_in_base64_travel_as_escapes() -> None:
    lines = base64.encodebytes(CDA).decode().splitlines()
    for sign in ("\\.br\\", "\\X0D\\", "\\X0D0A\\", " "):
        assert len(hl7.read(message(obx(sign.join(lines)))).documents) == 1


def test_each_document_of_a_message_is_read_and_what_is_beside_is_told() -> None:
    other = make.cda(title="Second compte rendu")
    result = "OBX|3|NM|2345-7^Glucose^LN||0.9|g/L|||||F"
    found = hl7.read(message(obx(), result, obx(packed(b"%PDF-1.4")), obx(packed(other))))
    assert [document.title for document in found.documents] == ["Compte rendu de consultation", "Second compte rendu"]
    assert [(loss.what, "2 OBX" in loss.why) for loss in found.losses] == [("hl7.other-obx", True)]


def test_results_without_a_cda_are_not_for_us() -> None:
    results = ("OBX|1|NM|2345-7^Glucose^LN||0.9|g/L|||||F", obx(packed(b"%PDF-1.4")), obx(kind="TX"), obx(head="^^^A^"))
    with pytest.raises(UnsupportedError, match=r"hl7\.no-cda"):
        hl7.read(message(*results))
    assert refused(message("OBX|1")) == "hl7.no-cda"


@pytest.mark.parametrize(
    "pid",
    [INS, IPP, f"{IPP}~{INS}", f"{make.INS}", "P-42^^^CH", f"X^^^&1.2.3&ISO^RI~{IPP}"],
)
def test_the_patient_of_pid_3_is_known_by_one_identifier(pid: str) -> None:
    assert len(hl7.read(message(pid=pid)).documents) == 1


@pytest.mark.parametrize(
    "pid",
    [
        "",
        "^^^CH",
        "P-43^^^CH&1.2.250.1.999.1&ISO^PI",
        "P-42^^^AUTRE&1.2.250.1.999.2&ISO^PI",
        INS.replace(make.INS, "199027699900101"),
        f"{INS.replace(make.INS, '199027699900101')}~{IPP}",
    ],
)
def test_a_cda_of_another_patient_is_refused(pid: str) -> None:
    assert refused(message(pid=pid)) == "hl7.patient"


def test_each_cda_is_held_against_the_pid_before_it() -> None:
    stranger = "PID|2||P-43^^^CH&1.2.250.1.999.1&ISO^PI"
    assert refused(message(obx(), stranger, obx())) == "hl7.patient"


@pytest.mark.parametrize(("status", "deleted"), [("", False), ("F", False), ("C", False), ("D", True)])
def test_the_status_says_whether_the_document_stands(status: str, *, deleted: bool) -> None:
    (document,) = hl7.read(message(obx(status=status))).documents
    assert document.deleted is deleted


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (message(obx(status="W")), "hl7.status"),
        (message(kind="MDM^T04"), "hl7.type"),
        (message(kind="ORU"), "hl7.type"),
        (message(kind="ADT^A01"), "hl7.type"),
        (message(more=text(obx())), "hl7.messages"),
        (message(more="FHS|^~\\&"), "hl7.messages"),
        (message(obx("?")), "hl7.base64"),
        (message(obx("abc")), "hl7.base64"),
        (message(obx(packed() + "~" + packed())), "hl7.repetition"),
        (message(obx("\\H\\" + packed())), "hl7.escape"),
        (message(obx("\\X0\\" + packed())), "hl7.escape"),
        (message(obx("\\" + packed())), "hl7.escape"),
        (message(obx(packed()[:80] + "\r" + packed()[80:])), "hl7.segment"),
        (b"MSH|^^\\&|x", "hl7.delimiters"),
        (b"PID|1", "hl7.delimiters"),
        (b"", "hl7.delimiters"),
    ],
)
def test_what_breaks_a_rule_is_refused_by_its_name(content: bytes, code: str) -> None:
    assert refused(content) == code


def test_convert_takes_an_hl7_file() -> None:
    result = "OBX|3|NM|2345-7^Glucose^LN||0.9|g/L|||||F"
    conversion = convert(message(obx(), result), NOW)
    assert conversion.network is Network.APICRYPT
    assert "hl7.other-obx" in {loss.what for loss in conversion.losses}


def test_convert_takes_a_mail_with_an_hl7_file() -> None:
    assert convert(mail(FILE).content, NOW).network is Network.APICRYPT


def taken(*files: Attachment) -> Message:
    return mssante.read(mail(*files))


FILE = Attachment("resultat.hl7", "application/octet-stream", message())


def test_an_hl7_file_counts_in_a_mssante_mail_without_xdm() -> None:
    pdf = Attachment("a.pdf", "application/pdf", make.pdf("imprime"))
    found = taken(FILE, pdf)
    assert [[file.name for file in document.attachments] for document in found.documents] == [["a.pdf"]]
    assert found.attachments == ()
    assert found.text.startswith("Bonjour")


def test_an_hl7_file_beside_an_xdm_is_an_attachment() -> None:
    found = taken(Attachment("IHE_XDM.zip", "application/zip", make.xdm()), FILE)
    assert len(found.documents) == 1
    assert found.attachments == (FILE,)


def test_an_hl7_message_as_the_text_of_a_mail_is_not_taken() -> None:
    with pytest.raises(MalformedError, match=r"xdm\.missing"):
        mssante.read(mail(text=text(obx()).replace("\r", "\r\n")))
