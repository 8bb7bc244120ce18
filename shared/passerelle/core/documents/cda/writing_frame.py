"""What a CDA needs beside the document, made out of what is known; each makeshift is told as a Loss."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from uuid import NAMESPACE_URL, uuid5

from passerelle.core.documents.cda.writing_people import qualified
from passerelle.core.errors import MalformedError
from passerelle.core.message import Document, Identifier, LocalCode, Loss, Mailbox, Organisation, Professional, Status

_PROFESSIONALS = "1.2.250.1.71.4.2.1"
_ORGANISATIONS = "1.2.250.1.71.4.2.2"


@dataclass(frozen=True, slots=True)
class Frame:
    """What a CDA needs beside the document."""

    identifier: Identifier
    series: Identifier  # setId: the same for every version
    author: Professional  # who also answers for it
    organisation: Organisation  # that he works for
    patient_ids: tuple[Identifier, ...]  # local ones, each with root and extension
    local_codes: str  # OID of the sender's own codes of tests
    codes: tuple[LocalCode, ...] = ()  # what they mean, by the agreement
    recipient: Professional | None = None  # to whom it is sent
    prescriber: bool = False  # he ordered what is reported

    @property
    def answerable(self) -> bool:
        """Tell whether the author has what StructMin and CR-BIO ask of who answers for an act."""
        return _national(self.author, _PROFESSIONALS) and self.author.profession is not None


def oid(name: str) -> str:
    """Return the OID that a name has for ever: 2.25 and a UUID of version 5 (X.667 §7)."""
    return f"2.25.{uuid5(NAMESPACE_URL, name).int}"


def frame(
    document: Document, author: Professional | None, sender: Mailbox, seed: str
) -> tuple[Frame, tuple[Loss, ...]]:
    """Return the frame of a document; `seed` names the document for ever (Message-ID and place in the mail).

    MalformedError `doubt.no-birth-date`: StructMin takes no nullFlavor there, and a made-up date would be filed.
    """
    if document.patient.birth_date is None:
        raise MalformedError(
            "doubt.no-birth-date", "No CDA is valid without a birth date (StructMin); none is made up."
        )
    losses = list(_told(document, author))
    place = sender.address.casefold()
    person = author or Professional(sender.label or sender.address)
    organisation = person.organisation or Organisation(sender.label or person.family)
    if organisation.identifier is None:
        organisation = replace(organisation, identifier=Identifier(oid(f"organisations of {place}"), place))
    if person.identifier is None:
        person = replace(person, identifier=Identifier(oid(f"professionals of {place}"), place))
    made = Frame(
        identifier=document.identifier or Identifier(oid(f"document {seed}"), ""),
        series=Identifier(oid(f"series {seed}"), ""),
        author=replace(person, organisation=organisation),
        organisation=organisation,
        patient_ids=patient_ids((document,), sender, seed),
        local_codes=oid(f"codes of {place}"),
    )
    return made, tuple(losses)


def _national(known: Professional | Organisation | None, root: str) -> bool:
    return known is not None and known.identifier is not None and known.identifier.root == root


def patient_ids(documents: tuple[Document, ...], sender: Mailbox, seed: str) -> tuple[Identifier, ...]:
    """Return the local identifiers of the one patient of all these documents.

    HPRIM names no authority for its numbers, so the sender is taken for it. Where there is no number, `seed` stands
    for the patient: two mails must never be joined by it.
    """
    root = oid(f"patients of {sender.address.casefold()}")
    known = [one for document in documents for one in document.patient.local_ids if one.extension]
    every = tuple(dict.fromkeys(one if one.root else Identifier(root, one.extension) for one in known))
    if every or all(qualified(document.patient) for document in documents):
        return every
    return (Identifier(oid(f"patient of {seed}"), "inconnu"),)


def _told(document: Document, author: Professional | None) -> tuple[Loss, ...]:
    """Tell what CI-SIS asks for and the source does not give."""
    patient, organisation = document.patient, author.organisation if author else None
    coded = organisation is not None and bool(organisation.sector and organisation.setting)
    incomplete = organisation is not None and not (coded and _national(organisation, _ORGANISATIONS))
    missing = (
        (patient.ins is not None and not qualified(patient), "ins.incomplete", "the traits that go with an INS"),
        (not patient.local_ids and not qualified(patient), "patient.no-identifier", "an identifier of the patient"),
        (not _national(author, _PROFESSIONALS), "author.no-identifier", "the author's national number"),
        (organisation is None, "author.no-organisation", "the structure that the author works for"),
        (incomplete, "organisation.incomplete", "the structure's number, sector and setting"),
    )
    told = [_missing(code, what) for lacks, code, what in missing if lacks]
    return (*told, *_homeless(document))


def _homeless(document: Document) -> Iterator[Loss]:
    """Tell what HPRIM says and a CDA has no place for."""
    if document.patient.insured:
        yield _INSURED
    if document.file_number:
        yield _FILE_NUMBER
    if any(len(code.code.split()) > 1 for result in document.results for code in result.codes):
        yield _SPACED
    if any(result.status is Status.CORRECTED for result in document.results):
        yield _CORRECTED


def _missing(code: str, what: str) -> Loss:
    why = f"CI-SIS asks for {what}, and the source does not give it."
    return Loss(code, code.partition(".")[0], why, "Nothing, or a number that is the sender's own.")


_INSURED = Loss(
    "patient.insured-number",
    "HPRIM line 8",
    "It is the number of the insured person, who may be a parent: never an INS.",
    "It stays in the HPRIM text beside.",
)
_FILE_NUMBER = Loss(
    "document.file-number",
    "HPRIM line 9",
    "A CDA has no place for the sender's number of a file.",
    "It stands in the PDF.",
)
_CORRECTED = Loss(
    "biology.corrected",
    "RES, field 10",
    "A CDA says of a document that it corrects another, not of a result.",
    "The word « corrigé » beside the result.",
)
_SPACED = Loss(
    "biology.code-spaced",
    "RES, field 3",
    "A code in a CDA has no white space (HL7 data type cs).",
    "An underscore for each run of spaces.",
)
