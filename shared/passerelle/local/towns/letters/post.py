"""The post of the demonstration: four mails that cross, and one that cannot."""

import io
import zipfile
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from importlib.resources import files

from passerelle.adapters.agreements import Book
from passerelle.core.documents import cda, pdf, xdm
from passerelle.core.mail import mime
from passerelle.core.message import Attachment, Code, Dispatch, Document, Mailbox, Message, Network, Patient, Proof
from passerelle.core.networks import apicrypt, mssante
from passerelle.core.policy import Correspondent
from passerelle.local.towns.letters import laboratory, patients, practice
from passerelle.local.towns.papers import Papers

HOSPITAL, HOSPITAL_LABORATORY = "medecine.interne@ch-exemple.mssante.example", "labo.central@ch-exemple.mssante.example"
DOCTOR, TOWN_LABORATORY = "jean.MARTIN@medical59.apicrypt.example", "labo.DUNORD@medical59.apicrypt.example"
_FOLDERS = {
    "discharge": "lettre-de-sortie",
    "report": "compte-rendu-de-biologie",
    "letter": "courrier-du-medecin",
    "results": "resultats-de-biologie",
    "damaged": "lettre-abimee-refusee",
}
_LETTER = Code("11488-4", "2.16.840.1.113883.6.1", "CR ou fiche de consultation")
_REPORT = Code("11502-2", "2.16.840.1.113883.6.1", "CR d'examens biologiques")


@dataclass(frozen=True, slots=True)
class Posted:
    """A mail to submit: its names in the catalogue and on disk, envelope, bytes, and who gets something of it."""

    name: str
    folder: str
    network: Network
    sender: str
    recipient: str  # an alias
    mail: bytes
    reader: str  # address of the person who gets it: the recipient, or the sender for a notice
    crosses: bool = True


@dataclass(frozen=True, slots=True)
class Post:
    """Everything that the mails are made of."""

    book: Book
    papers: Papers
    now: datetime

    def all(self) -> tuple[Posted, ...]:
        """Return the five mails."""
        letter, damaged = self._discharge()
        return (
            self._posted("discharge", HOSPITAL, DOCTOR, letter),
            self._posted("report", HOSPITAL_LABORATORY, DOCTOR, self._report()),
            self._posted("letter", DOCTOR, HOSPITAL, self._letter()),
            self._posted("results", TOWN_LABORATORY, HOSPITAL, self._results()),
            replace(self._posted("damaged", HOSPITAL, DOCTOR, damaged), reader=HOSPITAL, crosses=False),
        )

    def person(self, address: str) -> Correspondent:
        """Return a correspondent by his address."""
        return next(one for one in self.book.people.values() if one.address == address)

    def _posted(self, name: str, sender: str, recipient: str, mail: bytes) -> Posted:
        source, target = self.person(sender), self.person(recipient)
        return Posted(
            f"demo.mail.{name}", _FOLDERS[name], source.network, source.address, target.alias, mail, target.address
        )

    def _discharge(self) -> tuple[bytes, bytes]:
        """Return a discharge letter (LDL-SES, CDA level 3) with its PDF, and the same with a damaged zip."""
        content = files(__package__).joinpath("discharge.xml").read_bytes()
        document = cda.read(content)
        dispatch = self._dispatch("lettre-de-sortie", HOSPITAL, DOCTOR)
        frame, _ = cda.frame(document, dispatch.author, dispatch.sender, dispatch.message_id)
        if document.identifier:
            frame = replace(frame, identifier=document.identifier)
        submission = xdm.Submission(dispatch.message_id, self.now, "Dossier patient d'essai")
        zipped = xdm.write((xdm.Packed(content, document, frame, xdm.Form.NARRATIVE),), submission)
        copy = pdf.render(document.title, _identity(document.patient), document.text, document.created)
        mails = [
            mime.write(
                made,
                f"XDM/1.0/DDM+{document.kind.display[:40]} FONTAINE LUCIE 14/07/1958",
                "Bonjour,\n\nVeuillez trouver ci-joint une lettre de liaison.\n\nCH Exemple, Médecine interne\n",
                "utf-8",
                (
                    Attachment("IHE_XDM.zip", "application/zip", archive),
                    Attachment("20261112_Lettre de liaison_FONTAINE_LUCIE.pdf", "application/pdf", copy),
                ),
                (("X-MSS-CODECDA", document.kind.code), ("X-MSS-INS", "O"), ("X-MSS-NIL", "DEV000000")),
            )
            for made, archive in (
                (dispatch, zipped),
                (self._dispatch("lettre-abimee", HOSPITAL, DOCTOR), _damaged(zipped)),
            )
        ]
        return mails[0], mails[1]

    def _report(self) -> bytes:
        """Return a laboratory report (CR-BIO) of the hospital."""
        results = (*laboratory.blood_count(), *laboratory.chemistry())
        document = Document(None, _REPORT, _REPORT.display, self.now, patients.PAUL, performed=self.now.date())
        document = replace(document, results=results, text=("Prélèvement veineux à jeun, reçu à 8 h 40.",))
        dispatch = self._dispatch("compte-rendu", HOSPITAL_LABORATORY, DOCTOR)
        return mssante.write(self._message(dispatch, document, "channel"), dispatch).mail

    def _letter(self) -> bytes:
        """Return a doctor's letter in HPRIM, closed by his key."""
        text = files(__package__).joinpath("letter.txt").read_text("utf-8").splitlines()
        document = Document(None, _LETTER, _LETTER.display, self.now, patients.SIMONE, performed=self.now.date())
        return self._closed("courrier", DOCTOR, replace(document, text=tuple(text)))

    def _results(self) -> bytes:
        """Return laboratory results in HPRIM, with their LAB section, closed by the laboratory's key."""
        results = laboratory.chemistry()
        document = Document(None, _REPORT, _REPORT.display, self.now, patients.HUGO, performed=self.now.date())
        return self._closed(
            "resultats", TOWN_LABORATORY, replace(document, results=results, text=laboratory.as_text(results))
        )

    def _closed(self, name: str, sender: str, document: Document) -> bytes:
        dispatch = self._dispatch(name, sender, HOSPITAL)
        mail = apicrypt.write(self._message(dispatch, document, "signature"), dispatch).mail
        return practice.close(mail, self.papers.people[self.person(sender).certificate], self.papers.bridge.chain)

    def _dispatch(self, name: str, sender: str, recipient: str) -> Dispatch:
        source, target = self.person(sender), self.person(recipient)
        return Dispatch(
            message_id=f"{name}.{self.now:%Y%m%d%H%M%S}@{sender.partition('@')[2]}",
            date=self.now - timedelta(seconds=5),
            sender=Mailbox(source.address, source.label),
            recipient=Mailbox(target.alias, target.label),
            author=source.professional,
            recipient_professional=target.professional,
            product=self.book.bridge.product,
        )

    def _message(self, dispatch: Dispatch, document: Document, proof: str) -> Message:
        return Message(dispatch.message_id, dispatch.sender, "", (document,), Proof(proof))


def _identity(patient: Patient) -> tuple[str, ...]:
    born = f"{patient.birth_date:%d/%m/%Y}" if patient.birth_date else ""
    return (f"{patient.family} {patient.given}", born)


def _damaged(zipped: bytes) -> bytes:
    """Return the zip with a document that is not the one whose hash METADATA.XML states."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(zipped)) as good, zipfile.ZipFile(out, "w") as bad:
        for item in good.infolist():
            content = good.read(item)
            bad.writestr(item, content.replace(b"APIXABAN 5", b"APIXABAN 2") if b"APIXABAN 5" in content else content)
    return out.getvalue()
