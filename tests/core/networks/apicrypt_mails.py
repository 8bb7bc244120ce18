"""Mails of Apicrypt, to read and to write."""

from datetime import UTC, date, datetime

from passerelle.core.documents import image
from passerelle.core.mail import mime
from passerelle.core.message import (
    Attachment,
    Code,
    Dispatch,
    Document,
    Mailbox,
    Message,
    Opened,
    Patient,
    Proof,
)
from passerelle.core.networks import note
from tests.vectors import make_image

PDF = b"%PDF-1.4\nun\n"
PROOF = Proof("signature", "jean.martin@medical59.apicrypt.example")
DISPATCH = Dispatch(
    message_id="1234@passerelle.example",
    date=datetime(2026, 11, 22, 9, 30, tzinfo=UTC),
    sender=Mailbox("medecine.ch@passerelle.apicrypt.example", "CH Exemple Médecine"),
    recipient=Mailbox("jean.MARTIN@medical59.apicrypt.example", "Dr Jean MARTIN"),
    author=None,
)


def text(*names: str, body: str = "Tout va bien.") -> str:
    lines: list[str] = []
    for name in names:
        lines += ["A1", name, "Jean", "", "", "59000 LILLE", "04/05/1981", "", "", "20/11/2026"]
        lines += [".          A", ".          B", "", body, "****FIN****"]
    return "".join(f"{line}\r\n" for line in [*lines, "****FINFICHIER****"])


def mail(body: str, *files: Attachment, charset: str = "iso-8859-1") -> Opened:
    return Opened(mime.write(DISPATCH, note.DOCUMENT, body, charset, files), PROOF)


def pdf(name: str) -> Attachment:
    return Attachment(name, "application/octet-stream", PDF + name.encode())


PNG = image.clean(make_image.png())
JPEG = image.clean(make_image.jpeg())
DOCUMENT = Document(
    identifier=None,
    kind=Code("11488-4", "2.16.840.1.113883.6.1", "CR ou fiche de consultation"),
    title="Compte rendu",
    created=datetime(2026, 11, 20, tzinfo=UTC),
    patient=Patient("DUPONT", "Élodie", date(1981, 5, 4)),
    performed=date(2026, 11, 20),
    text=("Compte rendu", "", "L'opérée va bien."),
    attachments=(Attachment("CR de Mme DUPONT.pdf", "application/pdf", PDF),),
    source=Attachment("DOC0001.XML", "text/xml", b"<ClinicalDocument/>"),
)


MESSAGE = Message("m@ch.example", Mailbox("ch@ch.example"), "XDM/1.0/DDM+DUPONT", (DOCUMENT,), PROOF)


def hpr(name: str, *patients: str) -> Attachment:
    return Attachment(name, "application/x-hprim-sante", text(*patients).encode("cp1252"))
