"""An HL7 v2 message gives the CDA that it carries, of its own patient, or a typed refusal."""

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerelle.core.documents import hl7
from passerelle.core.documents.hl7 import Delimiters
from passerelle.core.errors import MalformedError, PasserelleError, UnsupportedError
from passerelle.core.message import Attachment, Message, Network
from passerelle.core.networks import mssante
from passerelle.local.commands.conversion import convert
from tests.core.networks.test_mssante_read import mail
from tests.vectors import make_cda as make

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
CDA = make.cda()
INS = f"{make.INS}^^^ASIP-SANTE-INS-NIR&{make.INS_ROOT}&ISO^INS"
IPP = "P-42^^^CH&1.2.250.1.999.1&ISO^PI"
USUAL = Delimiters("|", "^", "~", "\\", "&")


def packed(content: bytes = CDA) -> str:
    return base64.b64encode(content).decode()


def obx(data: str | None = None, *, head: str = "^TEXT^XML^Base64^", kind: str = "ED", status: str = "F") -> str:
    return f"OBX|1|{kind}|11502-2^CR^LN||{head}{packed() if data is None else data}||||||{status}"


def text(*observations: str, kind: str = "ORU^R01^ORU_R01", pid: str = f"{INS}~{IPP}", more: str = "") -> str:
    msh = f"MSH|^~\\&|DPI|CH|PASSERELLE||20250314101500||{kind}|42|P|2.5|||||FRA|8859/1"
    person = f"PID|1||{pid}||DÉMO-NAISSANCE^Aline^^^^^L||19990214|F"
    segments = [msh, *([person] if pid else []), "OBR|1||7|11502-2^CR^LN", *observations, *([more] if more else [])]
    return "".join(f"{segment}\r" for segment in segments)


def message(*observations: str, **parts: str) -> bytes:
    return text(*(observations or (obx(),)), **parts).encode("latin-1")


def refused(content: bytes) -> str:
    with pytest.raises(PasserelleError) as wrong:
        hl7.read(content)
    return wrong.value.code


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


@pytest.mark.parametrize(
    "content", [b"", b"MSH", b"MSHA^~\\&A", b"MSH|^~|", b"MSH is short", b"PID|1|", b"<MSH|^~\\&|/>"]
)
def test_another_file_is_not_taken_for_hl7(content: bytes) -> None:
    assert not hl7.recognise(content)


def test_a_message_has_at_most_so_many_segments() -> None:
    filler = "NTE|1\r" * (hl7.MOST_SEGMENTS - 4)
    assert len(hl7.read(message(more=filler)).documents) == 1
    assert refused(message(more=filler + "NTE|1")) == "hl7.segments"


def test_a_segment_has_at_most_so_many_fields() -> None:
    filler = "NTE" + "|" * (hl7.MOST_FIELDS - 1)
    assert len(hl7.read(message(more=filler)).documents) == 1
    assert refused(message(more=filler + "|")) == "hl7.fields"


def test_a_field_has_at_most_so_many_parts() -> None:
    assert len(hl7.read(message(pid=IPP + "~" * (hl7.MOST_PARTS - 1))).documents) == 1
    assert refused(message(pid=IPP + "~" * hl7.MOST_PARTS)) == "hl7.parts"


def test_a_message_carries_at_most_so_many_documents() -> None:
    assert len(hl7.read(message(*[obx()] * hl7.MOST_DOCUMENTS)).documents) == hl7.MOST_DOCUMENTS
    assert refused(message(*[obx()] * (hl7.MOST_DOCUMENTS + 1))) == "hl7.documents"


def test_a_message_has_at_most_so_many_bytes() -> None:
    content = message()
    assert len(hl7.read(content.ljust(hl7.LARGEST)).documents) == 1
    assert refused(content.ljust(hl7.LARGEST + 1)) == "hl7.size"


def escaped(value: str, signs: Delimiters) -> str:
    """Write a text as HL7 v2.5 §2.7 asks: an oracle of few words, for the reader."""
    codes = {
        signs.field: "F",
        signs.component: "S",
        signs.subcomponent: "T",
        signs.repetition: "R",
        signs.escape: "E",
        "\r": "X0D",
        "\n": ".br",
    }
    return "".join(f"{signs.escape}{codes[char]}{signs.escape}" if char in codes else char for char in value)


@settings(max_examples=100, deadline=None)
@given(st.text(st.sampled_from("|^~\\&\r\nFSTRE.X0Aé"), max_size=30), st.permutations("|^~\\&"))
def test_what_is_escaped_is_read_back(value: str, chosen: list[str]) -> None:
    signs = Delimiters(*chosen)
    written = escaped(value, signs)
    assert not set(written) & {signs.field, signs.component, signs.repetition, signs.subcomponent}
    assert hl7.unescaped(written, signs) == value


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=60), st.integers(0, 300), st.integers(0, 40))
def test_any_damage_is_a_typed_refusal_or_is_harmless(noise: bytes, place: int, width: int) -> None:
    whole = message()
    try:
        found = hl7.read(whole[:place] + noise + whole[place + width :])
    except PasserelleError as error:
        assert error.code.partition(".")[0] in {"hl7", "cda"}  # noqa: PT017 - either is right
    else:
        assert len(found.documents) == 1


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
