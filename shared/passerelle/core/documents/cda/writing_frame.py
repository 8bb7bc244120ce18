"""What a CDA needs beside the document, made out of what is known; each makeshift is told as a Loss."""

from dataclasses import dataclass, replace
from uuid import NAMESPACE_URL, uuid5

from passerelle.core.documents.cda.writing_people import qualified
from passerelle.core.message import Document, Identifier, Loss, Mailbox, Organisation, Professional

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
    """Return the frame of a document; `seed` names the document for ever (Message-ID and place in the mail)."""
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
        patient_ids=_patient_ids(document, oid(f"patients of {place}"), seed),
        local_codes=oid(f"codes of {place}"),
    )
    return made, tuple(losses)


def _national(known: Professional | Organisation | None, root: str) -> bool:
    return known is not None and known.identifier is not None and known.identifier.root == root


def _patient_ids(document: Document, root: str, seed: str) -> tuple[Identifier, ...]:
    """Return the local identifiers of the patient; HPRIM names no authority, so the sender is taken for it.

    Where there is none, the document's own name stands for the patient: two documents must never be joined by it.
    """
    known = [one for one in document.patient.local_ids if one.extension]
    every = tuple(one if one.root else Identifier(root, one.extension) for one in known)
    if every or qualified(document.patient):
        return every
    return (Identifier(oid(f"patient of {seed}"), "inconnu"),)


def _told(document: Document, author: Professional | None) -> tuple[Loss, ...]:
    """Tell what CI-SIS asks for and the source does not give."""
    patient, organisation = document.patient, author.organisation if author else None
    missing = (
        (patient.ins is not None and not qualified(patient), "ins.incomplete", "patient", "The traits of the INS."),
        (patient.birth_date is None, "patient.no-birth-date", "patient", "The birth date."),
        (
            not patient.local_ids and not patient.ins,
            "patient.no-identifier",
            "patient",
            "An identifier of the patient.",
        ),
        (bool(patient.insured), "patient.insured-number", "HPRIM line 8", "It is the insured person's, never an INS."),
        (not _national(author, _PROFESSIONALS), "author.no-identifier", "author", "The author's national number."),
        (organisation is None, "author.no-organisation", "author", "The structure that the author works for."),
        (
            organisation is not None and not (_national(organisation, _ORGANISATIONS) and organisation.sector),
            "organisation.incomplete",
            "author",
            "The national number or the sector of the structure.",
        ),
    )
    instead = "CDA: nothing, or a value local to the sender; the source text goes along."
    return tuple(Loss(code, where, why, instead) for lacks, code, where, why in missing if lacks)
