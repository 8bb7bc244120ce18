"""A message as a MSSanté mail: IHE_XDM.zip, the same documents as PDF/A-1, and what came with them (ECO.2.1 to 2.4).

Beside what ECO.2.1.1 asks for, the mail carries the sender's own files and each HPRIM text as it came: the rule says
what must be there, and the text holds what a CDA does not take (the insured person's number, the layout).
"""

from dataclasses import dataclass, replace
from types import MappingProxyType

from passerelle.core.documents import cda, xdm
from passerelle.core.documents.xdm import Form, Packed, Submission
from passerelle.core.errors import MalformedError, UnsupportedError
from passerelle.core.mail import account, mime
from passerelle.core.message import (
    Attachment,
    Dispatch,
    Document,
    Identifier,
    Letters,
    Loss,
    Mailbox,
    Message,
    Patient,
    Professional,
    Written,
)
from passerelle.core.networks import labels
from passerelle.core.networks.mssante import naming, sheet
from passerelle.core.policy import PATIENT_BOXES

LARGEST_FOR_PATIENT = 25_000_000
"""Bytes of a mail to a patient's box: Mon espace santé sends back what is larger."""

_ZIP = "IHE_XDM.zip"
_SENTENCE = "Veuillez trouver ci-joint un ou plusieurs documents de santé (IHE_XDM.zip et PDF)."
_CAREFUL = "Un PDF joint peut faire plus qu'être lu (script, formulaire, fichier…) : ouvrez-le avec prudence."
_NO_INS = "Ces documents ne portent pas d'identité INS qualifiée : vérifiez l'identité du patient avant de les classer."


@dataclass(frozen=True, slots=True)
class _Page:
    """A document as CDA and as PDF."""

    packed: Packed
    pdf: bytes
    losses: tuple[Loss, ...]


def write(message: Message, dispatch: Dispatch) -> Written:
    """Return the mail; MalformedError where it speaks of nobody, of several patients, of one without birth date."""
    documents = message.documents
    if len({_identity(document.patient) for document in documents}) != 1:
        raise MalformedError("mssante.patients", "A MSSanté mail is about one patient (ECO.2.1.1).")
    sheet.bound(documents)
    patient_ids = cda.patient_ids(documents, dispatch.sender, dispatch.message_id)
    pages = tuple(_page(document, dispatch, place, patient_ids) for place, document in enumerate(documents, 1))
    submission = Submission(dispatch.message_id, dispatch.date, dispatch.software)
    archive = Attachment(_ZIP, "application/zip", xdm.write(tuple(page.packed for page in pages), submission))
    beside = [file for page in pages for file in _beside(page)]
    shown = tuple(page.packed.document for page in pages)
    losses = (*(loss for page in pages for loss in page.losses), *_unnamed(dispatch))
    fields = _headers(shown, dispatch)
    mail = mime.write(
        replace(dispatch, sender=Mailbox(dispatch.sender.address, naming.label(dispatch))),
        naming.subject(shown),
        _text(message, (*message.losses, *losses) if dispatch.account else ()),
        "utf-8",
        naming.distinct([archive, *beside, *message.attachments]),
        fields,
    )
    if _to_patient(dispatch) and len(mail) > LARGEST_FOR_PATIENT:
        raise UnsupportedError("mssante.size", f"A mail to a patient's box has at most {LARGEST_FOR_PATIENT} bytes.")
    return Written(mail, losses, labels.read(fields))


def _to_patient(dispatch: Dispatch) -> bool:
    return dispatch.recipient.address.casefold().endswith(PATIENT_BOXES)


def _identity(patient: Patient) -> tuple[object, ...]:
    """Return the traits that must agree (as policy.by_patient has it); an address may differ."""
    return (patient.ins, patient.family.casefold(), patient.given.casefold(), patient.birth_date, patient.sex)


def _page(document: Document, dispatch: Dispatch, place: int, patient_ids: tuple[Identifier, ...]) -> _Page:
    """Write a document; results need a biologist who answers for them."""
    author, changed = _author(document, dispatch)
    frame, losses = cda.frame(document, author, dispatch.sender, f"{dispatch.message_id}/{place}")
    recipient = dispatch.recipient_professional
    frame = replace(
        frame, patient_ids=patient_ids, codes=dispatch.codes, recipient=recipient, prescriber=dispatch.prescriber
    )
    form = _form(document, frame, dispatch)
    if document.results:
        document = replace(document, kind=cda.LABORATORY, title=cda.LABORATORY_TITLE)
    pdf = sheet.render(document, frame.author)
    content = _WRITERS[form](document, frame, pdf)
    flat = (_FLAT,) if document.results and form is not Form.LABORATORY else ()
    told = (*losses, *changed, *_issued(document, frame.author, dispatch.sender), *flat)
    return _Page(Packed(content, document, frame, form), pdf, told)


_WRITERS = MappingProxyType(
    {
        Form.LETTER: cda.write_letter,
        Form.NARRATIVE: cda.write_narrative,
        Form.LABORATORY: cda.write_biology,
    }
)


def _form(document: Document, frame: cda.Frame, dispatch: Dispatch) -> Form:
    """Return the form that a document takes; there is no narrative without text."""
    if document.results:
        return Form.LABORATORY if frame.answerable else Form.LETTER
    said = dispatch.letters is Letters.N3 and any(line.strip() for line in document.text)
    return Form.NARRATIVE if said else Form.LETTER


_ANYBODY = naming.words(  # they tell nobody from another
    "dr docteur pr professeur m mr mme mlle de du des la le les l d et a au aux labo laboratoire laboratoires cabinet"
    " centre ch chu chr hopital clinique service secretariat medecin medecins medical biologie medecine"
)
_FLAT = Loss(
    "biology.no-biologist",
    "author",
    "A CR-BIO names who answers for it, with his national number and his profession.",
    "The results travel as a PDF in a CDA of level 1.",
)


def _author(document: Document, dispatch: Dispatch) -> tuple[Professional | None, tuple[Loss, ...]]:
    """Return the author that the document names by a number, else the sender of the agreement."""
    named = document.author
    if named is not None and (named.identifier is not None or dispatch.author is None):
        return named, ()
    person = dispatch.author
    if named is None or person is None or naming.same(named, person):
        return person, ()
    why = "The document names somebody without a number; the sender answers for it."
    return person, (Loss("author.from-agreement", "author", why, "The name stays in the text as it came."),)


def _issued(document: Document, author: Professional, sender: Mailbox) -> tuple[Loss, ...]:
    """Tell where HPRIM line 11 names neither the author, nor his structure, nor the mailbox."""
    said, family = naming.words(naming.correspondent(document.issuer)), naming.words(author.family)
    place = author.organisation.name if author.organisation else ""
    known = naming.words(f"{place} {sender.label} {sender.address.partition('@')[0]}") - _ANYBODY
    if not said - _ANYBODY or (family and family <= said) or not known.isdisjoint(said):
        return ()
    why = "Line 11 names neither the author, nor his structure, nor his mailbox."
    return (Loss("author.issuer", "HPRIM line 11", why, "The PDF says whom: see whose document it is."),)


def _beside(page: _Page) -> list[Attachment]:
    """Return the PDF/A-1, the sender's own files, and the source: bytes as they came, so not a text of ECO.2.2.3."""
    document = page.packed.document
    stem = naming.stem(document)
    files = [Attachment(f"{stem}.pdf", "application/pdf", page.pdf), *document.attachments]
    if document.source is not None:
        _, dot, ending = document.source.name.rpartition(".")
        files.append(Attachment(f"{stem}{dot}{ending}", "application/octet-stream", document.source.content))
    return files


def _text(message: Message, losses: tuple[Loss, ...]) -> str:
    """Return the body: what the sender wrote, a warning where the identity is not qualified, the account of losses."""
    words = [message.text.strip() or _SENTENCE]
    if not _qualified(message.documents):
        words.append(_NO_INS)
    files = [file for document in message.documents for file in document.attachments]
    if any(file.active for file in (*files, *message.attachments)):
        words.append(_CAREFUL)
    if told := account.lines(losses):
        words.append("\n".join(told))
    return "\n\n".join(words) + "\n"


def _qualified(documents: tuple[Document, ...]) -> bool:
    return all(cda.qualified(document.patient) for document in documents)


def _headers(documents: tuple[Document, ...], dispatch: Dispatch) -> tuple[tuple[str, str], ...]:
    """Return X-MSS-CODECDA (ECO.2.4.1), X-MSS-INS (2.4.2), X-MSS-NIL (2.4.3), X-MSS-MES (2.2.8: no reply)."""
    codes = ",".join(document.kind.code for document in documents)
    headers = (
        ("X-MSS-CODECDA", codes),
        ("X-MSS-INS", "O" if _qualified(documents) else "N"),
        ("X-MSS-NIL", dispatch.product),
        ("X-MSS-MES", "FIN" if _to_patient(dispatch) else ""),
    )
    return tuple((name, value) for name, value in headers if value)


def _unnamed(dispatch: Dispatch) -> tuple[Loss, ...]:
    if dispatch.product:
        return ()
    why = "Every mail names the product that wrote it (ECO.2.4.3); the bridge was given no reference."
    return (Loss("header.product", "X-MSS-NIL", why, "The header is left out."),)
