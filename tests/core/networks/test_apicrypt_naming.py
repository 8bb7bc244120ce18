"""What the text of an Apicrypt mail says of its files and of who must not see it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from passerelle.core.documents import xdm
from passerelle.core.errors import MalformedError
from passerelle.core.mail import mime
from passerelle.core.message import Attachment, Code, Dispatch, Document, Mailbox, Message, Patient, Proof, Written
from passerelle.core.networks import apicrypt
from tests.vectors import make_cda as make
from tests.vectors import make_image

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
WAY = Dispatch("m@passerelle.example", NOON, Mailbox("a@b.example", "CH"), Mailbox("c@d.example", "Dr"), None)
PDF = Attachment("RAPPORT.pdf", "application/pdf", b"%PDF-1.4\n%%EOF")
PNG = Attachment("COURBE.png", "image/png", make_image.png())
GIF = Attachment("FILM.gif", "image/gif", b"GIF89a")


def document(*text: str, files: tuple[Attachment, ...] = (), confidentiality: tuple[str, ...] = ()) -> Document:
    kind = Code("11488-4", "2.16.840.1.113883.6.1", "CR")
    made = Document(None, kind, "CR", NOON, Patient("DUPOND", "Jeanne", NOON.date()), text=text, attachments=files)
    return replace(made, confidentiality=confidentiality)


def written(*documents: Document) -> Written:
    return apicrypt.write(Message("m", WAY.sender, "", documents, Proof("channel")), WAY)


def text(mail: bytes) -> str:
    return mime.read(mail).parts[0].text


def test_a_file_is_called_in_the_text_as_it_is_called_beside_it() -> None:
    mail = written(document("Voir [Pièce jointe : COURBE.png] et fin", files=(PDF, PNG))).mail
    names = [part.name for part in mime.read(mail).parts if part.attached]
    assert names == ["document.pdf", "document-2.png"]
    assert "Voir [Pièce jointe : document-2.png] et fin" in text(mail)
    assert "COURBE" not in text(mail)


def test_a_shorter_name_leaves_the_columns_behind_it_where_they_are() -> None:
    long = replace(PNG, name="ELECTROPHORESE-DES-PROTEINES.png")
    lines = ("[Pièce jointe : ELECTROPHORESE-DES-PROTEINES.png] | 12", f"{'Albumine':<49} | 34")
    shown = text(written(document(*lines, files=(long,))).mail).splitlines()
    first, second = (next(line for line in shown if value in line) for value in ("| 12", "| 34"))
    assert first.index("|") == second.index("|")


def test_each_document_calls_its_own_files() -> None:
    one = document("[Pièce jointe : A.png]", files=(replace(PNG, name="A.png"),))
    other = document("[Pièce jointe : A.png]", files=(replace(PNG, name="A.png", content=make_image.png(size=(9, 9))),))
    said = text(written(one, other).mail)
    assert said.index("document.png") < said.index("document-2.png")


def test_a_file_that_stays_behind_is_said_to() -> None:
    made = written(document("[Pièce jointe : FILM.gif]", files=(GIF,)))
    assert "[Pièce jointe : FILM.gif, non transmise]" in text(made.mail)
    assert "attachment.kind" in {loss.what for loss in made.losses}


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("R", "accès restreint"),
        ("V", "accès très restreint"),
        ("INVISIBLE_PATIENT", "le patient ne doit pas encore voir ce document"),
        ("MASQUE_PS", "masqué"),
        ("SOMETHING_NEW", "accès restreint par son auteur"),
    ],
)
def test_who_must_not_see_a_document_is_its_first_line_and_a_loss(code: str, words: str) -> None:
    made = written(document("Tout va bien.", confidentiality=(code,)))
    said = text(made.mail)
    assert "CONFIDENTIALITÉ : " in said
    assert words in said
    assert said.index("CONFIDENTIALITÉ") < said.index("Tout va bien.")
    assert "document.confidentiality" in {loss.what for loss in made.losses}


def test_a_document_for_everybody_says_nothing_of_it() -> None:
    made = written(document("Tout va bien."))
    assert "CONFIDENTIALITÉ" not in text(made.mail)
    assert "document.confidentiality" not in {loss.what for loss in made.losses}


@pytest.mark.parametrize("code", ["R", "V"])
def test_the_code_of_a_cda_is_read(code: str) -> None:
    content = make.cda().replace(b'<confidentialityCode code="N"', f'<confidentialityCode code="{code}"'.encode())
    (found,) = xdm.documents(
        make.archive({"IHE_XDM/S/METADATA.XML": make.metadata({"D.XML": content}), "IHE_XDM/S/D.XML": content})
    )
    assert found.confidentiality == (code,)


def test_the_marks_of_metadata_are_read_and_normal_is_none() -> None:
    content = make.cda()
    mark = (
        '<Classification classificationScheme="urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f"'
        ' classifiedObject="x" nodeRepresentation="{}"/>'
    )
    marks = "".join(map(mark.format, ("N", "INVISIBLE_PATIENT", "INVISIBLE_PATIENT")))
    described = make.metadata({"D.XML": content}).replace(b"</ExtrinsicObject>", marks.encode() + b"</ExtrinsicObject>")
    assert marks.encode() in described
    (found,) = xdm.documents(make.archive({"IHE_XDM/S/METADATA.XML": described, "IHE_XDM/S/D.XML": content}))
    assert found.confidentiality == ("INVISIBLE_PATIENT",)


def test_a_pdf_that_metadata_leaves_out_travels_with_the_only_document() -> None:
    content = make.cda()
    files = {"IHE_XDM/S/METADATA.XML": make.metadata({"D.XML": content}), "IHE_XDM/S/D.XML": content}
    (found,) = xdm.documents(make.archive(files | {"IHE_XDM/S/copie.PDF": PDF.content}))
    assert [file.name for file in found.attachments if file.content == PDF.content] == ["copie.PDF"]


def test_a_pdf_that_metadata_leaves_out_and_that_may_be_of_two_documents_is_nobody_s() -> None:
    one, other = make.cda(), make.cda().replace(b"</title>", b" bis</title>", 1)
    described = make.metadata({"D1.XML": one, "D2.XML": other})
    files = {"IHE_XDM/S/METADATA.XML": described, "IHE_XDM/S/D1.XML": one, "IHE_XDM/S/D2.XML": other}
    assert len(xdm.documents(make.archive(files))) == 2
    with pytest.raises(MalformedError, match=r"xdm\.owner"):
        xdm.documents(make.archive(files | {"IHE_XDM/S/copie.pdf": PDF.content}))
